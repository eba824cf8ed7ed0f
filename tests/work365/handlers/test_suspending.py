"""Suspension by rule, end to end: warned, proposed, decided by a person, carried out here, withdrawn or resumed when paid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dataverse.webapi import Ref
from local.desks.late_fees import DUE
from local.desks.reminding import INVOICE
from local.desks.suspending import SuspensionDesk
from local.desks.usage import add_usage
from local.sample.generated import ENTITY
from work365.errors import BadInput, Refused
from work365.suspending.suspension import State

LIMIT = 20
NOT_DONE = ("Refused", "Failed", "Cancelled")
FIRST = DUE + timedelta(days=LIMIT + 1)
"""The first night on which the invoice is overdue for more days than that: 31 March."""


def night(later: int) -> date:
    """So many days after the first."""
    return FIRST + timedelta(days=later)


@pytest.fixture(name="desk")
def _desk() -> SuspensionDesk:
    desk = SuspensionDesk()
    desk.choose("suspend-overdue-days", str(LIMIT))
    return desk


@pytest.fixture(name="contract")
def _contract(desk: SuspensionDesk) -> str:
    contract = desk.on_time("C-1")
    desk.licence(contract, "E3", external="s-1", cost="20.50")
    return contract


def test_it_is_proposed_after_two_warnings_that_were_mailed(desk: SuspensionDesk, contract: str) -> None:
    """F143: overdue beyond a rule proposes suspension after warning mails; nothing is suspended by itself."""
    desk.late(contract, "INV-1", "100.00")
    moved = desk.nights(night(-2), night(9))
    assert moved == {31: ["E3 Warned 1"], 3: ["E3 Warned 2"], 6: ["E3 Proposed 2"]}
    assert [subject for _, subject in desk.mails()] == ["E3 will be suspended", "E3 will be suspended"]
    [first, _] = desk.texts("Customer")
    assert "invoice INV-1, due on 10 March 2026, is still open. Unless it is paid within days" in first[1]
    [(subject, body)] = desk.texts("Staff")
    assert subject == "Decide: suspend E3?"
    assert "Reason: INV-1 has been overdue for 27 days, more than 20 days, and 100.00 EUR is open" in body
    assert desk.runs() == {"E3": "Active"}


@pytest.mark.parametrize(
    ("zone", "moment", "shown"),
    [
        ("Pacific/Auckland", "2026-03-30T10:30", []),
        ("Pacific/Auckland", "2026-03-30T11:30", ["E3 Warned 1"]),
        ("America/Los_Angeles", "2026-03-31T06:30", []),
        ("America/Los_Angeles", "2026-03-31T07:30", ["E3 Warned 1"]),
        ("Nowhere/Else", "2026-03-30T23:59", []),
        ("Nowhere/Else", "2026-03-31T00:00", ["E3 Warned 1"]),
    ],
)
def test_days_are_those_of_the_legal_entity(
    desk: SuspensionDesk, contract: str, zone: str, moment: str, shown: list[str]
) -> None:
    """More than 20 days after 10 March begins where the company is, and so does the day of the warning."""
    desk.late(contract, "INV-1", "100.00")
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": zone})
    desk.clock.moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    desk.follow()
    assert desk.shown() == shown
    desk.deliver()
    desk.clock.moment += timedelta(days=2, hours=23)
    desk.follow()
    assert desk.shown() == (shown or ["E3 Warned 1"])


def test_a_suspension_is_from_the_day_that_it_is_where_the_company_is(desk: SuspensionDesk, contract: str) -> None:
    """A person in Auckland decides in the morning of 2 April: what follows in the change log is of that day."""
    desk.choose("suspend-warnings", "0")
    desk.late(contract, "INV-1", "100.00")
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_timezone": "Pacific/Auckland"})
    desk.nightly(FIRST)
    desk.clock.moment = datetime(2026, 4, 1, 20, 0, tzinfo=UTC)
    desk.decides("E3", State.CONFIRMED)
    desk.work_on_changes()
    assert desk.log(desk.ids("E3")[0])[-1][:2] == ("Pause", "2026-04-02")


def test_nothing_is_proposed_while_a_warning_could_not_be_mailed(desk: SuspensionDesk) -> None:
    """Never without a warning that left; a person may still decide."""
    contract = desk.on_time("C-2", billingemail="nowhere")
    desk.licence(contract, "E5")
    desk.late(contract, "INV-2", "100.00")
    assert desk.nights(night(0), night(9)) == {31: ["E5 Warned 1"]}
    assert desk.decides("E5", State.CONFIRMED) == "E5 is known from no supplier: nothing has to be done there."


def test_a_confirmed_one_is_paused_here_and_says_what_is_left_to_do(desk: SuspensionDesk, contract: str) -> None:
    """By the job that a person would create; the page shows what goes on costing."""
    desk.choose("suspend-warnings", "0")
    desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    [one] = desk.all()
    assert (one.state, one.cost) == (State.PROPOSED, "205 EUR")
    assert one.cost_words == "205.00 EUR for each cycle: 10 x 20.5, the cost on the subscription."
    left = desk.decides("E3", State.CONFIRMED, "no answer for weeks")
    assert left.startswith(
        "In Partner Center, or at your distributor, open the customer, then Subscriptions, and choose E3; set it"
    )
    assert "Microsoft goes on billing you until the term ends." in left
    desk.work_on_changes()
    assert desk.runs() == {"E3": "Suspended"}
    [one] = desk.all()
    assert (one.decided_by, one.decision, one.message) == (desk.me, "no answer for weeks", "Pause of E3 was asked for.")


def test_the_supplier_s_bill_says_what_goes_on_costing(desk: SuspensionDesk, contract: str) -> None:
    """In the supplier's currency, of its newest cycle; before what the row says."""
    desk.choose("suspend-warnings", "0")
    [subscription] = desk.ids("E3")
    desk.billed_by_supplier(subscription, "G-1", date(2026, 2, 4), date(2026, 3, 4), "190.00")
    desk.billed_by_supplier(subscription, "G-2", date(2026, 3, 4), date(2026, 4, 4), "200.00")
    desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    [one] = desk.all()
    assert one.cost_words == "200.00 USD for each cycle of 31 days, as on the supplier's bill G-2."


def test_paid_before_anybody_decides_is_withdrawn(desk: SuspensionDesk, contract: str) -> None:
    """With the sweep, so that nobody suspends a customer who has paid; a warning that waits is not sent."""
    invoice = desk.late(contract, "INV-1", "100.00")
    desk.at(FIRST)
    desk.follow()
    desk.settle(invoice)
    desk.follow(usage=False)
    desk.deliver()
    assert (desk.shown(), desk.mails()) == (["E3 Withdrawn 1"], [])
    assert desk.states("w365_notice") == ["Failed"]


def test_paid_after_it_was_suspended_proposes_to_resume(desk: SuspensionDesk, contract: str) -> None:
    """What a person has decided is never undone by the rule: a person resumes it."""
    desk.choose("suspend-warnings", "0")
    invoice = desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    desk.clicks("E3", State.CONFIRMED)
    desk.nightly(night(1))
    assert (desk.shown(), desk.runs()) == (["E3 Confirmed 0"], {"E3": "Suspended"})
    desk.settle(invoice)
    desk.nightly(night(2))
    desk.nightly(night(3))
    assert (desk.shown(), desk.runs()) == (["E3 Resume proposed 0"], {"E3": "Suspended"})
    assert [subject for subject, _ in desk.texts("Staff")] == ["Decide: suspend E3?", "Decide: resume E3?"]
    assert "set it to Active and submit" in desk.decides("E3", State.RESUMED, "paid")
    desk.work_on_changes()
    assert (desk.shown(), desk.runs()) == (["E3 Resumed 0"], {"E3": "Active"})
    desk.nightly(night(4))
    assert desk.runs() == {"E3": "Active"}


def test_a_suspension_whose_job_was_not_done_is_to_be_decided_again(desk: SuspensionDesk, contract: str) -> None:
    """It never stands as confirmed while the subscription runs on: staff are told again, with the reason, on the same day."""
    desk.choose("suspend-warnings", "0")
    desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    for answer in (*NOT_DONE, None):
        desk.clock.moment += timedelta(minutes=30)
        desk.decides("E3", State.CONFIRMED, "no answer for weeks")
        if answer is not None:
            desk.jobs_end(answer, "An approver refused it: they pay on Friday.")
        desk.follow()
        if answer is not None:
            [one] = desk.all()
            assert (one.state, desk.runs()) == (State.PROPOSED, {"E3": "Active"})
            assert one.reason.endswith("It was confirmed, and not suspended here: An approver refused it: they pay on Friday.")
    desk.work_on_changes()
    assert (desk.shown(), desk.runs()) == (["E3 Confirmed 0"], {"E3": "Suspended"})
    assert [subject for subject, _ in desk.texts("Staff")] == ["Decide: suspend E3?"] * (1 + len(NOT_DONE))


def test_a_resumption_that_was_refused_is_to_be_decided_again(desk: SuspensionDesk, contract: str) -> None:
    """A credit hold that stands refuses the job: the customer who has paid is not forgotten, nor taken for running."""
    desk.choose("suspend-warnings", "0")
    desk.choose("credit-hold", "on")
    desk.choose("hold-changes", "refuse")
    invoice = desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    desk.decides("E3", State.CONFIRMED)
    desk.work_on_changes()
    desk.settle(invoice)
    desk.nightly(night(1))
    account = desk.account_of(contract)
    for held, stands, runs in ((True, "E3 Resume proposed 0", "Suspended"), (False, "E3 Resumed 0", "Active")):
        desk.api.update(Ref("account", account), {"creditonhold": held})
        desk.clock.moment += timedelta(minutes=30)
        desk.decides("E3", State.RESUMED, "paid")
        desk.work_on_changes()
        desk.follow()
        desk.follow()
        assert (desk.shown(), desk.runs()) == ([stands], {"E3": runs})
    assert [subject for subject, _ in desk.texts("Staff")] == ["Decide: suspend E3?", *["Decide: resume E3?"] * 2]


def test_declined_is_not_proposed_again_while_the_cause_goes_on(desk: SuspensionDesk, contract: str) -> None:
    """A manual decision is never undone by the rule; a later debt is a new case, and warned of anew."""
    desk.choose("suspend-warnings", "0")
    invoice = desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    desk.decides("E3", State.DECLINED, "a good customer")
    desk.late(contract, "INV-2", "50.00")
    assert desk.nights(night(1), night(9)) == {}
    for each in (invoice, desk.numbered("INV-2")):
        desk.settle(each)
    desk.nightly(night(10))
    assert desk.shown() == ["E3 Withdrawn 0"]
    desk.late(contract, "INV-3", "70.00")
    desk.nightly(night(11))
    assert sorted(desk.shown()) == ["E3 Proposed 0", "E3 Withdrawn 0"]


def test_the_same_invoice_again_opens_the_same_row(desk: SuspensionDesk, contract: str) -> None:
    """A promise that was broken: the warnings begin again, and what had been decided before is not carried over."""
    invoice = desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    desk.decides("E3", State.DECLINED, "promised")
    desk.api.update(Ref(INVOICE, invoice), {"w365_disputedamount": Decimal(100)})
    desk.nightly(night(1))
    assert desk.shown() == ["E3 Withdrawn 1"]
    desk.api.update(Ref(INVOICE, invoice), {"w365_disputedamount": None})
    desk.nightly(night(2))
    [one] = desk.all()
    assert (one.state, one.warnings, one.decided_by, one.decision) == (State.WARNED, 1, "", "")
    assert len(desk.mails()) == 2


WAITS: list[tuple[str, dict[str, Any]]] = [
    ("promised", {"w365_reminderspauseduntil": night(30)}),
]
ENDS: list[tuple[str, dict[str, Any]]] = [
    ("disputed in full", {"w365_disputedamount": Decimal(100)}),
    ("never reminded of", {"w365_noreminders": True}),
    ("paid", {"w365_balance": Decimal(0)}),
]


@pytest.mark.parametrize("columns", [one[1] for one in (*WAITS, *ENDS)], ids=[one[0] for one in (*WAITS, *ENDS)])
def test_what_nobody_is_reminded_of_asks_for_no_suspension(desk: SuspensionDesk, contract: str, columns: dict[str, Any]) -> None:
    """The same as of reminders."""
    desk.api.update(Ref(INVOICE, desk.late(contract, "INV-1", "100.00")), columns)
    assert desk.nights(FIRST, night(5)) == {}


def test_a_promise_leaves_everything_as_it_is(desk: SuspensionDesk, contract: str) -> None:
    """Nothing more is warned of, and the warnings that were sent count once it is broken."""
    invoice = desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    desk.api.update(Ref(INVOICE, invoice), {"w365_reminderspauseduntil": night(5)})
    assert desk.nights(night(1), night(5)) == {}
    desk.nightly(night(6))
    assert desk.shown() == ["E3 Warned 2"]


def test_usage_above_the_limit_of_its_contract_is_proposed(desk: SuspensionDesk) -> None:
    """F143: Azure spend above a danger threshold; the contract's own limit goes before the company's."""
    desk.choose("suspend-azure-spend", "50.00 USD")
    desk.choose("suspend-warnings", "0")
    spared, watched = desk.on_time("C-1", suspendazurespend="off"), desk.on_time("C-2")
    for contract, name in ((spared, "Azure A"), (watched, "Azure B")):
        azure = desk.licence(contract, name, external=name)
        desk.licence(contract, f"Licences beside {name}")
        add_usage(desk, contract, azure, date(2026, 2, 28), "400.00", currency="USD")
        add_usage(desk, contract, azure, date(2026, 3, 2), "30.00", currency="USD")
    desk.nightly(date(2026, 3, 3))
    assert desk.shown() == []
    add_usage(desk, watched, desk.ids("Azure B")[0], date(2026, 3, 4), "20.01", currency="USD")
    desk.nightly(date(2026, 3, 5))
    [one] = desk.all()
    assert (one.subscription, one.state) == ("Azure B", State.PROPOSED)
    assert one.reason == "Usage since 2026-03-01 costs 50.01 USD, which is more than 50.00 USD"
    assert one.cost_words == "50.01 USD of usage this month so far; what stays switched on goes on being metered."
    desk.follow(usage=False)
    assert desk.shown() == ["Azure B Proposed 0"], "the sweep reads no usage, and takes none for over"
    desk.nightly(date(2026, 4, 1))
    assert desk.shown() == ["Azure B Withdrawn 0"]


def test_usage_in_another_currency_than_the_limit_is_said(desk: SuspensionDesk) -> None:
    """Never converted by guessing; other contracts are looked at."""
    desk.choose("suspend-azure-spend", "50.00 EUR")
    desk.choose("suspend-warnings", "0")
    for number, code in (("C-1", "USD"), ("C-2", "EUR")):
        contract = desk.on_time(number)
        add_usage(desk, contract, desk.licence(contract, f"Azure {code}"), date(2026, 3, 2), "90.00", currency=code)
    done = desk.nightly(date(2026, 3, 5))
    assert [str(error) for error in done.broken] == [
        "The usage of contract C-1 costs USD, and 'suspend-azure-spend' says 50.00 EUR; say it in USD."
    ]
    assert desk.shown() == ["Azure EUR Proposed 0"]


def test_a_step_of_a_plan_asks_for_it_once_it_is_taken(desk: SuspensionDesk, contract: str) -> None:
    """F137: the action of a step; its mails were the warnings, so it is proposed at once."""
    plan = desk.reminder_plan("STD", (3,))
    desk.step(plan, 15, suspend="Yes")
    desk.say("reminder-plan", "STD")
    desk.late(contract, "INV-1", "100.00")
    for day in (3, 14, 15):
        desk.day(DUE + timedelta(days=day))
        desk.nightly(DUE + timedelta(days=day))
    [one] = desk.all()
    assert (one.cause, one.state) == ("Reminder plan", State.PROPOSED)
    assert one.reason == "INV-1 has been overdue for 15 days, and 100.00 EUR is open. It had the step +15 of the plan STD"
    assert desk.reminders.log(desk.clock.now() - timedelta(days=1))[0].message == (
        "the plan STD asks for the suspension of what is on its contract"
    )


def test_what_stands_is_left_alone_while_its_limit_cannot_be_used(desk: SuspensionDesk, contract: str) -> None:
    """A slip on the contract's form is said, and neither withdraws what was warned of nor goes on with it."""
    desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    desk.api.update(Ref("w365_billingcontract", contract), {"w365_suspendoverduedays": "soon"})
    [error] = desk.nightly(night(3)).broken
    assert "A limit of suspensions on contract C-1" in str(error)
    assert desk.shown() == ["E3 Warned 1"]
    desk.api.update(Ref("w365_billingcontract", contract), {"w365_suspendoverduedays": "20"})
    desk.nightly(night(4))
    assert desk.shown() == ["E3 Warned 2"]


def test_a_cause_that_waits_does_not_hide_one_that_does_not(desk: SuspensionDesk, contract: str) -> None:
    """The customer has promised to pay what a plan asks for; what the usage costs is another matter."""
    desk.choose("suspend-azure-spend", "50.00 USD")
    desk.choose("suspend-warnings", "0")
    desk.step(desk.reminder_plan("STD", (3,)), 15, suspend="Yes")
    desk.say("reminder-plan", "STD")
    desk.late(contract, "INV-1", "100.00")
    desk.day(DUE + timedelta(days=15))
    desk.reminders.pause("INV-1", night(30), "promised")
    [azure] = desk.ids("E3")
    add_usage(desk, contract, azure, date(2026, 3, 20), "60.00", currency="USD")
    desk.nightly(DUE + timedelta(days=16))
    assert [(one.subscription, one.cause, one.state) for one in desk.all()] == [("E3", "Azure spend", State.PROPOSED)]


def test_money_that_is_here_and_not_applied_asks_for_nothing(desk: SuspensionDesk, contract: str) -> None:
    """The customer has paid; nobody has said yet for what."""
    desk.late(contract, "INV-1", "100.00")
    desk.has_spare(contract, "100.00")
    assert desk.nights(FIRST, night(5)) == {}


def test_parts_of_bundles_splits_and_tiers_follow_the_whole(desk: SuspensionDesk, contract: str) -> None:
    """A suspension is of what was bought; what follows it is not asked about by itself."""
    [whole] = desk.ids("E3")
    desk.part_of(whole, contract, "Part of E3")
    desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    assert desk.shown() == ["E3 Warned 1"]


def test_several_on_one_contract_are_warned_of_in_one_mail(desk: SuspensionDesk, contract: str) -> None:
    """And proposed one by one: a row for each subscription."""
    desk.licence(contract, "F1")
    desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    assert desk.shown() == ["E3 Warned 1", "F1 Warned 1"]
    [(_, subject)] = desk.mails()
    assert subject in ("E3 will be suspended, and 1 more", "F1 will be suspended, and 1 more")


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        (State.CONFIRMED, "", "say why"),
        (State.RESUMED, "paid", "is Warned; only one that is Confirmed or Resume proposed becomes Resumed"),
    ],
)
def test_what_cannot_be_decided_is_said(desk: SuspensionDesk, contract: str, state: State, reason: str, said: str) -> None:
    """With a reason, and only what is there to decide."""
    desk.late(contract, "INV-1", "100.00")
    desk.nightly(FIRST)
    with pytest.raises((BadInput, Refused), match=said):
        desk.decides("E3", state, reason)


def test_a_tenant_without_limits_costs_two_requests() -> None:
    """One for what was decided, one for settings, steps and suspensions; the third asks whom to tell."""
    desk = SuspensionDesk()
    contract = desk.on_time("C-1")
    desk.late(contract, "INV-1", "100.00")
    desk.at(FIRST)
    desk.fuse.reset()
    desk.follow()
    assert desk.fuse.count == 3
