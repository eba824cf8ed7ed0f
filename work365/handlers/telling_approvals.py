"""Tell approvers what waits for them, and whoever asked what became of it: written once each, mailed with all other notices.

What nobody has to read any more is put away, so that the approvers' queue holds what waits.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from work365.telling.approvals import notices

if TYPE_CHECKING:
    from work365.ports.documents import Catalogues
    from work365.ports.platform import Clock
    from work365.ports.telling import NoticeBook
    from work365.ports.telling_approvals import ApprovalNews
    from work365.telling.notice import Notice

LOOKED_BACK = timedelta(days=3)
"""How long timers may have been away before an answer is old news."""


def decided(*, news: ApprovalNews, book: NoticeBook, catalogues: Catalogues, clock: Clock) -> list[Notice]:
    """What is to be told now and nobody has written yet. Errors: External."""
    now = clock.now()
    found = [notice for one in news.told(now, since=now - LOOKED_BACK) for notice in notices(one, now, catalogues)]
    written = book.told([one.id for one in found]) if found else {}
    return [one for one in found if one.id not in written]


def queue(*, news: ApprovalNews, book: NoticeBook, catalogues: Catalogues, clock: Clock) -> int:
    """Write these notices, and put away those that are over; how many are new.

    Errors: External; running it again does the rest.
    """
    new = book.queue(decided(news=news, book=book, catalogues=catalogues, clock=clock))
    book.put_away()
    return new
