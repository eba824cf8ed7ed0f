"""How much a customer may owe for how long before the rule holds it, and what settings call that."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.money import currency, exactly

if TYPE_CHECKING:
    from work365.money import Money

UNLIMITED = "off"
DAYS_MAX = 365
DAYS = f"days from 0 to {DAYS_MAX}, or {UNLIMITED}"
AMOUNT = f"an amount with its currency, as 500.00 EUR, or {UNLIMITED}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be overdue; more of it holds the customer.

    Attributes:
        days: for so long. None: for as long as it likes.
        amount: so much, in this currency alone. None: any amount.
    """

    days: int | None = None
    amount: Money | None = None

    @property
    def off(self) -> bool:
        """Nothing is limited."""
        return self.days is None and self.amount is None


def read_days(text: str) -> int | None:
    """`30`, or `off` for None. Errors: Refused."""
    if text == UNLIMITED:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > DAYS_MAX:
        message = f"is not {DAYS}"
        raise Refused(message)
    return int(text)


def read_amount(text: str) -> Money | None:
    """`500.00 EUR`, or `off` for None. Errors: Refused, also for less than nothing or more places than the currency has."""
    if text == UNLIMITED:
        return None
    try:
        figure, code = text.split()
        found = exactly(Decimal(figure), currency(code))
    except (ValueError, InvalidOperation, BadInput):
        found = None
    if found is None or found.minor < 0:
        message = f"is not {AMOUNT}"
        raise Refused(message)
    return found
