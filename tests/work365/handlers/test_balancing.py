"""What each customer owes stands on the account's row, whatever happened since it was last drawn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.desks.receipts import ReceiptDesk
from work365.handlers import balancing
from work365.jobs import Job, JobKind, JobResult, JobState
from work365.periods import days_at
from work365.receivables.spreading import Wish

FIRST = "INV-CO-2026-00001"


@pytest.fixture
def desk() -> ReceiptDesk:
    """Three invoices of 368.90 EUR, each due after 14 days, on 1 March."""
    found = ReceiptDesk()
    found.months(3)
    return found


def test_invoices_receipts_and_credit_notes_count(desk: ReceiptDesk) -> None:
    desk.draw()
    assert desk.balance() == ("1106.70", "1106.70", "0.00", "737.80", "1106.70 EUR (737.80 overdue)")
    desk.post("1200.00", wishes=None)
    desk.draw()
    assert desk.balance() == ("-93.30", "0.00", "93.30", "0.00", "-93.30 EUR")
    desk.credit(FIRST, "1=10.00")
    desk.draw()
    assert desk.balance()[0] == "-105.20"
    desk.take_back(FIRST)
    desk.draw()
    assert desk.balance() == ("-105.20", "368.90", "474.10", "368.90", "-105.20 EUR (368.90 overdue)")


def test_what_is_settled_says_nothing_any_more(desk: ReceiptDesk) -> None:
    desk.draw()
    desk.post("1106.70", wishes=None)
    desk.draw()
    assert desk.balance() == ("0.00", "0.00", "0.00", "0.00", "")
    assert desk.draw() == 0


def test_a_night_in_which_nothing_changed_writes_nothing(desk: ReceiptDesk) -> None:
    """Four questions find who owes or is owed, one reads what stands; a write would be the sixth request."""
    desk.draw()
    desk.fuse.reset()
    desk.draw()
    assert desk.fuse.count == 5


def test_a_day_later_more_is_overdue(desk: ReceiptDesk) -> None:
    desk.draw()
    desk.clock.moment += timedelta(days=20)
    desk.draw()
    assert desk.balance()[3] == "1106.70"


def test_only_customers_of_whom_something_changed_are_drawn(desk: ReceiptDesk) -> None:
    desk.draw()
    desk.clock.moment += timedelta(hours=1)
    since, day_in = desk.clock.now(), days_at(desk.clock.now())
    assert balancing.refresh_changed(since=since, book=desk.balances, day_in=day_in) == 0
    desk.post("10.00", wishes=[Wish(FIRST)])
    assert balancing.refresh_changed(since=since, book=desk.balances, day_in=day_in) == 1
    assert desk.balance()[0] == "1096.70"


def test_two_workers_at_once_leave_the_newer_balance(desk: ReceiptDesk) -> None:
    """The one that read first loses its version, draws again, and then agrees with the other."""
    desk.draw()
    stale = desk.balances.standing([desk.account])
    desk.post("100.00", wishes=None)
    desk.draw()
    drawn = [one for one, _ in stale.kept.values()]
    assert desk.balances.keep(drawn, {desk.account: "1106.70 EUR"}, stale) == (desk.account,)
    assert desk.balance()[0] == "1006.70"


def test_after_a_job_the_balance_is_drawn(desk: ReceiptDesk) -> None:
    job = Job("1", "1", JobKind.CHARGE, JobState.RUNNING, invoice=desk.id_of(FIRST))
    done = JobResult(JobState.SUCCEEDED, "Done")
    assert balancing.kept_after(lambda _: done, book=desk.balances, clock=desk.clock)(job) == done
    assert desk.balance()[0] == "1106.70"


def test_a_balance_that_cannot_be_drawn_now_spoils_no_job(desk: ReceiptDesk) -> None:
    job = Job("1", "1", JobKind.CHARGE, JobState.RUNNING, invoice="00000000-0000-0000-0000-000000000001")
    done = JobResult(JobState.SUCCEEDED, "Done")
    assert balancing.kept_after(lambda _: done, book=desk.balances, clock=desk.clock)(job) == done
    assert desk.balance() == ()
