"""The tax of a document: per line and per rate, rounded once, as it is then kept for good.

Rounded per line, each line's tax is computed on its own and the document's tax is their sum. Rounded per document, the tax of all
lines with one rate is computed once and spread over them by largest remainder, so that lines still sum to the document either
way. With prices that include tax, the tax is taken out of the line: net + tax is the line's price to the cent.

Nothing here is ever computed a second time: lines keep what was applied (docs/reference/tax.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from work365.errors import Refused
from work365.findings import Finding
from work365.money import Money, half_away, rounded, total
from work365.taxing.rates import NEEDS_TAX_NUMBER, TaxRate, TaxTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from work365.money import Currency

NO_TAX_RATE, TAX_RATE_UNCLEAR, NO_TAX_NUMBER = "no-tax-rate", "tax-rate-unclear", "no-tax-number"
ENGINE_SILENT, ENGINE_REFUSES = "tax-engine-silent", "tax-engine-refuses"
HOLDING = (NO_TAX_RATE, TAX_RATE_UNCLEAR, NO_TAX_NUMBER, ENGINE_SILENT, ENGINE_REFUSES)
"""Codes of findings that say that the tax of a document is not known."""


class Rounding(Enum):
    """Where tax is rounded. The values are the labels of the choice in the table model."""

    LINE = "Line"
    DOCUMENT = "Document"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who is billed, as far as tax asks.

    Attributes:
        place: ISO 3166 code of the country, or of the region (``US-CA``).
        address: street, city and postal code, for engines that need more than the place.
    """

    account: str
    place: str
    tax_number: str = ""
    street: str = ""
    city: str = ""
    postal_code: str = ""


class TaxedLine(NamedTuple):
    """A line before its tax. `amount` is net, or includes tax where the document's prices do; `key` is unique on it."""

    key: str
    amount: Money
    category: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class TaxDocument:
    """What tax is asked for. `key` names it to engines: the same document asks with the same key."""

    key: str
    number: str
    buyer: Buyer
    on: date
    currency: Currency
    lines: Sequence[TaxedLine]
    inclusive: bool = False


class LineTax(NamedTuple):
    """What one line is charged, and the rate as it was applied."""

    net: Money
    tax: Money
    rate: TaxRate


@dataclass(frozen=True, slots=True)
class RateRow:
    """One row of the tax summary."""

    rate: TaxRate
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Assessment:
    """The tax of a document.

    Attributes:
        lines: in the order of the document's lines.
        reference: the document's name at the engine that computed it; empty for the table.
    """

    lines: tuple[LineTax, ...]
    reference: str = ""

    @property
    def rows(self) -> tuple[RateRow, ...]:
        """The summary: one row per rate, whose sums are those of the lines."""
        groups: dict[TaxRate, list[LineTax]] = {}
        for line in self.lines:
            groups.setdefault(line.rate, []).append(line)
        return tuple(
            RateRow(
                rate,
                total((one.net for one in ones), ones[0].net.currency),
                total((one.tax for one in ones), ones[0].tax.currency),
            )
            for rate, ones in groups.items()
        )


class Untaxed(Refused):
    """The tax of a document is not known. `findings` say why, one for each thing that a person has to enter."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(" ".join(finding.message for finding in findings))
        self.findings = tuple(findings)


class Assessor(Protocol):
    """Whoever computes the tax of a document: the legal entity's own table, or an engine."""

    def assess(self, document: TaxDocument, *, trial: bool = False) -> Assessment:
        """The tax of a document; a trial leaves nothing at an engine. Errors: Untaxed when it is not known."""


@dataclass(frozen=True, slots=True)
class TableTax:
    """Tax by the legal entity's own table."""

    table: TaxTable
    rounding: Rounding = Rounding.LINE

    def assess(self, document: TaxDocument, *, trial: bool = False) -> Assessment:  # noqa: ARG002  a table keeps nothing anyway
        """The tax of a document. Errors: Untaxed."""
        found = {
            category: self.table.rate(document.buyer.place, category, document.on)
            for category in {line.category for line in document.lines}
        }
        findings = [problem for category, rate in sorted(found.items()) for problem in _problems(document, category, rate)]
        if findings:
            raise Untaxed(findings)
        buyer = document.buyer.account
        applied = {category: self.table.applied(rate, buyer, document.on) for category, rate in found.items() if rate is not None}
        rates = [applied[line.category] for line in document.lines]
        return Assessment(tuple(taxed(document, rates, self.rounding)))


def tax_on(net: Money, percent: Decimal) -> Money:
    """The tax on one net amount."""
    return rounded(Fraction(net.major) * Fraction(percent) / 100, net.currency)


def tax_in(gross: Money, percent: Decimal) -> Money:
    """The tax that an amount includes; the rest is its net."""
    return rounded(Fraction(gross.major) * _share(percent, inclusive=True), gross.currency)


def spread(amounts: Sequence[tuple[str, Money]], share: Fraction) -> list[Money]:
    """A share of all amounts together, rounded once and spread over them by largest remainder.

    Shape: keys with amounts of one currency, at least one; the parts in the same order. On a tie the smaller key gets the unit,
           so that the order of the amounts changes nothing.
    """
    exact = [amount.minor * share for _, amount in amounts]
    parts = [value.numerator // value.denominator for value in exact]
    whole = sum(exact, Fraction(0))
    spare = half_away(whole.numerator, whole.denominator) - sum(parts)
    order = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], amounts[index][0]))
    for index in order[:spare]:
        parts[index] += 1
    return [Money(part, amounts[0][1].currency) for part in parts]


def _share(percent: Decimal, *, inclusive: bool) -> Fraction:
    return Fraction(percent) / (Fraction(percent) + 100 if inclusive else 100)


def taxed(document: TaxDocument, rates: Sequence[TaxRate], rounding: Rounding) -> Iterable[LineTax]:
    """The tax of each line at a rate of its own. Shape: as many rates as lines, in their order."""
    if rounding is Rounding.DOCUMENT:
        taxes = _by_document(document, rates)
    else:
        one = tax_in if document.inclusive else tax_on
        taxes = [one(line.amount, rate.percent) for line, rate in zip(document.lines, rates, strict=True)]
    for line, rate, tax in zip(document.lines, rates, taxes, strict=True):
        yield LineTax(line.amount - tax if document.inclusive else line.amount, tax, rate)


def _by_document(document: TaxDocument, rates: Sequence[TaxRate]) -> list[Money]:
    groups: dict[TaxRate, list[int]] = {}
    for index, rate in enumerate(rates):
        groups.setdefault(rate, []).append(index)
    taxes: dict[int, Money] = {}
    for rate, indexes in groups.items():
        share = _share(rate.percent, inclusive=document.inclusive)
        amounts = [(document.lines[index].key, document.lines[index].amount) for index in indexes]
        taxes.update(zip(indexes, spread(amounts, share), strict=True))
    return [taxes[index] for index in range(len(rates))]


def _problems(document: TaxDocument, category: str, rate: TaxRate | None) -> Iterable[Finding]:
    """What a person has to enter before a category can be taxed."""
    place, on, number = document.buyer.place, document.on, document.number
    held = f"Contract {number} was not billed:"
    if rate is None:
        message = (
            f"{held} there is no tax rate for category '{category}' in {place} on {on}. "
            "Add one to the legal entity's tax rates; the next run bills the contract."
        )
        yield Finding(NO_TAX_RATE, f"{number} {place} {category}", message)
        return
    row = f"the tax rate for category '{category}' in {rate.place} from {rate.valid_from}"
    if rate.contradiction:
        message = f"{held} {row} contradicts itself: {rate.contradiction}. Correct it under Tax rates; the next run bills it."
        yield Finding(TAX_RATE_UNCLEAR, f"{number} {place} {category}", message)
    elif rate.meaning in NEEDS_TAX_NUMBER and not document.buyer.tax_number:
        message = (
            f"{held} {row} is {rate.meaning.value}, for which the customer needs a tax number. Enter the number on the customer, "
            "or another category or rate if it has none; the next run bills the contract."
        )
        yield Finding(NO_TAX_NUMBER, f"{number} {place} {category}", message)
