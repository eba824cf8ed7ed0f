"""Port to suspensions: what asks for them, the rows that stand, and the jobs that carry out what people decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from work365.errors import BadInput
    from work365.money import Currency, Money
    from work365.periods import DayIn
    from work365.suspending.causes import Cause, Trigger
    from work365.suspending.suspension import Change, State, Suspension, Warnings


@dataclass(frozen=True, slots=True)
class Subject:
    """A subscription that may be suspended.

    Attributes:
        contract, account: ids; `customer` is the account's name.
        running: it is not suspended here.
        external_id: the supplier's id; "" where it is known from none.
        quantity, unit_cost, currency: what the row itself says that it costs.
        usage: what its usage of this month costs so far; None where none was read.
        zone: of the legal entity that bills its contract; its days count.
    """

    id: str
    name: str
    contract: str
    account: str
    customer: str
    running: bool
    external_id: str = ""
    quantity: int = 0
    unit_cost: Decimal | None = None
    currency: Currency | None = None
    usage: Money | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Case:
    """A subscription, one cause, and what stands already.

    Attributes:
        trigger: None where nothing asks for it any more.
        sent: events of warnings that were mailed.
    """

    subject: Subject
    cause: Cause
    before: Suspension | None
    trigger: Trigger | None
    rule: Warnings
    sent: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Move:
    """What the rule makes of a case."""

    case: Case
    change: Change


@dataclass(frozen=True, slots=True)
class Listed:
    """A suspension as people read it; texts are "" where there is nothing to say. `supplied`: a supplier knows it."""

    id: str
    subscription: str
    customer: str
    cause: str
    state: State
    reason: str
    cost: str
    cost_words: str
    at_supplier: str
    warnings: int
    decided_by: str
    decision: str
    message: str
    supplied: bool
    version: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A suspension that somebody is told about.

    Attributes:
        number, due: of the invoice that is overdue; "" and None for usage.
        cost: what it goes on costing, in words.
        decided_on: when somebody last decided about it; None where nobody has.
    """

    suspension: Suspension
    cause: Cause
    contract: str
    subscription: str
    name: str
    reason: str
    number: str
    due: date | None
    cost: str
    decided_on: datetime | None = None


class SuspensionBook(Protocol):
    """Suspensions of subscriptions."""

    def cases(self, day_in: DayIn, *, usage: bool) -> Iterable[Case | BadInput]:
        """Everything that asks for a suspension, and every one that stands; what keeps a contract from being looked at.

        Shape: without `usage` no metered usage is read, and suspensions for it are left out. Nobody where no setting says a
               limit, no step of a reminder plan asks for one, and none stands.
        """

    def record(self, moves: Sequence[Move], day_in: DayIn) -> Sequence[Move]:
        """Each in a change set of its own, only as it was read; those that were written."""

    def standing(self) -> Iterable[Standing]:
        """Those of which a customer is warned or staff is told."""

    def undone(self) -> Iterable[str]:
        """Ids of those that a person has confirmed, or let be resumed, and that no job does yet."""

    def carry_out(self, suspension: str, now: datetime) -> bool:
        """Ask by a job for what a person has decided, once, from the day that it is now; False where nothing is to be asked for.

        Errors: Conflict when somebody has written the row meanwhile.
        """

    def listed(self, *, everything: bool) -> Iterable[Listed]:
        """Those that are open, or all of them, the newest first."""

    def decide(self, one: Listed, state: State, reason: str, now: datetime) -> None:
        """What the person at the keyboard decides. Errors: Conflict."""
