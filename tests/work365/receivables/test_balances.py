"""What a customer owes is added up from what is open, and its age from when that was due."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from work365.money import Currency, Money
from work365.periods import days_at
from work365.receivables.balances import OpenItem, draw, in_words, nothing

EUR, USD = Currency("EUR"), Currency("USD")
TODAY = date(2026, 6, 30)


def today(_: str) -> date:
    return TODAY


def eur(minor: int) -> Money:
    return Money(minor, EUR)


def test_open_less_unapplied_per_currency() -> None:
    items = [
        OpenItem("a", eur(10000), date(2026, 7, 1)),
        OpenItem("a", eur(5000), date(2026, 6, 1)),
        OpenItem("a", eur(-2500)),
        OpenItem("a", Money(700, USD), date(2026, 6, 30)),
        OpenItem("b", eur(-100)),
    ]
    drawn = draw(items, today)
    mine = drawn["a", EUR]
    assert (mine.open, mine.unapplied, mine.balance, mine.overdue) == (eur(15000), eur(2500), eur(12500), eur(5000))
    assert mine.oldest_due == date(2026, 6, 1)
    assert in_words([drawn["a", EUR], drawn["a", USD], nothing("a", Currency("GBP"))]) == "125.00 EUR (50.00 overdue), 7.00 USD"
    assert drawn["b", EUR].balance == eur(-100)
    assert in_words([drawn["b", EUR]]) == "-1.00 EUR"
    assert in_words([nothing("a", EUR)]) == ""


@pytest.mark.parametrize(
    ("due", "age"),
    [
        (date(2026, 6, 30), None),
        (date(2026, 6, 29), 0),
        (date(2026, 5, 31), 0),
        (date(2026, 5, 30), 1),
        (date(2026, 5, 1), 1),
        (date(2026, 4, 30), 2),
        (date(2026, 4, 1), 2),
        (date(2026, 3, 31), 3),
    ],
)
def test_ages_end_after_30_60_and_90_days(due: date, age: int | None) -> None:
    (drawn,) = draw([OpenItem("a", eur(100), due)], today).values()
    assert [one.minor for one in drawn.ages] == [100 if index == age else 0 for index in range(4)]


@pytest.mark.parametrize(
    ("hour", "american", "overdue", "zone"),
    [(2, 29, 100, "America/Los_Angeles"), (12, 29, 300, "America/Los_Angeles"), (12, 30, 100, "Europe/Berlin")],
)
def test_each_legal_entitys_own_days_count(hour: int, american: int, overdue: int, zone: str) -> None:
    """At 02:00 UTC on 30 June it is 29 June in Los Angeles: what was due there on that day is not overdue yet."""
    day_in = days_at(datetime(2026, 6, 30, hour, tzinfo=UTC))
    owed = [
        OpenItem("a", eur(100), date(2026, 6, 29), "Europe/Berlin"),
        OpenItem("a", eur(200), date(2026, 6, american), "America/Los_Angeles"),
    ]
    (drawn,) = draw(owed, day_in).values()
    assert (drawn.overdue, drawn.oldest_due, drawn.zone) == (eur(overdue), date(2026, 6, 29), zone)
