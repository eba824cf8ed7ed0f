"""Port to exemption certificates and the documents that are kept with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from work365.findings import Finding
    from work365.taxing.certificates import Certificate, Document


class CertificateBook(Protocol):
    """Active certificates."""

    def all(self) -> Sequence[Certificate]:
        """Every one, in the order of their customers and days."""

    def attach(self, certificate: Certificate, document: Document) -> bool:
        """Keep a document; False when the same one is kept already."""

    def documents(self, certificate: Certificate) -> Sequence[Document]:
        """What is kept, oldest first."""

    def report(self, found: Sequence[Finding], mended: Iterable[str]) -> None:
        """Write findings, and close those with these keys if they are open."""
