"""The timers of the day: what a sweep wakes, what an hour tells, reads and fetches, what fails alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query
from local.desks.prepaying import PrepayingDesk
from local.desks.telling_money import TellingMoneyDesk
from local.desks.told_approvals import APPROVERS_AT, ToldDesk
from local.ecb.app import RECENT, Ecb, made_up
from local.fakes.mail import FakeMailer
from local.http import httpx_transport
from providers.exchange_rates.ecb import EcbRates
from tests.wiring.wired import TOLD, Unsettled, Wired, asked, waiting
from transport.client import Http
from work365.accounting.deciding import BooksSystem
from work365.errors import Rejected, Unavailable
from work365.ports.platform import CHUNKS, JOBS

if TYPE_CHECKING:
    from local.desks.billing import BillingDesk

EVERY_QUARTER_S = 900


def test_a_sweep_wakes_chunks_jobs_and_payments(desk: BillingDesk) -> None:
    """Whatever nobody touched for a quarter of an hour."""
    desk.standing()
    desk.plan(date(2026, 1, 1))
    waiting_job = asked(desk)
    (planned,) = waiting(desk.queue, CHUNKS)
    desk.clock.moment += timedelta(seconds=EVERY_QUARTER_S + 1)
    other = Unsettled()
    Wired(desk, other).sweep()
    assert waiting(desk.queue, CHUNKS) == [planned, planned]
    assert waiting(desk.queue, JOBS) == [{"job": waiting_job}, {"payment": "p1"}, {"payment": "p2"}]
    assert other.asked_before == desk.clock.moment - timedelta(seconds=EVERY_QUARTER_S)


def test_a_sweep_that_fails_in_one_part_does_the_others(desk: BillingDesk) -> None:
    """The tenant refuses to show its runs: jobs and payments are woken all the same, and the timer counts as failed."""
    waiting_job = asked(desk)
    desk.clock.moment += timedelta(hours=1)
    wired = Wired(desk, Unsettled())

    class NoRuns:
        def stale(self, now: datetime, *, untouched_s: int) -> list[str]:
            message = "our role lacks a privilege"
            raise Rejected(message)

    vars(wired)["billing"] = NoRuns()
    with pytest.raises(Rejected, match="lacks a privilege"):
        wired.sweep()
    assert waiting(desk.queue, JOBS) == [{"job": waiting_job}, {"payment": "p1"}, {"payment": "p2"}]


def test_books_that_do_not_answer_hold_up_no_other_company(desk: BillingDesk) -> None:
    """The others are read, then the timer counts as failed."""
    companies = tuple(BooksSystem(f"b{number}", f"books-{number}", "QuickBooks Online") for number in range(3))
    other = Unsettled(companies=companies)
    wired = Wired(desk, other)

    def ledger_for(system: BooksSystem) -> None:
        if system.id == "b0":
            message = f"{system.code} cannot be reached"
            raise Unavailable(message)

    vars(wired)["ledger_for"] = ledger_for
    with pytest.raises(Unavailable, match="books-0"):
        wired.read_back()
    assert other.read == ["b1", "b2"]


def test_a_sweep_releases_what_was_paid() -> None:
    """F161: the payment is found within ten minutes, the seats come, and the next sweep finds nothing."""
    desk = PrepayingDesk()
    desk.wants(15)
    desk.run(date(2026, 3, 17))
    wired = Wired(desk, Unsettled(payments=()))
    wired.sweep()
    assert desk.stands(desk.one) == (10, "Active")
    desk.pays()
    for _ in range(2):
        wired.sweep()
    assert (desk.stands(desk.one), desk.planned()) == ((15, "Active"), [("2026-03-17", "Done")])


def test_a_payment_and_a_card_that_expires_are_told_within_the_hour() -> None:
    """F47, F41: a receipt and a warning are mailed, and the next hour mails nothing."""
    desk = TellingMoneyDesk()
    contract = desk.reachable("C-1")
    card = desk.card(contract, isdefault=True, expirymonth=3, expiryyear=2026)
    desk.paid(desk.invoiced(contract, "0.00"), card, "120.00")
    wired = Wired(desk, Unsettled(payments=()))
    mailer = vars(wired)["mailer"] = FakeMailer(desk.clock)
    for _ in range(2):
        wired.tell()
    assert sorted(mail.subject for mail in mailer.sent) == [
        "Payment received: 120.00 EUR for invoice INV-1",
        "Visa ending in 4242: the card expires on 31 March 2026",
    ]


def test_a_request_that_waits_is_told_within_the_hour() -> None:
    """F164: approvers are mailed once that it waits; the next hour mails nothing."""
    desk = ToldDesk()
    desk.mailing()
    desk.wants(desk.seller, "Quantity", quantity=15)
    wired = Wired(desk, Unsettled(payments=()))
    mailer = vars(wired)["mailer"] = FakeMailer(desk.clock)
    for _ in range(2):
        wired.tell()
    assert [(mail.recipient, mail.subject.partition(":")[0]) for mail in mailer.sent] == [(APPROVERS_AT, "To approve")]


def test_rates_are_fetched_where_the_settings_say_from_whom(desk: BillingDesk) -> None:
    """In the tenant's own currencies, each day once; elsewhere nobody is asked."""
    desk.clock.moment = datetime(2026, 1, 5, 16, tzinfo=UTC)
    ecb = Ecb(desk.clock, made_up)
    app = Wired(desk, Unsettled())
    vars(app)["ecb"] = EcbRates(Http("ECB", "https://www.ecb.example", transport=httpx_transport(ecb)))
    app.fetch_rates()
    assert ecb.asked == []
    app.settings = TOLD.model_copy(update={"rates": "ecb"})
    for _ in range(2):
        app.fetch_rates()
    assert ecb.asked == [RECENT]
    quoted = {row["w365_tocurrency"] for row in desk.api.find(Query("w365_exchangerate", ("w365_tocurrency",)))}
    assert quoted == (desk.tenant.currencies.all() & set(made_up(date(2026, 1, 5))))
    assert "USD" in quoted
