"""Port to open invoices, the plans by which their customers are reminded, and the steps that were taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from work365.errors import BadInput
    from work365.reminding.bundling import Bundle, Debtor
    from work365.reminding.owed import Owed
    from work365.reminding.plan import Plan
    from work365.telling.notice import Notice


@dataclass(frozen=True, slots=True)
class Case:
    """An open invoice whose customer has a plan."""

    owed: Owed
    plan: Plan
    debtor: Debtor


@dataclass(frozen=True, slots=True)
class Taking:
    """Steps that are taken together, and who is told of them.

    Attributes:
        today: the day on which.
        fees: what the line of each fee says on its invoice, by the id of its item.
    """

    bundle: Bundle
    notices: tuple[Notice, ...]
    today: date
    fees: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Logged:
    """One line of the log: a step that was taken, and one of those who were told.

    Attributes:
        fee: what it cost the customer; "" for nothing.
        status, message: of the notice; the message says also what else the step did.
    """

    taken: datetime
    invoice: str
    customer: str
    day: int
    plan: str
    amount: str
    fee: str
    to: str
    status: str
    sent: datetime | None
    message: str


class ReminderBook(Protocol):
    """Open invoices and their reminders."""

    def cases(self, today: date) -> Iterable[Case | BadInput]:
        """Every open invoice that a plan may have reached by a day; what keeps a customer from having one, once each."""

    def record(self, takings: Sequence[Taking]) -> int:
        """Write each wholly or not at all, and only as it was read; how many were written.

        Shape: what somebody else took or changed meanwhile is left to the next run.
        """

    def log(self, since: datetime) -> list[Logged]:
        """What was taken since a moment, the newest first."""

    def pause(self, number: str, until: date | None, reason: str) -> None:
        """No reminder of an invoice up to a day; None lifts it. Errors: BadInput when there is no such open invoice."""

    def dispute(self, number: str, amount: Decimal | None, reason: str) -> None:
        """What of an invoice is not reminded of. Errors: as above, and for more than is open.

        Shape: an amount in major units; None for all that is open, 0 for nothing of it.
        """

    def opt_out(self, number: str, reason: str, *, out: bool) -> None:
        """Whether an invoice is never reminded of. Errors: as above."""
