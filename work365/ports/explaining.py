"""Port to what stands behind an issued document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from work365.explaining.explained import Explained


class ExplanationBook(Protocol):
    """Issued documents with what stands behind their lines."""

    def of(self, invoice: str) -> Explained | None:
        """A document by its id; None when there is none, or it is not issued yet."""
