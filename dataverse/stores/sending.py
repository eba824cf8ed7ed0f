"""The sending book over Dataverse: one request to load, one to begin, one to finish."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from dataverse.batch import Create, Get, Update
from dataverse.query import Query, both, eq, not_null
from dataverse.rows import bind, status_label
from dataverse.stores import sending_rows as wire
from dataverse.webapi import Ref
from work365.ids import derived
from work365.ports.mail import Outgoing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dataverse.batch import Op
    from dataverse.webapi import Row, WebApi
    from work365.documents.deliveries import Delivery

NOTE = "annotation"


class Sending:
    """Invoices, their stored documents and their deliveries.

    Shape: the document is a note on the invoice with a derived id: a second one meets the first.
    """

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def load(self, invoice: str) -> Outgoing:
        """Read everything in one request. Errors: NotFound."""
        head, lines, deliveries, notes, stored = self._api.rows(*_questions(invoice))
        row = head[0]
        return Outgoing(
            invoice=invoice,
            state=status_label(wire.INVOICE_TABLE, row),
            document=wire.document(row, lines, notes),
            addresses=wire.addresses(row),
            deliveries=tuple(wire.delivery(one) for one in deliveries),
            stored=base64.b64decode(stored[0]["documentbody"], validate=True) if stored else None,
        )

    def begin(self, outgoing: Outgoing, deliveries: Sequence[Delivery], document: bytes | None, *, file_name: str) -> None:
        """Write down that deliveries begin, under the version of those that were read, and store the document."""
        ops: list[Op] = [_open(value) for value in deliveries]
        if document is not None:
            ops.insert(0, Create(NOTE, _note(outgoing.invoice, document, file_name), id=note_id(outgoing.invoice)))
        self._api.change(ops)

    def finish(self, outgoing: Outgoing, deliveries: Sequence[Delivery], *, sent: datetime | None) -> None:
        """Write down what became of them."""
        ops: list[Op] = [Update(Ref(wire.DELIVERY_TABLE, value.id), wire.moved(value)) for value in deliveries]
        if sent is not None:
            ops.append(Update(Ref(wire.INVOICE_TABLE, outgoing.invoice), {"w365_senton": sent}))
        self._api.change(ops)


def note_id(invoice: str) -> str:
    """The id of the note that holds an invoice's document."""
    return derived("invoice-document", invoice)


def _questions(invoice: str) -> list[Get]:
    of_invoice = eq("_w365_invoice_value", invoice)
    stored = both(eq("annotationid", note_id(invoice)), eq("_objectid_value", invoice))
    return [
        Get(Ref(wire.INVOICE_TABLE, invoice), wire.INVOICE, wire.INVOICE_EXPAND),
        Get(Query(wire.LINE_TABLE, wire.LINE, of_invoice, "w365_ordinal", wire.LINE_EXPAND)),
        Get(Query(wire.DELIVERY_TABLE, wire.DELIVERY, of_invoice, "w365_attempt")),
        Get(Query("w365_taxrate", wire.TAX_NOTE, not_null("w365_note"))),
        Get(Query(NOTE, ("documentbody",), stored)),
    ]


def _open(value: Delivery) -> Op:
    if not value.etag:
        return Create(wire.DELIVERY_TABLE, wire.new_delivery(value), id=value.id)
    return Update(Ref(wire.DELIVERY_TABLE, value.id), wire.moved(value), etag=value.etag)


def _note(invoice: str, document: bytes, file_name: str) -> Row:
    return {
        "subject": file_name.removesuffix(".pdf"),
        "filename": file_name,
        "mimetype": "application/pdf",
        "documentbody": base64.b64encode(document).decode("ascii"),
        **bind("objectid_w365_invoice", wire.INVOICE_TABLE, invoice),
    }
