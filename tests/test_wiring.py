"""What the wiring itself decides: what a message means, what a sweep wakes, what fails alone, what is told to strangers."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import settings
import wiring
from adapters import SystemClock
from dataverse.query import Query
from dataverse.rows import bind, choice_value, status, status_label
from dataverse.webapi import Ref
from local.clock import FixedClock
from local.desks.billing import BillingDesk
from local.desks.hold_rule import HoldRuleDesk
from local.desks.prepaying import PrepayingDesk
from local.desks.splits import FIRST, SplitDesk
from local.desks.statements import StatementDesk
from local.desks.telling import TellingDesk
from local.desks.telling_money import TellingMoneyDesk
from local.desks.told_approvals import APPROVERS_AT, ToldDesk
from local.desks.usage import add_usage
from local.ecb.app import RECENT, Ecb, made_up
from local.fakes.mail import FakeMailer
from local.http import httpx_transport
from local.sample.generated import PRODUCT
from providers.exchange_rates.ecb import EcbRates
from providers.gocardless.gateway import GoCardlessGateway
from providers.gocardless.movements import GoCardlessMoney
from providers.stripe.gateway import StripeGateway
from providers.stripe.movements import StripeMoney
from providers.stripe.pay_pages import StripePayPages
from transport.client import Http
from wiring.job_kinds import DOERS
from work365.accounting.deciding import BooksSystem
from work365.errors import NotAuthorised, Refused, Rejected, Unavailable
from work365.handlers.events import RowEvent
from work365.jobs import Job, JobKind, JobResult, JobState
from work365.ports.books import Position
from work365.ports.platform import CHUNKS, JOBS
from work365.receivables.gateways import CAPABILITIES
from work365.receivables.payments import Processor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.azure.memory_queue import MemoryQueue
    from work365.handlers.jobs import Doer

NOW = datetime(2026, 1, 1, 3, 15, tzinfo=UTC)
TOLD = settings.read(
    {
        "W365_DATAVERSE_URL": "https://org.crm.dynamics.com",
        "W365_VAULT_URL": "https://partner.vault.azure.net",
        "AzureWebJobsStorage__accountName": "partner",
    }
)
EVERY_QUARTER_S = 900


@dataclass
class Unsettled:
    """Payments whose outcome is open, and books of companies where nothing was ever sent."""

    payments: Iterable[str] = ("p1", "p2")
    companies: tuple[BooksSystem, ...] = ()
    asked_before: datetime | None = None
    read: list[str] = field(default_factory=list)

    def unsettled(self, *, sent_before: datetime) -> Iterable[str]:
        self.asked_before = sent_before
        return self.payments

    def systems(self) -> tuple[BooksSystem, ...]:
        return self.companies

    def position(self, system: str) -> Position:
        self.read.append(system)
        return Position(next(company for company in self.companies if company.id == system), None, None)


class Wired(wiring.Application):
    """The real application over a tenant and a queue in memory."""

    def __init__(self, desk: BillingDesk, other: Unsettled, doers: Mapping[JobKind, Doer] | None = None) -> None:
        super().__init__(TOLD, desk.clock)
        replaced: dict[str, Any] = {
            "api": desk.api,
            "queue": desk.queue,
            "payments": other,
            "books": other,
            "doers": dict(doers or {}),
        }
        vars(self).update(replaced)


@pytest.fixture
def desk() -> BillingDesk:
    return BillingDesk(date(2026, 1, 1))


def asked(desk: BillingDesk, kind: str = "Send") -> str:
    """A waiting job."""
    row = {"w365_name": kind, "w365_key": f"test:{kind}", "w365_kind": choice_value("w365_job", "w365_kind", kind)}
    return desk.api.create("w365_job", {**row, "w365_attempts": 0})


def waiting(queue: MemoryQueue, name: str) -> list[Mapping[str, str]]:
    """The messages of a queue, whenever they may be taken."""
    return [sent.message for sent in queue.sent if sent.queue == name]


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


class Closed:
    """A gate that lets nobody pass."""

    def stops(self, _job: object, _whose: object, _request: object) -> JobResult:
        return JobResult(JobState.REFUSED, "the gate is closed")


@pytest.mark.parametrize("kind", [JobKind.CHANGE, JobKind.CREDIT, JobKind.CANCEL, JobKind.WRITE_OFF])
def test_requests_of_people_go_through_the_gate(desk: BillingDesk, kind: JobKind) -> None:
    """A handler that was wired without it would let everything pass."""
    contract = desk.contract("C-1")
    subscription = desk.subscription(contract)
    desk.run(date(2026, 1, 1))
    (invoice,) = desk.invoices()
    said = {"reason": "x", "subscription": subscription, "event": "Quantity", "quantity": "12", "on": "2026-01-01"}
    job = asked(desk, kind.value)
    row = {"w365_arguments": json.dumps(said), **bind("w365_Invoice", "w365_invoice", invoice.id)}
    desk.api.update(Ref("w365_job", job), row)
    system = wiring.Application(TOLD, desk.clock)
    vars(system).update({"api": desk.api, "queue": desk.queue, "gate": Closed(), "mailer": None})
    system.run_job({"job": job})
    assert desk.api.read(Ref("w365_job", job), select=("w365_message",))["w365_message"] == "the gate is closed"


class NoTrace:
    """A gateway that has not heard of a page yet."""

    def close(self, _payment: object, _profile: object) -> None:
        return None


@pytest.mark.parametrize("kind", [JobKind.CREDIT, JobKind.CANCEL, JobKind.WRITE_OFF])
def test_what_changes_a_balance_waits_for_the_customers_page(desk: BillingDesk, kind: JobKind) -> None:
    """A handler that was wired without it would let the customer pay what is not owed any more."""
    desk.subscription(desk.contract("C-1"))
    desk.run(date(2026, 1, 1))
    (invoice,) = desk.invoices()
    kinds = choice_value("w365_paymentprocessor", "w365_kind", "Stripe")
    processor = desk.api.create("w365_paymentprocessor", {"w365_code": "stripe", "w365_kind": kinds, "w365_secretname": "key"})
    row = desk.api.read(Ref("w365_invoice", invoice.id), select=("w365_balance", "_transactioncurrencyid_value"))
    page = {
        "w365_name": "attempt 1",
        "w365_attempt": 1,
        "w365_amount": row["w365_balance"],
        "w365_source": choice_value("w365_payment", "w365_source", "Pay link"),
        "w365_senton": desk.clock.now(),
        "w365_customerreference": "cus_1",
        **bind("w365_Invoice", "w365_invoice", invoice.id),
        **bind("w365_Processor", "w365_paymentprocessor", processor),
        **bind("transactioncurrencyid", "transactioncurrency", row["_transactioncurrencyid_value"]),
        **status("w365_payment", "Pending"),
    }
    desk.api.create("w365_payment", page)
    job = asked(desk, kind.value)
    said = {"w365_arguments": '{"reason": "x"}', **bind("w365_Invoice", "w365_invoice", invoice.id)}
    desk.api.update(Ref("w365_job", job), said)
    system = wiring.Application(TOLD, desk.clock)
    vars(system).update({"api": desk.api, "queue": desk.queue, "mailer": None, "gateway_for": lambda _: NoTrace()})
    system.run_job({"job": job})
    row = desk.api.read(Ref("w365_job", job), select=("statuscode", "w365_message"))
    assert (status_label("w365_job", row), row["w365_message"]) == (
        "Waiting",
        "The payment page cannot be reached; this continues by itself.",
    )


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


@pytest.mark.parametrize("message", [{}, {"other": "thing"}, {"job": ""}, {"chunk": ""}])
def test_messages_that_name_nothing_are_ignored(desk: BillingDesk, message: dict[str, str]) -> None:
    """An old version's, or somebody else's."""
    wired = Wired(desk, Unsettled())
    wired.run_job(message)
    wired.run_chunk(message)
    assert desk.queue.sent == []


@pytest.mark.parametrize("text", ["", "not json", "[]", "null", '"job"', '{"job": null}', '{"job": ""}', "\ufffd{"])
def test_poison_that_cannot_be_read_does_no_harm(desk: BillingDesk, text: str) -> None:
    """There is nothing to mark; the door has logged it."""
    wired = Wired(desk, Unsettled())
    wired.job_poisoned(text, "why")
    wired.chunk_poisoned(text, "why")
    assert desk.findings() == {}


def test_a_poisoned_job_says_why(desk: BillingDesk) -> None:
    """Whoever pressed the button reads it on the job."""
    made = asked(desk)
    Wired(desk, Unsettled()).job_poisoned(f'{{"job": "{made}"}}', "Five attempts failed.")
    assert desk.states("w365_job") == ["Failed"]
    assert desk.api.read(Ref("w365_job", made), select=("w365_message",))["w365_message"] == "Five attempts failed."


@pytest.mark.parametrize(
    ("result", "delays"),
    [
        (JobResult(JobState.WAITING, "later", 40), [40]),
        (JobResult(JobState.CONFIRMING, "asking", 5), [5]),
        (JobResult(JobState.SUCCEEDED, "done"), []),
        (JobResult(JobState.SUCCEEDED, "done", 40), []),
        (JobResult(JobState.REFUSED, "no"), []),
    ],
)
def test_an_open_job_is_looked_at_again_after_its_delay(desk: BillingDesk, result: JobResult, delays: list[int]) -> None:
    """The same message, hidden for as long as the handler said; a final one is not."""

    def doer(job: Job) -> JobResult:
        return result

    made = asked(desk)
    Wired(desk, Unsettled(), {JobKind.SEND: doer}).run_job({"job": made})
    assert [(sent.visible - desk.clock.moment).total_seconds() for sent in desk.queue.sent] == delays
    assert all(sent.message == {"job": made} for sent in desk.queue.sent)


def test_a_kind_that_nobody_does_is_refused_at_once(desk: BillingDesk) -> None:
    """With a sentence, instead of five failures."""
    made = asked(desk, "Issue")
    Wired(desk, Unsettled()).run_job({"job": made})
    assert desk.states("w365_job") == ["Refused"]


def test_a_deployment_without_a_mailbox_refuses_to_send_and_does_everything_else(desk: BillingDesk) -> None:
    """The sentence names the setting; jobs of other kinds are done as ever."""
    made = {kind: asked(desk, kind) for kind in ("Send", "Verify")}
    wired = wiring.Application(TOLD, desk.clock)
    vars(wired).update({"api": desk.api, "queue": desk.queue})
    told = {}
    for kind, job in made.items():
        wired.run_job({"job": job})
        told[kind] = desk.api.read(Ref("w365_job", job), select=("w365_message",))["w365_message"]
    assert "W365_MAILBOX" in told["Send"]
    assert "W365_MAILBOX" not in told["Verify"]


def test_every_kind_of_job_that_a_person_can_ask_for_is_done_by_somebody() -> None:
    """A kind that nobody does is refused (above): none of the table's may be forgotten."""
    assert set(DOERS) == set(JobKind)


def test_a_job_in_a_currency_that_nobody_knows_is_not_stuck(desk: BillingDesk) -> None:
    """It is loaded, so that its handler can refuse it."""
    made = asked(desk, "Charge")
    row = {"isocurrencycode": "QQQ", "currencyname": "Quatloo", "currencysymbol": "q", "exchangerate": 2, "currencyprecision": 2}
    strange = desk.api.create("transactioncurrency", row)
    desk.api.update(Ref("w365_job", made), {"w365_amount": 5, **bind("transactioncurrencyid", "transactioncurrency", strange)})
    seen: list[str] = []

    def doer(job: Job) -> JobResult:
        seen.append(job.currency)
        return JobResult(JobState.REFUSED, "no")

    Wired(desk, Unsettled(), {JobKind.CHARGE: doer}).run_job({"job": made})
    assert seen == ["XXX"]


def test_an_event_about_a_job_is_only_its_id(desk: BillingDesk) -> None:
    """The worker reads the row."""
    made = asked(desk)
    Wired(desk, Unsettled()).job_event(RowEvent("w365_job", made, "Create", "operation", "user"))
    assert waiting(desk.queue, JOBS) == [{"job": made}]


def test_health_tells_no_secret(desk: BillingDesk) -> None:
    """Version and readiness; when the tenant does not answer, why."""
    assert Wired(desk, Unsettled()).health()["status"] == "ready"
    wired = Wired(desk, Unsettled())

    class Closed:
        def who_am_i(self) -> None:
            message = "dataverse did not answer"
            raise Unavailable(message)

    vars(wired)["api"] = Closed()
    assert wired.health()["status"] == "not ready: dataverse did not answer"
    assert set(wired.health()) == {"version", "status"}


def test_kinds_that_this_version_cannot_do_are_refused_with_a_sentence(desk: BillingDesk) -> None:
    """A processor that takes no charges, books that are not QuickBooks, mail without a mailbox."""
    wired = Wired(desk, Unsettled())
    with pytest.raises(Refused, match="takes no charges; record the payment by hand"):
        wired.gateway_for(Processor(id="x", code="cash", kind="Manual", secret=""))
    with pytest.raises(Refused, match="choose a QuickBooks company"):
        wired.ledger_for(BooksSystem("b", "xero-1", "Xero"))
    with pytest.raises(Refused, match="W365_MAILBOX"):
        _ = wired.mailer


class Safe:
    """A vault."""

    def __init__(self, **secrets: str) -> None:
        self.secrets = secrets

    def read(self, name: str) -> str:
        return self.secrets[name.replace("-", "_")]


def test_the_kind_of_a_processor_chooses_its_gateway_and_the_row_its_secret(desk: BillingDesk) -> None:
    """The token is read from the vault each time, so a rotated one is used at once."""
    wired = Wired(desk, Unsettled())
    safe = Safe(stripe_key="sk_test_x", debit_token="sandbox_x")
    vars(wired)["secrets"] = safe
    assert isinstance(wired.gateway_for(Processor("p1", "cards", "Stripe", "stripe-key")), StripeGateway)
    debits = Processor("p2", "debits", "GoCardless", "debit-token")
    assert isinstance(wired.gateway_for(debits), GoCardlessGateway)
    assert isinstance(wired.money_for(debits), GoCardlessMoney)
    assert isinstance(wired.pay_pages_for(Processor("p1", "cards", "Stripe", "stripe-key")), StripePayPages)
    with pytest.raises(Refused, match="is of the kind GoCardless, which has no page to pay on"):
        wired.pay_pages_for(debits)
    assert isinstance(wired.money_for(Processor("p1", "cards", "Stripe", "stripe-key")), StripeMoney)
    with pytest.raises(Refused, match="keeps no money"):
        wired.money_for(Processor("p3", "bank", "Manual", ""))
    del safe.secrets["debit_token"]
    with pytest.raises(KeyError):
        wired.gateway_for(debits)


def test_every_kind_of_processor_has_said_what_it_takes() -> None:
    """The choice of the table and the table of capabilities name the same kinds."""
    kinds = ("Stripe", "Manual", "GoCardless")
    assert set(CAPABILITIES) == set(kinds)
    assert len({choice_value("w365_paymentprocessor", "w365_kind", kind) for kind in kinds}) == len(kinds)


def test_a_gocardless_event_puts_each_payment_that_it_names_on_the_queue(desk: BillingDesk) -> None:
    """Two events of one payment are one question; the signature is checked with the vault's secret."""
    wired = Wired(desk, Unsettled())
    vars(wired)["secrets"] = Safe(gocardless_webhook_secret="s")
    named = (("PM1", "submitted"), ("PM1", "confirmed"), ("PM2", "charged_back"))
    events = [{"resource_type": "payments", "action": action, "links": {"payment": name}} for name, action in named]
    body = json.dumps({"events": events}).encode()
    with pytest.raises(NotAuthorised):
        wired.gateway_event("GoCardless", body, "00")
    wired.gateway_event("GoCardless", body, hmac.new(b"s", body, hashlib.sha256).hexdigest())
    assert waiting(desk.queue, JOBS) == [
        {"reference": "PM1", "payment": "", "about": "payment"},
        {"reference": "PM2", "payment": "", "about": "return"},
    ]


def test_a_missing_setting_is_said_again_at_the_next_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application is not built half, and is built once the setting is there."""
    wiring.install(None)
    for name in [name for name in os.environ if name.startswith("W365_")]:  # of a local system that ran in this process
        monkeypatch.delenv(name)
    for _ in range(2):
        with pytest.raises(Refused, match="W365_DATAVERSE_URL"):
            wiring.system()
    for name, value in {"DATAVERSE_URL": TOLD.dataverse_url, "VAULT_URL": TOLD.vault_url}.items():
        monkeypatch.setenv(f"W365_{name}", value)
    monkeypatch.setenv("AzureWebJobsStorage__accountName", "partner")
    assert wiring.application() is wiring.system()
    wiring.install(None)


def test_the_clock_of_a_deployment_is_utc() -> None:
    """And its dates are those of the zone that is asked for."""
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert FixedClock(NOW).today("Pacific/Kiritimati") == date(2026, 1, 1)
    assert abs((clock.today("UTC") - clock.now().date()).days) <= 1


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


def test_what_was_used_on_the_last_day_of_a_cycle_is_told_after_it(desk: BillingDesk) -> None:
    """F18: the provider says it two days later; the cycle that has ended is still looked at."""
    contract = desk.contract("C-1", usagemarkuppercent=Decimal(0))
    azure = desk.subscription(contract, seats=0, price=Decimal(0), usagethreshold=Decimal(10), printedname="Azure plan")
    app = Wired(desk, Unsettled())
    for day in (date(2026, 1, 31), date(2026, 2, 2), date(2026, 2, 3)):
        desk.clock.moment = datetime.combine(day, NOW.timetz())
        if day == date(2026, 2, 2):
            add_usage(desk, contract, azure, date(2026, 1, 31), "8.50")
        app.daily_billing()
    told = [row["w365_name"] for row in desk.api.find(Query("w365_notice", ("w365_name",)))]
    assert told == ["Azure plan: 80% of the usage threshold reached"] * 2


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
