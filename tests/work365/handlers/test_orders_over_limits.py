"""F53 with F164: an order over a credit limit is put before an approver, who is shown by how much it exceeds the limit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dataverse.query import Query
from dataverse.stores.exposure import Exposures
from dataverse.webapi import Ref
from local.desks.approvals import LATER, TODAY, ApprovalDesk
from work365.exposure.figure import Kind
from work365.handlers import exposing, holding

CONTRACT = "w365_billingcontract"
SAID = "17.45 EUR over the credit limit waits for an approver: 10.00 EUR or more does."


@pytest.fixture
def desk() -> ApprovalDesk:
    """March and April of C-1 come to 737.80; five seats more to 279.65."""
    made = ApprovalDesk()
    made.says("credit-limit", "approval")
    made.says("approve-over-limit", "10.00 EUR")
    limit(made, "1000.00")
    return made


def limit(desk: ApprovalDesk, amount: str) -> None:
    row = desk.api.read(Ref(CONTRACT, desk.contract_id), select=("_w365_account_value",))
    columns = {"accountnumber": "K-1", "creditlimit": Decimal(amount), **desk.tenant.currencies.bind("EUR")}
    desk.api.update(Ref("account", row["_w365_account_value"]), columns)


def waiting_orders(desk: ApprovalDesk) -> list[str]:
    figure = exposing.look("K-1", book=Exposures(desk.api, desk.tenant.currencies), clock=desk.clock)
    return [str(one.worth) for one in figure.rows if one.row.kind is Kind.WAITING]


def test_an_order_over_the_limit_waits_for_an_approver_and_counts_meanwhile(desk: ApprovalDesk) -> None:
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    assert desk.said(job) == ("Waits for approval", f"Waits for approval until 2026-03-23 12:00 UTC. {SAID}")
    (one,) = desk.waiting()
    assert (one.matter, one.size) == ("Order over limit", "17.45 EUR")
    assert waiting_orders(desk) == ["279.65 EUR"]
    desk.answers(desk.approver, "approve")
    assert (desk.said(job)[0], desk.stands(desk.one), waiting_orders(desk)) == ("Succeeded", (15, "Active"), [])


def test_what_is_refused_does_not_happen(desk: ApprovalDesk) -> None:
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    desk.answers(desk.approver, "refuse", reason="Not before they pay")
    assert (desk.said(job)[0], desk.stands(desk.one), waiting_orders(desk)) == ("Refused", (10, "Active"), [])


def test_what_exceeds_it_by_less_than_the_threshold_or_fits_asks_nobody(desk: ApprovalDesk) -> None:
    for amount, seats in (("1008.00", 15), ("9999.00", 16)):
        limit(desk, amount)
        assert desk.said(desk.wants(desk.seller, "Quantity", quantity=seats))[0] == "Succeeded"
    assert desk.asked() == []


def test_an_exposure_that_is_not_known_is_put_before_an_approver(desk: ApprovalDesk) -> None:
    broken = desk.contract("C-9")
    row = desk.api.read(Ref(CONTRACT, desk.contract_id), select=("_w365_account_value",))
    desk.bought(broken, product=None)
    desk.api.update(Ref(CONTRACT, broken), {"w365_Account@odata.bind": f"/accounts({row['_w365_account_value']})"})
    said = desk.said(desk.wants(desk.seller, "Quantity", quantity=11))
    assert said[1].endswith("What is over the credit limit is not known, and 10.00 EUR or more waits for an approver.")


def test_as_long_as_no_threshold_is_said_it_waits_for_credit(desk: ApprovalDesk) -> None:
    """Nothing passes because nobody is asked."""
    desk.says("approve-over-limit", "off")
    job = desk.wants(desk.seller, "Quantity", quantity=15)
    assert desk.said(job)[1].startswith("Awaiting: credit limit. The limit of Customer of C-1 is 1000.00 EUR")
    assert desk.planned() == [(f"{TODAY}", "Waiting for credit limit")]
    limit(desk, "2000.00")
    assert holding.look_at_waiting(book=desk.changing, clock=desk.clock).released == 1


def test_what_was_planned_waits_for_credit_when_its_day_comes(desk: ApprovalDesk) -> None:
    """No job is there any more that an approver could answer; `w365 hold override` lets it in."""
    desk.wants(desk.seller, "Quantity", quantity=16, on=LATER)
    assert desk.timer(LATER).held == 1
    (planned,) = desk.changing.planned(states=["Waiting for credit limit"])
    holding.override(planned, "Promised by the CFO", book=desk.changing, clock=desk.clock)
    assert desk.stands(desk.one) == (16, "Active")
    reasons = [row["w365_reason"] for row in desk.api.find(Query("w365_holdlog", ("w365_reason",)))]
    assert reasons == ["Promised by the CFO"]
