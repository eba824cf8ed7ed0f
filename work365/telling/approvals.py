"""What is told about requests that wait for an approver: to approvers that one waits, to whoever asked what became of it.

    Waiting                            approvers: that it waits; once more in its last day
    Waiting, and asked about before    whoever asked: that it waits again, because its facts changed
    Approved, Refused, Expired         whoever asked

Each is told once: a notice's id comes from the approval, what is told of it, and an approver's address. Timers that come late
tell the mark that is nearest. Nobody is mailed to answer what they asked for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from work365.approving.approval import ApprovalState
from work365.documents.deliveries import DeliveryState
from work365.documents.letter import SUBJECT_MAX, one_line
from work365.ids import derived
from work365.telling.notice import A_WEEK, Audience, Notice, NoticeKind
from work365.telling.words import moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from work365.approving.approval import Approval
    from work365.documents.formats import Formats
    from work365.documents.notice_words import NoticeWords
    from work365.ports.documents import Catalogues

SETTING, ADDRESSES = "notice-approval", "approval-email"
OFF, STAFF, MAIL = "off", "staff", "mail"
LAST_DAY = timedelta(days=1)


class Mark(Enum):
    """What of a request is told. The values stand in the events of notices."""

    WAITS = "waits"
    LAST_DAY = "last day"
    AGAIN = "again"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


TO_APPROVERS = frozenset({Mark.WAITS, Mark.LAST_DAY})
"""True for as long as the request waits; the others have happened."""
ENDS = {
    ApprovalState.APPROVED: Mark.APPROVED,
    ApprovalState.REFUSED: Mark.REFUSED,
    ApprovalState.EXPIRED: Mark.EXPIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An approval with who is told of it.

    Attributes:
        account: id of the customer that it is about; "" for none.
        mode: off, staff (rows to read) or mail (mailed, too), by the settings that count for the customer.
        problem: why they do not: one of them cannot be used; then staff reads it.
        approvers: the addresses at which approvers are mailed.
        address: that of whoever asked; "" where nobody knows one.
        by_person: somebody asked, and not the application itself, whom nobody can tell anything.
        language: tag of the company's.
        zone: IANA zone of the legal entity.
    """

    approval: Approval
    account: str = ""
    mode: str = STAFF
    problem: str = ""
    approvers: tuple[str, ...] = ()
    address: str = ""
    by_person: bool = True
    language: str = ""
    zone: str = "UTC"


def event(approval: str, mark: Mark) -> str:
    """What a notice tells: an approval by its id, and what of it."""
    return f"{approval}:{mark.value}"


def waited_for(told: str) -> str:
    """The approval that has to wait for what is told to be true; "" for what has happened."""
    approval, _, mark = told.partition(":")
    return approval if mark in {one.value for one in TO_APPROVERS} else ""


def marks(one: Approval, now: datetime) -> tuple[Mark, ...]:
    """What is to be told of an approval at a moment."""
    if one.state in ENDS:
        return (ENDS[one.state],)
    if one.state is not ApprovalState.WAITING or one.answer_by <= now:
        return ()
    last = one.answer_by - LAST_DAY
    to_approvers = Mark.LAST_DAY if one.asked_on < last <= now else Mark.WAITS
    return (to_approvers, Mark.AGAIN) if one.number > 1 else (to_approvers,)


def notices(one: Told, now: datetime, catalogues: Catalogues) -> Iterator[Notice]:
    """Everyone who is told of an approval at a moment: a row to read for each mark, and mails where settings ask for them."""
    if one.mode == OFF:
        return
    writing = catalogues.formats(one.language)
    for mark in marks(one.approval, now):
        if mark in TO_APPROVERS:
            yield from (_notice(one, mark, writing, address) for address in ("", *_mailed(one)))
        elif one.by_person:
            yield _notice(one, mark, writing, one.address if one.mode == MAIL else "")


def _mailed(one: Told) -> tuple[str, ...]:
    """Where approvers are mailed; never at the address of whoever asked."""
    return tuple(to for to in one.approvers if to.casefold() != one.address.casefold()) if one.mode == MAIL else ()


def _notice(one: Told, mark: Mark, writing: Formats, address: str = "") -> Notice:
    """Shape: what approvers read is nobody's in particular, what whoever asked is told is theirs."""
    told, labels = event(one.approval.id, mark), writing.labels
    subject, sentence = _words(mark, labels)
    said = sentence.format(asker=one.approval.asked_by, approver=one.approval.answered_by)
    to_approvers = mark in TO_APPROVERS
    key = f"{NoticeKind.APPROVAL.value}:{told}:{address.casefold() if to_approvers else ''}"
    return Notice(
        id=derived("notice", key),
        recipient=address,
        state=DeliveryState.QUEUED,
        message=one.problem,
        key=key,
        events=(told,),
        kind=NoticeKind.APPROVAL,
        audience=Audience.STAFF,
        subject=one_line(subject.format(what=one.approval.what))[:SUBJECT_MAX],
        body="\n".join((one_line(said), "", *map(one_line, _facts(one, mark, writing)))) + "\n",
        language=labels.language,
        why=one.approval.why,
        until=one.approval.answer_by if to_approvers else _happened(one.approval) + A_WEEK,
        contract="",
        account=one.account,
        subscription="",
        owner=None if to_approvers else ("systemuser", one.approval.asked_by.id),
    )


def _happened(one: Approval) -> datetime:
    if one.answered_on is not None:
        return one.answered_on
    return one.answer_by if one.state is ApprovalState.EXPIRED else one.asked_on


def _words(mark: Mark, labels: NoticeWords) -> tuple[str, str]:
    """Subject and sentence."""
    return {
        Mark.WAITS: (labels.approval_waits_subject, labels.approval_waits),
        Mark.LAST_DAY: (labels.approval_last_day_subject, labels.approval_last_day),
        Mark.AGAIN: (labels.approval_again_subject, labels.approval_again),
        Mark.APPROVED: (labels.approval_approved_subject, labels.approval_approved),
        Mark.REFUSED: (labels.approval_refused_subject, labels.approval_refused),
        Mark.EXPIRED: (labels.approval_expired_subject, labels.approval_expired),
    }[mark]


def _facts(one: Told, mark: Mark, writing: Formats) -> Iterator[str]:
    labels, asked = writing.labels, one.approval
    yield labels.approval_what.format(what=asked.what)
    if asked.customer:
        yield labels.notice_customer.format(customer=asked.customer)
    yield labels.approval_size.format(matter=asked.matter, size=asked.size)
    if asked.state is ApprovalState.WAITING:
        yield labels.approval_until.format(moment=moment(asked.answer_by, one.zone, writing))
    if mark is Mark.REFUSED:
        yield labels.approval_reason.format(reason=asked.reason)
    if mark in TO_APPROVERS:
        yield labels.approval_where.format(id=asked.id)
