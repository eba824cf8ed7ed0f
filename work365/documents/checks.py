"""A document that does not add up is never printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import InvariantBroken
from work365.money import total

if TYPE_CHECKING:
    from work365.documents.document import Document
    from work365.money import Money


def check(document: Document) -> None:
    """Compare the document's figures with the sums of its lines.

    Errors: InvariantBroken, naming both figures; CurrencyMismatch when a line is in another currency.
    """
    lines = total((line.amount for line in document.lines), document.currency)
    taxes = total((line.tax for line in document.lines), document.currency)
    for word, stated, computed in (
        ("net", document.net, lines),
        ("tax", document.tax, taxes),
        ("total", document.total, document.net + document.tax),
        ("balance", document.balance, document.total - document.charged),
    ):
        _same(document.number, word, stated, computed)


def _same(number: str, word: str, stated: Money, computed: Money) -> None:
    if stated != computed:
        message = f"{number} says {word} {stated}, but its parts come to {computed}; it was not printed"
        raise InvariantBroken(message)
