"""Port to notices: who is told about a contract, what the company has chosen, and the rows of what is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from work365.findings import Finding
    from work365.telling.choosing import Chosen
    from work365.telling.notice import Addressee, Notice


class NoticeBook(Protocol):
    """Where notices are written down."""

    def addressees(self, contracts: Collection[str]) -> Mapping[str, Addressee]:
        """Who is told about each of these contracts, by its id; one whose legal entity cannot be read is left out."""

    def chosen(self) -> Chosen:
        """The settings about notices."""

    def known(self, notices: Collection[str]) -> set[str]:
        """Which of these ids have a row."""

    def queue(self, notices: Sequence[Notice]) -> int:
        """Write notices, each by itself; how many of them no other worker had written. Errors: External."""

    def waiting(self, *, begun_before: datetime, begun_after: datetime, limit: int) -> Sequence[Notice]:
        """Mails that are still to leave, the oldest first: those that nobody has begun, and those that a worker began between
        two moments and whose outcome is open.
        """

    def begin(self, notices: Sequence[Notice]) -> Sequence[Notice]:
        """Write down that these begin, each under its version; those that no other worker was faster with. Errors: External."""

    def finish(self, notices: Sequence[Notice]) -> None:
        """Write down what became of each; one that somebody changed meanwhile is left as it is. Errors: External."""

    def again(self, notice: str) -> str:
        """Queue a notice that failed or may have been sent once more; its subject.

        Errors: NotFound; Refused for any other; Conflict.
        """

    def report(self, findings: Sequence[Finding]) -> None:
        """Keep findings."""
