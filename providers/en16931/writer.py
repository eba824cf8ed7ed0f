"""The two syntaxes behind one port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.en16931.cii import cii
from providers.en16931.ubl import ubl

if TYPE_CHECKING:
    from work365.documents.einvoice import EInvoice


class En16931:
    """Writes e-invoices."""

    def ubl(self, terms: EInvoice) -> bytes:
        """As UBL 2.1."""
        return ubl(terms)

    def cii(self, terms: EInvoice) -> bytes:
        """As Cross Industry Invoice, as Factur-X carries it."""
        return cii(terms)
