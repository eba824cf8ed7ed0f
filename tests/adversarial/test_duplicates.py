"""Scenarios A: whatever is started twice, late, or half, bills a cycle once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest

from local.desks.billing import BillingDesk
from local.faults import CRASHES, Died, Fault, Fuse
from work365.errors import External
from work365.handlers import billing
from work365.ports.platform import CHUNKS

JANUARY = date(2026, 1, 1)


@pytest.fixture
def desk() -> BillingDesk:
    return BillingDesk(JANUARY)


def tick(desk: BillingDesk, moment: datetime) -> None:
    """The timer at a moment, and every message that follows."""
    desk.clock.moment = moment
    billing.plan(book=desk.book, queue=desk.queue, clock=desk.clock)
    desk.work()


def test_a1_an_hourly_scheduler_bills_a_month_once(desk: BillingDesk) -> None:
    """Scenario A1 (erpnext 28179, 28236: about 200 invoices for one month): 200 hours of January make one."""
    desk.standing()
    for hour in range(200):
        tick(desk, datetime(2026, 1, 1, 0, 30, tzinfo=UTC) + timedelta(hours=hour))
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00"]]


def test_a3_a_message_that_waited_for_hours_and_was_queued_again(desk: BillingDesk) -> None:
    """Scenario A3 (lago 1988): the sweeper sends it anew, then both copies arrive."""
    desk.standing()
    desk.plan(JANUARY)
    waiting = desk.queue.take(CHUNKS)
    assert waiting is not None
    assert desk.sweep_after(75) == 1
    desk.work()
    billing.work(waiting["chunk"], book=desk.book, now=desk.clock.now())
    assert [invoice.number for invoice in desk.invoices()] == ["INV-CO-2026-00001"]


def test_a4_an_anniversary_is_one_day_in_every_zone(desk: BillingDesk) -> None:
    """Scenario A4 (lago 1074: 30 May billed at 20 h and again at 23 h UTC): in Berlin the second run is on the 31st."""
    desk.standing(start=date(2026, 4, 30), billday=30)
    tick(desk, datetime(2026, 5, 1, 9, tzinfo=UTC))
    for hour in (20, 23):
        tick(desk, datetime(2026, 5, 30, hour, tzinfo=UTC))
    periods = [line["w365_periodstart"] for invoice in desk.invoices() for line in invoice.lines]
    assert sorted(periods) == ["2026-04-30", "2026-05-30"]


def test_a6_a_run_by_hand_beside_the_timers(desk: BillingDesk) -> None:
    """Scenario A6 (OCA 1473): both have planned the contract before either works on it."""
    desk.standing("C-1")
    desk.standing("C-2")
    desk.plan(JANUARY)
    billing.plan(book=desk.book, queue=desk.queue, clock=desk.clock, as_of=JANUARY, scope="C-1")
    assert desk.work() == 2
    assert sorted(invoice.contract for invoice in desk.invoices()) == ["C-1", "C-2"]


@pytest.mark.parametrize("fault", [Fault.LOSE_ANSWER, Fault.NOT_REACHED, Fault.ERROR_AFTER])
@pytest.mark.parametrize("at", [1, 2])
def test_a8_a_read_that_failed_bills_nothing(desk: BillingDesk, fault: Fault, at: int) -> None:
    """Scenario A8 (killbill 640: a swallowed read error and an invoice loop): the chunk stops, and its repetition is right."""
    contract = desk.standing()
    desk.run(JANUARY)
    (subscription,) = desk._sequences
    desk.change(contract, subscription, date(2026, 1, 16), 12)
    desk.plan(date(2026, 2, 1))
    (*_, sent) = desk.queue.sent
    desk.fuse.arm(at=at, fault=fault)
    with pytest.raises(External):
        billing.work(sent.message["chunk"], book=desk.book, now=desk.clock.now())
    assert "$batch" in str(desk.fuse.blown) or "GET" in str(desk.fuse.blown)
    assert len(desk.invoices()) == 1
    desk.fuse.reset()
    desk.clock.moment = datetime.combine(date(2026, 2, 1), time(4, 45, tzinfo=UTC))
    desk.sweep_after(30)
    desk.work()
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00"], ["-160.00", "192.00", "372.00"]]


def test_numbers_have_no_gap_whenever_a_worker_dies(desk: BillingDesk) -> None:
    """A document has its number or it has none: after any death, the numbers given out are 1, 2, 3, …"""
    for month, fault in enumerate(CRASHES * 3):
        desk.standing(f"C-{month}", start=JANUARY)
        desk.plan(JANUARY + timedelta(days=month))
        desk.fuse.arm(at=1 + month % 4, fault=fault)
        try:
            desk.work()
        except (Died, External):
            desk.fuse.reset()
        desk.fuse.reset()
        desk.sweep_after(20)
        desk.work()
        numbers = [int(invoice.number[-5:]) for invoice in desk.invoices()]
        assert numbers == list(range(1, month + 2))


def test_numbers_have_no_gap_when_workers_run_at_once(desk: BillingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scenario A9 with threads: four workers over ten chunks, each told twice; every document once, numbers 1 to 100 (F38)."""
    monkeypatch.setattr(billing, "CHUNK_CONTRACTS", 10)
    for number in range(100):
        desk.standing(f"C-{number:02}")
    desk.plan(JANUARY)
    chunks = [sent.message["chunk"] for sent in desk.queue.sent] * 2

    def work(chunk: str) -> None:
        with suppress(External):
            billing.work(chunk, book=desk.tenant.billing(Fuse()), now=desk.clock.now())

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, chunks))
    desk.sweep_after(20)
    desk.work()
    assert [int(invoice.number[-5:]) for invoice in desk.invoices()] == list(range(1, 101))
    assert len({invoice.contract for invoice in desk.invoices()}) == 100
    assert desk.tenant.open_work() == (0, 0)
