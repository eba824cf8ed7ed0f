"""Verified documents that somebody changed become drafts again: at the change, and again at every sweep.

A change wakes a worker with the id of the document, or of one of its lines; the sweep looks at every verified document, so that
what was never told is found. Issuing looks once more, as the last of them. What is decided depends on rows alone and is one write
under the version that was read: it may be tried again from any point, and doing it twice changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.approving.falling_back import why_a_draft_again
from work365.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.approving.falling_back import Verified
    from work365.ports.issuing import IssuingBook


def look_at(document: str, *, book: IssuingBook) -> str:
    """One document; why it is a draft again, "" where it is not. Errors: Conflict when somebody writes it now; External."""
    return next((_fall(one, book) for one in book.verified([document])), "")


def look_at_line(line: str, *, book: IssuingBook) -> None:
    """The document of a line; every verified one where the line is gone, and took with it whose it was. Errors: as `look_at`."""
    document = book.document_of(line)
    for one in book.verified() if document is None else book.verified([document]):
        _fall(one, book)


def look_at_all(*, book: IssuingBook) -> int:
    """Every verified document; how many are drafts again. One that somebody writes now is looked at by the next sweep."""
    return sum(map(bool, _swept(book.verified(), book)))


def _swept(found: Iterable[Verified], book: IssuingBook) -> Iterable[str]:
    for one in found:
        try:
            yield _fall(one, book)
        except Conflict:
            continue


def _fall(one: Verified, book: IssuingBook) -> str:
    why = why_a_draft_again(one)
    if why:
        book.fall_back(one, why)
    return why
