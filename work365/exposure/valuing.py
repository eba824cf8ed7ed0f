"""What rows in any currency are worth in the limit's, by the book of exchange rates of the day. Pure.

The exposure is no bill: a rate that any legal entity allows for its bills may be used. Where there is none, the row is said to be
unknown, and is never taken for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.currencies.rates import RateTerms, converted
from work365.exposure.figure import Valued

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from work365.currencies.rates import ExchangeRates
    from work365.exposure.figure import Row
    from work365.money import Currency


def allowed(terms: Iterable[RateTerms]) -> RateTerms:
    """What any legal entity allows."""
    every = list(terms)
    return RateTerms(
        max((one.age_days for one in every), default=0),
        inverse=any(one.inverse for one in every),
        cross=any(one.cross for one in every),
    )


def valued(
    rows: Iterable[Row], code: Currency, rates: ExchangeRates, terms: RateTerms, day: date
) -> tuple[tuple[Valued, ...], tuple[str, ...]]:
    """The rows with their worth in a currency, and a sentence for each currency that has no rate."""
    found: list[Valued] = []
    missing: dict[Currency, None] = {}
    for row in rows:
        if row.amount.currency == code:
            found.append(Valued(row, row.amount))
        elif quoted := rates.quoted(row.amount.currency, code, day, terms):
            found.append(Valued(row, converted(row.amount, code, quoted.rate)))
        else:
            missing[row.amount.currency] = None
    return tuple(found), tuple(f"there is no exchange rate from {one} to {code} on {day}" for one in missing)
