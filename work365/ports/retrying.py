"""Port to charges that were declined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from work365.receivables.charging import ChargeCase
    from work365.receivables.payments import InvoiceId
    from work365.receivables.retry_plan import Plan
    from work365.receivables.retrying import Declined, Unsent


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open invoice of which a charge was declined, or came to no attempt.

    Attributes:
        customer: the name of its account.
        by_itself: the settings of its contract charge it without being asked.
        plan: those of the settings, too.
        unsent: the last charge that was asked for by itself and refused, if there was one.
        disputed: the customer does not accept a part of it.
        paused_until: the last day of a pause, as when the customer has promised to pay until then.
    """

    invoice: InvoiceId
    customer: str
    by_itself: bool
    plan: Plan
    unsent: Unsent | None = None
    disputed: bool = False
    paused_until: date | None = None


class RetryBook(Protocol):
    """Declined charges of open invoices."""

    def declined(self, since: datetime) -> Iterable[Candidate]:
        """Open invoices of which a charge was declined, or refused by itself, since a moment; each once."""

    def case(self, invoice: InvoiceId) -> ChargeCase:
        """What a charge of it would be decided on. Errors: NotFound."""

    def ask(self, declined: Declined) -> bool:
        """Ask for the next attempt by a job; False when that was asked for before."""
