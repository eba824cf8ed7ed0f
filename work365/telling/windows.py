"""Seats that can be returned a little longer are told 48 and 24 hours before their window closes, once each.

A month's term that goes on opens a window for all of its seats every month; that one is listed, and not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import total
from work365.subscriptions.held import midnight
from work365.telling.notice import NoticeKind, Wording
from work365.telling.words import moment
from work365.terms.windows import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from work365.documents.formats import Formats
    from work365.money import Money
    from work365.subscriptions.renewing import Outlook, Returnable


@dataclass(frozen=True, slots=True)
class WindowClosing:
    """Seats whose windows close at one moment, within `hours`."""

    outlook: Outlook
    seats: int
    until: datetime
    refund: Money
    hours: int
    kind = NoticeKind.RETURN_WINDOW

    @property
    def event(self) -> str:
        """The subscription, the window and the mark."""
        return f"{self.subscription}:{self.until.isoformat()}:{self.hours}"

    @property
    def bundle(self) -> str:
        """Itself: each batch has a moment of its own."""
        return self.event

    @property
    def contract(self) -> str:
        """The contract that it is on."""
        return self.outlook.held.place.contract.id

    @property
    def subscription(self) -> str:
        """The subscription."""
        return self.outlook.held.id

    @property
    def why(self) -> str:
        """The mark."""
        closes = f"{self.until:%Y-%m-%d %H:%M} UTC"
        return f"{self.seats} seats can be returned until {closes}, at most {self.hours} hours from now."

    def worded(self, writing: Formats, zone: str) -> Wording:
        """How many, until when, and what comes back."""
        labels, name, until = writing.labels, self.outlook.held.name, moment(self.until, zone, writing)
        return Wording(
            labels.notice_window_subject.format(name=name, moment=until),
            labels.notice_window.format(name=name, moment=until),
            (
                labels.notice_returnable.format(seats=self.seats),
                labels.notice_refund.format(amount=writing.priced(self.refund)),
            ),
        )


def windows_closing(outlook: Outlook) -> Iterator[WindowClosing]:
    """What of a subscription is to be told now; batches that close at the same moment are told together."""
    closing: dict[tuple[datetime, int], list[Returnable]] = {}
    for batch in outlook.windows:
        if batch.alert is not None and not _goes_on_monthly(outlook, batch):
            closing.setdefault((batch.until, batch.alert), []).append(batch)
    for (until, hours), found in closing.items():
        refund = total((one.refund for one in found), outlook.held.place.contract.currency)
        yield WindowClosing(outlook, sum(one.seats for one in found), until, refund, hours)


def _goes_on_monthly(outlook: Outlook, batch: Returnable) -> bool:
    agreed = outlook.agreed
    if agreed.start is None or agreed.start <= outlook.held.start:
        return False
    return agreed.monthly and batch.until - OPEN == midnight(agreed.start)
