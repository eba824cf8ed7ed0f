"""Entries: rows that people write by hand and that take effect without any job having asked for them, and who wrote them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from work365.approving.request import Request, Whose


class Subject(NamedTuple):
    """The row that was entered: its table and id."""

    table: str
    id: str

    def __str__(self) -> str:
        return f"{self.table}:{self.id}"

    @classmethod
    def read(cls, text: str) -> Subject:
        """The same from its text; an empty id where it names none."""
        table, _, identity = text.strip().lower().partition(":")
        return cls(table, identity)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as it stands.

    Attributes:
        whose: whose settings say whether it waits.
        request: what it comes to, with its subject.
        contract: id of the contract that it is held back with; "" for none.
        always: it waits whoever wrote its row; else only where a person did so, and no job, import or timer.
        at_once: a threshold counts for it as soon as it is set; else once what stood before it was let stand.
    """

    whose: Whose
    request: Request
    contract: str = ""
    always: bool = False
    at_once: bool = False

    @property
    def subject(self) -> Subject:
        """The row that was entered."""
        return Subject.read(self.request.subject)

    def asked(self, author: str) -> Request:
        """What an approver is asked, as whoever entered it."""
        return replace(self.request, author=author)


@dataclass(frozen=True, slots=True)
class Written:
    """Who wrote a row.

    Attributes:
        author: user id of the person who changed it last, or made it where an application has changed it since; of the
            application where no person did.
        by_hand: a person made it, or changed it last, and not through a job.
    """

    author: str
    by_hand: bool
