"""A work place for exchange rates: a tenant and the publisher, both behind one fuse."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from dataverse.query import Query
from dataverse.stores.exchange_rates import COLUMNS, TABLE, ExchangeRateRows
from local.clock import FixedClock
from local.desks.tenants import Tenant
from local.ecb.app import Ecb, made_up
from local.faults import Fuse
from local.http import httpx_transport
from providers.exchange_rates.ecb import EcbRates
from transport.client import NO_RETRIES, Http
from work365.handlers.fetching_rates import fetch_rates
from work365.money import Currency

if TYPE_CHECKING:
    from work365.handlers.fetching_rates import Fetched

HOUR = timedelta(hours=1)
CODES = frozenset({Currency("EUR"), Currency("USD"), Currency("GBP")})


class FetchingDesk:
    """A tenant that sells in three currencies, and the bank with made-up rates of every day."""

    def __init__(self, now: datetime) -> None:
        self.clock = FixedClock(now)
        self.fuse = Fuse()
        self.tenant = Tenant(self.clock)
        self.ecb = Ecb(self.clock, made_up)
        self.book = ExchangeRateRows(self.tenant.webapi(self.fuse.guard(self.tenant.app)))
        transport = httpx_transport(self.fuse.guard(self.ecb))
        self.source = EcbRates(Http("ECB", "https://www.ecb.example", transport=transport, retries=NO_RETRIES))

    def at(self, day: date, hour: int = 16) -> None:
        """Put the clock to an hour of a day, UTC; at 16 the day's rates are out."""
        self.clock.moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)

    def fetch(self, *, whole: bool = False) -> Fetched:
        """The timer."""
        return fetch_rates(source=self.source, book=self.book, codes=CODES, now=self.clock.now(), whole=whole)

    def rows(self) -> dict[tuple[str, str, str], str]:
        """Every row: source and rate by day and pair."""
        found = self.tenant.api.find(Query(TABLE, COLUMNS))
        return {
            (row["w365_ratedate"], row["w365_fromcurrency"], row["w365_tocurrency"]): f"{row['w365_source']} {row['w365_rate']:f}"
            for row in found
        }

    def days(self) -> list[str]:
        """The days of which there is anything, the oldest first."""
        return sorted({day for day, _, _ in self.rows()})
