"""The night: what comes before what, what fails alone, and what the next hour sends of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.query import Query
from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from local.desks.approvals import LATER
from local.desks.entries import EntryDesk
from local.desks.hold_rule import HoldRuleDesk
from local.desks.planned_entries import PlanDesk
from local.desks.splits import FIRST, SplitDesk
from local.desks.statements import StatementDesk
from local.desks.telling import TellingDesk
from local.desks.usage import add_usage
from local.fakes.mail import FakeMailer
from local.sample.generated import PRODUCT
from tests.wiring.wired import Unsettled, Wired, waiting
from work365.ports.platform import CHUNKS, JOBS

if TYPE_CHECKING:
    from local.desks.billing import BillingDesk


def test_the_night_keeps_plans_before_it_bills_and_tells_thresholds_after(desk: BillingDesk) -> None:
    """A plan that became active yesterday is billed tonight; one look at usage per cycle and share."""
    contract = desk.contract("C-1", usagemarkuppercent=Decimal(0))
    azure = desk.subscription(contract, seats=0, price=Decimal(0), usagethreshold=Decimal(10), printedname="Azure plan")
    add_usage(desk, contract, azure, date(2026, 1, 1), "8.00")
    plan = {
        "w365_name": "P-1",
        "w365_key": "P-1",
        "w365_description": "E3, one year",
        "w365_commitment": Decimal(120),
        "w365_parts": 12,
        "w365_firstdue": date(2026, 1, 1),
        **bind("w365_Contract", "w365_billingcontract", contract),
        **bind("w365_Product", "w365_product", PRODUCT),
    }
    made = desk.api.create("w365_instalmentplan", plan)
    desk.api.update(Ref("w365_instalmentplan", made), status("w365_instalmentplan", "Active"))
    app = Wired(desk, Unsettled())
    for _ in range(2):
        app.daily_billing()
        desk.work()
    assert [invoice.amounts for invoice in desk.invoices()] == [["10.00"]]
    assert desk.findings() == {"Azure plan 2026-01-01 80 %": ("usage-threshold", "Open")}


class Defective:
    """A store whose every call meets a defect of ours."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever is asked of it
        raise KeyError(name)


def test_a_defect_in_one_step_of_the_night_holds_up_no_other(desk: BillingDesk) -> None:
    """Renewals meet a defect: the night bills all the same, and its run counts as failed."""
    desk.standing()
    app = Wired(desk, Unsettled())
    vars(app)["renewals"] = Defective()
    with pytest.raises(KeyError):
        app.daily_billing()
    desk.work()
    assert len(desk.invoices()) == 1


def test_the_night_divides_seats_before_it_bills() -> None:
    """Four seats were bought in the meantime: the parts of both payers are billed tonight, and nothing of the whole."""
    town = SplitDesk(payers=("Works",))
    town.terms(FIRST, town.number("Works", 6))
    town.buy(FIRST, 14)
    app = Wired(town.billing, Unsettled())
    for _ in range(2):
        app.daily_billing()
        town.billing.work()
    assert town.totals() == [("2026-03-01", "Hall", "248.00"), ("2026-03-01", "Works", "186.00")]


def test_the_night_holds_by_the_rule_and_the_sweep_after_a_payment_lets_in_what_waited() -> None:
    """F54: the balance is drawn first, and the change of who is released happens in the same sweep."""
    desk = HoldRuleDesk()
    contract = desk.contract("C-1", start=date(2026, 3, 1))
    seats = desk.bought(contract, start=date(2026, 3, 1))
    account = desk.api.read(Ref("w365_billingcontract", contract), select=("_w365_account_value",))["_w365_account_value"]
    desk.api.update(Ref("account", account), {"accountnumber": "K-1"})
    invoice = desk.open(account, "INV-1", "100.00", due=date(2026, 2, 1))
    for name, text in {"hold-overdue-days": "30", "credit-hold": "on", "hold-changes": "wait"}.items():
        desk.say(name, text)
    desk.at(date(2026, 3, 13))
    app = Wired(desk, Unsettled(payments=()))
    app.daily_billing()
    assert desk.on_the_row("K-1") == (True, "Rule", "overdue for 40 days, which is more than 30")
    desk.ask(seats, "Quantity", quantity=15, on=date(2026, 3, 13))
    app.sweep()
    assert desk.stands(seats)[0] == 10
    desk.api.update(Ref("w365_invoice", invoice), {"w365_balance": Decimal(0)})
    app.sweep()
    assert (desk.on_the_row("K-1")[0], desk.stands(seats)[0]) == (False, 15)


def test_the_night_asks_about_what_was_planned_by_hand_and_a_sweep_lets_in_what_is_approved() -> None:
    """F164: a worker takes the job that asks, whoever wrote the plan does not answer it, and an approver does."""
    desk = PlanDesk.that_says("approve-purchases", "100.00 EUR")
    planned = desk.plans_by_hand(desk.seller, "Quantity", quantity=15)
    app = Wired(desk, Unsettled(payments=()))
    del vars(app)["doers"]  # the real ones
    desk.at(LATER)
    app.daily_billing()
    assert desk.plan_says(planned)[0] == "Waiting for approval"
    for job in desk.review_jobs(planned):
        app.run_job({"job": job})
    (one,) = desk.waiting()
    app.run_job({"job": desk.answer(desk.approver, "approve", one.id)})
    app.run_job({"job": one.job})
    app.sweep()
    assert (desk.plan_says(planned)[0], desk.stands(desk.one)) == ("Done", (15, "Active"))


def test_a_sweep_lets_stand_what_stood_and_asks_about_what_was_entered_and_no_night_bills_it_too_early() -> None:
    """F164: 15 % on a form where 10 % waits is asked about within ten minutes, held back at night, and billed once approved."""
    desk = EntryDesk()
    desk.run(date(2026, 3, 16))
    desk.says("approve-discounts", "10")
    app = Wired(desk, Unsettled(payments=()))
    del vars(app)["doers"]  # the real ones
    app.sweep()
    assert desk.settled() == [("10", "10")]
    desk.at(date(2026, 3, 30))
    discount = desk.discounts(desk.seller, "15", subscription=desk.one)
    desk.passes(minutes=10)
    app.sweep()
    for job in desk.jobs_about(discount):
        app.run_job({"job": job})
    (one,) = desk.waiting()
    app.run_job({"job": desk.answer(desk.seller, "approve", one.id)})
    assert night(app, desk, date(2026, 4, 1)) == []
    assert desk.findings()["C-1"] == ("entry-not-approved", "Open")
    app.run_job({"job": desk.answer(desk.approver, "approve", one.id)})
    app.run_job({"job": one.job})
    assert night(app, desk, date(2026, 4, 2)) == [["310.00", "-46.50"]]


def night(app: Wired, desk: EntryDesk, day: date) -> list[list[str]]:
    """What the timer of a day bills, and a worker."""
    before = len(desk.invoices())
    desk.at(day)
    app.daily_billing()
    while message := desk.queue.take(CHUNKS):
        app.run_chunk(message)
    return [invoice.amounts for invoice in desk.invoices()[before:]]


def test_a_threshold_that_the_night_finds_is_told_once(desk: BillingDesk) -> None:
    """F18: 80 % and 100 % of a cycle, one notice each for staff and one for the customer, however many nights follow."""
    contract = desk.contract("C-1", usagemarkuppercent=Decimal(0), billingemail="ap@c-1.example")
    azure = desk.subscription(contract, seats=0, price=Decimal(0), usagethreshold=Decimal(10), printedname="Azure plan")
    add_usage(desk, contract, azure, date(2026, 1, 1), "8.50")
    app, columns = Wired(desk, Unsettled()), ("w365_name", "w365_recipient", "w365_why")
    for _ in range(2):
        app.daily_billing()
    first = [(row["w365_recipient"], row["w365_why"]) for row in desk.api.find(Query("w365_notice", columns))]
    why = "8.50 EUR used since 2026-01-01 is 80 % or more of the threshold of 10."
    assert sorted(first, key=str) == [("ap@c-1.example", why), (None, why)]
    add_usage(desk, contract, azure, date(2026, 1, 2), "2.00")
    for _ in range(2):
        app.daily_billing()
    told = sorted(row["w365_name"] for row in desk.api.find(Query("w365_notice", columns)))
    assert (
        told == ["Azure plan: 100% of the usage threshold reached"] * 2 + ["Azure plan: 80% of the usage threshold reached"] * 2
    )


class NothingMoved:
    """A gateway without a movement."""

    def movements(self, *_: datetime) -> tuple[()]:
        """None."""
        return ()

    payouts = movements


def test_the_night_checks_the_money_and_has_the_gateway_asked_again(desk: BillingDesk) -> None:
    """An attempt that nobody answered for five days is a finding, and a message for the worker."""
    desk.standing()
    app = Wired(desk, Unsettled())
    vars(app)["money_for"] = lambda _: NothingMoved()
    app.daily_billing()
    desk.work()
    [invoice] = desk.api.find(Query("w365_invoice", ("w365_invoiceid",)))
    kind = choice_value("w365_paymentprocessor", "w365_kind", "Stripe")
    cards = desk.api.create("w365_paymentprocessor", {"w365_name": "Cards", "w365_code": "cards", "w365_kind": kind})
    row = {
        "w365_name": "attempt",
        "w365_attempt": 1,
        "w365_source": choice_value("w365_payment", "w365_source", "Charge"),
        "w365_amount": Decimal(10),
        "w365_senton": desk.clock.now(),
        **desk.tenant.currencies.bind("USD"),
        **bind("w365_Invoice", "w365_invoice", invoice["w365_invoiceid"]),
        **bind("w365_Processor", "w365_paymentprocessor", cards),
        **status("w365_payment", "Unknown"),
    }
    payment = desk.api.create("w365_payment", row)
    desk.clock.moment += timedelta(days=5)
    app.daily_billing()
    assert {"reference": "", "payment": payment, "about": "payment"} in waiting(desk.queue, JOBS)
    assert ("money-unanswered", "Open") in desk.findings().values()


def test_the_night_writes_what_the_next_hour_sends() -> None:
    """F22: a term that ends within a month is written at night; the hour mails it once, and a second hour nothing."""
    desk = TellingDesk(date(2026, 3, 2))
    desk.bought(desk.reachable("C-1"), term="P1Y", until=date(2026, 3, 25), start=date(2025, 3, 25), printedname="Premium")
    wired = Wired(desk, Unsettled(payments=()))
    mailer = vars(wired)["mailer"] = FakeMailer(desk.clock)
    wired.daily_billing()
    assert (desk.told(), mailer.sent) == (
        [("Renewal", "Customer", "ap@c-1.example", "Queued"), ("Renewal", "Staff", "", "To read")],
        [],
    )
    for _ in range(2):
        wired.tell()
    assert [mail.subject for mail in mailer.sent] == ["Premium: the term ends on 24 March 2026"]


def test_what_was_used_on_the_last_day_of_a_cycle_is_told_after_it(desk: BillingDesk) -> None:
    """F18: the provider says it two days later; the cycle that has ended is still looked at."""
    contract = desk.contract("C-1", usagemarkuppercent=Decimal(0))
    azure = desk.subscription(contract, seats=0, price=Decimal(0), usagethreshold=Decimal(10), printedname="Azure plan")
    app = Wired(desk, Unsettled())
    for day in (date(2026, 1, 31), date(2026, 2, 2), date(2026, 2, 3)):
        desk.clock.moment = datetime.combine(day, time(3, 15, tzinfo=UTC))
        if day == date(2026, 2, 2):
            add_usage(desk, contract, azure, date(2026, 1, 31), "8.50")
        app.daily_billing()
    told = [row["w365_name"] for row in desk.api.find(Query("w365_notice", ("w365_name",)))]
    assert told == ["Azure plan: 80% of the usage threshold reached"] * 2


def test_the_night_writes_statements_that_the_next_hour_sends() -> None:
    """F126: where a setting asks for them, last month's, once, with their PDF."""
    desk = StatementDesk()
    desk.issued(desk.customer("A-1"), "INV-1", "60.00", date(2026, 2, 10))
    desk.say("statement", "own")
    wired = Wired(desk, Unsettled(payments=()))
    mailer = vars(wired)["mailer"] = FakeMailer(desk.clock)
    for _ in range(2):
        wired.daily_billing()
        wired.tell()
    [mail] = mailer.sent
    assert (mail.recipient, mail.file_name) == ("ap@a-1.example", "Statement of account 2026-02-01 2026-02-28.pdf")
    assert mail.content.startswith(b"%PDF")
