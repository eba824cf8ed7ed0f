"""Which marks are told, whenever the job runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.contracts.contract import BillingContract
from work365.money import Currency
from work365.subscriptions.held import Agreed, Held, Place, Status
from work365.subscriptions.renewing import outlook
from work365.telling.renewals import RenewalAhead, renewal_ahead
from work365.terms.renewal import NOTICE_DAYS, AtEnd, Prices
from work365.terms.term import Term

END = date(2026, 12, 31)
BERLIN = "Europe/Berlin"
PLACE = Place(BillingContract("c", Currency("EUR"), date(2025, 1, 1)), "C-1", "acc", BERLIN)
YEAR = Agreed(Term.YEAR, date(2025, 12, 31), END, AtEnd.RENEW)
HELD = Held("s", "Premium", PLACE, "p", Status.ACTIVE, 10, Decimal(31), date(2025, 12, 31), ())


def ahead(now: datetime, agreed: Agreed = YEAR) -> RenewalAhead | None:
    return renewal_ahead(outlook(HELD, agreed, [], Prices(Decimal(31)), now), now, ZoneInfo(BERLIN))


def on(days_left: int, agreed: Agreed = YEAR) -> RenewalAhead | None:
    """What is told at noon of a day."""
    return ahead(datetime.combine(END - timedelta(days=days_left), time(12), UTC), agreed)


@given(st.sets(st.integers(-30, 150)))
def test_each_mark_once_and_the_nearest_alone(runs: set[int]) -> None:
    """However many days the job missed: no event twice, and after each run the mark of that day is told."""
    told: set[str] = set()
    for days in sorted(runs, reverse=True):
        one = on(days)
        new = {one.event} - told if one is not None else set()
        told |= new
        assert len(new) <= 1
        due = [mark for mark in NOTICE_DAYS if 0 < days <= mark]
        assert (one.mark if one else None) == (min(due) if due else None)
    assert len(told) == len({min(mark for mark in NOTICE_DAYS if days <= mark) for days in runs if 0 < days <= max(NOTICE_DAYS)})


@pytest.mark.parametrize("agreed", [replace(YEAR, term=Term.MONTH), replace(YEAR, extended=True)], ids=["month", "extended"])
def test_what_goes_on_monthly_is_told_a_week_ahead(agreed: Agreed) -> None:
    assert {one.mark for days in range(1, 100) if (one := on(days, agreed)) is not None} == {7}


def test_the_day_is_that_of_the_billing_zone_and_the_lock_that_of_the_supplier() -> None:
    """23:30 UTC on 1 October is the 2nd in Berlin: 90 days; at 00:00 UTC after the last day nothing is told any more."""
    assert ahead(datetime(2026, 10, 1, 21, 30, tzinfo=UTC)) is None
    found = ahead(datetime(2026, 10, 1, 22, 30, tzinfo=UTC))
    assert found is not None
    assert (found.days, found.mark) == (90, 90)
    assert ahead(datetime(2026, 12, 31, 0, 0, tzinfo=UTC)) is None
    last = ahead(datetime(2026, 12, 30, 22, 59, tzinfo=UTC))
    assert last is not None
    assert (last.days, last.until) == (1, datetime(2026, 12, 31, 0, 0, tzinfo=UTC))


def test_a_new_end_is_a_new_event() -> None:
    """A term that was moved, and the one after it, are told by themselves."""
    later = replace(YEAR, end=END + timedelta(days=1))
    assert (first := on(30)) is not None
    assert (second := on(29, later)) is not None
    assert first.event != second.event
