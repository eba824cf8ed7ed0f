"""NCRONTAB: six fields, strict, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.azure.ncrontab import Schedule
from work365.errors import BadInput

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  given a zone beside


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "following"),
    [
        ("0 15 2 * * *", "2026-03-01 00:00:00", "2026-03-01 02:15:00"),
        ("0 15 2 * * *", "2026-03-01 02:15:00", "2026-03-02 02:15:00"),
        ("0 15 2 * * *", "2026-03-01 02:14:59.999999", "2026-03-01 02:15:00"),
        ("0 */10 * * * *", "2026-03-01 23:50:00", "2026-03-02 00:00:00"),
        ("0 5 * * * *", "2026-12-31 23:05:00", "2027-01-01 00:05:00"),
        ("*/15 * * * * *", "2026-03-01 00:00:44", "2026-03-01 00:00:45"),
        ("0 0 0 1 * *", "2026-03-02 00:00:00", "2026-04-01 00:00:00"),
        ("0 0 0 31 * *", "2026-03-31 00:00:00", "2026-05-31 00:00:00"),
        ("0 0 0 29 2 *", "2025-01-01 00:00:00", "2028-02-29 00:00:00"),
        ("0 0 0 29 2 0", "2026-01-01 00:00:00", "2032-02-29 00:00:00"),
        ("0 0 12 * * mon-fri", "2026-03-06 12:00:00", "2026-03-09 12:00:00"),
        ("0 0 12 13 * fri", "2026-03-13 12:00:00", "2026-11-13 12:00:00"),
        ("0 0 9 1 jan,jul *", "2026-01-01 09:00:00", "2026-07-01 09:00:00"),
        ("0 30 8-10/2 * * *", "2026-03-01 08:30:00", "2026-03-01 10:30:00"),
        ("5 20/20 * * * *", "2026-03-01 00:20:05", "2026-03-01 00:40:05"),
        ("59 59 23 31 DEC *", "2026-12-31 23:59:59", "2027-12-31 23:59:59"),
    ],
)
def test_next_tick(schedule: str, after: str, following: str) -> None:
    """Each schedule names the next moment after a given one; day and weekday must both match."""
    assert Schedule.parse(schedule).next_after(at(after)) == at(following)


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        ("", "0 fields"),
        ("every day", "2 fields"),
        ("15 2 * * *", "5 fields"),
        ("0 15 2 * * * *", "7 fields"),
        ("00:10:00", "1 fields"),
        ("60 * * * * *", "outside 0-59"),
        ("0 0 24 * * *", "outside 0-23"),
        ("0 0 0 0 * *", "outside 1-31"),
        ("0 0 0 * 13 *", "outside 1-12"),
        ("0 0 0 * * 7", "outside 0-6"),
        ("0 10-5 * * * *", "runs backwards"),
        ("0 */0 * * * *", "step of zero"),
        ("0 *-5 * * * *", "mixes * with a range"),
        ("0 0 0 * mon *", "not a name of a month"),
        ("0 0 0 L * *", "not a value"),
        ("0 1,,2 * * * *", "not a value"),
        ("0 -1 * * * *", "not a value"),
        ("0 0 0 30 2 *", "never fires"),
        ("0 0 0 31 4,6,9,11 *", "never fires"),
    ],
)
def test_wrong_schedules_are_refused_with_a_sentence(schedule: str, says: str) -> None:
    """A schedule that NCRONTAB does not know, or that never fires, says what is wrong with it."""
    with pytest.raises(BadInput, match=says.replace("*", r"\*")) as refusal:
        Schedule.parse(schedule)
    assert repr(schedule) in str(refusal.value)


def test_other_zones_are_turned_into_utc() -> None:
    """A moment in another zone means the same instant; ticks are in UTC."""
    india = datetime(2026, 3, 1, 7, 44, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert Schedule.parse("0 15 2 * * *").next_after(india) == at("2026-03-01 02:15:00")


@st.composite
def fields(draw: st.DrawFn, low: int, high: int) -> str:
    one = st.integers(low, high)
    span = st.tuples(one, one).map(lambda ends: f"{min(ends)}-{max(ends)}")
    return draw(st.one_of(st.just("*"), st.integers(1, 30).map(lambda step: f"*/{step}"), one.map(str), span))


@settings(max_examples=40)
@given(fields(0, 59), fields(0, 59), fields(0, 23), MOMENTS)
def test_the_next_tick_is_the_first_one(second: str, minute: str, hour: str, moment: datetime) -> None:
    """Nothing between a moment and its next tick is named by the schedule, and asking from just before gives the same tick."""
    schedule = Schedule.parse(f"{second} {minute} {hour} * * *")
    tick = schedule.next_after(moment)
    assert moment < tick <= moment + timedelta(days=1, seconds=1)
    assert (tick.second in schedule.seconds, tick.minute in schedule.minutes, tick.hour in schedule.hours) == (True,) * 3
    assert schedule.next_after(tick - timedelta(seconds=1)) == tick
    sampled = [moment + (tick - moment) * part / 97 for part in range(1, 97)]
    assert all(schedule.next_after(earlier) == tick for earlier in sampled if earlier < tick)
