"""F53 with F164: an order over a credit limit is put before an approver, who is shown by how much it exceeds the limit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dataverse.query import Query
from dataverse.stores.exposure import Exposures
from dataverse.webapi import Ref
from local.desks.approvals import LATER, TODAY
from local.desks.planned_entries import PlanDesk
from work365.errors import Refused
from work365.exposure.figure import Kind
from work365.handlers import exposing, holding

CONTRACT = "w365_billingcontract"
OVER = "44.82 EUR over the credit limit waits for an approver: 10.00 EUR or more does."
SAID = "17.45 EUR over the credit limit waits for an approver: 10.00 EUR or more does."


@pytest.fixture
def desk() -> PlanDesk:
    """March and April of C-1 come to 737.80; five seats more to 279.65."""
    made = PlanDesk()
    made.says("credit-limit", "approval")
    made.says("approve-over-limit", "10.00 EUR")
    limit(made, "1000.00")
    return made


def limit(desk: PlanDesk, amount: str) -> None:
    row = desk.api.read(Ref(CONTRACT, desk.contract_id), select=("_w365_account_value",))
    columns = {"accountnumber": "K-1", "creditlimit": Decimal(amount), **desk.tenant.currencies.bind("EUR")}
    desk.api.update(Ref("account", row["_w365_account_value"]), columns)


def waiting_orders(desk: PlanDesk) -> list[str]:
    figure = exposing.look("K-1", book=Exposures(desk.api, desk.tenant.currencies), clock=desk.clock)
    return [str(one.worth) for one in figure.rows if one.row.kind is Kind.WAITING]


def test_an_order_over_the_limit_waits_for_an_approver_and_counts_meanwhile(desk: PlanDesk) -> None:
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    assert desk.said(job) == ("Waits for approval", f"Waits for approval until 2026-03-23 12:00 UTC. {SAID}")
    (one,) = desk.waiting()
    assert (one.matter, one.size) == ("Order over limit", "17.45 EUR")
    assert waiting_orders(desk) == ["279.65 EUR"]
    desk.answers(desk.approver, "approve")
    assert (desk.said(job)[0], desk.stands(desk.one), waiting_orders(desk)) == ("Succeeded", (15, "Active"), [])


def test_what_is_refused_does_not_happen(desk: PlanDesk) -> None:
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    desk.answers(desk.approver, "refuse", reason="Not before they pay")
    assert (desk.said(job)[0], desk.stands(desk.one), waiting_orders(desk)) == ("Refused", (10, "Active"), [])


def test_what_exceeds_it_by_less_than_the_threshold_or_fits_asks_nobody(desk: PlanDesk) -> None:
    for amount, seats in (("1008.00", 15), ("9999.00", 16)):
        limit(desk, amount)
        assert desk.said(desk.wants(desk.seller, "Quantity", quantity=seats))[0] == "Succeeded"
    assert desk.asked() == []


def test_an_exposure_that_is_not_known_is_put_before_an_approver(desk: PlanDesk) -> None:
    broken = desk.contract("C-9")
    row = desk.api.read(Ref(CONTRACT, desk.contract_id), select=("_w365_account_value",))
    desk.bought(broken, product=None)
    desk.api.update(Ref(CONTRACT, broken), {"w365_Account@odata.bind": f"/accounts({row['_w365_account_value']})"})
    said = desk.said(desk.wants(desk.seller, "Quantity", quantity=11))
    assert said[1].endswith("What is over the credit limit is not known, and 10.00 EUR or more waits for an approver.")


def test_as_long_as_no_threshold_is_said_it_waits_for_credit(desk: PlanDesk) -> None:
    """Nothing passes because nobody is asked."""
    desk.says("approve-over-limit", "off")
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    assert desk.said(job)[1].startswith("Awaiting: credit limit. The limit of Customer of C-1 is 1000.00 EUR")
    assert desk.planned() == [(f"{TODAY}", "Waiting for credit limit")]
    limit(desk, "2000.00")
    assert holding.look_at_waiting(book=desk.changing, clock=desk.clock).released == 1


def test_what_was_planned_is_put_before_an_approver_when_its_day_comes(desk: PlanDesk) -> None:
    """A job planned it, below every threshold that counted then; what exceeds the limit is known on its day."""
    desk.wants(desk.seller, "Quantity", quantity=16, on=LATER)
    assert desk.timer(LATER).asked == 1
    said = f"{OVER} Nobody had to approve it when it was planned on 2026-03-16."
    assert desk.plan_says(desk.latest()) == ("Waiting for approval", said)
    one = desk.takes_reviews()
    assert (one.matter, one.size, one.facts["over the credit limit by"]) == ("Order over limit", "44.82 EUR", "44.82 EUR")
    assert waiting_orders(desk) == ["307.02 EUR"]
    desk.answers(desk.approver, "approve")
    desk.sweep()
    assert (desk.stands(desk.one), waiting_orders(desk)) == ((16, "Active"), [])


def test_what_was_approved_when_it_was_planned_is_asked_about_again_where_it_exceeds_the_limit(desk: PlanDesk) -> None:
    desk.says("approve-purchases", "100.00 EUR")
    desk.wants(desk.seller, "Quantity", quantity=16, on=LATER)
    desk.answers(desk.approver, "approve")
    desk.timer(LATER)
    changed = "It was approved with other facts: over the credit limit by 44.82 EUR instead of nothing."
    assert desk.plan_says(desk.latest())[1].endswith(changed)


def test_less_over_the_limit_than_was_agreed_to_asks_nobody_again(desk: PlanDesk) -> None:
    """The limit is raised by 10.00 between the answer and the sweep; lowered, it asks again."""
    desk.wants(desk.seller, "Quantity", quantity=16, on=LATER)
    desk.timer(LATER)
    desk.takes_reviews()
    limit(desk, "990.00")
    desk.answers(desk.approver, "approve")
    assert [state for state, _ in desk.asked()] == ["Overtaken", "Waiting"]
    desk.answers(desk.approver, "approve")
    limit(desk, "995.00")
    desk.sweep()
    assert (desk.stands(desk.one), len(desk.asked())) == ((16, "Active"), 2)


def test_once_there_is_credit_it_happens_without_an_answer(desk: PlanDesk) -> None:
    desk.wants(desk.seller, "Quantity", quantity=16, on=LATER)
    desk.timer(LATER)
    desk.takes_reviews()
    limit(desk, "2000.00")
    for _ in range(3):
        desk.sweep()
        desk.passes(minutes=20)
    assert desk.stands(desk.one) == (16, "Active")
    assert [state for state, _ in desk.asked()] == ["Overtaken"]


def test_without_a_threshold_what_was_planned_waits_for_credit(desk: PlanDesk) -> None:
    desk.says("approve-over-limit", "off")
    desk.wants(desk.seller, "Quantity", quantity=16, on=LATER)
    assert desk.timer(LATER).held == 1
    assert desk.planned() == [(f"{LATER}", "Waiting for credit limit")]


def test_what_waits_for_credit_is_put_before_an_approver_once_the_settings_say_so(desk: PlanDesk) -> None:
    """It happens from the day on which that is asked, as nothing was delivered before."""
    desk.says("credit-limit", "wait")
    desk.wants(desk.seller, "Quantity", quantity=16)
    desk.says("credit-limit", "approval")
    desk.at(date(2026, 3, 18))
    desk.sweep()
    assert desk.planned() == [("2026-03-18", "Waiting for approval")]
    desk.takes_reviews()
    desk.at(date(2026, 3, 19))
    desk.answers(desk.approver, "approve")
    desk.sweep()
    assert desk.log(desk.one)[-1] == ("Quantity", "2026-03-18", 16, 6)


def test_an_override_of_the_limit_does_not_pass_an_approver_by(desk: PlanDesk) -> None:
    """Whoever may write the hold log lets an order exceed a limit; what else waits for an approver goes on waiting."""
    desk.says("credit-limit", "wait")
    desk.wants(desk.seller, "Quantity", quantity=15)
    (planned,) = desk.changing.planned(states=["Waiting for credit limit"])
    ports: dict[str, Any] = {"book": desk.changing, "clock": desk.clock, "reviewer": desk.plans}
    desk.says("approve-purchases", "100.00 EUR")
    with pytest.raises(Refused, match=r"155\.00 EUR added a month waits for an approver"):
        holding.override(planned, "Promised", **ports)
    desk.takes_reviews()
    desk.answers(desk.approver, "approve")
    holding.override(planned, "Promised by the CFO", **ports)
    assert desk.stands(desk.one) == (15, "Active")
    reasons = [row["w365_reason"] for row in desk.api.find(Query("w365_holdlog", ("w365_reason",)))]
    assert reasons == ["Promised by the CFO"]
