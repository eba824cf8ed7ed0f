"""The words of the pages that customers see in their browser, in one language; they stand in the same catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from work365.documents.notice_words import NoticeWords


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords(NoticeWords):
    """What pages behind a link say; whole sentences, with nothing to fill in."""

    page_setup: str
    page_unknown: str
    page_expired: str
    page_used: str
    page_done: str
    page_back: str
    page_later: str
