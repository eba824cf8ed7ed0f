"""Seats that people enter by hand wait like those that they ask for: on a form, in the change log, and what jobs make of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dataverse.rows import bind, choice_value
from dataverse.webapi import Ref
from local.desks.billing import CHANGE, CONTRACT, SUBSCRIPTION
from local.desks.entries import EntryDesk

APRIL, NEXT_DAY, AFTER = date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 3)


@pytest.fixture
def desk() -> EntryDesk:
    """Ten seats at 31.00, billed through March; 500.00 a month more or less, and 10 % off, wait."""
    made = EntryDesk()
    made.run(date(2026, 3, 16))
    for name, text in (("purchases", "500.00 EUR"), ("reductions", "200.00 EUR"), ("discounts", "10")):
        made.says(f"approve-{name}", text)
    made.settle()
    return made


def agreed(desk: EntryDesk) -> None:
    """The approver is asked, and agrees."""
    desk.deliver(desk.review_jobs()[-1])
    assert desk.answers(desk.approver, "approve")[0] == "Succeeded"


def test_a_subscription_that_is_entered_on_its_form_waits_and_is_billed_once_approved(desk: EntryDesk) -> None:
    """20 seats at 31.00 are 620.00 a month."""
    desk.enters(desk.seller, 20, start=APRIL)
    assert desk.billed(APRIL) == []
    (why,) = desk.messages("entry-not-approved")
    assert "20 seats of Microsoft 365 Business Premium on contract C-1 from 2026-04-01 on, at 31" in why
    assert "620.00 EUR added a month waits for an approver: 500.00 EUR or more does." in why
    agreed(desk)
    assert desk.billed(NEXT_DAY) == [("C-1", ["310.00", "620.00"])]
    assert desk.billed(date(2026, 5, 1)) == [("C-1", ["310.00", "620.00"])]


def test_a_small_one_waits_for_nobody(desk: EntryDesk) -> None:
    """16 seats are 496.00 a month."""
    desk.enters(desk.seller, 16, start=APRIL)
    assert desk.billed(APRIL) == [("C-1", ["310.00", "496.00"])]


def test_edited_on_its_form_after_it_was_approved_it_waits_again(desk: EntryDesk) -> None:
    entered = desk.enters(desk.seller, 20, start=APRIL)
    desk.run(APRIL)
    agreed(desk)
    desk.form(desk.seller).update(Ref(SUBSCRIPTION, entered), {"w365_quantity": 200})
    assert desk.billed(NEXT_DAY) == []
    assert "seats 200 instead of 20" in desk.messages("entry-not-approved")[0]


def test_a_job_that_adds_a_seat_takes_no_seats_of_the_form_along(desk: EntryDesk) -> None:
    """What the job writes first into the log is what was entered, and nobody has agreed to that."""
    entered = desk.enters(desk.seller, 100, start=APRIL)
    desk.at(APRIL)
    assert desk.said(desk.wants(desk.seller, "Quantity", subscription=entered, on=APRIL, quantity=101))[0] == "Succeeded"
    assert desk.log(entered)[0][0] == "Create"
    assert desk.billed(APRIL) == []
    agreed(desk)
    assert desk.billed(NEXT_DAY) == [("C-1", ["310.00", "3131.00"])]


def test_what_was_approved_stays_so_when_a_job_begins_its_log(desk: EntryDesk) -> None:
    entered = desk.enters(desk.seller, 100, start=APRIL)
    desk.run(APRIL)
    agreed(desk)
    desk.at(APRIL)
    desk.wants(desk.seller, "Quantity", subscription=entered, on=APRIL, quantity=101)
    assert desk.billed(NEXT_DAY) == [("C-1", ["310.00", "3131.00"])]


def test_a_price_below_the_list_s_is_a_discount(desk: EntryDesk) -> None:
    """The list says 40.00; 31.00 is 22.5 % less."""
    prices = desk.listed("40.00")
    desk.api.update(Ref(CONTRACT, desk.contract_id), bind("w365_PriceList", "w365_pricelist", prices))
    monthly: dict[str, Any] = {"w365_term": "P1Y", "w365_billingplan": choice_value(SUBSCRIPTION, "w365_billingplan", "Monthly")}
    desk.enters(desk.seller, 1, "37.00", **monthly)
    assert desk.billed(APRIL) != []
    desk.enters(desk.seller, 1, "31.00", **monthly)
    assert desk.billed(date(2026, 5, 1)) == []
    assert "22.5 % off the price waits for an approver" in desk.messages("entry-not-approved")[0]


@pytest.mark.parametrize(
    ("seats", "delta", "price", "why"),
    [
        (30, 20, "31.00", "620.00 EUR added a month"),
        (30, 0, "31.00", "620.00 EUR added a month"),  # whatever the row says that it adds
        (3, -7, "31.00", "217.00 EUR taken away a month"),
        (10, 0, "27.90", "10 % off the price"),
        (10, 0, "100.00", "690.00 EUR added a month"),
        (20, 10, "31.00", ""),
        (10, 0, "28.00", ""),
    ],
)
def test_a_row_that_a_person_writes_into_the_change_log(desk: EntryDesk, seats: int, delta: int, price: str, why: str) -> None:
    """It is measured by what it makes of the seats and the price on its day."""
    desk.logs(desk.seller, 2, seats, delta, price, on=APRIL)
    assert bool(desk.billed(APRIL)) == (not why)
    assert why in "".join(desk.messages("entry-not-approved"))


def test_what_a_job_writes_into_the_log_waits_for_nobody_twice(desk: EntryDesk) -> None:
    """The job has asked: 20 seats more are 620.00 a month."""
    job = desk.wants(desk.seller, "Quantity", quantity=30)
    desk.answers(desk.approver, "approve")
    assert desk.said(job)[0] == "Succeeded"
    assert desk.billed(APRIL) == [("C-1", ["-160.00", "480.00", "930.00"])]


def test_a_row_by_hand_is_not_hidden_behind_a_row_of_the_same_day(desk: EntryDesk) -> None:
    """A job that adds one seat to what was written by hand was asked about that one alone."""
    desk.logs(desk.seller, 2, 100, 90, on=APRIL)
    desk.at(APRIL)
    assert desk.said(desk.wants(desk.seller, "Quantity", on=APRIL, quantity=101))[0] == "Succeeded"
    assert desk.billed(APRIL) == []
    agreed(desk)
    assert desk.billed(NEXT_DAY) == [("C-1", ["3131.00"])]


def test_the_percentage_of_a_contract_waits_with_whoever_wrote_it(desk: EntryDesk) -> None:
    """The functions write on every contract they bill; who entered the percentage is asked of the tenant's history."""
    desk.audits()
    desk.form(desk.approver).update(Ref(CONTRACT, desk.contract_id), {"w365_discountpercent": Decimal(12)})
    desk.api.update(Ref(CONTRACT, desk.contract_id), {"w365_generation": 0})
    assert desk.billed(APRIL) == []
    assert "Discount of 12 % off contract C-1. 12 % off the price waits" in desk.messages("entry-not-approved")[0]
    desk.deliver(desk.review_jobs()[-1])
    assert str(desk.waiting()[0].asked_by) == "Ann Approver"
    assert desk.answers(desk.approver, "approve")[0] == "Refused"
    assert desk.answers(desk.second, "approve")[0] == "Succeeded"
    assert desk.billed(NEXT_DAY) == [("C-1", ["310.00", "-37.20"])]
    assert desk.billed(date(2026, 5, 1)) == [("C-1", ["310.00", "-37.20"])]


def test_amounts_in_another_currency_are_compared_at_one_rate_that_is_read_once(desk: EntryDesk) -> None:
    """20 seats are 620.00 EUR, which is 682.00 USD."""
    desk.says("approve-purchases", "650.00 USD")
    desk.settle()
    desk.rate("EUR", "USD", APRIL, "1.1")
    entered = [desk.enters(desk.seller, 20, start=APRIL) for _ in range(3)]
    desk.at(APRIL)
    entries = [one for each in entered if (one := desk.entries.load(SUBSCRIPTION, each)) is not None]
    before = desk.fuse.count
    why = desk.review.waiting(entries, asking=False)
    assert [said.split(" waits")[0] for said in why.values()] == ["620.00 EUR added a month, which is 682.00 USD,"] * 3
    assert desk.fuse.count - before == 4  # settings, terms of the legal entity, rates, rows


def test_a_row_that_nobody_can_read_parks_its_contract_alone(desk: EntryDesk) -> None:
    """What kind of change it is, forms ask for; programs need not say it."""
    desk.standing("C-2", start=APRIL)
    row = desk.logs(desk.seller, 2, 12, 2, on=APRIL)
    desk.api.update(Ref(CHANGE, row), {"w365_event": None})
    assert [contract for contract, _ in desk.billed(APRIL)] == ["C-2"]
    assert desk.findings()["C-1"][0] == "contract-not-billed"


def test_a_price_that_is_typed_over_is_asked_for_and_then_billed(desk: EntryDesk) -> None:
    """31.00 to 20.00 is 35.48 % off."""
    form = desk.form(desk.seller)
    form.update(Ref(SUBSCRIPTION, desk.one), {"w365_unitprice": Decimal("20.00")})
    desk.at(APRIL)
    asked = desk.wants(desk.seller, "Price", on=APRIL, price="20.00")
    assert "35.48 % off the price waits for an approver" in desk.said(asked)[1]
    assert desk.billed(APRIL) == []
    assert desk.answers(desk.approver, "approve")[0] == "Succeeded"
    desk.deliver(asked)
    assert desk.billed(NEXT_DAY) == [("C-1", ["200.00"])]
