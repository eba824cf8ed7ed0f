"""What people enter by hand, as an approver is shown it: rows that take effect without any job having asked for them.

The facts are what was entered, and no sums that follow from it: a seat more on another line makes no other discount of it. How
large it is may change with prices; that asks nobody again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from work365.approving.matters import Matter
from work365.approving.request import Request
from work365.approving.thresholds import Size
from work365.subscriptions.discount import Discount

if TYPE_CHECKING:
    from datetime import date

    from work365.approving.request import Whose
    from work365.contracts.amount_off import AmountOff

HUNDRED = Decimal(100)


class Subject(NamedTuple):
    """The row that was entered: its table and id."""

    table: str
    id: str

    def __str__(self) -> str:
        return f"{self.table}:{self.id}"

    @classmethod
    def read(cls, text: str) -> Subject:
        """The same from its text; an empty id where it names none."""
        table, _, identity = text.strip().lower().partition(":")
        return cls(table, identity)


@dataclass(frozen=True, slots=True)
class Entry:
    """One of them, as it stands.

    Attributes:
        whose: whose settings say whether it waits.
        request: what it comes to, with its subject.
        contract: id of the contract that it is held back with; "" for none.
        always: it waits whoever wrote its row, and whatever stood before a threshold; else only where a person wrote it, and no
            job, import or timer, and what stood counts as approved.
    """

    whose: Whose
    request: Request
    contract: str = ""
    always: bool = False

    @property
    def subject(self) -> Subject:
        """The row that was entered."""
        return Subject.read(self.request.subject)

    def asked(self, author: str) -> Request:
        """What an approver is asked, as whoever entered it."""
        return replace(self.request, author=author)


@dataclass(frozen=True, slots=True)
class Written:
    """Who wrote a row.

    Attributes:
        author: user id of the person who changed it last, or made it where an application has changed it since; of the
            application where no person did.
        by_hand: a person made it, or changed it last, and not through a job.
    """

    author: str
    by_hand: bool


@dataclass(frozen=True, slots=True)
class Off:
    """A discount as it was entered, and what it is taken off.

    Attributes:
        given: as it is billed: of one subscription, or in percent of a whole contract; or an amount off a contract.
        contract, subscription: their ids; no subscription for the whole contract.
        on: what it is taken off, in words: `Microsoft 365 E3 on contract C-1`.
        currency: of an amount.
        price: what it is taken off costs: a seat in a cycle, or a contract's cycle; None where that is not known.
    """

    given: Discount | AmountOff
    contract: str
    subscription: str
    on: str
    currency: str
    price: Fraction | None


def of_discount(off: Off) -> Request:
    """A discount. Shape: an amount is measured as its share of the price, at most all of it."""
    given = off.given
    percent = given.percent if isinstance(given, Discount) else None
    value, size = f"{_plain(percent)} %", percent
    if percent is None:
        per = "a seat and cycle" if off.subscription else "a cycle"
        value, size = f"{_plain(given.amount)} {off.currency} {per}", _share(given.amount, off.price)
    facts = {
        "name": given.name,
        "off": value,
        "contract": off.contract,
        "subscription": off.subscription,
        "from": _day(given.start),
        "until": _day(given.end),
    }
    days = (f" from {given.start}" if given.start else "") + (f" until {given.end}" if given.end else "")
    return Request(
        f"Discount {given.name}: {value} off {off.on}{days}",
        (Size(Matter.DISCOUNT, percent=size),),
        {name: said for name, said in facts.items() if said},
        f"w365_discount:{given.id}",
    )


def _share(amount: Decimal | None, price: Fraction | None) -> Decimal | None:
    """Of the price, in percent; None where that is not known."""
    if amount is None or price is None:
        return None
    if price <= 0:
        return HUNDRED if amount else Decimal(0)
    share = min(Fraction(amount) / price, Fraction(1)) * 100
    return Decimal(share.numerator) / Decimal(share.denominator)


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
