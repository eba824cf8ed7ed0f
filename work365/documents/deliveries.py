"""Who still has to get a document: one pure decision over what was tried before.

A delivery is one attempt to reach one recipient. Its row is written before the mail leaves, so a worker that died in between
leaves a trace: begun and without an outcome means "may have been sent", and the mailbox is asked before anything is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


class DeliveryState(Enum):
    """Where a delivery stands. The values are the labels of its status reason."""

    QUEUED = "Queued"
    UNKNOWN = "Unknown"
    SENT = "Sent"
    FAILED = "Failed"

    @property
    def final(self) -> bool:
        """Nothing more will happen by itself."""
        return self in (DeliveryState.SENT, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One mail to one recipient, and what became of it.

    Attributes:
        id: travels in the mail, so that the mail can be found again.
        begun: when a worker began to hand it over; empty means that it certainly has not left.
        message: what went wrong or what is being waited for, in words.
        etag: the row's version when it was read; empty for one without a row.
    """

    id: str
    recipient: str
    state: DeliveryState = DeliveryState.QUEUED
    begun: datetime | None = None
    sent: datetime | None = None
    reference: str = ""
    message: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Posting):
    """One attempt to reach one recipient with an invoice.

    Attributes:
        id: derived from invoice, recipient and attempt.
        job: the job that asked for it.
    """

    invoice: str
    attempt: int
    job: str = ""
    document_hash: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a job has to do.

    Attributes:
        new: deliveries without a row yet.
        waiting: rows that certainly have not left: send them.
        doubtful: rows that may have left: ask first.
        done: rows with an outcome that this job reports and leaves alone.
    """

    new: tuple[Delivery, ...] = ()
    waiting: tuple[Delivery, ...] = ()
    doubtful: tuple[Delivery, ...] = ()
    done: tuple[Delivery, ...] = ()


def plan(
    invoice: str, wanted: Sequence[str], rows: Iterable[Delivery], *, job: str, resend: bool, document_hash: str = ""
) -> Plan:
    """Decide per recipient; running it again after any part was done gives the rest.

    Shape: an open delivery of another job is taken over and finished before another is begun. Without `resend`, a recipient who
           has the document is left alone and one whose last attempt failed under another job gets a new attempt. With it,
           everyone gets one new attempt of this job, also after one that "may have been sent": the person has decided.
    """
    by_recipient: dict[str, list[Delivery]] = {}
    for row in rows:
        by_recipient.setdefault(row.recipient.casefold(), []).append(row)
    new: list[Delivery] = []
    kept: list[Delivery] = []
    for recipient in wanted:
        tried = sorted(by_recipient.get(recipient.casefold(), ()), key=lambda row: row.attempt)
        current = _current(tried, job, resend=resend)
        if current is not None:
            kept.append(current if current.state.final else replace(current, job=job))
            continue
        attempt = tried[-1].attempt + 1 if tried else 1
        key = derived("delivery", invoice, recipient.casefold(), str(attempt))
        new.append(Delivery(id=key, invoice=invoice, recipient=recipient, attempt=attempt, job=job, document_hash=document_hash))
    return Plan(
        new=tuple(new),
        waiting=tuple(row for row in kept if row.state is DeliveryState.QUEUED and row.begun is None),
        doubtful=tuple(row for row in kept if not row.state.final and row.begun is not None),
        done=tuple(row for row in kept if row.state.final),
    )


def _current(tried: Sequence[Delivery], job: str, *, resend: bool) -> Delivery | None:
    """The attempt that this job is about, if it exists already."""
    if not tried:
        return None
    last = tried[-1]
    settled = last.state.final or (resend and last.state is DeliveryState.UNKNOWN)
    if last.job == job or not settled:
        return last
    mine = next((row for row in tried if row.job == job), None)
    if resend or mine is not None:
        return mine
    return next((row for row in tried if row.state is DeliveryState.SENT), None)
