"""Draw a document: what it says, in whose language, as PDF with its e-invoice inside.

A document whose e-invoice is not possible (a tax rate that does not say what it means, a currency with three places) is drawn
without one, and says why; it is no reason to send no invoice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.documents.printed import Drawn
from work365.documents.terms import e_invoice_of
from work365.documents.view import view_of
from work365.errors import Refused

if TYPE_CHECKING:
    from work365.documents.document import Document
    from work365.documents.formats import Formats
    from work365.ports.documents import Catalogues, DocumentBook, Documents, EInvoices


@dataclass(frozen=True, slots=True)
class Press:
    """Who draws: the typesetter, the writer of e-invoices, the languages."""

    documents: Documents
    e_invoices: EInvoices
    catalogues: Catalogues

    def writing(self, document: Document) -> Formats:
        """The customer's language, else the company's, else English."""
        return self.catalogues.formats(document.buyer.language, document.template.language)

    def draw(self, document: Document) -> Drawn:
        """The document as files.

        Errors: InvariantBroken when it does not add up.
        """
        writing = self.writing(document)
        view = view_of(document, writing)
        try:
            terms = e_invoice_of(document, writing)
        except Refused as error:
            return Drawn(self.documents.render(view), without=str(error))
        return Drawn(self.documents.render(view, self.e_invoices.cii(terms)), self.e_invoices.ubl(terms))


def document_files(number: str, *, book: DocumentBook, press: Press) -> Drawn:
    """The files of an issued document: those that were sent, or else as they would be sent now.

    Errors: BadInput when no document has the number; Refused when it is a draft.
    """
    found = book.numbered(number)
    if found.stored is not None:
        without = "" if found.stored_ubl is not None else "It was sent without one, and a document that was sent is not changed."
        return Drawn(found.stored, found.stored_ubl, without)
    if found.document is None:
        message = f"{number} is still a draft; issue it first"
        raise Refused(message)
    return press.draw(found.document)
