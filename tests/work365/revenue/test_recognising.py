"""F127: what a line earns in which month, that all of it is earned, and that closed months stay."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import BadInput
from work365.money import Currency, Money, total
from work365.periods import Period
from work365.revenue.journalling import DEFERRED, REVENUE, Book, journal
from work365.revenue.months import month_of, months, shown, typed_month
from work365.revenue.recognising import Booked, movement

EUR = Currency("EUR")
BOOK = Book("CO", EUR)
YEAR = Period(date(2026, 1, 15), date(2027, 1, 15))
JANUARY, MARCH = month_of(date(2026, 1, 1)), month_of(date(2026, 3, 1))


def line(minor: int, period: Period = YEAR, issued: date | None = None, document: str = "INV-1", product: str = "E3") -> Booked:
    return Booked("CO", document, 1, issued or period.start, product, "Seats", period, Money(minor, EUR))


def earned(one: Booked, first: date = date(2025, 1, 1), last: date = date(2029, 1, 1)) -> dict[str, int]:
    found = {shown(month): movement(one, month).earned.minor for month in months(month_of(first), month_of(last))}
    return {month: minor for month, minor in found.items() if minor}


def test_a_prepaid_year_earns_17_days_in_january_and_everything_in_the_end() -> None:
    """F127: 1,200.00 for 15 January 2026 to 14 January 2027: 55.89 in January (17/365), exactly 1,200.00 in all."""
    by_month = earned(line(120_000))
    assert by_month["2026-01"] == 5_589
    assert (by_month["2026-02"], by_month["2026-03"], by_month["2027-01"]) == (9_206, 10_191, 4_603)
    assert len(by_month) == 13
    assert sum(by_month.values()) == 120_000


def test_nothing_is_earned_before_its_document_and_nothing_of_it_is_lost() -> None:
    """In advance it waits for its days; in arrears the document's month earns all of it; late, what is past comes at once."""
    december = line(31_00, JANUARY, issued=date(2025, 12, 20))
    assert earned(december) == {"2026-01": 31_00}
    assert movement(december, month_of(date(2025, 12, 1))).closing.minor == 31_00
    assert earned(line(31_00, JANUARY, issued=date(2026, 2, 1))) == {"2026-02": 31_00}
    late = earned(line(365_00, Period(date(2026, 1, 1), date(2027, 1, 1)), issued=date(2026, 3, 10)))
    assert (late["2026-03"], late["2026-04"], min(late)) == (90_00, 30_00, "2026-03")


def test_a_credit_rewrites_only_the_open_months() -> None:
    """F127: in March 600.00 of the year come back; January and February stay, March takes their share, April on is halved."""
    whole, credit = line(120_000), line(-60_000, issued=date(2026, 3, 10), document="CN-1")
    before, after = earned(whole), {month: earned(whole)[month] + earned(credit).get(month, 0) for month in earned(whole)}
    assert (after["2026-01"], after["2026-02"]) == (before["2026-01"], before["2026-02"])
    assert after["2026-03"] == before["2026-03"] - 12_493  # 600.00 x 76/365
    assert abs(2 * after["2026-04"] - before["2026-04"]) <= 2
    assert sum(after.values()) == 60_000


def test_the_journal_moves_what_is_not_earned_and_has_two_equal_sides() -> None:
    """January: 1,200.00 invoiced, 55.89 earned, 1,144.11 put off; February brings 92.06 back."""
    lines, nets = [line(120_000)], {"INV-1": Money(120_000, EUR)}
    january = journal(JANUARY, lines, nets)
    assert [(one.account, one.product, one.debit.minor, one.credit.minor) for one in january.entries] == [
        (REVENUE, "E3", 114_411, 0),
        (DEFERRED, "E3", 0, 114_411),
    ]
    assert january.untied == ()
    february = journal(month_of(date(2026, 2, 1)), lines, {})
    assert [(one.account, one.debit.minor, one.credit.minor) for one in february.entries] == [
        (DEFERRED, 9_206, 0),
        (REVENUE, 0, 9_206),
    ]
    assert february.totals[BOOK].closing.minor == 114_411 - 9_206


def test_a_document_whose_lines_do_not_come_to_it_is_named() -> None:
    """A line that somebody deleted in the tenant is missing in the books, too."""
    made = journal(JANUARY, [line(100_00, JANUARY)], {"INV-1": Money(120_00, EUR), "INV-2": Money(5_00, EUR)})
    assert made.untied == (
        "The lines of INV-1 come to 100.00 EUR and the document to 120.00 EUR; the journal has its lines.",
        "The lines of INV-2 come to 0.00 EUR and the document to 5.00 EUR; the journal has its lines.",
    )


@pytest.mark.parametrize("text", ["2026", "2026-13", "01-2026", "2026-1", "0000-01"])
def test_a_month_is_typed_as_year_and_month(text: str) -> None:
    with pytest.raises(BadInput, match="write it as 2026-01"):
        typed_month(text, "--month")


days = st.integers(0, 900).map(lambda offset: date(2025, 6, 1) + timedelta(days=offset))


@st.composite
def booked(draw: st.DrawFn) -> Booked:
    """Any line: in advance or in arrears, a charge or a credit, of one day or of three years."""
    start = draw(days)
    period = Period(start, start + timedelta(days=draw(st.integers(1, 1100))))
    return line(draw(st.integers(-1_000_000, 1_000_000)), period, draw(days), draw(st.sampled_from(["INV-1", "INV-2", "CN-1"])))


SPAN = list(months(month_of(date(2025, 6, 1)), month_of(date(2031, 1, 1))))


@given(st.lists(booked(), max_size=5))
def test_every_month_opens_with_what_the_last_one_closed_and_all_is_earned(lines: list[Booked]) -> None:
    """Opening + invoiced - earned = closing from month to month; in the end all is earned and nothing deferred."""
    deferred, revenue = 0, 0
    for month in SPAN:
        totals = journal(month, lines, {}).totals.get(BOOK)
        if totals is None:
            assert deferred == 0
            continue
        assert totals.opening.minor == deferred
        deferred, revenue = totals.closing.minor, revenue + totals.earned.minor
    assert deferred == 0
    assert revenue == total((one.amount for one in lines), EUR).minor


@given(st.lists(booked(), max_size=4), booked())
def test_a_document_never_moves_a_month_before_its_own(lines: list[Booked], later: Booked) -> None:
    """Whatever is written later: the journals of the months before it are those that were exported."""
    for month in SPAN:
        if month.end <= later.issued:
            assert journal(month, [*lines, later], {}) == journal(month, lines, {})


@given(booked())
def test_no_month_earns_more_than_its_days_and_a_cent(one: Booked) -> None:
    """From the document's month on, the share of the days, rounded; the document's month has the earlier days besides."""
    for month in SPAN:
        if month.start > one.issued and (overlap := one.period.overlap(month)):
            exact = abs(one.amount.minor) * overlap.days / one.period.days
            assert abs(abs(movement(one, month).earned.minor) - exact) <= 1
