"""Port to what people entered by hand: from where on it waits, who wrote it, what was answered, and the request that asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from work365.approving.approval import Approval
    from work365.approving.entries import Entry, Subject, Written
    from work365.approving.request import Whose
    from work365.approving.thresholds import InForce, Size

    Loader = Callable[[str], Entry | None]
    """One entry by the id of its row, as it stands; None for one that is not there, or has no effect.

    Errors: Refused for one that cannot be read.
    """


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one row: who wrote it, None where it is gone; and its approvals, the oldest first."""

    written: Written | None
    approvals: tuple[Approval, ...] = ()

    def concerns(self, entry: Entry) -> bool:
        """Whether an entry of this row may wait: it is there, and a person wrote it where that matters."""
        return self.written is not None and (entry.always or self.written.by_hand)


@dataclass(frozen=True, slots=True)
class Threshold:
    """One setting from where on entries wait.

    Attributes:
        value: what it says; None where it was taken back.
        settled: what it said when what stood was last approved; None for never.
    """

    id: str
    value: str | None
    settled: str | None
    etag: str


@dataclass(frozen=True, slots=True)
class Stands:
    """An entry that stood before the threshold that catches it was set, who wrote it, and what catches it."""

    entry: Entry
    author: str
    size: Size
    why: str


class EntrySource(Protocol):
    """One kind of entries, or several that are read together."""

    def standing(self) -> Iterator[Entry]:
        """All that have effect, or will."""

    def lately(self, since: datetime) -> Iterator[Entry]:
        """Those that people have written since a moment; others with them do no harm."""


class ReviewBook(Protocol):
    """What reviewing entries reads and writes."""

    def in_force(self, whose: Collection[Whose]) -> Mapping[Whose, InForce]:
        """From where on what was entered waits, for each of them. Errors: BadInput for a setting that cannot be used."""

    def seen(self, subjects: Collection[Subject]) -> Mapping[Subject, Seen]:
        """Who wrote these rows, and their approvals; one request for some hundred."""

    def author(self, subject: Subject, written: Written) -> str:
        """The user who entered what the row says; where the functions write to such rows, too, by the tenant's history."""

    def ask(self, entry: Entry, author: str, number: int) -> None:
        """Have an approver asked, by a job of the kind Review entry that its author is the creator of, where that may be.

        Shape: `number` is how many approvals it has had; for one number there is one job, unless that has ended without asking.
        """

    def thresholds(self) -> Sequence[Threshold]:
        """What the settings say from where on entries wait, and what of it is settled; also of settings that were taken back."""

    def let_stand(self, some: Sequence[Stands], now: datetime) -> None:
        """Approvals of these, given by nobody, as they are now. Writing the same ones again changes nothing."""

    def settle(self, some: Sequence[Threshold]) -> None:
        """What stood before these is approved. Errors: Conflict when one of them has changed since it was read."""
