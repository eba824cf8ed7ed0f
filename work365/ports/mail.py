"""Ports of sending: who carries the mail, and where it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from work365.documents.deliveries import Delivery
    from work365.documents.document import Document
    from work365.documents.printed import Drawn
    from work365.documents.recipients import Addresses
    from work365.receivables.pay_links import NewLink, PayTerms


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail.

    Attributes:
        delivery: id of the row that it is written down in; it travels with the mail, so that the mail can be found again by it.
        file_name, content: its attachment; no file name means that it has none.
    """

    delivery: str
    recipient: str
    subject: str
    body: str
    file_name: str = ""
    content: bytes = b""
    content_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Found:
    """A mail that has left: what the mail system calls it, and when it went."""

    reference: str
    sent: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An invoice with all that sending it needs.

    Attributes:
        state: its status reason, e.g. "Issued".
        document: None as long as it has no number or date.
        stored, stored_ubl: the PDF and the e-invoice that were recorded when it was first sent.
        pay: None where the customer is not mailed links to pay by.
    """

    invoice: str
    state: str
    document: Document | None
    addresses: Addresses
    deliveries: tuple[Delivery, ...] = ()
    stored: bytes | None = None
    stored_ubl: bytes | None = None
    pay: PayTerms | None = None


class Mailer(Protocol):
    """Who carries mail."""

    def send(self, mail: Mail) -> str:
        """Hand one mail over; answers a reference to search the mail system's logs by.

        Errors: Refused when it is too large; Rejected when the mail system refuses it; Throttled or Unavailable when it certainly
                has not left; OutcomeUnknown when it may have.
        """

    def find(self, delivery: str) -> Found | None:
        """The mail of one delivery, if it has left; None may also mean "not yet".

        Errors: Rejected when we may not look into the mailbox; Throttled, Unavailable.
        """


class SendingBook(Protocol):
    """Where it is written down what is sent to whom."""

    def load(self, invoice: str) -> Outgoing:
        """Read an invoice with its recipients, deliveries and stored document. Errors: NotFound."""

    def begin(
        self,
        outgoing: Outgoing,
        deliveries: Sequence[Delivery],
        drawn: Drawn | None,
        *,
        file_name: str,
        links: Sequence[NewLink] = (),
    ) -> None:
        """Write down, all or nothing, that these deliveries begin, and what they carry.

        Shape:  the document and its e-invoice are stored if they are given; of a link its hash is.

        Errors: Conflict when another worker was faster: nothing was written, so load and decide again.
        """

    def finish(self, outgoing: Outgoing, deliveries: Sequence[Delivery], *, sent: datetime | None) -> None:
        """Write down, all or nothing, what became of them, and when the invoice was last sent."""
