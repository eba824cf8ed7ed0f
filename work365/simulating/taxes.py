"""The tax of a simulated invoice: which rate each line bears, where it is rounded, and whether prices include it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.contracts.as_json import without_nones
from work365.money import exactly
from work365.strict_json import choice, members, number, optional, refuse, signed, text
from work365.taxing.assessing import Buyer, LineTax, Rounding, TaxDocument, TaxedLine, taxed
from work365.taxing.rates import TaxRate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.contracts.as_json import Json
    from work365.invoicing.lines import Line
    from work365.money import Currency

_NOBODY = Buyer("", "")


class Prices(Enum):
    """Whether the prices of a scenario include tax."""

    NET = "without_tax"
    GROSS = "with_tax"


class RoundedOn(Enum):
    """Where the tax of a scenario is rounded."""

    LINE = "line"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Rate:
    """What a line bears: a percentage, or an amount that somebody else has computed.

    Attributes:
        code: lines of one percentage and one code are rounded together where the document is rounded as a whole.
        amount: in major units with its sign, instead of a percentage.
    """

    percent: Decimal = Decimal(0)
    code: str = ""
    amount: Decimal | None = None

    @property
    def row(self) -> TaxRate:
        """The same as a row of a tax table."""
        return TaxRate("", "", date.min, self.percent, self.code)


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """How a scenario is taxed.

    Attributes:
        rate: of everything that has none of its own.
        commitment, surcharge: of what a minimum or maximum makes, and of the surcharge; None for `rate`.
    """

    rate: Rate = Rate()
    prices: Prices = Prices.NET
    rounded_on: RoundedOn = RoundedOn.LINE
    commitment: Rate | None = None
    surcharge: Rate | None = None

    def on(self, lines: Sequence[tuple[Line, Rate | None]], code: Currency) -> tuple[LineTax, ...]:
        """The net and the tax of an invoice's lines, each given with the rate of its own, if it has one.

        Errors: BadInput for an amount of tax with more places than the currency.
        """
        rated = [(line, rate or self.rate) for line, rate in lines]
        counted = [(line, rate.row) for line, rate in rated if rate.amount is None]
        asked = [TaxedLine(line.key, line.amount, "") for line, _ in counted]
        document = TaxDocument("", "", _NOBODY, date.min, code, asked, inclusive=self.prices is Prices.GROSS)
        rounding = Rounding.DOCUMENT if self.rounded_on is RoundedOn.DOCUMENT else Rounding.LINE
        found = iter(taxed(document, [row for _, row in counted], rounding))
        return tuple(next(found) if rate.amount is None else self._stated(line, rate, rate.amount) for line, rate in rated)

    def _stated(self, line: Line, rate: Rate, amount: Decimal) -> LineTax:
        tax = exactly(amount, line.amount.currency, "tax.amount")
        return LineTax(line.amount - tax if self.prices is Prices.GROSS else line.amount, tax, rate.row)


def tax_terms(value: object, path: str) -> TaxTerms:
    """How a scenario is taxed. Errors: BadInput, with the path of what is wrong."""
    row = members(value, path, "percent code prices rounding commitment surcharge")
    return TaxTerms(
        rate=Rate(optional(row, path, "percent", number) or Decimal(0), optional(row, path, "code", text) or ""),
        prices=optional(row, path, "prices", choice(Prices)) or Prices.NET,
        rounded_on=optional(row, path, "rounding", choice(RoundedOn)) or RoundedOn.LINE,
        commitment=optional(row, path, "commitment", rate_of),
        surcharge=optional(row, path, "surcharge", rate_of),
    )


def tax_terms_said(terms: TaxTerms) -> Json:
    """The same in the words that `tax_terms` reads."""
    return without_nones(
        percent=f"{terms.rate.percent:f}",
        code=terms.rate.code or None,
        prices=terms.prices.value,
        rounding=terms.rounded_on.value,
        commitment=rate_said(terms.commitment),
        surcharge=rate_said(terms.surcharge),
    )


def rate_of(value: object, path: str) -> Rate:
    """What one thing bears. Errors: BadInput, with the path of what is wrong."""
    row = members(value, path, "percent code amount")
    percent, amount = optional(row, path, "percent", number), optional(row, path, "amount", signed)
    if (percent is None) == (amount is None):
        refuse(path, "give 'percent', or the tax itself as 'amount', one of the two")
    return Rate(percent or Decimal(0), optional(row, path, "code", text) or "", amount)


def rate_said(rate: Rate | None) -> Json | None:
    """The same in the words that `rate_of` reads."""
    if rate is None:
        return None
    if rate.amount is not None:
        return {"amount": f"{rate.amount:f}"}
    return without_nones(percent=f"{rate.percent:f}", code=rate.code or None)
