"""Minimum and maximum: what they come to, and that neither timing nor repetition changes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.commitments.terms import Blocks, Commitment
from work365.commitments.truing import Committed, Counted, first_day, true_up
from work365.contracts.contract import BillingContract
from work365.contracts.policy import Prorate
from work365.errors import BadInput
from work365.invoicing.lines import Kind
from work365.money import Currency, Money, total

EUR = Currency("EUR")
START, DAY = date(2026, 1, 1), timedelta(days=1)
CONTRACT = BillingContract("c", EUR, START, bill_day=1)


def committed(minimum: str | None = None, maximum: str | None = None, cycles: int = 1) -> Committed:
    least, most = (None if amount is None else Decimal(amount) for amount in (minimum, maximum))
    return Committed(Commitment(least, most, "p", "standard", cycles), START)


def charge(day: date, amount: str, key: str = "c/s/x") -> Counted:
    return Counted(f"{key}{day}.0", day, Money(int(Decimal(amount) * 100), EUR))


@pytest.mark.parametrize(
    ("terms", "charges", "as_of", "said"),
    [
        (
            committed("500"),
            [charge(START, "420.50")],
            date(2026, 2, 1),
            [("Minimum 1 \u2013 31 Jan 2026 of 500.00 EUR: 420.50 charged", "79.50")],
        ),
        (committed("500"), [charge(START, "420.50")], date(2026, 1, 31), []),
        (committed("500"), [charge(START, "500.00")], date(2026, 2, 1), []),
        (
            committed("1500", cycles=3),
            [charge(START, "900"), charge(date(2026, 3, 9), "250")],
            date(2026, 4, 1),
            [("Minimum 1 Jan \u2013 31 Mar 2026 of 1,500.00 EUR: 1,150.00 charged", "350.00")],
        ),
        (committed("1500", cycles=3), [charge(START, "900")], date(2026, 3, 1), []),
        (
            committed(maximum="1000"),
            [charge(START, "700"), charge(date(2026, 1, 9), "500.01"), charge(date(2026, 2, 1), "999")],
            date(2026, 2, 1),
            [("Maximum 1 \u2013 31 Jan 2026 of 1,000.00 EUR: 1,200.01 charged", "-200.01")],
        ),
        (
            committed("500", "1000"),
            [charge(START, "100", "item/"), charge(START, "2000", "time/"), charge(START, "50", "usage/")],
            date(2026, 2, 1),
            [("Minimum 1 \u2013 31 Jan 2026 of 500.00 EUR: 50.00 charged", "450.00")],
        ),
        (
            committed("2000", "1000", cycles=2),
            [charge(START, "1500"), charge(date(2026, 2, 1), "900")],
            date(2026, 3, 1),
            [
                ("Maximum 1 \u2013 31 Jan 2026 of 1,000.00 EUR: 1,500.00 charged", "-500.00"),
                ("Minimum 1 Jan \u2013 28 Feb 2026 of 2,000.00 EUR: 1,900.00 charged", "100.00"),
            ],
        ),
    ],
)
def test_what_a_bill_adds(terms: Committed, charges: list[Counted], as_of: date, said: list[tuple[str, str]]) -> None:
    """The shortfall once a block is over, and what is above the most of a cycle; both say how."""
    found = true_up(CONTRACT, terms, charges, as_of)
    assert [(one.description, f"{one.line.amount.major:f}") for one in found] == said
    assert all(one.line.kind in (Kind.MINIMUM, Kind.DISCOUNT) for one in found)


@pytest.mark.parametrize(
    ("prorate", "start", "end", "amount"),
    [
        (Prorate.DAYS, date(2026, 1, 17), None, "241.94"),
        (Prorate.DAYS30, date(2026, 1, 16), None, "250.00"),
        (Prorate.MONTHS, date(2026, 1, 17), None, "500.00"),
        (Prorate.NONE, date(2026, 1, 17), None, "500.00"),
        (Prorate.DAYS, START, date(2026, 1, 11), "161.29"),
    ],
)
def test_a_first_and_a_last_cycle_count_by_their_share(prorate: Prorate, start: date, end: date | None, amount: str) -> None:
    """500.00 a month: 15 of 31 days are 241.94, half a month of 30 days 250.00, a month begun counts whole."""
    contract = replace(CONTRACT, start=start, end=end, prorate=prorate)
    [found] = true_up(contract, replace(committed("500"), since=start), [], date(2026, 2, 1))
    assert f"{found.line.amount.major:f}" == amount
    assert ("x" in found.description) is (amount != "500.00")


FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


@pytest.mark.parametrize(
    ("skipped", "charges", "said"),
    [
        ([], [], [("Minimum 1 Jan \u2013 31 Mar 2026 of 1,500.00 EUR: 0.00 charged", "1500.00")]),
        (
            [START, FEBRUARY],
            [charge(MARCH, "310")],
            [
                (
                    "Minimum 1 Jan \u2013 31 Mar 2026 of 500.00 EUR (1,500.00 x 1/3): 310.00 charged, skipped cycles left out",
                    "190.00",
                )
            ],
        ),
        (
            [FEBRUARY],
            [charge(FEBRUARY, "900", "usage/"), charge(MARCH, "310")],
            [
                (
                    "Minimum 1 Jan \u2013 31 Mar 2026 of 1,000.00 EUR (1,500.00 x 2/3): 310.00 charged, skipped cycles left out",
                    "690.00",
                )
            ],
        ),
        ([START, FEBRUARY, MARCH], [], []),
    ],
    ids=["none", "two of three", "usage of a skipped cycle", "all"],
)
def test_a_skipped_cycle_is_out_of_the_reckoning(
    skipped: list[date], charges: list[Counted], said: list[tuple[str, str]]
) -> None:
    """1,500.00 over three months: a month that a person skipped asks for nothing, and its usage makes up for nothing."""
    terms = replace(committed("1500", cycles=3), skipped=frozenset(skipped))
    found = true_up(CONTRACT, terms, charges, date(2026, 4, 1))
    assert [(one.description, f"{one.line.amount.major:f}") for one in found] == said


def test_a_shortfall_that_is_billed_stays_billed_beside_a_skipped_cycle() -> None:
    """Its line begins on the block's first day, also where that cycle is the skipped one: looking again adds nothing."""
    terms = replace(committed("1500", cycles=3), skipped=frozenset([START]))
    made = true_up(CONTRACT, terms, [], date(2026, 4, 1))
    posted = tuple(Counted(one.line.key, one.line.period.start, one.line.amount) for one in made)
    assert true_up(CONTRACT, replace(terms, posted=posted), [], date(2026, 4, 2)) == []


def test_later_usage_gives_back_of_the_shortfall() -> None:
    """80.00 were missing; usage of 30.00 that came late leaves 50.00, and 100.00 more leave nothing."""
    posted = [charge(START, "420")]
    amounts = []
    for late in (None, "30", "100"):
        fresh = [] if late is None else [charge(START + DAY, late, f"usage/{late}")]
        made = true_up(CONTRACT, replace(committed("500"), posted=tuple(posted)), fresh, date(2026, 3, 1))
        january = [one for one in made if one.line.period.start == START]
        amounts += [f"{one.line.amount.major:f}" for one in january]
        assert all(one.description.endswith(", corrected") for one in january) is (late is not None)
        posted += [*fresh, *(Counted(one.line.key, one.line.period.start, one.line.amount) for one in made)]
    assert amounts == ["80.00", "-30.00", "-50.00"]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[date, Counted]]:
    """Charges and credits of four months, each with the day of the run that bills it."""
    rows = draw(st.lists(st.tuples(st.integers(0, 119), st.integers(0, 60), st.integers(-20_000, 90_000)), max_size=10))
    return [
        (START + timedelta(days=day + later), Counted(f"usage/{index}.0", START + timedelta(days=day), Money(minor, EUR)))
        for index, (day, later, minor) in enumerate(rows)
    ]


@given(
    histories(),
    st.sampled_from(
        [committed("500", None, 1), committed(None, "400", 1), committed("1000", "700", 2), committed("900", "900", 3)]
    ),
    st.lists(st.integers(1, 200), max_size=6),
)
def test_neither_timing_nor_repetition_changes_what_is_billed(
    history: list[tuple[date, Counted]], terms: Committed, days: list[int]
) -> None:
    """Runs on any days and one last run come to the same as one run alone; running again adds nothing."""
    last = START + timedelta(days=300)
    posted: list[Counted] = []
    told: set[str] = set()
    for as_of in (*sorted(START + timedelta(days=day) for day in days), last, last):
        before = len(posted)
        fresh = [line for known, line in history if known <= as_of and line.key not in told]
        told |= {line.key for line in fresh}
        made = true_up(CONTRACT, replace(terms, posted=tuple(posted)), fresh, as_of)
        posted += [*fresh, *(Counted(one.line.key, one.line.period.start, one.line.amount) for one in made)]
    assert len(posted) == before
    assert len({line.key for line in posted}) == len(posted)
    alone = [line for _, line in history]
    made = true_up(CONTRACT, terms, alone, last)
    once = total((*(line.amount for line in alone), *(one.line.amount for one in made)), EUR)
    assert total((line.amount for line in posted), EUR) == once


def test_lines_are_read_from_the_start_of_a_block() -> None:
    assert first_day(CONTRACT, 3, date(2026, 5, 20)) == date(2026, 4, 1)
    assert first_day(CONTRACT, 1, date(2026, 5, 20)) == date(2026, 5, 1)
    ended = replace(CONTRACT, end=date(2026, 2, 1))
    assert Blocks(ended).block(1) is None
    assert first_day(ended, 1, date(2026, 5, 20)) == date(2026, 5, 20)


@pytest.mark.parametrize(
    ("minimum", "maximum", "message"),
    [("-1", None, "below zero"), ("500", "100", "can never reach the minimum")],
)
def test_a_commitment_that_contradicts_itself_is_refused(minimum: str, maximum: str | None, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        committed(minimum, maximum)
