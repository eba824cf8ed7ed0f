"""After the books have computed their own totals: are they ours, and if not, what does a person do?"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from work365.accounting.documents import as_given
from work365.accounting.payload import NOTE_WORD, SHORT_HASH, fingerprint

if TYPE_CHECKING:
    from work365.accounting.documents import Document, Posted


class Recognised(Enum):
    """Whose document stands under our number."""

    SAME = "ours, with this content"
    OLDER = "ours, with earlier content"
    FOREIGN = "somebody else's"


def recognise(document: Document, posted: Posted, known_id: str = "") -> Recognised:
    """Tell whether the document that the books hold under our number is ours.

    Shape: `known_id` is the id that an earlier export recorded; it proves that the document is ours even when a bookkeeper
           rewrote the note.
    """
    mine = f"{NOTE_WORD} invoice {document.id}"
    if posted.note.startswith(f"{mine} {fingerprint(document)[:SHORT_HASH]}"):
        return Recognised.SAME
    if posted.note.startswith(mine) or (known_id and posted.external_id == known_id):
        return Recognised.OLDER
    return Recognised.FOREIGN


def foreign(document: Document, posted: Posted, books: str) -> str:
    """The sentence for a number that somebody else used in the books."""
    return (
        f"{books} already has a document numbered {document.number} (id {posted.external_id}, total {posted.total}) that did not "
        "come from here. Renumber or delete it there, then press Sync again."
    )


def difference(document: Document, posted: Posted, books: str) -> str:
    """The sentence for totals that differ; "" when they are equal to the cent."""
    document = as_given(document)
    if posted.total == document.total:
        return ""
    if posted.total.currency != document.currency:
        return (
            f"{books} posted invoice {document.number} in {posted.total.currency}, ours is in {document.currency}. "
            f"Delete document {posted.external_id} there, correct the customer's currency, then press Sync again."
        )
    gap = posted.total - document.total
    more = "more" if gap.minor > 0 else "less"
    size = gap if gap.minor > 0 else -gap
    return (
        f"{books} made the total of invoice {document.number} {posted.total}; "
        f"ours is {document.total}, so theirs is {size} {more}. "
        f"Usually tax is rounded differently: set the tax of document {posted.external_id} there to {document.tax}, "
        "then press Sync again to confirm."
    )
