"""Port to the terms that end: what is read to list and to renew them, and what is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from work365.findings import Finding
    from work365.periods import Period
    from work365.ports.changing import Recorded
    from work365.subscriptions.held import Agreed, Held
    from work365.terms.renewal import Prices
    from work365.terms.term import Term


@dataclass(frozen=True, slots=True)
class ContractTerm:
    """A contract that goes on by itself, and the first day after its term."""

    id: str
    zone: str
    term: Term
    end: date
    etag: str


class RenewalBook(Protocol):
    """Subscriptions and contracts by the end of their terms."""

    def ending(self, until: date, *, contract: str = "", managed: bool = False) -> Iterable[tuple[Held, Prices]]:
        """Subscriptions whose term ends before or on a day, in the order of their days, with the prices that they may need.

        Shape: `contract` is a number, "" for all; `managed` leaves out those for which nobody said what happens. The parts of a
               bundle under a term are left out: they end and go on with it.
        """

    def returnable(self, since: datetime) -> Iterable[tuple[Held, Prices]]:
        """Subscriptions under a term some of whose seats may have come at a moment or later, by the log, a new term, or the
        supplier.
        """

    def contracts(self, until: date) -> Sequence[ContractTerm]:
        """Active contracts that renew by themselves and whose term ends before or on a day."""

    def record(self, change: Recorded) -> None:
        """Write a renewal. Errors: Conflict."""

    def set_policy(self, held: Held, agreed: Agreed) -> None:
        """Write what happens at the end. Errors: Conflict."""

    def extend(self, contract: ContractTerm, term: Period) -> None:
        """Write a contract's new term. Errors: Conflict."""

    def report(self, found: Sequence[Finding], mended: Sequence[str]) -> None:
        """Write findings, and close those with these keys if they are there."""
