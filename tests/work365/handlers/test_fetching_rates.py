"""Rates by themselves: each day once, an outage made up for, and nothing that was not published."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dataverse.webapi import Ref
from local.desks.fetching import CODES, HOUR, FetchingDesk
from local.ecb.app import DAILY, RECENT, Ecb, Trouble, made_up
from work365.currencies.rates import ExchangeRate
from work365.errors import External, Rejected
from work365.handlers.fetching_rates import Fetched, fetch_rates
from work365.money import Currency

FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)
EUR, USD = Currency("EUR"), Currency("USD")


@pytest.fixture
def desk() -> FetchingDesk:
    """A tenant whose rates were fetched up to Thursday, on Friday at noon."""
    made = FetchingDesk(datetime(2026, 11, 26, 16, tzinfo=UTC))
    made.fetch()
    made.ecb.asked.clear()
    made.at(FRIDAY, 12)
    return made


def test_the_first_look_brings_what_the_bank_keeps() -> None:
    """The last 90 days, in the tenant's currencies and no other, with source and date."""
    desk = FetchingDesk(datetime(2026, 11, 26, 16, tzinfo=UTC))
    report = desk.fetch().report
    assert report is not None
    assert (report.new, desk.ecb.asked, len(desk.days()), desk.days()[-1]) == (128, [RECENT], 64, "2026-11-26")
    assert {pair[1:] for pair in desk.rows()} == {("EUR", "USD"), ("EUR", "GBP")}
    assert desk.rows()["2026-11-26", "EUR", "USD"] == f"ECB {made_up(date(2026, 11, 26))['USD']}000000"


def test_a_day_is_fetched_once(desk: FetchingDesk) -> None:
    """A look every hour of a week asks the bank once per day that has rates, from the hour in which they are out."""
    for _ in range(7 * 24):
        desk.clock.moment += HOUR
        desk.fetch()
    assert desk.ecb.asked == [DAILY] * 5
    assert desk.days()[-6:] == ["2026-11-26", "2026-11-27", "2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03"]


def test_a_weekend_has_no_rates_of_its_own(desk: FetchingDesk) -> None:
    """On Sunday the newest row is Friday's, with Friday's date: whether a bill may use it is for its legal entity to say."""
    desk.at(FRIDAY)
    desk.fetch()
    desk.at(FRIDAY + timedelta(days=2))
    assert desk.fetch() == Fetched(())
    assert (desk.ecb.asked, desk.days()[-1]) == ([DAILY], "2026-11-27")


def test_an_outage_is_made_up_for(desk: FetchingDesk) -> None:
    """Three weeks later one look at the longer file brings every day between."""
    desk.at(FRIDAY + timedelta(days=21))
    report = desk.fetch().report
    assert report is not None
    assert (desk.ecb.asked, report.new, report.findings) == ([RECENT], 32, ())
    assert desk.fetch() == Fetched(())


def test_what_is_not_published_yet_is_waited_for(desk: FetchingDesk) -> None:
    """Yesterday's file once more adds nothing; the next hour asks again."""
    desk.at(FRIDAY)
    desk.ecb.troubles = [Trouble.STALE]
    found = desk.fetch()
    assert (found.waiting, found.report and found.report.new, desk.days()[-1]) == ((FRIDAY,), 0, "2026-11-26")
    assert desk.fetch().waiting == ()
    assert desk.days()[-1] == "2026-11-27"


@pytest.mark.parametrize("trouble", [trouble for trouble in Trouble if trouble is not Trouble.STALE])
def test_a_bad_answer_writes_nothing(desk: FetchingDesk, trouble: Trouble) -> None:
    """The run fails, and the next one does its work."""
    before = desk.rows()
    desk.at(FRIDAY)
    desk.ecb.troubles = [trouble]
    with pytest.raises(External):
        desk.fetch()
    assert desk.rows() == before
    desk.fetch()
    assert len(desk.rows()) == len(before) + 2


def test_a_rate_of_a_day_to_come_is_refused(desk: FetchingDesk) -> None:
    """It could never be corrected."""
    desk.at(FRIDAY)
    desk.ecb._clock = lambda: datetime(2026, 11, 30, 16, tzinfo=UTC)
    with pytest.raises(Rejected, match="rates of 2026-11-30, a day to come"):
        desk.fetch()
    assert desk.days()[-1] == "2026-11-26"


def test_a_rate_that_a_person_entered_stays(desk: FetchingDesk) -> None:
    """The day's others are added beside it, and the difference is a finding."""
    desk.book.add([ExchangeRate(EUR, USD, FRIDAY, Decimal("1.2"), "manual", "fixed with the bank")])
    desk.at(FRIDAY)
    report = desk.fetch().report
    assert report is not None
    assert [finding.code for finding in report.findings] == ["exchange-rate-differs"]
    assert desk.rows()["2026-11-27", "EUR", "USD"] == "manual 1.2000000000"
    assert desk.rows()["2026-11-27", "EUR", "GBP"].startswith("ECB ")


def test_the_history_fills_a_hole(desk: FetchingDesk) -> None:
    """Rows that somebody deleted come back when they are asked for, whatever is due."""
    ids = desk.tenant.app.rows("w365_exchangerate")
    for row in ids:
        if str(row["w365_ratedate"]) == "2026-11-18":
            desk.tenant.api.delete(Ref("w365_exchangerate", row["w365_exchangerateid"]))
    assert desk.fetch() == Fetched(())
    report = desk.fetch(whole=True).report
    assert report is not None
    assert (report.new, "2026-11-18" in desk.days()) == (2, True)


def test_a_dry_run_writes_nothing(desk: FetchingDesk) -> None:
    """And says what it would add."""
    desk.at(FRIDAY)
    before = desk.rows()
    found = fetch_rates(source=desk.source, book=desk.book, codes=CODES, now=desk.clock.now(), dry_run=True)
    assert found.report is not None
    assert (found.report.new, desk.rows() == before) == (2, True)


def test_rates_that_are_imported_by_hand_are_not_fetched_again(desk: FetchingDesk) -> None:
    """The bank's file by `w365 import rates` makes the same rows."""
    day = made_up(FRIDAY)
    desk.book.add([ExchangeRate(EUR, Currency(code), FRIDAY, Decimal(rate), "ECB") for code, rate in day.items()])
    desk.at(FRIDAY)
    assert desk.fetch() == Fetched(())
    assert desk.ecb.asked == []


def test_a_publisher_without_any_rates_is_refused(desk: FetchingDesk) -> None:
    """An empty file is no file."""
    desk.at(FRIDAY)
    empty = Ecb(desk.clock, lambda _day: None)
    desk.ecb._rates = empty._rates
    with pytest.raises(Rejected, match="no euro reference rates"):
        desk.fetch()
