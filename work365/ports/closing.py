"""Port to the contracts that are closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from work365.closing.planning import Plan
    from work365.closing.subject import Subject


@dataclass(frozen=True, slots=True)
class Writing:
    """How a plan is written.

    Attributes:
        key: what the ids of the rows in the logs are derived from.
        asked: when the closing was asked for; before `now` for one that was asked for a day to come.
        today: in the zone of the legal entity; what ends later than today is left to that day.
        person: Entra object id of whoever asked; None for the system itself.
        note: kept with the changes.
    """

    key: str
    now: datetime
    today: date
    person: str | None = None
    note: str = ""
    asked: datetime | None = None


class ClosingBook(Protocol):
    """Contracts with everything that is on them."""

    def load(self, number: str) -> Subject:
        """Read one afresh. Errors: Refused when there is none; BadInput when its rows say too little."""

    def closing(self) -> Iterable[str]:
        """The numbers of active contracts that are being closed."""

    def close(self, plan: Plan, writing: Writing) -> None:
        """Write that it is being closed, and what ends by today. Errors: Conflict when something changed since it was read."""

    def end(self, subject: Subject) -> None:
        """The contract is over. Errors: Conflict when it changed since it was read."""

    def reopen(self, subject: Subject) -> None:
        """It is not over yet. Errors: Conflict when it changed since it was read."""
