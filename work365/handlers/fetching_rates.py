"""Fetch published exchange rates into the book: each day once, and what an outage has missed.

What is due is computed from the book, so a run that comes again, late, or beside another one adds nothing twice. The publisher is
asked only while the newest day that should be out is not there: once on a good day, not at all on a day without rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.currencies.publishing import FRANKFURT, published_days
from work365.errors import Rejected
from work365.handlers.importing_rates import import_rates

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from work365.currencies.rates import ExchangeRate
    from work365.handlers.importing_rates import RatesReport
    from work365.money import Currency
    from work365.ports.currencies import RateBook, RateSource

BACK_DAYS = 85
"""How far back a missing day is looked for; the source's own file reaches some days further."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a look at the publisher achieved.

    Attributes:
        waiting: days that should be out, and that neither the book nor the publisher has.
        report: what was imported; None when the publisher did not have to be asked.
    """

    waiting: tuple[date, ...]
    report: RatesReport | None = None


def fetch_rates(
    *,
    source: RateSource,
    book: RateBook,
    codes: Collection[Currency],
    now: datetime,
    whole: bool = False,
    dry_run: bool = False,
) -> Fetched:
    """Bring the book up to date in these currencies. `whole` asks for everything that the source keeps, whatever is due.

    Errors: Rejected for rates of a day to come; External as the source or the tenant failed. A day that was written stays, and
            the next run goes on.
    """
    days = published_days(now, BACK_DAYS)
    if _had(days[-1:], source, book) and not whole:
        return Fetched(())
    had = _had(days, source, book)
    lacking = [day for day in days if day not in had]
    rates = source.latest() if lacking == days[-1:] and not whole else source.recent()
    _refuse_future(rates, now, source.name)
    wanted = [rate for rate in rates if rate.quote in codes]
    report = import_rates(wanted, source.name, book=book, dry_run=dry_run)
    read = {rate.day for rate in rates}
    return Fetched(tuple(day for day in lacking if day not in read), report)


def _had(days: Sequence[date], source: RateSource, book: RateBook) -> set[date]:
    """Those of these days, the oldest first, that were brought from the source; a day is brought whole."""
    return {row.day for row in book.between(days[0], days[-1]) if row.source == source.name}


def _refuse_future(rates: Sequence[ExchangeRate], now: datetime, name: str) -> None:
    """A day to come would hide that day's own rates for good: a row is never changed."""
    newest = max(rate.day for rate in rates)
    if newest > now.astimezone(FRANKFURT).date():
        message = f"{name} answered with rates of {newest}, a day to come; nothing was written. Compare this machine's clock"
        raise Rejected(message, system=name)
