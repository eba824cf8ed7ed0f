"""What every source of rates promises: the bank's files in process, and the same over a socket."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.clock import FixedClock
from local.ecb.app import Ecb, Trouble
from local.http import Server, httpx_transport
from providers.exchange_rates.ecb import EcbRates
from transport.client import NO_RETRIES, Http
from work365.currencies.rates import ExchangeRate
from work365.errors import External, Rejected, Unavailable
from work365.money import Currency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from work365.ports.currencies import RateSource

EVENING = datetime(2026, 11, 26, 16, tzinfo=UTC)
WEDNESDAY, THURSDAY = date(2026, 11, 25), date(2026, 11, 26)
GIVEN = {
    WEDNESDAY: {"USD": "1.1580", "JPY": "180.41", "XYZ": "9"},
    THURSDAY: {"USD": "1.1523", "JPY": "177.64", "GBP": "0.87745"},
}


@dataclass
class Bench:
    """A source, and the publisher behind it."""

    source: RateSource
    ecb: Ecb


@contextmanager
def in_process(ecb: Ecb) -> Iterator[RateSource]:
    """Without a port."""
    yield EcbRates(Http("ECB", "https://www.ecb.example", transport=httpx_transport(ecb), retries=NO_RETRIES))


@contextmanager
def over_a_socket(ecb: Ecb) -> Iterator[RateSource]:
    """On loopback."""
    with Server(ecb) as server, closing(Http("ECB", server.url, retries=NO_RETRIES)) as http:
        yield EcbRates(http)


@pytest.fixture(params=[in_process, over_a_socket], ids=lambda way: way.__name__)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Each source in turn."""
    way: Callable[[Ecb], AbstractContextManager[RateSource]] = request.param
    ecb = Ecb(FixedClock(EVENING), GIVEN.get)
    with way(ecb) as source:
        yield Bench(source, ecb)


def rates(day: date, **by_code: str) -> list[ExchangeRate]:
    """Rows of a day, as the source names itself."""
    return [ExchangeRate(Currency("EUR"), Currency(code), day, Decimal(rate), "ECB") for code, rate in by_code.items()]


def test_the_newest_day_and_no_other(bench: Bench) -> None:
    """With exactly the digits that were published."""
    assert list(bench.source.latest()) == rates(THURSDAY, USD="1.1523", JPY="177.64", GBP="0.87745")
    assert bench.source.name == "ECB"


def test_the_recent_days(bench: Bench) -> None:
    """All of them; a currency that no table of ours knows is left out, and holds up no other."""
    older = rates(WEDNESDAY, USD="1.1580", JPY="180.41")
    assert list(bench.source.recent()) == rates(THURSDAY, USD="1.1523", JPY="177.64", GBP="0.87745") + older


@pytest.mark.parametrize(
    ("trouble", "error", "why"),
    [
        (Trouble.AWAY, Unavailable, "503"),
        (Trouble.TRUNCATED, Rejected, "the XML cannot be read"),
        (Trouble.ENTITIES, Rejected, "a document type of its own"),
        (Trouble.PAGE, Rejected, "a document type of its own"),
        (Trouble.BROKEN_RATE, Rejected, "ECB 2026-11-26 USD"),
    ],
)
@pytest.mark.parametrize("ask", ["latest", "recent"])
def test_an_answer_is_whole_or_refused(bench: Bench, ask: str, trouble: Trouble, error: type[External], why: str) -> None:
    """With its reason; the next one is read as ever."""
    bench.ecb.troubles = [trouble]
    with pytest.raises(error, match=why):
        getattr(bench.source, ask)()
    assert getattr(bench.source, ask)()


@pytest.mark.parametrize("rate", ["0", "-1.2", "NaN", "1.12345678901"])
def test_a_rate_that_cannot_be_is_refused(rate: str) -> None:
    """A day without it would look whole."""
    ecb = Ecb(FixedClock(EVENING), {THURSDAY: {"USD": rate, "GBP": "0.87"}}.get)
    with in_process(ecb) as source, pytest.raises(Rejected, match="USD"):
        source.latest()
