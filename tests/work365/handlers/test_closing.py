"""F112: one action ends everything on a contract, the last invoice is made, and then the contract ends itself."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dataverse.query import Query
from dataverse.rows import bind, choice_value, status, status_label
from dataverse.stores.crediting import Crediting
from dataverse.webapi import Ref
from local.desks.closing import ClosingDesk
from local.desks.usage import add_time, add_usage
from local.faults import Fault, Sent
from work365.closing.planning import Bound
from work365.crediting.asking import wishes
from work365.crediting.noting import note
from work365.ports.crediting import Writing
from work365.subscriptions.held import Status

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
TODAY = date(2026, 3, 17)
FREE = "Subscription: ends on 2026-03-17. It is bound by no term on that day: seats may come and go."
CONTRACT, SUBSCRIPTION = "w365_billingcontract", "w365_subscription"
STATES = Query(SUBSCRIPTION, ("statuscode", "_w365_contract_value"))


@pytest.fixture
def desk() -> ClosingDesk:
    """Contract C-1 with ten seats of 31.00, billed for March; it is 17 March."""
    made = ClosingDesk(MARCH)
    made.standing("C-1", start=MARCH)
    made.run(MARCH)
    made.at(TODAY)
    return made


def contract_of(desk: ClosingDesk, number: str = "C-1") -> str:
    return next(contract for contract, named in desk.numbers.items() if named == number)


def standing(desk: ClosingDesk) -> list[str]:
    """The statuses of subscriptions that are not cancelled."""
    found = [status_label(SUBSCRIPTION, row) for row in desk.api.find(Query(SUBSCRIPTION, ("statuscode",)))]
    return [one for one in found if one != Status.CANCELLED.value]


def test_everything_ends_and_the_last_invoice_is_made(desk: ClosingDesk) -> None:
    """16 of March's 31 days are used: 150.00 come back; with 50.00 of an item the last document gives back 100.00."""
    desk.item(contract_of(desk), date(2026, 3, 10), "50.00")
    said = desk.close("C-1", TODAY)
    assert said == "Succeeded: Contract C-1 is closed as of 2026-03-17; nothing on it is active or unbilled."
    assert sorted(amount for one in desk.invoices() for amount in one.amounts) == ["-150.00", "310.00", "50.00"]
    assert (desk.status_of("C-1"), standing(desk), desk.unbilled()) == ("Ended", [], [])
    desk.night(APRIL)
    desk.night(MAY)
    assert len(desk.invoices()) == 2


def test_the_plan_lists_everything_with_what_becomes_of_it(desk: ClosingDesk) -> None:
    """Subscriptions, planned changes, unbilled changes, items, usage, credits: each with a sentence; nothing is written."""
    contract = contract_of(desk)
    one = desk.bought(contract, seats=3, start=date(2026, 3, 10), printedname="Visio")
    desk.ask(one, "Quantity", quantity=5, on=date(2026, 3, 25))
    desk.item(contract, date(2026, 3, 10), "50.00", state="Draft")
    add_usage(desk, contract, one, date(2026, 3, 12), "10.00")
    _overpaid(desk)
    made = desk.planned_closing("C-1", TODAY)
    assert [f"{line.what}: {line.becomes}" for line in made.lines] == [
        f"{FREE} 150.00 EUR of its cycle come off.",
        f"{FREE} 45.00 EUR of its cycle come off.",
        "Planned change: is withdrawn",
        "Change: is billed by the last invoice",
        "Non-recurring item: It is not approved yet.",
        "Usage record: is billed by the last invoice",
        "Credit: 119.00 EUR stays the customer's; refund it or set it off",
    ]
    assert [line.which for line in made.lines][1:4] == ["Visio (3 seats)", "2026-03-25 Quantity of Visio", "Visio, change 1"]
    assert (made.stops, made.end, len(made.hash)) == ((), TODAY, 12)
    assert (desk.status_of("C-1"), len(standing(desk)), desk.planned()) == ("Active", 2, [("2026-03-25", "Scheduled")])


def _overpaid(desk: ClosingDesk) -> None:
    """March's invoice is paid, and 100.00 of it are given back."""
    (invoice,) = desk.invoices()
    paid = {"w365_balance": Decimal(0), "w365_amountcharged": invoice.total, **status("w365_invoice", "Paid")}
    desk.api.update(Ref("w365_invoice", invoice.id), paid)
    book = Crediting(desk.api, desk.tenant.currencies)
    subject = book.load(invoice.id)
    writing = Writing("0a0a0a0a-0000-4000-8000-000000000001", "credit/1", "Outage", MARCH)
    book.credit(subject, note(subject, wishes("1=100.00")), writing)
    numbered = {"w365_number": "CN-CO-2026-00001", **status("w365_invoice", "Issued")}
    desk.api.update(Ref("w365_invoice", writing.id), numbered)


def test_the_plan_that_was_looked_at_is_the_one_that_is_done(desk: ClosingDesk) -> None:
    """F170: with an item that came meanwhile the plan is another one, and nothing is written."""
    job = desk.closing_job("C-1", TODAY)
    desk.item(contract_of(desk), date(2026, 3, 16), "5.00")
    result = desk.deliver(job)
    assert result is not None
    assert result.state.value == "Refused"
    assert "now: look at it again with --dry-run, then apply that" in result.message
    assert (desk.status_of("C-1"), standing(desk)) == ("Active", ["Active"])
    assert desk.close("C-1", TODAY).startswith("Succeeded: Contract C-1 is closed")


@pytest.mark.parametrize("kept", [False, True])
def test_a_bound_subscription_stops_the_closing_or_is_billed_to_the_end_of_its_term(desk: ClosingDesk, *, kept: bool) -> None:
    """Five seats under a monthly term to 10 April: 5 x 31.00 x 9/30 = 46.50 for April, and no more after it."""
    contract = contract_of(desk)
    one = desk.bought(contract, seats=5, start=date(2026, 3, 10), term="P1M", until=date(2026, 4, 10), printedname="Bound")
    desk.api.update(Ref(SUBSCRIPTION, one), {"w365_termstart": date(2026, 3, 10), "w365_supplierwindows": "[]"})
    desk.at(date(2026, 3, 20))
    if not kept:
        made = desk.planned_closing("C-1", date(2026, 3, 20))
        assert "Subscription Bound (5 seats): is bound until 2026-04-10: it stops the closing" in [
            str(line) for line in made.lines
        ]
        (stop,) = made.stops
        assert stop.startswith("Bound: 5 seats of Bound cannot be given back on 2026-03-20.")
        assert desk.close("C-1", date(2026, 3, 20)).startswith("Refused: Bound: 5 seats")
        assert len(standing(desk)) == 2
        return
    said = desk.close("C-1", date(2026, 3, 20), Bound.KEEP)
    assert said.startswith("Succeeded: Contract C-1 is being closed.")
    assert "Subscription Bound: is Active" in said
    assert desk.status_of("C-1") == "Active"
    for day in (APRIL, date(2026, 4, 10), date(2026, 4, 11), MAY):
        desk.night(day)
    amounts = [amount for invoice in desk.invoices() for amount in invoice.amounts]
    assert "46.50" in amounts
    assert (desk.status_of("C-1"), standing(desk), desk.unbilled()) == ("Ended", [], [])
    net = sum(invoice.net for invoice in desk.invoices())
    assert net == Decimal("310.00") - Decimal("120.00") + Decimal("110.00") + Decimal("46.50")


def test_a_day_to_come_is_kept_until_then(desk: ClosingDesk) -> None:
    """Closed on 11 April: April is billed for ten of its thirty days; on the day everything ends, and soon the contract."""
    on = date(2026, 4, 11)
    one = desk.bought(contract_of(desk), seats=1, start=MARCH, printedname="Other")
    desk.ask(one, "Quantity", quantity=2, on=date(2026, 4, 5))
    desk.ask(one, "Quantity", quantity=9, on=date(2026, 4, 20))
    said = desk.close("C-1", on)
    assert said == "Succeeded: Contract C-1 will be closed on 2026-04-11; until then it goes on as it is."
    assert (standing(desk), desk.planned()) == (["Active"] * 2, [("2026-04-05", "Scheduled"), ("2026-04-20", "Cancelled")])
    for day in (APRIL, date(2026, 4, 5), date(2026, 4, 10)):
        desk.night(day)
    assert (standing(desk), desk.status_of("C-1")) == (["Active"] * 2, "Active")
    for day in (on, date(2026, 4, 12)):
        desk.night(day)
    assert (desk.status_of("C-1"), standing(desk), desk.unbilled()) == ("Ended", [], [])
    april = [line for invoice in desk.invoices() for line in invoice.lines if line["w365_periodstart"] >= "2026-04-01"]
    assert sum(line["w365_amount"] for line in april) == Decimal("103.33") + Decimal("4.13") + Decimal("12.40")


def test_usage_of_the_last_days_is_on_the_last_invoice(desk: ClosingDesk) -> None:
    """In the middle of a cycle: what was metered until then does not wait for the month to end; time neither."""
    contract = contract_of(desk)
    desk.api.update(Ref(CONTRACT, contract), {"w365_usagemarkuppercent": Decimal(0)})
    row = desk.api.first(Query(SUBSCRIPTION, ("w365_subscriptionid",)))
    assert row is not None
    add_usage(desk, contract, row["w365_subscriptionid"], date(2026, 3, 12), "10.00")
    add_time(desk, contract, date(2026, 3, 13), "1.5")
    assert desk.close("C-1", TODAY).startswith("Succeeded: Contract C-1 is closed")
    assert desk.unbilled() == []
    assert "10.00" in [amount for one in desk.invoices() for amount in one.amounts]


def test_what_no_run_can_bill_keeps_the_contract_open_and_is_named(desk: ClosingDesk) -> None:
    """An item that nobody has approved: once it is, the night bills it, and the next one ends the contract."""
    item = desk.item(contract_of(desk), date(2026, 3, 10), "50.00", state="Draft")
    said = desk.close("C-1", TODAY)
    assert said.startswith("Succeeded: Contract C-1 is being closed. The daily timer ends it once this is done: ")
    assert said.endswith("It is not approved yet.")
    assert (desk.status_of("C-1"), standing(desk)) == ("Active", [])
    desk.api.update(Ref("w365_nonrecurringitem", item), status("w365_nonrecurringitem", "Approved"))
    for day in (date(2026, 3, 18), date(2026, 3, 19)):
        desk.night(day)
    assert (desk.status_of("C-1"), desk.unbilled()) == ("Ended", [])
    assert "50.00" in [amount for one in desk.invoices() for amount in one.amounts]


def test_a_contract_that_is_held_is_named_and_closed_once_it_is_mended(desk: ClosingDesk) -> None:
    """Its customer moved to a place without a tax rate."""
    row = desk.api.read(Ref(CONTRACT, contract_of(desk)), select=("_w365_account_value",))
    account = Ref("account", row["_w365_account_value"])
    desk.api.update(account, {"w365_taxcountry": "JP"})
    assert "there is no tax rate" in desk.close("C-1", TODAY)
    desk.api.update(account, {"w365_taxcountry": "DE"})
    for day in (date(2026, 3, 18), date(2026, 3, 19)):
        desk.night(day)
    assert (desk.status_of("C-1"), len(desk.invoices())) == ("Ended", 2)


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2026, 2, 28), "Contract C-1 starts on 2026-03-01"),
        (date(2026, 3, 5), "has a change on 2026-03-10, after the end"),
        (TODAY, "has a change planned for 2026-03-15 that has not happened yet"),
    ],
)
def test_a_day_that_does_not_fit_is_refused_in_words(desk: ClosingDesk, on: date, said: str) -> None:
    """Nothing is written."""
    contract = contract_of(desk)
    desk.at(date(2026, 3, 14))
    one = desk.bought(contract, seats=1, start=MARCH, printedname="Other")
    desk.ask(one, "Quantity", quantity=2, on=date(2026, 3, 10))
    desk.ask(one, "Quantity", quantity=3, on=date(2026, 3, 15))
    desk.at(TODAY)
    assert said in desk.close("C-1", on)
    assert (desk.status_of("C-1"), len(standing(desk))) == ("Active", 2)


def test_seats_that_wait_for_their_payment_stop_it(desk: ClosingDesk) -> None:
    """What was asked for is given back by whoever cancels the change, not left behind."""
    one = desk.bought(contract_of(desk), seats=1, start=MARCH, printedname="Other")
    desk.ask(one, "Quantity", quantity=2, on=date(2026, 3, 25))
    row = desk.api.first(Query("w365_scheduledchange", ("w365_scheduledchangeid",)))
    assert row is not None
    waiting = status("w365_scheduledchange", "Waiting for payment")
    desk.api.update(Ref("w365_scheduledchange", row["w365_scheduledchangeid"]), waiting)
    made = desk.planned_closing("C-1", TODAY)
    assert made.stops == ("More seats of Other wait for their payment: cancel that change first, so that it is given back.",)
    assert [line.becomes for line in made.lines if line.what == "Planned change"] == ["waits for its payment"]


@pytest.mark.parametrize("state", ["Waiting for approval", "Waiting for credit hold", "Waiting for credit limit", "Failed"])
def test_what_has_not_happened_yet_is_withdrawn(desk: ClosingDesk, state: str) -> None:
    """It would wait for ever on a contract that has ended."""
    one = desk.bought(contract_of(desk), seats=1, start=MARCH, printedname="Other")
    desk.ask(one, "Quantity", quantity=2, on=date(2026, 3, 25))
    row = desk.api.first(Query("w365_scheduledchange", ("w365_scheduledchangeid",)))
    assert row is not None
    desk.api.update(Ref("w365_scheduledchange", row["w365_scheduledchangeid"]), status("w365_scheduledchange", state))
    made = desk.planned_closing("C-1", TODAY)
    assert [line.becomes for line in made.lines if line.what == "Planned change"] == ["is withdrawn"]


def test_a_contract_that_ends_by_itself_or_has_ended_is_refused(desk: ClosingDesk) -> None:
    """It is told when; and an instalment plan that runs is named."""
    contract = contract_of(desk)
    desk.api.update(Ref(CONTRACT, contract), {"w365_enddate": date(2026, 3, 16)})
    assert "ends on 2026-03-16 by itself" in desk.close("C-1", TODAY)
    plan = {
        "w365_key": "laptops",
        "w365_name": "laptops",
        "w365_description": "Laptops",
        **bind("w365_Contract", CONTRACT, contract),
    }
    made = desk.api.create("w365_instalmentplan", plan)
    desk.api.update(Ref("w365_instalmentplan", made), status("w365_instalmentplan", "Active"))
    assert "Instalment plan Laptops is running" in desk.close("C-1", date(2026, 3, 16))
    desk.api.update(Ref(CONTRACT, contract), status(CONTRACT, "Ended"))
    assert "Contract C-1 has ended." in desk.close("C-1", date(2026, 3, 16))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"contract": ""}, "say which contract is closed"),
        ({"contract": "C-9", "on": "2026-03-17"}, "no billing contract has the number 'C-9'"),
        ({"contract": "C-1", "on": "soon"}, "'soon' is not a day"),
        ({"contract": "C-1", "on": "2026-03-17", "terms": "maybe"}, "'maybe' is no choice"),
        ({"contract": "C-1", "on": "2026-03-17"}, "look at the plan with `w365 contract close C-1 --on 2026-03-17 --dry-run`"),
    ],
)
def test_a_job_that_says_too_little_is_refused(desk: ClosingDesk, arguments: dict[str, str], said: str) -> None:
    """In words, at its first delivery."""
    import json  # the arguments of a job are a text

    kind = choice_value("w365_job", "w365_kind", "Close")
    row = {"w365_name": "Close", "w365_key": "k", "w365_kind": kind, "w365_attempts": 0}
    result = desk.deliver(desk.api.create("w365_job", {**row, "w365_arguments": json.dumps(arguments)}))
    assert result is not None
    assert (result.state.value, said in result.message) == ("Refused", True)


def test_a_job_that_comes_again_says_the_same(desk: ClosingDesk) -> None:
    """One end, one document, however often it is asked for."""
    job = desk.closing_job("C-1", TODAY)
    while (result := desk.deliver(job)) is not None and result.state.value == "Waiting":
        desk.work()
    documents = len(desk.invoices())
    again = desk.deliver(desk.closing_job("C-1", TODAY, hash_="whatever"))
    assert again is not None
    assert (again.state.value, again.message) == ("Succeeded", "Contract C-1 is closed.")
    assert len(desk.invoices()) == documents


def test_a_subscription_that_comes_at_the_last_moment_is_not_left_behind(desk: ClosingDesk) -> None:
    """Put on the contract between the last look and its end: the contract is opened again, and closed once that is ended too."""
    job = desk.closing_job("C-1", TODAY)
    desk.deliver(job)
    desk.work()
    desk.fuse.reset()
    ended = [at for at, sent in enumerate(_sent_by(desk, job), 1) if sent.method == "PATCH" and CONTRACT in sent.address]
    fresh = ClosingDesk(MARCH)
    contract = fresh.standing("C-1", start=MARCH)
    fresh.run(MARCH)
    fresh.at(TODAY)
    job = fresh.closing_job("C-1", TODAY)
    fresh.deliver(job)
    fresh.work()
    fresh.fuse.arm(at=ended[0], fault=Fault.MEANWHILE, meanwhile=lambda: fresh.bought(contract, seats=2, start=TODAY))
    fresh.deliver(job)
    assert (fresh.status_of("C-1"), standing(fresh)) == ("Active", ["Active"])
    for day in (date(2026, 3, 18), date(2026, 3, 19)):
        fresh.night(day)
    assert (fresh.status_of("C-1"), standing(fresh), fresh.unbilled()) == ("Ended", [], [])


def _sent_by(desk: ClosingDesk, job: str) -> list[Sent]:
    """The requests of one delivery."""
    desk.deliver(job)
    return list(desk.fuse.sent)


@settings(max_examples=6, phases=[Phase.generate])
@given(
    st.sampled_from(["Advance", "Arrears"]),
    st.sampled_from(["Now", "Next cycle"]),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20), st.integers(0, 30)), min_size=1, max_size=3),
    st.integers(0, 45),
)
def test_nothing_remains_unbilled(policy: str, changes: str, bought: list[tuple[int, int, int]], later: int) -> None:
    """Whatever is on a contract: after its closing nothing is active or unbilled, no run adds anything, and it was billed what
    another contract is billed whose end was known from the beginning.
    """
    desk = ClosingDesk(MARCH)
    on = MARCH + timedelta(days=45 + later)
    for number in ("C-1", "C-2"):
        known = number == "C-2"
        contract = desk.contract(number, start=MARCH, policy=policy, changesbilled=changes, enddate=on if known else None)
        for begins, seats, grows in bought:
            start = MARCH + timedelta(days=begins)
            one = desk.bought(contract, seats=seats, start=start)
            desk.change(contract, one, min(start + timedelta(days=grows), MARCH + timedelta(days=45)), seats + 1)
            if known:
                desk.change(contract, one, on, 0, recorded=MARCH)
    for day in (MARCH, APRIL, MAY):
        if day < on:
            desk.night(day)
    desk.at(on)
    assert desk.close("C-1", on).startswith("Succeeded: Contract C-1 is closed")
    desk.run(on)
    assert (desk.status_of("C-1"), desk.unbilled()) == ("Ended", [])
    rows = {row["_w365_contract_value"]: status_label(SUBSCRIPTION, row) for row in desk.api.find(STATES)}
    assert rows[contract_of(desk)] == "Cancelled"
    nets = {named: sum(one.net for one in desk.invoices() if one.contract == named) for named in ("C-1", "C-2")}
    assert nets["C-1"] == nets["C-2"]
    documents = len(desk.invoices())
    for day in (on + timedelta(days=1), on + timedelta(days=40)):
        desk.night(day)
    assert len(desk.invoices()) == documents
