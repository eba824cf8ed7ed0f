"""Port to the documents that a person credits or cancels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date

    from work365.crediting.cancelling import Cancellation
    from work365.crediting.noting import Note
    from work365.crediting.subject import Subject


@dataclass(frozen=True, slots=True)
class Writing:
    """What a note is written as.

    Attributes:
        id: derived from the wish, so that a second copy meets the first.
        key: what makes the document the only one of its kind.
        today: in the zone of the legal entity.
    """

    id: str
    key: str
    reason: str
    today: date


class CreditingBook(Protocol):
    """Documents, what was credited of them, and what they billed."""

    def load(self, invoice: str) -> Subject:
        """Read one document afresh. Errors: NotFound."""

    def written(self, note: str) -> bool:
        """Whether the note of this id was written by an earlier attempt."""

    def credit(self, subject: Subject, note: Note, writing: Writing) -> None:
        """Write a note as a draft, and what it is set off against, all or nothing. Errors: Conflict when either changed."""

    def cancel(self, subject: Subject, cancellation: Cancellation, writing: Writing) -> None:
        """Write the note, the document as cancelled, and what it was about as unbilled. Errors: Conflict when they changed."""

    def release(self, invoice: str) -> None:
        """Say of everything that a cancelled document still holds that nothing has billed it."""
