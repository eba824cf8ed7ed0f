"""What an accounting system accepts, and how a document is made to fit without changing what is owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.money import rounded, total

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    from work365.accounting.documents import Document, Line

EXACT_PLACES = Decimal("0.0000001")
"""Places of a unit price that we compute ourselves, when the printed one does not multiply to the amount."""


@dataclass(frozen=True, slots=True)
class BooksRules:
    """Limits of one kind of accounting system.

    Attributes:
        name: for sentences.
        number_length: longest document number.
    """

    name: str
    number_length: int


def check(document: Document, rules: BooksRules) -> None:
    """Refuse what the books would refuse, in words, before anything is sent.

    Errors: Refused when the number is too long, there are no lines, or the lines do not sum to the document.
    """
    if len(document.number) > rules.number_length:
        message = (
            f"Invoice number {document.number} has {len(document.number)} characters; {rules.name} takes {rules.number_length}. "
            "Shorten the prefix of the number series, or enter this document in the books by hand."
        )
        raise Refused(message)
    if not document.lines:
        message = f"Invoice {document.number} has no lines; there is nothing to post to {rules.name}."
        raise Refused(message)
    net = total((line.amount for line in document.lines), document.currency)
    tax = total((line.tax for line in document.lines), document.currency)
    if (net, tax, net + tax) != (document.net, document.tax, document.total):
        message = (
            f"The lines of invoice {document.number} sum to {net} plus tax {tax}, but the invoice says {document.net} plus "
            f"{document.tax}, total {document.total}. It was not sent; ask for the invoice to be examined."
        )
        raise Refused(message)


def line_text(text: str, *, start: date | None, end_excl: date | None, fraction: Fraction | None, unit_price: Decimal) -> str:
    """What a bookkeeper reads on a line: what it is, its first and last day, and which part of what price."""
    days = f", {start.isoformat()} to {(end_excl - timedelta(days=1)).isoformat()}" if start and end_excl else ""
    part = f", {fraction.numerator}/{fraction.denominator} of {_price_text(unit_price)}" if fraction and fraction != 1 else ""
    return f"{text}{days}{part}"


def _price_text(price: Decimal) -> str:
    """`22`, `3.30`, `24.9975`: a price with cents never shows only one place."""
    plain = f"{price.normalize():f}"
    return f"{plain}0" if plain[-2:-1] == "." else plain


def sendable(line: Line) -> tuple[Decimal, Decimal]:
    """Quantity and unit price whose product, rounded, is the line's amount: accounting systems refuse any other pair.

    The printed pair if it fits (a whole cycle); else the printed quantity at the price that each unit came to (a prorated one);
    else one unit at the amount. The description still says how the amount came about.
    """
    if line.quantity and rounded(line.quantity * line.unit_price, line.amount.currency) == line.amount:
        return line.quantity, line.unit_price
    if line.quantity:
        each = (line.amount.major / line.quantity).quantize(EXACT_PLACES)
        if rounded(line.quantity * each, line.amount.currency) == line.amount:
            return line.quantity, each.normalize()
    return Decimal(1), line.amount.major
