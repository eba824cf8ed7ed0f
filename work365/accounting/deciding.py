"""What a sync has to do, decided from rows alone: often nothing.

The case is everything that the tenant knows about one invoice and one accounting system. The plan lists what must be sent. An
export that was begun and never finished is taken up again under the same version: the books are asked first in any case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from work365.accounting.giving_up import memo, memo_id, memo_receipt_id
from work365.accounting.payload import fingerprint
from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from work365.accounting.documents import Document, Receipt
    from work365.money import Money

LEASE = timedelta(seconds=90)
"""How long one job's export keeps another job away: longer than any call to the books may take."""

NOT_YET = ("Draft", "Verified")

WITHDRAWN = "withdrawn"
"""The fingerprint of what we took out of the books again."""


class ExportState(Enum):
    """Where an export stands. The values are the labels of its status reason."""

    PENDING = "Pending"
    UNKNOWN = "Unknown"
    DONE = "Done"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class BooksSystem:
    """One company in one accounting system."""

    id: str
    code: str
    kind: str
    company: str = ""
    token_secret: str = ""
    income_account: str = ""
    default_tax_code: str = ""
    bad_debt_account: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """One document sent to one system. `holder` is the job that is at work on it while it is Pending."""

    version: int
    state: ExportState
    payload_hash: str = ""
    external_id: str = ""
    sent_on: datetime | None = None
    holder: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What a system calls one of our customers, items or payments, and the fingerprint of what it was last told."""

    external_id: str
    payload_hash: str = ""

    @property
    def live(self) -> bool:
        """It is there, as far as we know."""
        return self.payload_hash != WITHDRAWN


@dataclass(frozen=True, slots=True)
class Case:
    """One invoice, the system that keeps its books (None: its contract names none), and what was sent so far.

    Attributes:
        status: the invoice's status reason, in words.
        export: the newest export to that system, if any.
        links: by the reference of a customer or item, or the id of a payment.
        receipts: what we collected for the invoice ourselves, and what credit notes pay of it.
        gone: our payments that pay nothing of it any more, and never had or no longer have money.
        written_off, written_off_on: what of it is given up, and when that was last moved.
    """

    document: Document
    status: str
    system: BooksSystem | None
    export: Export | None = None
    links: Mapping[str, Link] = field(default_factory=dict)
    receipts: tuple[Receipt, ...] = ()
    gone: tuple[str, ...] = ()
    written_off: Money | None = None
    written_off_on: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be sent.

    Attributes:
        version: of the export row that this sync writes.
        document, customer: they are new or changed.
        receipts: those that the books do not have from us yet.
        changed: those of which the books were told something else.
        gone: ids of payments that must be taken out.
        memo: over what is written off, where the books were told something else; `memo_gone` when nothing is any more.
    """

    version: int
    payload_hash: str
    document: bool
    customer: bool
    receipts: tuple[Receipt, ...]
    changed: tuple[Receipt, ...] = ()
    gone: tuple[str, ...] = ()
    memo: Document | None = None
    memo_gone: bool = False

    @property
    def payments(self) -> bool:
        """Something that pays the document must be sent."""
        return bool(self.receipts or self.changed or self.gone or self.memo or self.memo_gone)

    @property
    def nothing(self) -> bool:
        """The books have everything already."""
        return not (self.document or self.customer or self.payments)


def system_of(case: Case) -> BooksSystem:
    """The books that the document belongs in.

    Errors: Refused when it may not be posted yet, or nobody said where.
    """
    if case.status in NOT_YET:
        message = "This invoice is still a draft; issue it first, then sync it."
        raise Refused(message)
    if case.status == "Cancelled" and not case.document.number:  # with a number it stands beside the note that gives it back
        message = f"Invoice {case.document.number} is cancelled; it is not sent to the books."
        raise Refused(message)
    if case.system is None:
        message = f"The contract of invoice {case.document.number} names no accounting system. Choose one there, then sync again."
        raise Refused(message)
    return case.system


def decide(case: Case) -> Plan:
    """Compare what should be in the books with what was last sent."""
    wanted = fingerprint(case.document)
    last = case.export
    done = last is not None and last.state is ExportState.DONE
    changed = not done or last is None or last.payload_hash != wanted
    known = case.links.get(case.document.customer.reference)
    return Plan(
        version=1 if last is None else last.version + (done and changed),
        payload_hash=wanted,
        document=changed,
        customer=known is None or known.payload_hash != fingerprint(case.document.customer),
        receipts=tuple(receipt for receipt in case.receipts if not _there(case, receipt.id)),
        changed=tuple(receipt for receipt in case.receipts if _there(case, receipt.id) and _told_otherwise(case, receipt)),
        gone=tuple(id_ for id_ in (*case.gone, *_memo_receipt_gone(case)) if _there(case, id_)),
        memo=_memo(case),
        memo_gone=_given_up(case) is None and _there(case, memo_id(case.document.id)),
    )


def _there(case: Case, id_: str) -> bool:
    link = case.links.get(id_)
    return link is not None and link.live


def _told_otherwise(case: Case, receipt: Receipt) -> bool:
    """Links of earlier releases say no fingerprint: those were told what they are."""
    told = case.links[receipt.id].payload_hash
    return bool(told) and told != fingerprint(receipt)


def _given_up(case: Case) -> Document | None:
    """The memo over what is written off now; None where nothing is."""
    if case.written_off is None or not case.written_off.minor:
        return None
    return memo(case.document, case.written_off, case.written_off_on or case.document.issued_on)


def _memo(case: Case) -> Document | None:
    made = _given_up(case)
    if made is None:
        return None
    told = (case.links.get(id_) for id_ in (made.id, memo_receipt_id(case.document.id)))
    return made if any(link is None or link.payload_hash != fingerprint(made) for link in told) else None


def _memo_receipt_gone(case: Case) -> tuple[str, ...]:
    return () if _given_up(case) is not None else (memo_receipt_id(case.document.id),)


def held_by_another(case: Case, job: str, now: datetime) -> bool:
    """Another job began an export of this invoice a moment ago and may still be at work on it."""
    last = case.export
    if last is None or last.state is not ExportState.PENDING or last.sent_on is None:
        return False
    return last.holder != job and now - last.sent_on < LEASE
