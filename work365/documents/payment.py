"""What a document says about paying, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.documents.document import DocumentKind
from work365.money import zero

if TYPE_CHECKING:
    from work365.documents.document import Document
    from work365.documents.formats import Formats


def payment_of(document: Document, writing: Formats) -> tuple[str, ...]:
    """The sentences about paying: nothing is asked for when nothing is left, or when we collect it ourselves."""
    return (*_prepaid(document, writing), *_asked(document, writing))


def _prepaid(document: Document, writing: Formats) -> tuple[str, ...]:
    """What the customer had paid before, and what is left of that."""
    if document.prepaid is None:
        return ()
    used, left = (writing.priced(money) for money in document.prepaid)
    return (writing.labels.prepaid.format(used=used, left=left),)


def _asked(document: Document, writing: Formats) -> tuple[str, ...]:
    labels = writing.labels
    nothing = zero(document.currency)
    if document.balance == nothing:
        return (labels.nothing_due,)
    if document.balance < nothing or document.kind is DocumentKind.CREDIT_NOTE:
        return (labels.in_favour,)
    if document.collected:
        return (labels.collected,)
    return (terms_of(document, writing), labels.reference.format(number=document.number))


def terms_of(document: Document, writing: Formats) -> str:
    """When to pay, as a sentence."""
    labels = writing.labels
    if document.due is None:
        return labels.terms_at_once
    due = writing.day(document.due)
    if document.terms_days:
        return labels.terms.format(days=document.terms_days, due=due)
    return labels.terms_due.format(due=due)
