"""What a sync has to do, decided from rows alone: often nothing.

The case is everything that the tenant knows about one invoice and one accounting system. The plan lists what must be sent. An
export that was begun and never finished is taken up again under the same version: the books are asked first in any case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from work365.accounting.payload import fingerprint
from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from work365.accounting.documents import Document, Receipt

LEASE = timedelta(seconds=90)
"""How long one job's export keeps another job away: longer than any call to the books may take."""

NOT_YET = ("Draft", "Verified")


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


@dataclass(frozen=True, slots=True)
class Case:
    """One invoice, the system that keeps its books (None: its contract names none), and what was sent so far.

    Attributes:
        status: the invoice's status reason, in words.
        export: the newest export to that system, if any.
        links: by the reference of a customer or item, or the id of a payment.
        receipts: what we collected for the invoice ourselves.
    """

    document: Document
    status: str
    system: BooksSystem | None
    export: Export | None = None
    links: Mapping[str, Link] = field(default_factory=dict)
    receipts: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be sent.

    Attributes:
        version: of the export row that this sync writes.
        document, customer: they are new or changed.
        receipts: those that the books do not have from us yet.
    """

    version: int
    payload_hash: str
    document: bool
    customer: bool
    receipts: tuple[Receipt, ...]

    @property
    def nothing(self) -> bool:
        """The books have everything already."""
        return not (self.document or self.customer or self.receipts)


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
        receipts=tuple(receipt for receipt in case.receipts if receipt.id not in case.links),
    )


def held_by_another(case: Case, job: str, now: datetime) -> bool:
    """Another job began an export of this invoice a moment ago and may still be at work on it."""
    last = case.export
    if last is None or last.state is not ExportState.PENDING or last.sent_on is None:
        return False
    return last.holder != job and now - last.sent_on < LEASE
