"""Post one document to the books: ask for our number first, so that a crash at any point leaves one document.

An invoice, a credit note, or the memo over what is written off: all three are found by number and recognised by their note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.accounting.comparing import Recognised, foreign, recognise
from work365.errors import Conflict, Refused

if TYPE_CHECKING:
    from work365.accounting.documents import Document, Posted
    from work365.ports.books import Ledger, Names


def post(document: Document, known_id: str, ledger: Ledger, names: Names) -> Posted:
    """Ask for our number; post a document, leave it, or bring it up to date.

    Shape: `known_id` is what an earlier run recorded.
    """
    books = ledger.rules.name
    posted = ledger.find_document(document)
    if posted is None:
        try:
            return ledger.create_document(document, names)
        except Conflict:
            posted = ledger.find_document(document)
            if posted is None:
                message = (
                    f"{books} says that number {document.number} is in use, but shows no such {document.kind.value.lower()}. "
                    "Look for another kind of document with this number there, renumber it, then press Sync again."
                )
                raise Refused(message) from None
    whose = recognise(document, posted, known_id)
    if whose is Recognised.FOREIGN:
        raise Refused(foreign(document, posted, books))
    if whose is Recognised.SAME:
        return posted
    return ledger.update_document(posted.external_id, document, names)
