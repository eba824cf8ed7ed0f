"""What is sold from a price list at present: what a new price would be about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from work365.money import Currency
    from work365.provisioning.terms import Terms


@dataclass(frozen=True, slots=True)
class Sold:
    """An active subscription with a price per seat: its own, or the one by which its list bills it.

    Attributes:
        contract: its contract's id; `number` is what people call that contract.
        price: per seat and billing cycle of the contract, in major units of `currency`.
        commitment_end: first day after the commitment; None when there is none.
        months: the length of one billing cycle.
        start, quantity, last_sequence, etag: of the row as it was read; it has no log while the sequence is 0.
        listed: its list prices it; a new price is one of its own.
        paid_monthly_percent: what a longer plan of its list costs more where it is paid monthly.
    """

    id: str
    name: str
    contract: str
    number: str
    product: str
    quantity: int
    price: Decimal
    terms: Terms | None
    commitment_end: date | None
    months: int
    currency: Currency
    last_sequence: int
    etag: str = ""
    paid_monthly_percent: Decimal = Decimal(0)
    start: date = date.min
    listed: bool = False


def applies_on(sold: Sold, wanted: date) -> date:
    """The day from which a new price may count: never inside a commitment (price protection)."""
    return wanted if sold.commitment_end is None else max(wanted, sold.commitment_end)
