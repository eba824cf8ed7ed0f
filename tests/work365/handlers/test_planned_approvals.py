"""F164: a planned change is compared on its day with what was approved; what somebody planned by hand is asked about then."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dataverse.query import Query
from dataverse.rows import status
from dataverse.stores.changing import Changing
from dataverse.webapi import Ref
from local.desks.approvals import LATER, START, TODAY
from local.desks.bundles import Bundled
from local.desks.planned_entries import PlanDesk

if TYPE_CHECKING:
    from collections.abc import Callable

WHY = "155.00 EUR added a month waits for an approver: 100.00 EUR or more does."
SEATS = f"Quantity of Microsoft 365 Business Premium on contract C-1 from {LATER} on: 15 seats"


@pytest.fixture
def desk() -> PlanDesk:
    """100.00 EUR a month or more wait."""
    return PlanDesk.that_says("approve-purchases", "100.00 EUR")


def test_what_was_planned_by_hand_is_asked_about_on_its_day(desk: PlanDesk) -> None:
    """Five seats at 31.00. Whoever wrote them cannot approve them; the next sweep applies what is approved, for its own day."""
    planned = desk.plans_by_hand(desk.seller, "Quantity", quantity=15)
    assert desk.timer(TODAY).asked == 0
    assert desk.timer(LATER).asked == 1
    assert desk.plan_says(planned) == ("Waiting for approval", f"{WHY} Somebody entered it by hand.")
    one = desk.takes_reviews()
    assert (one.what, one.size, str(one.asked_by), one.customer) == (SEATS, "155.00 EUR", "Sam Seller", "Customer of C-1")
    assert one.facts["asked because"] == "somebody entered it by hand"
    assert desk.answers(desk.seller, "approve")[1] == "You asked for this yourself, so somebody else has to answer it."
    assert desk.stands(desk.one) == (10, "Active")
    desk.at(date(2026, 3, 23))
    desk.answers(desk.approver, "approve")
    desk.sweep()
    assert desk.plan_says(planned)[0] == "Done"
    assert desk.log(desk.one)[-1] == ("Quantity", LATER.isoformat(), 15, 5)
    assert [state for state, _ in desk.asked()] == ["Approved"]


@pytest.mark.parametrize(("quantity", "asked"), [(13, 0), (14, 1), (4, 0)])
def test_only_what_a_threshold_catches_waits(desk: PlanDesk, quantity: int, asked: int) -> None:
    """93.00, 124.00, and what takes away."""
    desk.plans_by_hand(desk.seller, "Quantity", quantity=quantity)
    done = desk.timer(LATER)
    assert (done.asked, done.done) == (asked, 1 - asked)


def test_without_a_threshold_nothing_is_asked_and_nothing_more_is_read() -> None:
    counts = []
    for reviewed in (True, False):
        desk = PlanDesk()
        desk.plans_by_hand(desk.seller, "Quantity", quantity=50)
        desk.plans = desk.plans if reviewed else None
        desk.fuse.reset()
        assert desk.timer(LATER).done == 1
        counts.append(desk.fuse.count)
    assert counts[0] == counts[1]


def test_what_a_program_wrote_any_approver_may_answer(desk: PlanDesk) -> None:
    """A portal, or the partner's own: nobody can tell who stands behind it."""
    planned = desk.plans_by_hand(desk.api, "Quantity", quantity=15)
    desk.timer(LATER)
    desk.takes_reviews()
    desk.answers(desk.approver, "approve")
    desk.sweep()
    assert desk.plan_says(planned)[0] == "Done"


def test_a_refusal_fails_it_with_the_reason_and_it_can_be_tried_again_or_cancelled(desk: PlanDesk) -> None:
    planned = desk.plans_by_hand(desk.seller, "Quantity", quantity=15)
    desk.timer(LATER)
    desk.takes_reviews()
    desk.answers(desk.approver, "refuse", reason="Over budget")
    desk.sweep()
    assert desk.plan_says(planned) == ("Failed", "Ann Approver refused it: Over budget")
    assert desk.stands(desk.one) == (10, "Active")
    desk.retry(planned)
    desk.passes(minutes=20)
    assert desk.night().asked == 1
    assert desk.takes_reviews().number == 1
    assert [state for state, _ in desk.asked()] == ["Refused", "Waiting"]
    desk.answers(desk.second, "refuse", reason="Still")
    desk.sweep()
    assert desk.plan_says(planned) == ("Failed", "Bo Approver refused it: Still")
    desk.cancels(planned)
    desk.sweep()
    assert (desk.plan_says(planned)[0], len(desk.asked())) == ("Cancelled", 2)


def test_nobody_answers(desk: PlanDesk) -> None:
    planned = desk.plans_by_hand(desk.seller, "Quantity", quantity=15)
    desk.timer(LATER)
    desk.takes_reviews()
    desk.passes(days=8)
    desk.sweep()
    desk.sweep()
    assert desk.plan_says(planned) == ("Failed", "Nobody approved it by 2026-03-27 12:00 UTC.")


def test_while_it_waits_it_says_until_when_and_is_written_once(desk: PlanDesk) -> None:
    planned = desk.plans_by_hand(desk.seller, "Quantity", quantity=15)
    desk.timer(LATER)
    desk.takes_reviews()
    desk.sweep()
    before = desk.read(planned)
    assert before.message == f"It waits for an answer until 2026-03-27 12:00 UTC. {WHY}"
    desk.passes(minutes=10)
    desk.sweep()
    assert desk.read(planned).etag == before.etag
    assert len(desk.asked()) == 1


def pauses_and_resumes(desk: PlanDesk) -> None:
    desk.wants(desk.seller, "Pause", on=LATER)
    desk.wants(desk.seller, "Resume", on=date(2026, 4, 2))


def is_held_meanwhile(desk: PlanDesk) -> None:
    desk.says("credit-hold", "on")
    desk.says("hold-changes", "wait")
    row = desk.api.read(Ref("w365_billingcontract", desk.contract_id), select=("_w365_account_value",))
    account = Ref("account", row["_w365_account_value"])
    desk.wants(desk.seller, "Quantity", quantity=15, on=LATER)
    desk.answers(desk.approver, "approve")
    desk.api.update(account, {"creditonhold": True})
    assert desk.timer(LATER).held == 1
    desk.at(date(2026, 3, 25))
    desk.api.update(account, {"creditonhold": False})


UNCHANGED: list[tuple[str, Callable[[PlanDesk], Any], tuple[int, str]]] = [
    ("more seats", lambda desk: desk.wants(desk.seller, "Quantity", quantity=15, on=LATER), (15, "Active")),
    ("a lower price", lambda desk: desk.wants(desk.seller, "Price", price="20", on=LATER), (10, "Active")),
    ("an end", lambda desk: desk.wants(desk.seller, "Cancel", on=LATER), (0, "Cancelled")),
    ("a pause, and what was not possible before it", pauses_and_resumes, (10, "Active")),
    ("a hold in between", is_held_meanwhile, (15, "Active")),
]


@pytest.mark.parametrize(("plan", "ends"), [case[1:] for case in UNCHANGED], ids=[case[0] for case in UNCHANGED])
def test_an_unchanged_world_never_asks_twice(desk: PlanDesk, plan: Callable[[PlanDesk], Any], ends: tuple[int, str]) -> None:
    """Everything waits from nothing on; each job is asked about once, and happens on its day."""
    for name, least in (("approve-purchases", "0.00 EUR"), ("approve-reductions", "0.00 EUR"), ("approve-discounts", "0")):
        desk.says(name, least)
    plan(desk)
    for one in desk.waiting():
        desk.answers(desk.approver, "approve", one.id)
    asked = desk.asked()
    for day in (LATER, date(2026, 3, 26), date(2026, 4, 2)):
        desk.timer(day)
        desk.sweep()
    assert desk.stands(desk.one) == ends
    assert desk.asked() == asked
    assert {state for _, state in desk.planned()} == {"Done"}


def test_seats_that_are_paid_first_come_once_they_are_paid_without_being_asked_about_again(desk: PlanDesk) -> None:
    """Approved on 16 March for that day, billed on the 17th, paid on the 19th: they come then."""
    one = desk.bought(desk.contract("C-8", start=START, changesbilled="Now"), start=START)
    desk.run(START)
    desk.at(TODAY)
    desk.wants(desk.seller, "Quantity", subscription=one, quantity=15, when="paid")
    desk.answers(desk.approver, "approve")
    desk.run(date(2026, 3, 17))
    desk.at(date(2026, 3, 19))
    paid = desk.invoices()[-1]
    amounts = {"w365_amountcharged": paid.total, "w365_balance": Decimal(0)}
    desk.api.update(Ref("w365_invoice", paid.id), {**amounts, **status("w365_invoice", "Paid")})
    desk.sweep()
    assert desk.night().done == 1
    assert desk.log(one)[-1] == ("Quantity", "2026-03-19", 15, 5)
    assert [state for state, _ in desk.asked()] == ["Approved"]


def test_a_bundle_is_measured_with_its_parts(desk: PlanDesk) -> None:
    """Two bundles more at 20.00, with 2 parts at 1.00 and 10 at 0.50: 47.00. What a job planned is asked about once."""
    desk.says("approve-purchases", "47.00 EUR")
    sold = Bundled(desk=desk, number="C-7")
    desk.run(START)
    desk.at(TODAY)
    planned = desk.plans_by_hand(desk.seller, "Quantity", subscription=sold.bundle, quantity=6)
    desk.timer(LATER)
    assert desk.plan_says(planned)[1].startswith("47.00 EUR added a month waits")
    desk.cancels(planned)
    desk.wants(desk.seller, "Quantity", subscription=sold.bundle, quantity=6, on=date(2026, 3, 24))
    desk.answers(desk.approver, "approve")
    assert desk.timer(date(2026, 3, 24)).done == 1
    assert [seats for seats, _ in sold.stand()] == [6, 6, 30, 12]


CHANGED = [
    # one seat more in between: 124.00 more to come
    ("Quantity", {"quantity": 11}, 1, "124.00 EUR added a month", "seats before 11 instead of 10"),
    # two seats more: 93.00, which nothing catches
    ("Quantity", {"quantity": 12}, 0, "", ""),
    # two fewer: 217.00
    ("Quantity", {"quantity": 8}, 1, "217.00 EUR added a month", "seats before 8 instead of 10"),
    # 33.00 a seat
    ("Price", {"price": "33"}, 1, "165.00 EUR added a month", "price now 33 instead of 31; price afterwards 33 instead of 31"),
]


@pytest.mark.parametrize(("event", "arguments", "asked", "why", "changed"), CHANGED, ids=[case[3] or "less" for case in CHANGED])
def test_facts_that_changed_since_it_was_approved_ask_again(
    desk: PlanDesk, event: str, arguments: dict[str, Any], asked: int, why: str, changed: str
) -> None:
    """It says what has changed, and asks in the name of whoever planned it."""
    desk.wants(desk.seller, "Quantity", quantity=15, on=LATER)
    desk.answers(desk.approver, "approve")
    desk.wants(desk.second, event, **arguments)
    assert desk.timer(LATER).asked == asked
    if not asked:
        return
    planned = desk.latest()
    assert desk.plan_says(planned)[1].startswith(f"{why} waits for an approver: 100.00 EUR or more does.")
    assert desk.plan_says(planned)[1].endswith(f"It was approved with other facts: {changed}.")
    one = desk.takes_reviews()
    assert (str(one.asked_by), one.facts["asked because"]) == ("Sam Seller", f"it was approved with other facts: {changed}")
    desk.answers(desk.second, "approve")
    desk.sweep()
    assert (desk.plan_says(planned)[0], desk.stands(desk.one)[0]) == ("Done", 15)


def test_a_threshold_that_was_set_after_it_was_planned_asks_and_says_so() -> None:
    desk = PlanDesk()
    desk.wants(desk.seller, "Quantity", quantity=15, on=LATER)
    desk.says("approve-purchases", "100.00 EUR")
    desk.timer(LATER)
    said = desk.plan_says(desk.latest())
    assert said == ("Waiting for approval", f"{WHY} Nobody had to approve it when it was planned on 2026-03-16.")
    desk.takes_reviews()
    desk.answers(desk.approver, "approve")
    desk.sweep()
    assert desk.stands(desk.one) == (15, "Active")


def test_what_was_approved_and_is_edited_by_hand_is_asked_about_again(desk: PlanDesk) -> None:
    """A later day is none of an approver's business; other seats are."""
    desk.wants(desk.seller, "Quantity", quantity=15, on=LATER)
    desk.answers(desk.approver, "approve")
    planned = desk.latest()
    desk.edits(desk.second, planned, dueon=date(2026, 3, 22), quantity=50)
    desk.timer(date(2026, 3, 22))
    changed = "seats afterwards 50 instead of 15; asked for 50 seats instead of 15 seats"
    assert desk.plan_says(planned)[1].endswith(f"It was approved with other facts: {changed}.")
    assert str(desk.takes_reviews().asked_by) == "Bo Approver"
    assert desk.answers(desk.second, "approve")[0] == "Refused"
    desk.edits(desk.seller, planned, quantity=15)
    desk.sweep()
    assert desk.stands(desk.one) == (15, "Active")


def test_the_price_of_what_an_upgrade_goes_on_with_is_a_part_of_what_was_approved(desk: PlanDesk) -> None:
    """Ten seats at 40.00 instead of 31.00 add 90.00; edited by hand to 60.00 they add 290.00."""
    desk.says("approve-purchases", "90.00 EUR")
    desk.wants(desk.seller, "Upgrade", price=40, product=desk.product(), on=LATER)
    desk.answers(desk.approver, "approve")
    planned = desk.latest()
    desk.edits(desk.second, planned, unitprice=Decimal(60))
    desk.timer(LATER)
    said = desk.plan_says(planned)[1]
    assert said.startswith("290.00 EUR added a month waits")
    assert said.endswith("It was approved with other facts: asked for a price of 60 instead of a price of 40.")
    desk.edits(desk.seller, planned, unitprice=Decimal(40))
    desk.sweep()
    assert desk.stands(desk.one) == (0, "Cancelled")


def test_what_was_not_possible_when_it_was_approved_is_not_edited_into_something_else(desk: PlanDesk) -> None:
    """A resumption was approved before anybody knew what it comes to; with five hundred seats it is another one."""
    desk.says("approve-purchases", "0.00 EUR")
    pauses_and_resumes(desk)
    for one in desk.waiting():
        desk.answers(desk.approver, "approve", one.id)
    (resumption,) = (one for one in desk.changing.planned() if one.wish.event.value == "Resume")
    desk.edits(desk.seller, resumption.id, quantity=500)
    desk.timer(LATER)
    desk.timer(date(2026, 4, 2))
    assert desk.plan_says(resumption.id)[1].endswith("other facts: asked for 500 seats instead of nothing.")


def test_whoever_edited_it_last_answers_nothing_whatever_is_written_on_it_afterwards(desk: PlanDesk) -> None:
    """Planned by Sam and edited by Bo: it failed, the application tries it again, and Bo still asks, whose row it is by then."""
    planned = desk.plans_by_hand(desk.seller, "Quantity", quantity=12)
    desk.edits(desk.second, planned, quantity=15)
    desk.changing.tried(desk.read(planned), "Mend it", failed=True)
    desk.retry(planned)
    desk.timer(LATER)
    assert str(desk.takes_reviews().asked_by) == "Bo Approver"
    assert desk.answers(desk.second, "approve")[0] == "Refused"
    assert desk.answers(desk.approver, "approve")[0] == "Succeeded"


def test_who_tries_it_again_under_an_own_name_has_written_it_last(desk: PlanDesk) -> None:
    """At the command line, with rights that do not let them say who wrote it before."""
    planned = desk.plans_by_hand(desk.second, "Quantity", quantity=15)
    desk.changing.tried(desk.read(planned), "Mend it", failed=True)
    desk.edits(desk.second, planned, quantity=16)
    Changing(desk.form(desk.seller), desk.tenant.currencies).retry(desk.read(planned))
    desk.timer(LATER)
    assert str(desk.takes_reviews().asked_by) == "Sam Seller"


def test_an_edit_while_it_waits_asks_again_with_what_it_is_now(desk: PlanDesk) -> None:
    planned = desk.plans_by_hand(desk.seller, "Quantity", quantity=15)
    desk.timer(LATER)
    desk.takes_reviews()
    desk.edits(desk.seller, planned, quantity=20)
    for _ in range(2):
        desk.sweep()
        desk.passes(minutes=20)
    assert [state for state, _ in desk.asked()] == ["Overtaken", "Waiting"]
    desk.answers(desk.approver, "approve")
    desk.sweep()
    assert desk.stands(desk.one) == (20, "Active")


def test_what_needs_no_approval_any_more_happens_and_its_request_ends(desk: PlanDesk) -> None:
    desk.plans_by_hand(desk.seller, "Quantity", quantity=15)
    desk.timer(LATER)
    desk.takes_reviews()
    desk.says("approve-purchases", "off")
    for _ in range(3):
        desk.sweep()
        desk.passes(minutes=20)
    assert desk.stands(desk.one) == (15, "Active")
    assert [state for state, _ in desk.asked()] == ["Overtaken"]
    assert [desk.said(job)[0] for job in desk.review_jobs()] == ["Refused"]


def test_a_threshold_that_cannot_be_used_holds_it_up_until_it_is_mended(desk: PlanDesk) -> None:
    (row,) = list(desk.api.find(Query("w365_setting", ("w365_settingid",))))
    setting = row["w365_settingid"]
    desk.api.update(Ref("w365_setting", setting), {"w365_value": "much"})
    planned = desk.plans_by_hand(desk.seller, "Quantity", quantity=13)
    desk.timer(LATER)
    state, said = desk.plan_says(planned)
    assert (state, said[:80]) == (
        "Waiting for approval",
        "Nobody can say whether it has to be approved: The setting 'approve-purchases' of",
    )
    desk.api.update(Ref("w365_setting", setting), {"w365_value": "100.00 EUR"})
    desk.sweep()
    assert desk.plan_says(planned)[0] == "Done"


def test_an_order_that_its_day_has_not_come_for_is_left_alone(desk: PlanDesk) -> None:
    """Somebody moves it on its form while it waits."""
    planned = desk.plans_by_hand(desk.seller, "Quantity", quantity=15)
    desk.timer(LATER)
    desk.takes_reviews()
    desk.answers(desk.approver, "approve")
    desk.edits(desk.seller, planned, dueon=date(2026, 3, 28))
    desk.sweep()
    assert desk.stands(desk.one) == (10, "Active")
    desk.at(date(2026, 3, 28))
    desk.sweep()
    assert desk.stands(desk.one) == (15, "Active")


def test_a_lower_price_by_hand_is_a_discount(desk: PlanDesk) -> None:
    """31.00 to 27.00 is 12.9 % off."""
    desk.says("approve-discounts", "10")
    planned = desk.plans_by_hand(desk.seller, "Price", unitprice=Decimal(27))
    desk.timer(LATER)
    assert desk.plan_says(planned)[1].startswith("12.9 % off the price waits for an approver: 10 % or more does.")
