"""Fakes of the ports of sending: a book with versions and all-or-nothing writes, and a mailer with a mailbox."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from work365.errors import Conflict, NotFound
from work365.ports.mail import Found, Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from work365.documents.deliveries import Delivery
    from work365.documents.document import Document
    from work365.documents.printed import Drawn
    from work365.documents.recipients import Addresses
    from work365.ports.mail import Mail
    from work365.receivables.pay_links import NewLink, PayTerms


@dataclass
class FakeMailer:
    """Keeps what it is given. `faults` are raised by the next sends, one each; `eats` are raised after the mail was taken."""

    clock: Callable[[], datetime]
    sent: list[Mail] = field(default_factory=list)
    faults: list[Exception | None] = field(default_factory=list)
    eats: list[Exception | None] = field(default_factory=list)
    blind: Exception | None = None
    hidden: bool = False
    searches: int = 0
    _when: dict[str, datetime] = field(default_factory=dict)

    def send(self, mail: Mail) -> str:
        """Take one mail."""
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        self.sent.append(mail)
        self._when.setdefault(mail.delivery, self.clock())
        lost = self.eats.pop(0) if self.eats else None
        if lost is not None:
            raise lost
        return f"request-{len(self.sent)}"

    def find(self, delivery: str) -> Found | None:
        """Look for one mail."""
        self.searches += 1
        if self.blind is not None:
            raise self.blind
        when = self._when.get(delivery)
        return None if when is None or self.hidden else Found(f"<{delivery}@fake>", when)


@dataclass
class FakeSendingBook:
    """One invoice. `interrupt` runs before each write, so that a test can die there or let another worker be faster."""

    invoice: str
    state: str
    document: Document | None
    addresses: Addresses
    rows: dict[str, Delivery] = field(default_factory=dict)
    stored: bytes | None = None
    stored_ubl: bytes | None = None
    file_name: str = ""
    sent_on: datetime | None = None
    pay: PayTerms | None = None
    links: list[NewLink] = field(default_factory=list)
    interrupt: Callable[[str], None] = lambda _step: None
    _version: int = 0

    def load(self, invoice: str) -> Outgoing:
        """Read it."""
        if invoice != self.invoice:
            message = f"there is no invoice {invoice}"
            raise NotFound(message, system="fake")
        return Outgoing(
            invoice,
            self.state,
            self.document,
            self.addresses,
            tuple(self.rows.values()),
            self.stored,
            self.stored_ubl,
            self.pay,
        )

    def begin(
        self,
        outgoing: Outgoing,
        deliveries: Sequence[Delivery],
        drawn: Drawn | None,
        *,
        file_name: str,
        links: Sequence[NewLink] = (),
    ) -> None:
        """Write down that deliveries begin."""
        self.interrupt("begin")
        if drawn is not None and self.stored is not None:
            self._conflict(f"the document of {outgoing.invoice}")
        for one in deliveries:
            there = self.rows.get(one.id)
            if (there.etag if there else "") != one.etag:
                self._conflict(f"the delivery to {one.recipient}")
        if drawn is not None:
            self.stored, self.stored_ubl, self.file_name = drawn.pdf, drawn.ubl, file_name
        self.links.extend(links)
        self._write(deliveries)
        self.interrupt("begun")

    def finish(self, outgoing: Outgoing, deliveries: Sequence[Delivery], *, sent: datetime | None) -> None:
        """Write down what became of them."""
        self.interrupt("finish")
        for one in deliveries:
            if one.id not in self.rows:
                message = f"there is no delivery {one.id} of {outgoing.invoice}"
                raise NotFound(message, system="fake")
        self._write(deliveries)
        self.sent_on = sent or self.sent_on
        self.interrupt("finished")

    def _write(self, deliveries: Sequence[Delivery]) -> None:
        for one in deliveries:
            self._version += 1
            self.rows[one.id] = replace(one, etag=f'W/"{self._version}"')

    def _conflict(self, what: str) -> None:
        message = f"{what} changed meanwhile"
        raise Conflict(message, system="fake")
