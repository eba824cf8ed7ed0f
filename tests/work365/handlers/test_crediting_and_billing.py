"""What people give back and what runs give back of the same lines: together never more than was billed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value
from dataverse.webapi import Ref
from local.desks.crediting import CreditingDesk, billed
from work365.crediting.asking import wishes
from work365.crediting.noting import note
from work365.errors import BadInput, Conflict, Refused
from work365.ports.crediting import Writing

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
FIRST, SECOND = "INV-CO-2026-00001", "INV-CO-2026-00002"


@pytest.fixture
def desk() -> CreditingDesk:
    """Ten seats of 31.00 billed for March 2026 as the first invoice: 310.00 net, 368.90 with 19 % tax."""
    return billed()


def test_f29_a_refund_rides_on_the_next_invoice_as_a_line(desk: CreditingDesk) -> None:
    """F29: 10 seats of 31.00 ended on 4 March: 310.00 x 28/31 = 280.00, on the run after the contract's last cycle."""
    contract, _ = desk.only()
    desk.seats_end(date(2026, 3, 4))
    desk.subscription(contract, start=APRIL)
    desk.run(APRIL)
    assert desk.invoices()[1].amounts == ["-280.00", "310.00"]


def test_e6_a_credit_of_billing_stops_at_what_people_gave_back(desk: CreditingDesk) -> None:
    """Scenario E6: 100.00 was given back by hand; ending on 4 March then gives back 210.00 and not 280.00, and only once."""
    desk.credit(FIRST, "1=100.00")
    desk.seats_end(date(2026, 3, 4))
    desk.run(APRIL)
    desk.run(date(2026, 5, 1))
    assert [amounts for one in desk.invoices() for amounts in one.amounts] == ["-100.00", "-210.00", "310.00"]
    with pytest.raises(Refused, match="Nothing is left of line 1"):
        desk.credit(FIRST, "1")


@pytest.mark.parametrize("lines", ["1", "1=130.25", "1:5"])
def test_e6_holds_where_prices_include_the_tax(lines: str) -> None:
    """310.00 with 49.50 of tax in it: what people and billing give back of it together is never more, with tax."""
    desk = CreditingDesk(MARCH)
    now = choice_value("w365_billingcontract", "w365_changesbilled", "Now")
    included = choice_value("w365_billingcontract", "w365_pricesincludetax", "Yes")
    contract = desk.contract("C-1", start=MARCH, changesbilled=now, pricesincludetax=included)
    subscription = desk.subscription(contract, start=MARCH)
    desk.run(MARCH)
    desk.credit(FIRST, lines)
    desk.change(contract, subscription, date(2026, 3, 1), 0)
    desk.run(APRIL)
    assert sum(one.total for one in desk.invoices()) == 0


def test_e6_a_credit_by_hand_stops_at_what_billing_gave_back(desk: CreditingDesk) -> None:
    """Scenario E6, the other way round: billing gave back 280.00, so 30.00 is left."""
    desk.seats_end(date(2026, 3, 4))
    desk.run(APRIL)
    with pytest.raises(BadInput, match=r"30.00 EUR is left of line 1 .* 280.00 EUR by CN-CO-2026-00001"):
        desk.credit(FIRST, "1=30.01")
    desk.credit(FIRST, "1")
    assert [one.net for one in desk.invoices() if one.kind == "Credit note"] == [Decimal(-280), Decimal(-30)]


def test_only_the_company_that_billed_a_month_corrects_it(desk: CreditingDesk) -> None:
    """F128: seats of March that are learned of after the move are held, and billed by the company that billed March."""
    contract = desk.only()[0]
    entity = Query("w365_billingcontract", ("_w365_legalentity_value",), filter=eq("w365_billingcontractid", contract))
    old = desk.api.first(entity)
    moved = bind("w365_LegalEntity", "w365_legalentity", desk.second_company("AT"))
    desk.api.update(Ref("w365_billingcontract", contract), moved)
    subscription = desk.api.first(Query("w365_subscription", ("w365_subscriptionid",)))
    assert old is not None
    assert subscription is not None
    desk.change(contract, subscription["w365_subscriptionid"], date(2026, 3, 16), 15)
    desk.run(APRIL)
    assert [one.number for one in desk.invoices()] == [FIRST]
    (held,) = desk.api.find(Query("w365_finding", ("w365_message",), filter=eq("statecode", 0)))
    assert "what changed from 2026-03-16 on corrects an invoice of the company that the contract was with" in held["w365_message"]
    back = bind("w365_LegalEntity", "w365_legalentity", old["_w365_legalentity_value"])
    desk.api.update(Ref("w365_billingcontract", contract), back)
    desk.run(date(2026, 4, 2))
    assert [one.number for one in desk.invoices()] == [FIRST, SECOND]


def test_e4_ended_on_the_first_day_with_a_fee(desk: CreditingDesk) -> None:
    """Scenario E4: all seats end on the day they began; the seats are given back whole, the one-time fee stands."""
    contract = next(iter(desk.numbers))
    desk.item(contract, MARCH, "99.00")
    desk.seats_end(MARCH)
    desk.run(APRIL)
    assert sorted(amount for one in desk.invoices() for amount in one.amounts) == ["-310.00", "310.00", "99.00"]


def test_e5_ended_after_a_change_is_still_billed(desk: CreditingDesk) -> None:
    """Scenario E5: 15 seats from the 11th, none from the 21st: the run gives back and charges for both."""
    desk.change(*desk.only(), date(2026, 3, 11), 15)
    desk.change(*desk.only(), date(2026, 3, 21), 0)
    desk.run(APRIL)
    # 310 x 21/31 = 210.00 back, 465 x 21/31 = 315.00 charged, 465 x 11/31 = 165.00 back
    assert desk.invoices()[0].amounts == ["-210.00", "315.00", "-165.00"]


def test_a_run_that_bills_meanwhile_is_not_overlooked(desk: CreditingDesk) -> None:
    """Billing gave back 280.00 between the look and the write: the contract's version has moved."""
    late = desk.crediting.load(desk.id_of(FIRST))
    desk.seats_end(date(2026, 3, 4))
    desk.run(APRIL)
    writing = Writing("2f2d4c1e-0000-7000-8000-000000000002", "credit:late", "Late", MARCH)
    with pytest.raises(Conflict):
        desk.crediting.credit(late, note(late, wishes("1=200.00")), writing)


def test_what_was_given_back_of_a_line_counts_for_the_line_in_its_place(desk: CreditingDesk) -> None:
    """Scenarios E3 and E6: 100.00 back by hand, then ten seats turn out to have been twelve: 272.00 of 372.00 are left."""
    desk.credit(FIRST, "1=100.00")
    desk.change(*desk.only(), MARCH, 12, recorded=date(2026, 3, 10))
    desk.run(APRIL)
    second = next(one for one in desk.invoices() if one.number == SECOND)
    assert second.amounts == ["-310.00", "372.00", "372.00"]
    with pytest.raises(BadInput, match=r"272.00 EUR is left of line 2"):
        desk.credit(SECOND, "2=272.01")
    desk.credit(SECOND, "2=272.00")
