"""The stand-in: two files, made of given rates as the clock says what is out; any other request is refused.

ecb = Ecb(clock, {date(2026, 11, 2): {"USD": "1.1523"}}.get)
Http("ECB", URL, transport=httpx_transport(ecb))                  # in process
with Server(ecb) as server: ...                                   # over a socket

Source: www.ecb.europa.eu, "Euro foreign exchange reference rates": published "around 16:00 CET"; the shape of the files as they
lie under /stats/eurofxref/.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from local.http import Response
from work365.currencies.publishing import FRANKFURT, PUBLISHED_AT, is_published_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from local.http import Request

DAILY, RECENT = "/stats/eurofxref/eurofxref-daily.xml", "/stats/eurofxref/eurofxref-hist-90d.xml"
RECENT_DAYS = 90
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
\t<gesmes:subject>Reference rates</gesmes:subject>
\t<gesmes:Sender>
\t\t<gesmes:name>European Central Bank</gesmes:name>
\t</gesmes:Sender>
\t<Cube>
"""
TAIL = "\t</Cube>\n</gesmes:Envelope>\n"
PROLOGUE, LAUGH = '<?xml version="1.0" encoding="UTF-8"?>', '<!DOCTYPE x [<!ENTITY a "9"><!ENTITY b "&a;&a;&a;&a;">]>'


class Trouble(Enum):
    """What one answer may suffer from."""

    AWAY = "503 in HTML, as a proxy in front of it answers"
    TRUNCATED = "the first half of the file, as a whole answer"
    STALE = "the newest day is not out yet"
    ENTITIES = "a document type that declares entities, used as a rate"
    PAGE = "200 with a page in HTML instead of the file"
    BROKEN_RATE = "one rate is no number"


class Ecb:
    """The publisher.

    Attributes:
        troubles: what the next answers suffer from, one each.
        asked: the path of every request for a file, the oldest first.

    Shape: `rates` answers a day's rates for one euro, as text by currency; nothing for a day that has none.
    """

    def __init__(self, clock: Callable[[], datetime], rates: Callable[[date], Mapping[str, str] | None]) -> None:
        self._clock, self._rates = clock, rates
        self.troubles: list[Trouble] = []
        self.asked: list[str] = []

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        if request.path not in (DAILY, RECENT) or request.query:
            return _page(404, "The page you are looking for does not exist")
        if request.method != "GET":
            return _page(405, f"{request.method} is not allowed here")
        self.asked.append(request.path)
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is Trouble.AWAY:
            return _page(503, "Service Unavailable")
        if trouble is Trouble.PAGE:
            return _page(200, "We are working on this page")
        days = self._out()[trouble is Trouble.STALE :]
        text = document(days[:1] if request.path == DAILY else days)
        return Response(200, (("content-type", "text/xml"),), _troubled(text, trouble).encode())

    def _out(self) -> list[tuple[date, Mapping[str, str]]]:
        """The days of the last 90 that are out, the newest first."""
        here = self._clock().astimezone(FRANKFURT)
        first = 0 if here.time() >= PUBLISHED_AT else 1
        days = (here.date() - timedelta(days=age) for age in range(first, RECENT_DAYS))
        return [(day, rates) for day in days if (rates := self._rates(day))]


def made_up(day: date) -> dict[str, str]:
    """Rates for a sandbox, none of them ever true: of every day on which the bank publishes, moving a little each day."""
    if not is_published_on(day):
        return {}
    wave = Decimal(day.toordinal() % 21 - 10) / 1000
    about = {
        "USD": "1.1500",
        "GBP": "0.87000",
        "CHF": "0.9300",
        "JPY": "177.00",
        "CAD": "1.6100",
        "AUD": "1.7700",
        "SEK": "11.0000",
    }
    return {code: str((Decimal(rate) * (1 + wave)).quantize(Decimal(rate))) for code, rate in about.items()}


def document(days: list[tuple[date, Mapping[str, str]]]) -> str:
    """The file of some days, the newest first."""
    cubes = []
    for day, rates in days:
        lines = "".join(f"\t\t\t<Cube currency='{code}' rate='{rate}'/>\n" for code, rate in rates.items())
        cubes.append(f"\t\t<Cube time='{day.isoformat()}'>\n{lines}\t\t</Cube>\n")
    return f"{HEAD}{''.join(cubes)}{TAIL}"


def _troubled(text: str, trouble: Trouble | None) -> str:
    before, rate, after = text.partition("rate='")
    rest = after[after.index("'") :] if after else ""
    if trouble is Trouble.TRUNCATED:
        return text[: len(text) // 2]
    if trouble is Trouble.ENTITIES:
        return (before + rate + "&b;" + rest).replace(PROLOGUE, PROLOGUE + LAUGH)
    return before + rate + "N/A" + rest if trouble is Trouble.BROKEN_RATE else text


def _page(status: int, words: str) -> Response:
    return Response(status, (("content-type", "text/html"),), f"<!DOCTYPE html><html><body>{words}</body></html>".encode())
