"""Exchange rates over Dataverse: rows ⇄ values, and what an import writes."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain, groupby
from typing import TYPE_CHECKING

from dataverse.batch import ChangeSet, Create, Failed, packed
from dataverse.errors import DuplicateKey
from dataverse.query import Query, any_of, both, eq, ge, le
from dataverse.rows import day, decimal
from work365.currencies.rates import PIVOT, ExchangeRate, RateTerms
from work365.ids import derived
from work365.money import Currency

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from dataverse.webapi import Row, WebApi

TABLE = "w365_exchangerate"
COLUMNS = ("w365_fromcurrency", "w365_tocurrency", "w365_ratedate", "w365_rate", "w365_source", "w365_reason")
TERMS = ("w365_rateagedays", "w365_inverserates", "w365_crossrates")
"""The columns of a legal entity that say what it allows."""

ACTIVE = eq("statecode", 0)
WRITTEN_AT_ONCE = 500


class ExchangeRateRows:
    """The book of exchange rates over Dataverse."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def between(self, first: date, last: date) -> list[ExchangeRate]:
        """Every row of these days, also inactive ones: a new row for the same day would meet its key."""
        found = self._api.find(Query(TABLE, COLUMNS, filter=both(ge("w365_ratedate", first), le("w365_ratedate", last))))
        return [exchange_rate(row) for row in found]

    def add(self, rates: Sequence[ExchangeRate]) -> int:
        """Write new rows, those of a day in one change set: a day of which anything is there was written whole.

        Shape: where somebody else writes the same day just now, its other rates are added one by one.
        """
        days = [list(rates) for _, rates in groupby(sorted(rates, key=_day), key=_day)]
        added = 0
        for part in packed(days, len, WRITTEN_AT_ONCE):
            met = self._write(part)
            added += sum(map(len, part)) - sum(map(len, met))
            if met:
                alone = [[rate] for rate in chain.from_iterable(met)]
                added += len(alone) - len(self._write(alone))
        return added

    def _write(self, sets: Sequence[Sequence[ExchangeRate]]) -> list[Sequence[ExchangeRate]]:
        """Each set whole; those that met a row which is there. Errors: External as the first of the others failed."""
        outcomes = self._api.batch([ChangeSet([_create(rate) for rate in rates]) for rates in sets])
        met = []
        for rates, outcome in zip(sets, outcomes, strict=True):
            if isinstance(outcome, Failed):
                if not isinstance(outcome.error, DuplicateKey):
                    raise outcome.error
                met.append(rates)
        return met


def _day(rate: ExchangeRate) -> date:
    return rate.day


def exchange_rate(row: Row) -> ExchangeRate:
    """One row."""
    return ExchangeRate(
        Currency(row["w365_fromcurrency"]),
        Currency(row["w365_tocurrency"]),
        day(row["w365_ratedate"]),
        decimal(row["w365_rate"]),
        row["w365_source"] or "",
        row["w365_reason"] or "",
    )


def rate_terms(entity: Row) -> RateTerms:
    """What a legal entity allows beside a rate of the very day, in the very direction."""
    return RateTerms(entity["w365_rateagedays"] or 0, bool(entity["w365_inverserates"]), bool(entity["w365_crossrates"]))


def rates_of(on: date, terms: RateTerms, codes: Iterable[Currency], since: date | None = None) -> Query:
    """The question for the rates between some currencies that a bill of a day may use, also for what happened `since` a day."""
    asked = sorted({*codes, PIVOT} if terms.cross else codes)
    between = both(any_of("w365_fromcurrency", asked), any_of("w365_tocurrency", asked))
    days = both(ge("w365_ratedate", (since or on) - timedelta(days=terms.age_days)), le("w365_ratedate", on))
    return Query(TABLE, COLUMNS, filter=both(ACTIVE, between, days))


def _create(rate: ExchangeRate) -> Create:
    row = {
        "w365_name": f"{rate.base}/{rate.quote} {rate.day.isoformat()}",
        "w365_fromcurrency": rate.base,
        "w365_tocurrency": rate.quote,
        "w365_ratedate": rate.day,
        "w365_rate": rate.rate,
        "w365_source": rate.source,
        "w365_reason": rate.reason or None,
    }
    return Create(TABLE, row, derived("exchange rate", rate.base, rate.quote, rate.day.isoformat()))
