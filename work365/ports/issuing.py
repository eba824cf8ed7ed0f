"""Port to the documents that a person verifies and issues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from work365.approving.deciding import Candidate
    from work365.approving.falling_back import Verified
    from work365.ports.billing import DraftRow, Numbered, Series
    from work365.prepaid.balance import Balance, Moved


@dataclass(frozen=True, slots=True)
class ToIssue:
    """A document with what numbering it takes. `zone` is the IANA zone of its legal entity, whose date it gets."""

    candidate: Candidate
    draft: DraftRow
    entity: str
    zone: str


class IssuingBook(Protocol):
    """Documents before they have a number."""

    def load(self, invoice: str) -> ToIssue:
        """Read one document afresh. Errors: NotFound."""

    def verify(self, one: ToIssue, *, person: str, now: datetime) -> None:
        """Mark it as verified by a person, as it is now. Errors: Conflict when somebody changed it meanwhile."""

    def verified(self, documents: Sequence[str] = ()) -> list[Verified]:
        """Those of these documents that are verified and have no number; without ids all that there are."""

    def document_of(self, line: str) -> str | None:
        """The document that a line is on; None where the line is gone."""

    def fall_back(self, one: Verified, why: str) -> None:
        """Make it a draft again, which says why. Errors: Conflict when somebody changed it meanwhile."""

    def numbering(self, one: ToIssue, today: date) -> tuple[tuple[Series, ...], tuple[Balance, ...]]:
        """The number series of its entity for the year of a day, and the prepaid balances of its customer there."""

    def issue(self, series: Series, numbered: Numbered, moved: Sequence[Moved]) -> None:
        """Give the number, move series and balances, ask for what follows, all or nothing. Errors: Conflict when one changed."""
