"""Seats that go elsewhere: no day of a seat is billed twice or left out (F111)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.contracts.contract import BillingContract
from work365.errors import Refused
from work365.invoicing.billing import bill
from work365.money import Currency
from work365.periods import ANNUAL, MONTHLY
from work365.subscriptions.change_log import Change, Subscription
from work365.subscriptions.deciding import Wish
from work365.subscriptions.held import Agreed, Entry, Held, Place, Status
from work365.subscriptions.ledger import Event, LogRow
from work365.subscriptions.moving import move
from work365.terms.term import Term

if TYPE_CHECKING:
    from work365.invoicing.lines import Line

EUR = Currency("EUR")
START = date(2026, 1, 1)
NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
MONTHS = Place(BillingContract("m", EUR, START, MONTHLY), "M-1", "acc", "UTC")
YEARS = Place(BillingContract("y", EUR, date(2025, 10, 1), ANNUAL), "Y-1", "acc", "UTC")


def held(seats: int = 10, place: Place = MONTHS, name: str = "s", **more: Any) -> Held:  # noqa: ANN401  fields of the value
    row = LogRow(1, START, seats, seats, Decimal(31), Event.CREATE)
    made = Held(name, name, place, "p", Status.ACTIVE, seats, Decimal(31), START, (Entry(row, "1"),))
    return replace(made, **more)


def changes(rows: list[LogRow]) -> tuple[Change, ...]:
    return tuple(Change(f"{row.sequence}", row.effective, row.quantity, unit_price=row.unit_price) for row in rows)


def seat_days(lines: list[Line]) -> Counter[date]:
    """How many seats were charged for each day, credits taken off."""
    found: Counter[date] = Counter()
    for line in lines:
        seats = int(line.quantity) * (1 if line.amount.minor >= 0 else -1)
        for number in range(line.period.days):
            found[line.period.start + timedelta(days=number)] += seats
    return found


def billed(place: Place, subscription: Subscription, runs: list[date], seen: list[tuple[date, Subscription]]) -> list[Line]:
    """The lines of several runs; before the move is known a run sees the subscription as it was."""
    lines: list[Line] = []
    through = None
    for day in sorted(runs):
        known = next((sub for until, sub in seen if day < until), subscription)
        made = bill(place.contract, [known], lines, as_of=day, billed_through=through)
        lines += made.lines
        through = made.billed_through
    return lines


@given(
    day=st.dates(date(2026, 1, 2), date(2026, 8, 31)),
    learned=st.integers(0, 60),
    some=st.integers(1, 10),
    runs=st.lists(st.dates(START, date(2026, 12, 31)), max_size=5),
)
def test_every_day_of_every_seat_is_billed_exactly_once(day: date, learned: int, some: int, runs: list[date]) -> None:
    """From monthly to annual on any day, learned on that day or up to two months later, billed by any runs."""
    moved = move(held(), Wish(Event.TRANSFER, day, quantity=some, unit_price=Decimal(372)), YEARS, None, NOW)
    assert moved.fresh is not None
    known = day + timedelta(days=learned)
    before = Subscription("s", START, changes=changes(held().rows))
    source = Subscription("s", START, changes=changes([*held().rows, *moved.source.rows]))
    target = Subscription("t", day, changes=changes(list(moved.fresh.decision.rows)))
    last = date(2027, 9, 1)
    here = billed(MONTHS, source, [*runs, last], [(known, before)])
    there = billed(YEARS, target, [*[run for run in runs if run >= known], last], [])
    total = seat_days(here) + seat_days(there)
    assert {total[START + timedelta(days=number)] for number in range((date(2027, 9, 1) - START).days)} == {10}
    assert seat_days(here)[day] == 10 - some


def test_from_monthly_to_annual_the_rest_of_the_month_comes_back() -> None:
    """Scenario E9: 10 seats at 31.00 on 16 March: -160.00 on the monthly contract, the days to 1 October on the annual one."""
    moved = move(held(), Wish(Event.TRANSFER, date(2026, 3, 16), unit_price=Decimal(365)), YEARS, None, NOW)
    assert moved.fresh is not None
    assert (moved.source.status, moved.source.quantity, moved.fresh.whole) == (Status.CANCELLED, 0, True)
    source = Subscription("s", START, changes=changes([*held().rows, *moved.source.rows]))
    target = Subscription("t", date(2026, 3, 16), changes=changes(list(moved.fresh.decision.rows)))
    march = [line.amount.major for line in bill(MONTHS.contract, [source], (), as_of=date(2026, 3, 31)).lines]
    assert march == [Decimal(310), Decimal(310), Decimal(310), Decimal(-160)]
    (line,) = bill(YEARS.contract, [target], (), as_of=date(2026, 3, 31)).lines
    assert (line.fraction, line.amount.major) == ((199, 365), Decimal(1990))


def test_a_partial_upgrade_leaves_the_rest_and_joins_what_is_there() -> None:
    into = held(3, name="t", product="q")
    moved = move(held(), Wish(Event.UPGRADE, date(2026, 3, 16), quantity=4, product="q"), MONTHS, into, NOW)
    assert (moved.source.quantity, moved.source.status) == (6, Status.ACTIVE)
    assert moved.into is not None
    assert (moved.into.quantity, moved.into.unit_price) == (7, Decimal(31))


YEAR, MONTH = Agreed(Term.YEAR, START, date(2027, 1, 1)), Agreed(Term.MONTH, date(2026, 3, 1), date(2026, 4, 1))
FRESH = replace(YEAR, start=date(2026, 3, 15), end=date(2027, 3, 15))


@pytest.mark.parametrize(
    ("one", "wish", "place", "into", "why"),
    [
        (held(), Wish(Event.UPGRADE, NOW.date(), 11, Decimal(1), "q"), MONTHS, None, r"has 10 seats .* 11 of them cannot"),
        (held(), Wish(Event.UPGRADE, NOW.date(), None, None, "q"), MONTHS, None, r"say the price"),
        (held(), Wish(Event.TRANSFER, NOW.date()), YEARS, None, r"say the price"),
        (held(), Wish(Event.TRANSFER, NOW.date()), replace(MONTHS, account="else"), None, r"another customer"),
        (held(), Wish(Event.TRANSFER, NOW.date()), replace(MONTHS, ended=True), None, r"has ended"),
        (held(), Wish(Event.UPGRADE, NOW.date()), MONTHS, held(), r"cannot take its own seats"),
        (held(agreed=YEAR), Wish(Event.UPGRADE, NOW.date()), MONTHS, held(name="t", agreed=MONTH), r"a term can only grow"),
        (held(agreed=YEAR), Wish(Event.UPGRADE, NOW.date()), MONTHS, held(name="t", agreed=FRESH), r"can still be cancelled"),
        (held(status=Status.CANCELLED), Wish(Event.UPGRADE, NOW.date(), product="q"), MONTHS, None, r"is Cancelled"),
    ],
    ids=["too many", "product", "frequency", "customer", "ended", "itself", "shorter term", "open window", "cancelled"],
)
def test_what_is_refused_in_words(one: Held, wish: Wish, place: Place, into: Held | None, why: str) -> None:
    with pytest.raises(Refused, match=why):
        move(one, wish, place, into, NOW)
