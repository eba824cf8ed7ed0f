"""How amounts, quantities and dates are written. Exact: nothing is rounded here, and nothing depends on the machine's locale."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.documents.figures import ENGLISH_FIGURES, Figures
from work365.money import EXPONENT

if TYPE_CHECKING:
    from datetime import date

    from work365.documents.labels import Labels
    from work365.money import Currency, Money
    from work365.periods import Period


class DateStyle(Enum):
    """How a date is written."""

    LONG = "1 March 2026"
    ISO = "2026-03-01"


@dataclass(frozen=True, slots=True)
class Plain:
    """The writing rules of figures and days."""

    labels: Figures = ENGLISH_FIGURES
    dates: DateStyle = DateStyle.LONG

    def money(self, amount: Money) -> str:
        """`-1,234.50`: the currency's own number of places, no currency sign."""
        return self._grouped(amount.major)

    def priced(self, amount: Money) -> str:
        """`-1,234.50 USD`."""
        return self.labels.amount_with_currency.format(amount=self.money(amount), currency=amount.currency)

    def price(self, price: Decimal, code: Currency) -> str:
        """A unit price: at least the currency's places, and every further place that it has."""
        places = max(EXPONENT[code], -_exponent(price.normalize()))
        return self._grouped(price.quantize(Decimal(1).scaleb(-places)))

    def quantity(self, quantity: Decimal) -> str:
        """`10`, `2.5`: no trailing zeros."""
        plain = quantity.normalize()
        return self._grouped(plain if _exponent(plain) < 0 else plain.quantize(Decimal(1)))

    def percent(self, percent: Decimal) -> str:
        """`19%`, `7.5%`."""
        return self.labels.percent.format(number=self.quantity(percent))

    def day(self, day: date) -> str:
        """`1 March 2026`, or `2026-03-01`."""
        if self.dates is DateStyle.ISO:
            return day.isoformat()
        return self.labels.long_day.format(day=day.day, month=self.labels.months[day.month - 1], year=day.year)

    def short_day(self, day: date) -> str:
        """`1 Mar 2026`, or `2026-03-01`: for columns."""
        if self.dates is DateStyle.ISO:
            return day.isoformat()
        return self.labels.short_day.format(day=day.day, month=self._month(day), year=day.year)

    def period(self, period: Period) -> str:
        """The first and the last day, both included: `1` to `31 Mar 2026`, `10 Dec 2025` to `9 Jan 2026`, or one day alone."""
        first, last = period.start, period.end - timedelta(days=1)
        if last <= first:
            return self.short_day(first)
        return f"{self._first_day(first, last)} {self.labels.until} {self.short_day(last)}"

    def _first_day(self, first: date, last: date) -> str:
        if self.dates is DateStyle.ISO or first.year != last.year:
            return self.short_day(first)
        pattern = self.labels.day_alone if first.month == last.month else self.labels.day_and_month
        return pattern.format(day=first.day, month=self._month(first))

    def _month(self, day: date) -> str:
        return self.labels.short_months[day.month - 1]

    def _grouped(self, number: Decimal) -> str:
        text = f"{number:,f}"
        if number == 0:
            text = text.lstrip("-")
        whole = text.lstrip("-").partition(".")[0].replace(",", "")
        thousands = self.labels.thousands if len(whole) >= self.labels.grouped_from else ""
        return text.translate({ord(","): thousands, ord("."): self.labels.decimal})


@dataclass(frozen=True, slots=True)
class Formats(Plain):
    """The writing rules of one document, with the words of its language."""

    labels: Labels


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
