"""Scenarios B and C: no cycle is skipped, and no clock, zone or calendar moves a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from dataverse.webapi import Ref
from local.clock import FixedClock
from local.desks.billing import BillingDesk
from local.sample.generated import ENTITY
from tests.adversarial.bills import billed, net, sub
from work365.handlers import billing
from work365.periods import ANNUAL, MONTHLY, Cadence, Frequency, Period, Unit, local_day

YEAR_ENDS = ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30", "2024-07-31", "2024-08-31"]


def test_b2_the_next_date_comes_from_the_anchor_however_late_a_run_was() -> None:
    """Scenario B2 (invoiceninja 3407, 2817): runs on the 5th, the 19th and the 28th; cycles still start on the 1st."""
    rows = billed(sub("s", "2024-01-01", "10.00", ("2024-01-01", 1)), ["2024-01-05", "2024-02-19", "2024-03-28", "2024-04-01"])
    assert [row.start for row in rows] == ["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"]


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati"])
def test_b3_no_offset_from_utc_keeps_a_contract_from_its_day(zone: str) -> None:
    """Scenario B3 (invoiceninja 1757: never fires): from -11 to +14 hours, one tick a day bills January once."""
    desk = BillingDesk()
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": zone})
    desk.standing()
    for day in range(3):
        _tick(desk, datetime(2025, 12, 31, 2, 15, tzinfo=UTC) + timedelta(days=day))
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00"]]


def _tick(desk: BillingDesk, moment: datetime) -> None:
    desk.clock.moment = moment
    billing.plan(book=desk.book, queue=desk.queue, clock=desk.clock)
    desk.work()


def test_b4_bill_day_31_has_a_cycle_in_every_month() -> None:
    """Scenario B4 (killbill 127: nothing after 31 March): eight months, each on its last day."""
    rows = billed(sub("s", "2024-01-31", "10.00", ("2024-01-31", 1)), YEAR_ENDS)
    assert [row.start for row in rows] == YEAR_ENDS
    assert {row.amount for row in rows} == {"10.00"}


def test_c1_a_bill_day_survives_daylight_saving() -> None:
    """Scenario C1 (killbill 743: bill day 1 instead of 31): 31 March and 31 October lie beside the changes of the clock."""
    assert local_day(datetime(2024, 3, 30, 23, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin")) == date(2024, 3, 31)
    assert local_day(datetime(2024, 3, 31, 21, 59, tzinfo=UTC), ZoneInfo("Europe/Berlin")) == date(2024, 3, 31)
    cadence = Cadence.around(date(2024, 3, 31), 31, MONTHLY)
    assert [str(cadence.boundary(number)) for number in (0, 1, 7, 12)] == ["2024-03-31", "2024-04-30", "2024-10-31", "2025-03-31"]


@pytest.mark.parametrize(
    "frequency", [MONTHLY, ANNUAL, Frequency(1, Unit.WEEK), Frequency(2, Unit.WEEK), Frequency(5, Unit.MONTH)]
)
def test_c2_walking_over_a_change_of_the_clock_ends(frequency: Frequency) -> None:
    """Scenario C2 (killbill 445: an endless loop): each day of two years lies in one cycle, and cycles only go forward."""
    cadence = Cadence.around(date(2024, 1, 31), 31, frequency)
    days = [date(2024, 1, 1) + timedelta(days=offset) for offset in range(731)]
    assert all(day in cadence.cycle(cadence.number(day)) for day in days)
    assert all(0 <= after - before <= 1 for before, after in pairwise(cadence.number(day) for day in days))


def test_c3_the_offset_of_a_zone_is_todays_and_not_that_of_the_first_day() -> None:
    """Scenario C3 (killbill 1934: a frozen offset): in New York 04:30 UTC is yesterday in winter, today in summer."""
    winter, summer = datetime(2026, 1, 31, 4, 30, tzinfo=UTC), datetime(2026, 7, 1, 4, 30, tzinfo=UTC)
    assert FixedClock(winter).today("America/New_York") == date(2026, 1, 30)
    assert FixedClock(summer).today("America/New_York") == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("due", "early", "on_time"),
    [
        (date(2026, 2, 1), datetime(2026, 1, 31, 22, 59, tzinfo=UTC), datetime(2026, 1, 31, 23, tzinfo=UTC)),
        (date(2026, 4, 1), datetime(2026, 3, 31, 21, 59, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC)),
    ],
    ids=["winter", "after the clocks went forward"],
)
def test_c4_a_run_is_never_an_hour_early(due: date, early: datetime, on_time: datetime) -> None:
    """Scenario C4 (invoiceninja 12158): the day begins at midnight in Berlin, whatever that is in UTC."""
    desk = BillingDesk()
    desk.standing(start=due)
    _tick(desk, early)
    assert desk.invoices() == []
    _tick(desk, on_time)
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00"]]


def test_c5_a_phase_that_ends_with_a_cycle_leaves_no_stub() -> None:
    """Scenario C5 (killbill 1923: spurious proration): midnight in Auckland is yesterday in UTC; the date counts."""
    phase_end = local_day(datetime(2024, 3, 31, 11, 0, tzinfo=UTC), ZoneInfo("Pacific/Auckland"))
    trial = {"id": "trial", "percent": "100", "end": phase_end.isoformat()}
    seats = sub("s", "2024-03-01", "31.00", ("2024-03-01", 1), discounts=[trial])
    rows = billed(seats, ["2024-03-01", "2024-04-01"])
    assert phase_end == date(2024, 4, 1)
    assert [(row.kind, row.amount) for row in rows] == [("cycle", "31.00"), ("discount", "-31.00"), ("cycle", "31.00")]


@pytest.mark.parametrize(
    ("zone", "day"), [("America/Denver", "2026-01-31"), ("Asia/Karachi", "2026-02-01"), ("UTC", "2026-02-01")]
)
def test_c6_a_customer_made_just_after_midnight_in_utc(zone: str, day: str) -> None:
    """Scenario C6 (lago): in Denver it is still January, so the first cycle is January's and not February's."""
    start = local_day(datetime(2026, 2, 1, 0, 5, tzinfo=UTC), ZoneInfo(zone))
    rows = billed(sub("s", start.isoformat(), "31.00", (start.isoformat(), 1)), [day], bill_day=1)
    assert (str(start), rows[0].start) == (day, day)
    assert rows[0].fraction == ("1/31" if zone == "America/Denver" else "28/28")


@pytest.mark.parametrize(("year", "days"), [(2023, 28), (2024, 29)])
def test_c7_the_last_days_of_february_are_parts_of_february(year: int, days: int) -> None:
    """Scenario C7 (BCApps 5718, 6242: divided by 31)."""
    seats = sub("s", f"{year}-02-01", "29.00", (f"{year}-02-01", 0), (f"{year}-02-27", 1))
    (row,) = billed(seats, [f"{year}-02-27"])
    assert row.fraction == f"{days - 26}/{days}"


def test_c8_a_year_from_29_february_comes_back_to_it() -> None:
    """Scenario C8: 28 February in common years, the 29th again in the next leap year; each year is billed whole."""
    rows = billed(
        sub("s", "2024-02-29", "366.00", ("2024-02-29", 1)),
        ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
        frequency="annual",
    )
    assert [(row.start, row.fraction) for row in rows] == [
        *(("2024-02-29", "365/365"), ("2025-02-28", "365/365"), ("2026-02-28", "365/365")),
        *(("2027-02-28", "366/366"), ("2028-02-29", "365/365")),
    ]
    assert net(rows) == 5 * 366


def test_c9_the_last_day_of_a_term_is_the_partners() -> None:
    """Scenario C9: at 05:00 UTC on 1 February it is still 31 January in Los Angeles, the last day of the term."""
    term, moment = Period(date(2026, 1, 1), date(2026, 2, 1)), datetime(2026, 2, 1, 5, tzinfo=UTC)
    here = local_day(moment, ZoneInfo("America/Los_Angeles"))
    assert here in term
    assert moment.date() not in term
    seats = sub("s", "2026-01-01", "31.00", ("2026-01-01", 1), (here.isoformat(), 2))
    rows = billed(seats, ["2026-01-01", here.isoformat(), "2026-02-01"], end="2026-02-01")
    assert [(row.kind, row.fraction, row.amount) for row in rows[1:]] == [("credit", "1/31", "-1.00"), ("charge", "1/31", "2.00")]
