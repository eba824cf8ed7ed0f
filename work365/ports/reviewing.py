"""Port to what people entered by hand: from where on it waits, who wrote it, what was answered, and the request that asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from work365.approving.approval import Approval
    from work365.approving.entries import Entry, Subject, Written
    from work365.approving.request import Whose
    from work365.approving.thresholds import InForce

    Loader = Callable[[str], Entry | None]
    """One entry by the id of its row, as it stands; None for one that is not there, or has no effect.

    Errors: Refused for one that cannot be read.
    """


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one row: who wrote it, None where it is gone; and its approvals, the oldest first."""

    written: Written | None
    approvals: tuple[Approval, ...] = ()


class ReviewBook(Protocol):
    """What reviewing entries reads and writes."""

    def in_force(self, whose: Collection[Whose]) -> Mapping[Whose, InForce]:
        """From where on what was entered waits, for each of them. Errors: BadInput for a setting that cannot be used."""

    def seen(self, subjects: Collection[Subject]) -> Mapping[Subject, Seen]:
        """Who wrote these rows, and their approvals; one request for some hundred."""

    def ask(self, entry: Entry, author: str, number: int) -> None:
        """Have an approver asked, by a job of the kind Review entry that its author is the creator of, where that may be.

        Shape: `number` is how many approvals it has had; for one number there is one job, unless that has ended without asking.
        """
