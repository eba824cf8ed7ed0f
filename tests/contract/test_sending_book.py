"""What every sending book promises: the fake that the handler is tested with, and the store over the local tenant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq
from dataverse.stores.sending import Sending
from local.desks.documents import cycle, invoice
from local.desks.issued import issued
from local.desks.tenants import Tenant
from local.fakes.mail import FakeSendingBook
from work365.documents.deliveries import Delivery, DeliveryState
from work365.documents.printed import Drawn
from work365.documents.recipients import Addresses
from work365.errors import Conflict, NotFound
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.ports.mail import SendingBook

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PDF, UBL, FILE = b"%PDF \x00\xff", b"<Invoice>\xc3\xbc</Invoice>", "Invoice INV-2026-00012.pdf"
DRAWN = Drawn(PDF, UBL)


@dataclass
class Shelf:
    """A book, its invoice, and when the invoice was last sent."""

    book: SendingBook
    invoice: str
    sent_on: Callable[[], object]

    def delivery(self, recipient: str = "ap@fabrikam.example", attempt: int = 1) -> Delivery:
        """A new delivery that begins at noon."""
        key = derived("delivery", self.invoice, recipient, str(attempt))
        return Delivery(id=key, invoice=self.invoice, recipient=recipient, attempt=attempt, begun=NOON, document_hash="ab")


def fake() -> Shelf:
    """The fake."""
    key = derived("invoice", "1")
    book = FakeSendingBook(key, "Issued", invoice(cycle("A", "1", "100.00")), Addresses("ap@fabrikam.example"))
    return Shelf(book, key, lambda: book.sent_on)


def store() -> Shelf:
    """The store over a tenant in memory."""
    tenant = Tenant(lambda: NOON)
    made = issued(tenant.api, tenant.currencies.id("USD"))

    def sent_on() -> object:
        [row] = tenant.api.find(Query("w365_invoice", ("w365_senton",), eq("w365_invoiceid", made.invoice)))
        return row["w365_senton"] and datetime.fromisoformat(row["w365_senton"])

    return Shelf(Sending(tenant.api), made.invoice, sent_on)


@pytest.fixture(params=[fake, store], ids=["fake", "dataverse"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """Each book in turn."""
    made: Shelf = request.param()
    return made


def test_an_unsent_invoice_has_a_document_and_no_deliveries(shelf: Shelf) -> None:
    """What load answers before anything was sent; an unknown invoice is NotFound."""
    outgoing = shelf.book.load(shelf.invoice)
    assert (outgoing.state, outgoing.deliveries, outgoing.stored) == ("Issued", (), None)
    assert outgoing.document is not None
    assert outgoing.document.number == "INV-2026-00012"
    assert outgoing.addresses.primary == "ap@fabrikam.example"
    with pytest.raises(NotFound):
        shelf.book.load(derived("invoice", "no such"))


def test_what_begins_is_there_with_the_same_bytes(shelf: Shelf) -> None:
    """The document byte by byte, the delivery with its moment and a version."""
    outgoing, delivery = shelf.book.load(shelf.invoice), shelf.delivery()
    shelf.book.begin(outgoing, [delivery], DRAWN, file_name=FILE)
    again = shelf.book.load(shelf.invoice)
    assert (again.stored, again.stored_ubl) == (PDF, UBL)
    [row] = again.deliveries
    assert row.etag
    assert replace(row, etag="") == delivery
    assert shelf.sent_on() is None


def test_the_slower_of_two_workers_writes_nothing(shelf: Shelf) -> None:
    """Neither its document nor its other delivery: Conflict, all or nothing."""
    outgoing = shelf.book.load(shelf.invoice)
    shelf.book.begin(outgoing, [shelf.delivery()], DRAWN, file_name=FILE)
    for drawn in (Drawn(b"other"), None):
        with pytest.raises(Conflict):
            shelf.book.begin(outgoing, [shelf.delivery("cfo@fabrikam.example"), shelf.delivery()], drawn, file_name=FILE)
    again = shelf.book.load(shelf.invoice)
    assert (again.stored, [row.recipient for row in again.deliveries]) == (PDF, ["ap@fabrikam.example"])


def test_a_delivery_is_taken_up_again_only_under_its_version(shelf: Shelf) -> None:
    """Of two workers that read the same queued row, one begins it."""
    shelf.book.begin(shelf.book.load(shelf.invoice), [replace(shelf.delivery(), begun=None)], DRAWN, file_name=FILE)
    outgoing = shelf.book.load(shelf.invoice)
    later = replace(outgoing.deliveries[0], begun=NOON + timedelta(minutes=1))
    shelf.book.begin(outgoing, [later], None, file_name=FILE)
    with pytest.raises(Conflict):
        shelf.book.begin(outgoing, [later], None, file_name=FILE)
    assert shelf.book.load(shelf.invoice).deliveries[0].begun == NOON + timedelta(minutes=1)


@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.QUEUED])
def test_what_became_of_it_is_kept(shelf: Shelf, state: DeliveryState) -> None:
    """State, moment, reference and message; the invoice says when it was last sent."""
    outgoing, delivery = shelf.book.load(shelf.invoice), shelf.delivery()
    shelf.book.begin(outgoing, [delivery], DRAWN, file_name=FILE)
    sent = NOON if state is DeliveryState.SENT else None
    outcome = replace(delivery, state=state, sent=sent, reference="r-1", message="why")
    shelf.book.finish(outgoing, [outcome], sent=sent)
    [row] = shelf.book.load(shelf.invoice).deliveries
    assert replace(row, etag="") == outcome
    assert shelf.sent_on() == sent
