"""What one currency is worth in another on a day, from dated rows that must exist.

A rate is never guessed: no other day than the ones that are allowed, no turning round and no detour over a third currency unless
that is said. A rate that a person entered counts only with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.findings import Finding
from work365.money import PLACES, Currency, rounded, ten_places

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from work365.money import Money

PIVOT = Currency("EUR")
"""The currency that rates between two others may be made over: the one that the European Central Bank publishes for."""

MANUAL = "manual"
NO_EXCHANGE_RATE = "no-exchange-rate"


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """One row: units of `quote` for one `base` on a day.

    Attributes:
        source: who published it; `manual` for one that a person entered.
        reason: why it was entered by hand.
    """

    base: Currency
    quote: Currency
    day: date
    rate: Decimal
    source: str
    reason: str = ""

    @property
    def problem(self) -> str:
        """Why it cannot be used, in words; empty when it can."""
        if self.base == self.quote:
            return f"{self.base} against itself is no exchange rate"
        if not self.rate.is_finite() or self.rate <= 0:
            return f"a rate of {self.rate} is not possible"
        if ten_places(Fraction(self.rate)) != self.rate:
            return f"a rate has at most {PLACES} decimal places, {self.rate} has more"
        if not self.source:
            return "it has no source"
        if self.source.lower() == MANUAL and not self.reason:
            return "a rate that was entered by hand needs a reason"
        return ""


@dataclass(frozen=True, slots=True)
class RateTerms:
    """What a legal entity allows beside a rate of the very day, in the very direction.

    Attributes:
        inverse: a row that only exists the other way round may be turned round.
        cross: two rows of one day, of what a euro is worth, may make the rate between their currencies.
    """

    age_days: int = 0
    inverse: bool = False
    cross: bool = False


EXACT = RateTerms()


@dataclass(frozen=True, slots=True)
class Quoted:
    """A rate as it is used: the number, and the day that it is of."""

    rate: Decimal
    day: date
    inverted: bool = False
    crossed: bool = False


class ExchangeRates:
    """The rows of some days. Rows that cannot be used are as if they were not there."""

    def __init__(self, rows: Iterable[ExchangeRate]) -> None:
        self._rows = {(row.base, row.quote, row.day): row for row in rows if not row.problem}

    def quoted(self, base: Currency, quote: Currency, on: date, terms: RateTerms = EXACT) -> Quoted | None:
        """The rate of a day; None when there is none, which is never guessed.

        Shape: the newest day that is allowed wins; on one day the direction that was asked for comes before one turned round, and
               that before one made over the euro. What is computed is rounded once, to ten places, half away from zero.
        """
        for age in range(terms.age_days + 1):
            day = on - timedelta(days=age)
            if row := self._rows.get((base, quote, day)):
                return Quoted(row.rate, day)
            if terms.inverse and (row := self._rows.get((quote, base, day))):
                return Quoted(ten_places(1 / Fraction(row.rate)), day, inverted=True)
            if terms.cross and (crossed := self._over_the_euro(base, quote, day)):
                return Quoted(crossed, day, crossed=True)
        return None

    def _over_the_euro(self, base: Currency, quote: Currency, day: date) -> Decimal | None:
        """Units of `quote` for one `base`, both as one euro is worth them on a day."""
        ours, theirs = (self._rows.get((PIVOT, code, day)) for code in (base, quote))
        return ten_places(Fraction(theirs.rate) / Fraction(ours.rate)) if ours and theirs else None


class NoExchangeRate(Refused):
    """A contract needs a rate that does not exist."""

    def __init__(self, base: Currency, quote: Currency, on: date) -> None:
        self.base, self.quote = base, quote
        super().__init__(
            f"there is no exchange rate from {base} to {quote} on {on}. Import that day's rates or enter one under Exchange rates"
        )

    def finding(self, contract: str, number: str) -> Finding:
        """What holds the contract, and what to do."""
        message = f"Contract {number} was not billed: {self}; the next run bills the contract."
        return Finding(NO_EXCHANGE_RATE, f"{number} {self.base} {self.quote}", message, contract=contract)


def converted(amount: Money, quote: Currency, rate: Decimal) -> Money:
    """An amount in another currency, rounded once: supplier's cost for a margin, for one."""
    return rounded(Fraction(amount.major) * Fraction(rate), quote)


def converted_price(price: Decimal, rate: Decimal) -> Decimal:
    """A price in another currency, with as many places as a price may have."""
    return ten_places(Fraction(price) * Fraction(rate))
