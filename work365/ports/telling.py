"""Port to notices: who is told about a contract, and the rows of what is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from work365.receivables.mailed_links import Payable
    from work365.receivables.pay_links import NewLink
    from work365.telling.notice import Addressee, Notice


class NoticeBook(Protocol):
    """Where notices are written down."""

    def addressees(self, contracts: Collection[str]) -> Mapping[str, Addressee]:
        """Who is told about each of these contracts, by its id, and what its settings say of that."""

    def told(self, notices: Collection[str]) -> Mapping[str, Collection[str]]:
        """The events of those of these notices that are written already, by their ids."""

    def queue(self, notices: Sequence[Notice]) -> int:
        """Write notices, each by itself; how many of them no other worker had written. Errors: External."""

    def waiting(self, *, limit: int) -> Sequence[Notice]:
        """Mails that nobody has begun to hand over, the oldest first, with their files where they have one."""

    def doubtful(self, *, begun_before: datetime, limit: int) -> Sequence[Notice]:
        """Mails that a worker began to hand over and whose outcome is open, the oldest first, but those that are a person's."""

    def payable(self, invoices: Collection[str]) -> Mapping[str, Payable]:
        """What decides whether a mail carries links to pay these invoices, by their ids. Errors: External."""

    def begin(self, notices: Sequence[Notice], links: Mapping[str, Sequence[NewLink]]) -> Sequence[Notice]:
        """Write down that these begin, each under its version and with its links, which stand by the id of their notice.

        Shape:  answers those that no other worker was faster with.
        Errors: External.
        """

    def finish(self, notices: Sequence[Notice]) -> None:
        """Write down what became of each; one that somebody changed meanwhile is left as it is. Errors: External."""

    def put_away(self) -> int:
        """Set Read what staff need not read any more: that a request waits, once it does not; how many.

        Shape: one that somebody writes at the moment is left for the next time. Errors: External.
        """

    def again(self, notice: str) -> str:
        """Queue a notice that failed or may have been sent once more; its subject.

        Errors: NotFound; Refused for any other; Conflict.
        """
