"""The sending book over Dataverse: one request to load, one to begin, one to finish; one more where links are mailed."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.batch import Create, Get, Update, in_parts
from dataverse.query import Query, any_of, both, either, eq, not_null
from dataverse.rows import bind, status_label
from dataverse.stores import bundle_rows as bundles
from dataverse.stores import document_rows as beside
from dataverse.stores import pay_link_rows as pay_links
from dataverse.stores import sending_rows as wire
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.line_users import named_users
from dataverse.stores.payment_rule_rows import agreed
from dataverse.stores.payments_rows import RULED_EXPAND, processor
from dataverse.webapi import Ref
from work365.documents.document import DocumentKind
from work365.errors import BadInput
from work365.ids import derived
from work365.ports.mail import Outgoing
from work365.receivables.pay_links import PayTerms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from dataverse.batch import Op
    from dataverse.webapi import Row, WebApi
    from work365.documents.deliveries import Delivery
    from work365.documents.document import Document
    from work365.documents.printed import Drawn
    from work365.receivables.pay_links import NewLink

NOTE = "annotation"
KEYS_PER_QUESTION = 50


class Sending:
    """Invoices, their stored documents and their deliveries.

    Shape: the document is a note on the invoice with a derived id: a second one meets the first.
    """

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def load(self, invoice: str) -> Outgoing:
        """Read everything in one request. Errors: NotFound; BadInput when a setting that counts cannot be used."""
        head, lines, deliveries, rates, notes, said = self._api.rows(*_questions(invoice))
        row = wire.inherited(head[0], Inherited(said))
        document = wire.document(row, lines, rates)
        if document is not None:
            document = self._completed(named_users(self._api, document, lines), invoice, lines)
        stored = {note["annotationid"]: base64.b64decode(note["documentbody"], validate=True) for note in notes}
        return Outgoing(
            invoice=invoice,
            state=status_label(wire.INVOICE_TABLE, row),
            document=document,
            addresses=wire.addresses(row),
            deliveries=tuple(wire.delivery(one) for one in deliveries),
            stored=stored.get(note_id(invoice)),
            stored_ubl=stored.get(ubl_id(invoice)),
            pay=self._pay_terms(invoice, wire.pay_link(row, Inherited(said))),
        )

    def _pay_terms(self, invoice: str, good_for: timedelta | None) -> PayTerms | None:
        """One request more, where links are mailed at all."""
        if good_for is None:
            return None
        [ruled], processors = self._api.rows(
            Get(Ref(wire.INVOICE_TABLE, invoice), ("w365_invoiceid",), RULED_EXPAND), Get(pay_links.PROCESSORS)
        )
        rule = agreed(ruled["w365_Account"], (ruled.get("w365_Contract") or {}).get("w365_PriceList"))
        return PayTerms(good_for, [processor(row) for row in processors], rule)

    def numbered(self, number: str) -> Outgoing:
        """The document with this number. Errors: BadInput when there is none."""
        row = self._api.first(Query(wire.INVOICE_TABLE, ("w365_invoiceid",), eq("w365_number", number))) if number else None
        if row is None:
            message = f"no invoice or credit note has the number '{number}'; look it up under Invoices"
            raise BadInput(message, "NUMBER")
        return self.load(row["w365_invoiceid"])

    def _completed(self, document: Document, invoice: str, lines: Sequence[Row]) -> Document:
        """With what only some documents need: the invoices that a credit note corrects, the template's own columns, bundles."""
        origins = sorted({line.origin for line in document.lines if line.origin})
        corrects = origins if document.kind is DocumentKind.CREDIT_NOTE else []
        columns = tuple(field.column for field in document.template.fields)
        parts = in_parts(corrects, KEYS_PER_QUESTION)
        asked = [Get(beside.earlier(part)) for part in parts]
        if columns:
            asked.append(Get(Query(wire.INVOICE_TABLE, columns, eq("w365_invoiceid", invoice), annotations=True)))
        bundled = bundles.questions(lines)
        asked += bundled
        if not asked:
            return document
        answers = self._api.rows(*asked)
        if bundled:
            components, sold = answers.pop(), answers.pop()
            document = replace(document, lines=bundles.with_parts(document.lines, lines, sold, components))
        extra = beside.extra_values(answers.pop()[0], columns) if columns else {}
        return replace(document, preceding=beside.preceding(row for answer in answers for row in answer), extra=extra)

    def begin(
        self,
        outgoing: Outgoing,
        deliveries: Sequence[Delivery],
        drawn: Drawn | None,
        *,
        file_name: str,
        links: Sequence[NewLink] = (),
    ) -> None:
        """Write down that deliveries begin, under the version of those that were read, their links, and the document."""
        ops: list[Op] = [*map(_open, deliveries), *map(pay_links.made, links)]
        if drawn is not None:
            ops[:0] = _notes(outgoing.invoice, drawn, file_name)
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


def ubl_id(invoice: str) -> str:
    """The id of the note that holds an invoice's e-invoice."""
    return derived("invoice-ubl", invoice)


def _questions(invoice: str) -> list[Get]:
    of_invoice = eq("_w365_invoice_value", invoice)
    stored = both(any_of("annotationid", (note_id(invoice), ubl_id(invoice))), eq("_objectid_value", invoice))
    return [
        Get(Ref(wire.INVOICE_TABLE, invoice), wire.INVOICE, wire.INVOICE_EXPAND),
        Get(Query(wire.LINE_TABLE, wire.LINE, of_invoice, "w365_ordinal", wire.LINE_EXPAND)),
        Get(Query(wire.DELIVERY_TABLE, wire.DELIVERY, of_invoice, "w365_attempt")),
        Get(Query("w365_taxrate", beside.TAX_RATE, either(not_null("w365_note"), not_null("w365_vatcategory")))),
        Get(Query(NOTE, ("annotationid", "documentbody"), stored)),
        SETTINGS,
    ]


def _open(value: Delivery) -> Op:
    if not value.etag:
        return Create(wire.DELIVERY_TABLE, wire.new_delivery(value), id=value.id)
    return Update(Ref(wire.DELIVERY_TABLE, value.id), wire.moved(value), etag=value.etag)


def _notes(invoice: str, drawn: Drawn, file_name: str) -> list[Op]:
    """The files that are kept: the document, and its e-invoice where there is one."""
    files: list[Op] = [Create(NOTE, _note(invoice, drawn.pdf, file_name, "application/pdf"), id=note_id(invoice))]
    if drawn.ubl is not None:
        xml = file_name.removesuffix(".pdf") + ".xml"
        files.append(Create(NOTE, _note(invoice, drawn.ubl, xml, "application/xml"), id=ubl_id(invoice)))
    return files


def _note(invoice: str, content: bytes, file_name: str, kind: str) -> Row:
    return {
        "subject": file_name,
        "filename": file_name,
        "mimetype": kind,
        "documentbody": base64.b64encode(content).decode("ascii"),
        **bind("objectid_w365_invoice", wire.INVOICE_TABLE, invoice),
    }
