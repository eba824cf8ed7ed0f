"""Tax by a dated table: seller's registration, buyer's place, product's category.

Tax is computed once per line on the rounded net and rounded with the line; the document's tax is the sum of its lines' taxes, and
a printed total is net + tax. What was applied is kept on the line and never computed again (docs/adr/0001-money.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.money import Money, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One row of the table.

    Units: percent in percent (19 is 19 %). `place` is an ISO 3166 country code. `note` is printed beside the tax.
    """

    place: str
    category: str
    valid_from: date
    percent: Decimal
    code: str = ""
    note: str = ""


class TaxTable:
    """The rates of one legal entity."""

    def __init__(self, rates: Iterable[TaxRate]) -> None:
        self._rates: dict[tuple[str, str], list[TaxRate]] = {}
        for rate in sorted(rates, key=lambda rate: rate.valid_from):
            self._rates.setdefault((rate.place, rate.category), []).append(rate)

    def rate(self, place: str, category: str, on: date) -> TaxRate | None:
        """The rate in force on a day; None when the table has none, which is never taken for zero."""
        for rate in reversed(self._rates.get((place, category), [])):
            if rate.valid_from <= on:
                return rate
        return None


def tax_on(net: Money, percent: Decimal) -> Money:
    """The tax on one rounded line."""
    return rounded(Fraction(net.major) * Fraction(percent) / 100, net.currency)
