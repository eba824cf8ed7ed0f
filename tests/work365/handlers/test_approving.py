"""Requests that wait for an approver, in a tenant with people who have roles: who may answer, and what follows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dataverse.rows import bind, choice_value, status
from dataverse.webapi import Ref
from local.desks.approvals import LATER, START, TODAY, ApprovalDesk
from local.desks.billing import CONTRACT, SUBSCRIPTION
from work365.approving.judging import EDITED
from work365.closing.planning import Bound, plan
from work365.jobs import JobKind

WAITS = "Waits for approval until 2026-03-23 12:00 UTC. 155.00 EUR added a month waits for an approver: 100.00 EUR or more does."
SEATS = f"Quantity of Microsoft 365 Business Premium on contract C-1 from {TODAY} on: 15 seats"


@pytest.fixture
def desk() -> ApprovalDesk:
    """More than 100.00 EUR a month waits."""
    return ApprovalDesk.that_says("approve-purchases", "100.00 EUR")


def test_more_seats_than_the_threshold_wait_and_come_once_somebody_else_approves(desk: ApprovalDesk) -> None:
    """F164: five seats at 31.00 add 155.00 a month."""
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    assert desk.said(job) == ("Waits for approval", WAITS)
    assert desk.stands(desk.one) == (10, "Active")
    (one,) = desk.waiting()
    assert (one.what, one.matter, one.size, str(one.asked_by), one.customer) == (
        SEATS,
        "Purchase",
        "155.00 EUR",
        "Sam Seller",
        "Customer of C-1",
    )
    assert desk.answers(desk.approver, "approve") == ("Succeeded", f"Approved: {SEATS}.")
    assert desk.said(job)[0] == "Succeeded"
    assert desk.stands(desk.one) == (15, "Active")
    assert desk.asked() == [("Approved", SEATS)]


def test_nothing_waits_as_long_as_nobody_says_from_where_on() -> None:
    """Every threshold is off by default."""
    desk = ApprovalDesk()
    job = desk.wants(desk.seller, "Quantity", quantity=500)
    assert desk.said(job)[0] == "Succeeded"
    assert desk.asked() == []


@pytest.mark.parametrize(
    ("event", "arguments", "waits"),
    [
        ("Quantity", {"quantity": 13}, False),  # 93.00
        ("Quantity", {"quantity": 14}, True),  # 124.00
        ("Quantity", {"quantity": 1}, False),  # takes away
        ("Price", {"price": "45.00"}, True),  # 140.00
        ("Quantity", {"quantity": 14, "on": LATER}, True),
    ],
)
def test_it_is_what_a_change_adds_a_month_that_counts(
    desk: ApprovalDesk, event: str, arguments: dict[str, Any], waits: bool
) -> None:
    job = desk.wants(desk.seller, event, **arguments)
    assert desk.said(job)[0] == ("Waits for approval" if waits else "Succeeded")


def test_less_and_cheaper_have_thresholds_of_their_own(desk: ApprovalDesk) -> None:
    """A price that falls is a discount in percent, and takes away an amount."""
    desk.says("approve-reductions", "200.00 EUR")
    desk.says("approve-discounts", "10")
    assert desk.said(desk.wants(desk.seller, "Quantity", quantity=4))[0] == "Succeeded"
    cancelled = desk.wants(desk.seller, "Cancel", refund="no")
    assert desk.said(cancelled)[0] == "Succeeded"
    other = desk.bought(desk.contract_id, start=START)
    assert desk.said(desk.wants(desk.seller, "Price", subscription=other, price="27.91"))[0] == "Succeeded"
    lowered = desk.wants(desk.seller, "Price", subscription=other, price="25.00")
    assert desk.said(lowered) == (
        "Waits for approval",
        "Waits for approval until 2026-03-23 12:00 UTC. 10.43 % off the price waits for an approver: 10 % or more does.",
    )


def test_a_planned_change_waits_before_it_is_planned(desk: ApprovalDesk) -> None:
    job = desk.wants(desk.seller, "Quantity", quantity=15, on=LATER)
    assert desk.planned() == []
    desk.answers(desk.approver, "approve")
    assert desk.said(job)[0] == "Succeeded"
    assert desk.planned() == [(LATER.isoformat(), "Scheduled")]
    desk.timer(LATER)
    assert desk.stands(desk.one) == (15, "Active")


def test_a_refusal_ends_the_request_with_its_reason(desk: ApprovalDesk) -> None:
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    assert desk.answers(desk.approver, "refuse") == ("Refused", "reason: say why; whoever asked is told")
    assert desk.answers(desk.approver, "refuse", reason="Over budget")[0] == "Succeeded"
    assert desk.said(job) == ("Refused", f"Ann Approver refused it: Over budget ({SEATS}.)")
    assert desk.stands(desk.one) == (10, "Active")
    again = desk.answers(desk.second, "approve", desk.one)
    assert again == ("Refused", f"approval: there is no request '{desk.one}'; `w365 approval requests` lists those that wait")


def test_nobody_approves_an_own_request(desk: ApprovalDesk) -> None:
    """Not even with the role of an approver."""
    desk.wants(desk.approver, "Quantity", quantity=15)
    refused = ("Refused", "You asked for this yourself, so somebody else has to answer it.")
    assert desk.answers(desk.approver, "approve") == refused
    assert desk.answers(desk.second, "approve")[0] == "Succeeded"
    assert desk.stands(desk.one) == (15, "Active")


@pytest.mark.parametrize("half", [{}, {"w365_startdate": TODAY}])
def test_half_a_delegation_keeps_nobody_from_answering(desk: ApprovalDesk, half: dict[str, object]) -> None:
    """Forms ask for its person and its first day; an import may leave them out."""
    desk.approver.api.create("w365_delegation", {"w365_name": "Half", **half})
    job = desk.wants(desk.seller, "Quantity", quantity=20)
    desk.answers(desk.approver, "approve")
    assert desk.said(job)[0] == "Succeeded"


def test_who_has_no_right_to_answer_cannot(desk: ApprovalDesk) -> None:
    """The right is that of appending to an approval, which the role Approver has."""
    desk.wants(desk.seller, "Quantity", quantity=15)
    clerk = desk.member("Carl Clerk", "Work365 Billing")
    state, said = desk.answers(clerk, "approve")
    assert (state, said.split(".")[0]) == ("Refused", "You are no approver, nor the delegate of one today")
    assert desk.stands(desk.one) == (10, "Active")


def test_the_application_itself_answers_nothing(desk: ApprovalDesk) -> None:
    """It has every right, and whoever uses its identity could have asked as themselves."""
    desk.wants(desk.seller, "Quantity", quantity=15)
    (one,) = desk.waiting()
    row = {"w365_name": "Answer", "w365_key": "own", "w365_kind": choice_value("w365_job", "w365_kind", JobKind.ANSWER.value)}
    job = desk.api.create("w365_job", {**row, "w365_arguments": f'{{"approval": "{one.id}", "answer": "approve"}}'})
    desk.deliver(job)
    state, said = desk.said(job)
    assert (state, said.split(",")[0]) == ("Refused", "An answer is a person's")
    assert desk.stands(desk.one) == (10, "Active")


def test_a_delegate_answers_in_an_approvers_place_on_the_days_of_the_delegation(desk: ApprovalDesk) -> None:
    """The row says in whose place."""
    clerk = desk.member("Carl Clerk", "Work365 Billing")
    desk.stands_in(clerk, desk.approver, start=LATER, end=date(2026, 3, 21))
    desk.wants(desk.seller, "Quantity", quantity=15)
    assert desk.answers(clerk, "approve")[0] == "Refused"
    desk.at(LATER)
    (one,) = desk.waiting()
    assert desk.answers(clerk, "approve")[0] == "Succeeded"
    answered = desk.approvals.load(one.id)
    assert (str(answered.answered_by), str(answered.in_place_of)) == ("Carl Clerk", "Ann Approver")


def test_a_delegate_of_somebody_who_is_no_approver_answers_nothing(desk: ApprovalDesk) -> None:
    """An administrator may have entered it."""
    clerk, other = desk.member("Carl Clerk", "Work365 Auditor"), desk.member("Dora Desk", "Work365 Billing")
    row = {"w365_name": "of Carl", "w365_startdate": TODAY} | bind("w365_Delegate", "systemuser", other.id)
    desk.api.create("w365_delegation", row | bind("ownerid", "systemuser", clerk.id))
    desk.wants(desk.seller, "Quantity", quantity=15)
    assert desk.answers(other, "approve")[0] == "Refused"


def test_the_application_lets_nobody_answer_in_its_place(desk: ApprovalDesk) -> None:
    """A delegation that was made by the identity of the deployment would make anybody an approver."""
    clerk = desk.member("Carl Clerk", "Work365 Billing")
    row = {"w365_name": "of nobody", "w365_startdate": TODAY} | bind("w365_Delegate", "systemuser", clerk.id)
    desk.api.create("w365_delegation", row)
    desk.wants(desk.seller, "Quantity", quantity=15)
    assert desk.answers(clerk, "approve")[0] == "Refused"


@pytest.mark.parametrize("asker_is_delegate", [True, False], ids=["asked by the delegate", "asked by the approver"])
def test_who_stands_in_for_each_other_cannot_answer_each_other(desk: ApprovalDesk, asker_is_delegate: bool) -> None:
    """A delegation between asker and answerer, on any day since it was asked, makes the two one pair of eyes."""
    row = desk.stands_in(desk.second, desk.approver, end=date(2026, 3, 17))
    asker, answerer = (desk.second, desk.approver) if asker_is_delegate else (desk.approver, desk.second)
    desk.wants(asker, "Quantity", quantity=15)
    desk.approver.api.update(Ref("w365_delegation", row), status("w365_delegation", "Inactive"))
    desk.at(LATER)
    state, said = desk.answers(answerer, "approve")
    assert (state, said) == (
        "Refused",
        "Bo Approver is the delegate of Ann Approver, so neither can answer what the other asked for; somebody else has to.",
    )
    third = desk.member("Cy Approver", "Work365 Customer Service", "Work365 Approver")
    assert desk.answers(third, "approve")[0] == "Succeeded"


def test_approving_after_the_facts_changed_asks_again(desk: ApprovalDesk) -> None:
    """Two more seats came meanwhile: what is approved is what there is now."""
    job = desk.wants(desk.seller, "Quantity", quantity=20)
    assert desk.said(desk.wants(desk.second, "Quantity", quantity=12))[0] == "Succeeded"
    assert desk.answers(desk.approver, "approve")[0] == "Succeeded"
    state, said = desk.said(job)
    assert state == "Waits for approval"
    assert said == (
        "The facts changed after Ann Approver had approved it: seats now 12 instead of 10; seats before 12 instead of 10. It has "
        "to be approved as it is now. Waits for approval until 2026-03-23 12:00 UTC. 248.00 EUR added a month waits for an "
        "approver: 100.00 EUR or more does."
    )
    assert desk.stands(desk.one) == (12, "Active")
    assert [state for state, _ in desk.asked()] == ["Overtaken", "Waiting"]
    assert desk.answers(desk.approver, "approve")[0] == "Succeeded"
    assert desk.stands(desk.one) == (20, "Active")


def test_a_request_that_shrank_below_the_threshold_needs_no_approval_any_more(desk: ApprovalDesk) -> None:
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    desk.wants(desk.second, "Quantity", quantity=13)
    desk.api.update(Ref("w365_job", job), {"w365_askedon": desk.clock.moment.replace(hour=13)})
    desk.deliver(job)
    assert desk.said(job)[0] == "Succeeded"
    assert desk.stands(desk.one) == (15, "Active")
    assert [state for state, _ in desk.asked()] == ["Overtaken"]


def test_an_edited_job_is_not_done_under_the_name_of_who_created_it(desk: ApprovalDesk) -> None:
    """Whoever edits it could approve a wish of their own."""
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    wish = desk.api.read(Ref("w365_job", job), select=("w365_arguments",))["w365_arguments"]
    desk.api.update(Ref("w365_job", job), {"w365_arguments": wish.replace('"15"', '"500"')})
    desk.answers(desk.approver, "approve")
    assert desk.said(job) == ("Refused", EDITED)
    assert desk.stands(desk.one) == (10, "Active")
    assert [state for state, _ in desk.asked()] == ["Overtaken"]


def test_what_nobody_answers_in_time_expires_and_whoever_asked_is_told(desk: ApprovalDesk) -> None:
    """`approval-days` says how long; the sweeper looks."""
    desk.says("approval-days", "2")
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    desk.passes(days=1, hours=23)
    assert desk.sweep() == 0
    (one,) = desk.waiting()
    desk.passes(hours=1)
    assert desk.answers(desk.approver, "approve", one.id) == (
        "Refused",
        "It expired on 2026-03-18 12:00 UTC; whoever wants it has to ask again.",
    )
    assert desk.sweep() == 1
    assert desk.said(job) == (
        "Refused",
        f"Nobody approved it by 2026-03-18 12:00 UTC, so nothing was done. Ask for it again: {SEATS}.",
    )
    assert [state for state, _ in desk.asked()] == ["Expired"]
    assert desk.sweep() == 0


def test_a_cancelled_request_can_be_answered_by_nobody(desk: ApprovalDesk) -> None:
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    desk.api.update(Ref("w365_job", job), status("w365_job", "Cancelled"))
    assert desk.answers(desk.approver, "approve") == ("Refused", "The request was withdrawn or has ended without it.")
    assert [state for state, _ in desk.asked()] == ["Overtaken"]
    assert desk.said(job)[0] == "Cancelled"


def test_the_sweeper_closes_what_was_withdrawn(desk: ApprovalDesk) -> None:
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    desk.api.update(Ref("w365_job", job), status("w365_job", "Cancelled"))
    assert desk.sweep() == 1
    assert [state for state, _ in desk.asked()] == ["Overtaken"]


def test_another_currency_is_compared_at_the_rate_of_the_day_or_waits(desk: ApprovalDesk) -> None:
    """It never passes for want of a rate."""
    desk.says("approve-purchases", "100.00 USD")
    unknown = desk.wants(desk.seller, "Quantity", quantity=11)
    assert desk.said(unknown)[1] == (
        "Waits for approval until 2026-03-23 12:00 UTC. 31.00 EUR added a month cannot be compared with 100.00 USD, from which "
        "on it waits for an approver: there is no exchange rate from EUR to USD."
    )
    desk.rate("EUR", "USD", TODAY, "1.10")
    small = desk.wants(desk.seller, "Quantity", quantity=12)
    assert desk.said(small)[0] == "Succeeded"
    large = desk.wants(desk.seller, "Quantity", quantity=16)
    assert desk.said(large)[1].endswith(
        "124.00 EUR added a month, which is 136.40 USD, waits for an approver: 100.00 USD or more does."
    )


def test_what_a_price_list_prices_is_measured_at_its_price(desk: ApprovalDesk) -> None:
    """Five seats at 40.00 of the list; where the list says nothing, it waits."""
    listed = desk.contract("C-2", start=START)
    desk.api.update(Ref(CONTRACT, listed), bind("w365_PriceList", "w365_pricelist", desk.listed("40.00")))
    plan = choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly")
    agreed: dict[str, Any] = {"start": START, "term": "P1Y", "until": date(2027, 3, 1)}
    one, unsaid = desk.bought(listed, price=None, billingplan=plan, **agreed), desk.bought(listed, price=None, **agreed)
    known = desk.wants(desk.seller, "Quantity", subscription=one, quantity=15)
    assert "200.00 EUR added a month waits" in desk.said(known)[1]
    unknown = desk.wants(desk.seller, "Quantity", subscription=unsaid, quantity=11)
    assert "What is added a month is not known, and 100.00 EUR or more waits for an approver." in desk.said(unknown)[1]


def test_a_contract_whose_end_takes_much_away_waits_before_it_is_closed() -> None:
    """Ten seats at 31.00."""
    desk = ApprovalDesk.that_says("approve-reductions", "310.00 EUR")
    job = desk.asks(desk.seller, JobKind.CLOSE, {"contract": "C-1", "on": LATER, "terms": "stop", "plan": closing_plan(desk)})
    desk.deliver(job)
    assert desk.said(job)[0] == "Waits for approval"
    assert [one.what for one in desk.waiting()] == [f"Contract C-1 closed on {LATER}; subscriptions that end: 1"]
    assert desk.answers(desk.approver, "approve")[0] == "Succeeded"
    assert desk.said(job) == ("Succeeded", f"Contract C-1 will be closed on {LATER}; until then it goes on as it is.")


def closing_plan(desk: ApprovalDesk) -> str:
    """The hash of what closing C-1 would do."""
    subject = desk.closing.load("C-1")
    return plan(subject, LATER, Bound.STOP, desk.clock.now(), TODAY).hash


def size_of(desk: ApprovalDesk, event: str, **arguments: Any) -> list[tuple[str, str]]:  # noqa: ANN401  arguments of a job
    """What is measured of a change, where everything waits."""
    for name in ("approve-purchases", "approve-reductions"):
        desk.says(name, "0.00 EUR")
    job = desk.wants(desk.seller, event, **arguments)
    return [(one.matter, one.size) for one in desk.of_job(job)]


def test_an_upgrade_adds_the_difference_and_a_transfer_nothing(desk: ApprovalDesk) -> None:
    """Four seats go from 31.00 to 40.00; what only moves passes even where everything waits."""
    assert size_of(desk, "Upgrade", quantity=4, price=40, product=desk.product()) == [("Purchase", "36.00 EUR")]
    account = desk.api.read(Ref(CONTRACT, desk.contract_id), select=("_w365_account_value",))["_w365_account_value"]
    other = desk.contract("C-2", start=START)
    desk.api.update(Ref(CONTRACT, other), bind("w365_Account", "account", account))
    assert size_of(desk, "Transfer", quantity=4, contract=other) == []


def test_what_a_year_costs_counts_a_twelfth_a_month(desk: ApprovalDesk) -> None:
    """Two seats more at 372.00 a year are 62.00 a month; the end of the ten takes 310.00 away."""
    yearly = desk.contract("C-2", start=START, frequency=choice_value(CONTRACT, "w365_frequency", "Annual"))
    one = desk.bought(yearly, start=START, price=Decimal(372))
    assert size_of(desk, "Quantity", subscription=one, quantity=12) == [("Purchase", "62.00 EUR")]
    assert size_of(desk, "Cancel", subscription=one) == [("Reduction", "310.00 EUR")]
