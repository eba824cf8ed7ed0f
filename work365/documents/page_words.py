"""The words of the pages that customers see in their browser, in one language; they stand in the same catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from work365.documents.notice_words import NoticeWords


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords(NoticeWords):
    """What pages behind a link say, and the mail that carries one. Words in braces are filled in with `str.format`."""

    page_setup: str
    page_unknown: str
    page_expired: str
    page_used: str
    page_done: str
    page_back: str
    page_later: str
    page_pay: str
    page_opening: str
    page_script: str
    page_setup_ask: str
    page_continue: str
    page_onward: str
    page_pay_now: str
    page_pay_where: str
    page_download: str
    page_paid: str
    page_under_way: str
    page_elsewhere: str
    page_cancelled: str
    page_thanks: str
    page_too_many: str
    mail_pay: str
    mail_pay_until: str
    mail_pay_these: str
    mail_pay_one: str
    mail_setup_subject: str
    mail_setup: str
    mail_setup_until: str
