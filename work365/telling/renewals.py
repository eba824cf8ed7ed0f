"""A term that ends is told 90, 60, 30 and 7 days ahead: once for each mark, and only the nearest when the job comes late.

A month's term is told 7 days ahead alone: longer ahead it has hardly begun.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.periods import local_day
from work365.telling.notice import NoticeKind, Wording
from work365.telling.words import moment, priced
from work365.terms.renewal import NOTICE_DAYS, AtEnd, notice

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from work365.documents.formats import Formats
    from work365.subscriptions.renewing import Outlook

MONTH_MARKS = NOTICE_DAYS[:1]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RenewalAhead:
    """A term that ends in `days`, at or after the mark of so many days."""

    outlook: Outlook
    mark: int
    days: int
    kind = NoticeKind.RENEWAL

    @property
    def event(self) -> str:
        """The subscription, the term's end and the mark."""
        return f"{self.subscription}:{self.outlook.agreed.end}:{self.mark}"

    @property
    def bundle(self) -> str:
        """What ends on the same day on the same contract."""
        return f"{self.outlook.agreed.end}:{self.mark}"

    @property
    def contract(self) -> str:
        """The contract that it is on."""
        return self.outlook.held.place.contract.id

    @property
    def subscription(self) -> str:
        """The subscription."""
        return self.outlook.held.id

    @property
    def until(self) -> datetime:
        """Once the renewal has begun nothing can be changed any more."""
        return self.outlook.locked_from

    @property
    def why(self) -> str:
        """The mark."""
        return f"The term ends on {self.outlook.agreed.end - ONE_DAY}; {self.days} days are left, and {self.mark} is a mark."

    def worded(self, writing: Formats, zone: str) -> Wording:
        """Term end, lock, what happens then, and the price before and after."""
        labels, held, agreed = writing.labels, self.outlook.held, self.outlook.agreed
        last, code = writing.day(agreed.end - ONE_DAY), held.place.contract.currency
        then = {
            AtEnd.RENEW: labels.then_renew,
            AtEnd.EXTEND: labels.then_extend,
            AtEnd.END: labels.then_end,
            None: labels.then_supplier,
        }
        facts = [
            labels.notice_seats.format(seats=held.quantity),
            labels.notice_days_left.format(days=self.days),
            labels.notice_price.format(price=priced(self.outlook.price, code, writing)),
            labels.notice_then.format(then=then[agreed.at_end]),
        ]
        after = self.outlook.price_after
        if after is not None or self.outlook.missing:
            text = labels.price_missing if after is None else priced(after, code, writing)
            facts.append(labels.notice_price_after.format(price=text))
        facts.append(labels.notice_change_until.format(moment=moment(self.until, zone, writing)))
        return Wording(
            labels.notice_renewal_subject.format(name=held.name, day=last),
            labels.notice_renewal.format(name=held.name, day=last),
            tuple(facts),
        )


def renewal_ahead(outlook: Outlook, now: datetime, zone: ZoneInfo) -> RenewalAhead | None:
    """What of a subscription's term is to be told now: the nearest mark; None before the first one and once it is locked."""
    agreed, today = outlook.agreed, local_day(now, zone)
    mark = notice(agreed.end, today)
    marks = MONTH_MARKS if agreed.monthly else NOTICE_DAYS
    if mark is None or mark not in marks or now >= outlook.locked_from:
        return None
    return RenewalAhead(outlook, mark, (agreed.end - today).days)
