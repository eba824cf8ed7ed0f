"""The mail that asks a customer for a card or a bank account: a notice like others, but that its row does not hold the link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.documents.letter import SUBJECT_MAX, one_line
from work365.ids import derived
from work365.telling.notice import Audience, Notice, NoticeKind

if TYPE_CHECKING:
    from datetime import datetime

    from work365.documents.formats import Formats
    from work365.receivables.profile_links import Request

ELIDED = "[...]"
"""What stands in the row instead of the link, which only the mail holds."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is mailed, and what is kept of it. Shape: `body` holds the link; the notice's own body does not."""

    notice: Notice
    body: str


def keys_of(profile: str) -> str:
    """How the keys of a request's notices begin."""
    return f"{NoticeKind.PAYMENT_DETAILS.value}:{profile}:"


def invitation(
    request: Request, link: str, until: datetime, *, to: str, signed: tuple[str, ...], writing: Formats, now: datetime
) -> Invitation:
    """Ask by one mail. Shape: the notice's id comes from the profile and the address: one request is mailed once to each."""
    labels = writing.labels
    key = f"{keys_of(request.id)}{Audience.CUSTOMER.value}:{to.casefold()}"
    subject = one_line(labels.mail_setup_subject.format(seller=next(iter(signed), "")))[:SUBJECT_MAX]

    def body(shown: str) -> str:
        asked = labels.mail_setup.format(link=shown)
        paragraphs = (
            labels.mail_hello.format(buyer=one_line(request.name)),
            f"{asked}\n{labels.mail_setup_until.format(day=writing.day(until.date()))}",
            "\n".join((labels.mail_goodbye, *map(one_line, signed))),
        )
        return "\n\n".join(paragraphs) + "\n"

    notice = Notice(
        id=derived("notice", key),
        recipient=to,
        begun=now,
        key=key,
        events=(request.id,),
        kind=NoticeKind.PAYMENT_DETAILS,
        audience=Audience.CUSTOMER,
        subject=subject,
        body=body(ELIDED),
        language=labels.language,
        why=f"Somebody asked for payment details in {request.currency} by a link that is good until {until:%Y-%m-%d %H:%M} UTC.",
        until=until,
        contract="",
        account=request.account,
        subscription="",
    )
    return Invitation(notice, body(link))
