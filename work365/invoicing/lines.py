"""Invoice lines: what is posted, and what a bill adds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.money import Money
    from work365.periods import Period


class Kind(Enum):
    """What a line is. The values are the words of the simulator; the table model has them capitalised."""

    CYCLE = "cycle"
    """A whole cycle; in arrears also what is left of it before the first change."""
    STUB = "stub"
    """A part of a cycle, because something starts or ends in it."""
    CREDIT = "credit"
    """What was charged before a change, from that day on."""
    CHARGE = "charge"
    """What is charged after a change, from that day on."""
    CORRECTION = "correction"
    """A posted credit that turned out to be too high or too low."""
    DISCOUNT = "discount"
    """A percentage of what a subscription is charged in a cycle."""
    MINIMUM = "minimum"
    """The shortfall to a minimum commitment."""
    ONE_TIME = "one-time"
    """Something billed once."""
    USAGE = "usage"
    """What was metered."""
    TIME = "time"
    """Approved time."""
    SURCHARGE = "surcharge"
    """A percentage of a document's net for the way in which it is paid."""
    SUPPLIER = "supplier"
    """What the supplier billed, with a mark-up."""
    FEE = "fee"
    """A late fee; no discount of the contract takes anything off it."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A line that is posted, as far as the engine needs to read it back.

    Attributes:
        subscription: id of the subscription; the key may carry only its digest.
        amount: net, as posted; never recomputed.
        fraction: used and whole, as posted; None for a line that kept none.
        cancelled: its document was cancelled: it counts for nothing, but its key is never used again.
        elsewhere: its document is of another legal entity than the contract is with now.
        origin: key of the line that it names; None for one that names none.
    """

    key: str
    subscription: str
    period: Period
    quantity: int | Decimal
    unit_price: Decimal | None
    amount: Money
    cancelled: bool = False
    fraction: tuple[int, int] | None = None
    elsewhere: bool = False
    origin: str | None = None


class Line(NamedTuple):
    """A line to post: a tuple, because nothing else in a bill is made as often.

    Attributes:
        key: see `keys`; at most 120 characters.
        subscription: "" for what is billed once, beside subscriptions.
        kind: see `Kind`.
        change: the change that made this line; None for the regular charge of a cycle.
        period: the days that the line is about.
        quantity: seats, the sign is in the amount; for what is billed once units, with its sign.
        unit_price: per seat and whole cycle; None when tiers or packages price it.
        fraction: used and whole, as measured by the contract's proration.
        amount: net.
        origin: key of the line that this one credits, replaces or corrects; None for a first charge.
        cycle_start: first day of the cycle, as in the key.
    """

    key: str
    subscription: str
    kind: Kind
    change: str | None
    period: Period
    quantity: int | Decimal
    unit_price: Decimal | None
    fraction: tuple[int, int]
    amount: Money
    origin: str | None
    cycle_start: date
