"""The stand-in itself: what is out at a moment, and what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from local.clock import FixedClock
from local.ecb.app import DAILY, RECENT, Ecb, Trouble, made_up
from local.http import Request

THURSDAY = date(2026, 11, 26)


@pytest.fixture
def ecb() -> Ecb:
    """A publisher an hour after it has published, with made-up rates."""
    return Ecb(FixedClock(datetime(2026, 11, 26, 16, tzinfo=UTC)), made_up)


def days(ecb: Ecb, path: str) -> list[str]:
    """The days that a file holds, in its order."""
    text = ecb(Request("GET", path)).body.decode()
    return [part.partition("'")[0] for part in text.split("Cube time='")[1:]]


def test_the_newest_day_alone_and_ninety_days(ecb: Ecb) -> None:
    """The newest first; no weekend, no holiday."""
    assert days(ecb, DAILY) == ["2026-11-26"]
    recent = days(ecb, RECENT)
    assert (recent[:3], recent[-1]) == (["2026-11-26", "2026-11-25", "2026-11-24"], "2026-08-31")
    assert len(recent) == 64


def test_before_four_in_frankfurt_yesterday_is_the_newest() -> None:
    """The clock is the stand-in's only source of days."""
    early = Ecb(FixedClock(datetime(2026, 11, 26, 14, 59, tzinfo=UTC)), made_up)
    assert days(early, DAILY) == ["2026-11-25"]


@pytest.mark.parametrize(
    ("method", "path", "query", "status"),
    [
        ("GET", "/stats/eurofxref/eurofxref-hist.xml", "", 404),
        ("GET", "/", "", 404),
        ("GET", DAILY, "day=2026-11-02", 404),
        ("POST", DAILY, "", 405),
    ],
)
def test_anything_else_is_refused(ecb: Ecb, method: str, path: str, query: str, status: int) -> None:
    """Loudly; the bank has no other address that we know."""
    assert ecb(Request(method, path, query)).status == status
    assert ecb.asked == []


def test_a_trouble_hits_one_answer(ecb: Ecb) -> None:
    """The next one is well again."""
    ecb.troubles = [Trouble.AWAY, Trouble.STALE]
    assert ecb(Request("GET", DAILY)).status == 503
    assert (days(ecb, DAILY), days(ecb, DAILY)) == (["2026-11-25"], ["2026-11-26"])
