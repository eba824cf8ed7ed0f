"""Ports of drawing: who sets a page, who writes an e-invoice, who knows the languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from work365.documents.einvoice import EInvoice
    from work365.documents.formats import Formats
    from work365.documents.printed import DocumentView
    from work365.documents.statement import StatementView
    from work365.ports.mail import Outgoing


class Documents(Protocol):
    """Who turns a view into a file."""

    def render(self, view: DocumentView, e_invoice: bytes | None = None) -> bytes:
        """The document as PDF, with the e-invoice inside; the same view and e-invoice give the same bytes."""

    def statement(self, view: StatementView) -> bytes:
        """A statement of account as PDF."""


class EInvoices(Protocol):
    """Who writes the business terms of EN 16931 as XML; the same terms give the same bytes."""

    def ubl(self, terms: EInvoice) -> bytes:
        """As UBL 2.1: an `Invoice` or a `CreditNote`."""

    def cii(self, terms: EInvoice) -> bytes:
        """As UN/CEFACT Cross Industry Invoice: what a Factur-X file carries."""


class DocumentBook(Protocol):
    """Where documents are kept."""

    def numbered(self, number: str) -> Outgoing:
        """The document with a number, with the files that were kept when it was sent. Errors: BadInput when there is none."""


class Catalogues(Protocol):
    """Who knows the languages."""

    def formats(self, *tags: str) -> Formats:
        """The writing rules of the first tag that has a catalogue, English when none has."""
