"""F53: an order that exceeds a credit limit waits, is refused, or goes on; what waited is released in order, once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from itertools import count

import pytest

from dataverse.webapi import Ref
from local.desks.exposure import LimitDesk
from local.desks.holds import LATER, START, TODAY
from local.faults import Fault
from work365.exposure.figure import Kind

NEXT = date(2026, 4, 1)
SAID = "The limit of Customer of C-1 is 1000.00 EUR, its exposure 737.80 EUR, and this order adds 279.65 EUR; 17.45 EUR too much"
WAITS, DONE = "Waiting for credit limit", "Done"


def test_an_order_over_the_limit_waits_and_says_limit_exposure_and_shortfall() -> None:
    """737.80 is March, open, and April; five seats are 95.20 in March and 184.45 in April."""
    desk = LimitDesk("1000.00")
    happens = "Quantity of Microsoft 365 Business Premium happens by itself once there is credit for it."
    assert desk.more(15)[1] == f"Awaiting: credit limit. {SAID}. {happens}"
    assert (desk.stands(desk.one), desk.planned()) == ((10, "Active"), [("2026-03-16", WAITS)])
    assert desk.waiting() == [f"Awaiting: credit limit. {SAID}"]
    assert (desk.sweep(), desk.stands(desk.one)[0]) == (0, 10)


def test_what_fits_to_the_cent_happens() -> None:
    assert LimitDesk("1017.44").more(15)[1].startswith("Awaiting")
    desk = LimitDesk("1017.45")
    assert desk.more(15)[0] == "Succeeded"
    assert desk.stands(desk.one) == (15, "Active")


@pytest.mark.parametrize("source", ["Staff", "Portal"])
def test_with_refuse_it_is_refused(source: str) -> None:
    desk = LimitDesk("1000.00", rule="refuse")
    assert desk.more(15, source=source) == ("Refused", f"Over the credit limit: {SAID[0].lower()}{SAID[1:]}")
    assert desk.planned() == []


@pytest.mark.parametrize(("limit", "rule"), [(None, "wait"), ("0.00", "off")])
def test_without_a_limit_or_a_rule_everything_happens(limit: str | None, rule: str) -> None:
    desk = LimitDesk(limit, rule=rule)
    desk.more(500)
    assert desk.stands(desk.one)[0] == 500


def test_a_limit_of_nothing_lets_nothing_in_on_credit() -> None:
    desk = LimitDesk("0.00")
    desk.pay_everything()
    assert "limit of Customer of C-1 is 0.00 EUR" in desk.more(11)[1]


def test_what_is_no_order_is_held_to_no_limit() -> None:
    """Less is never too much, and what the supplier did has happened."""
    desk = LimitDesk("1.00")
    for event, arguments in (
        ("Quantity", {"quantity": 8}),
        ("Price", {"price": 90}),
        ("Pause", {}),
        ("Cancel", {}),
        ("Quantity", {"quantity": 15, "source": "Provider"}),
        ("Quantity", {"quantity": 15, "source": "Import"}),
    ):
        assert desk.ask(desk.bought(desk.contract_id), event, on=TODAY, **arguments)[0] == "Succeeded", event
    assert desk.planned() == []


def test_what_comes_back_is_an_order() -> None:
    desk = LimitDesk("1.00")
    desk.api.update(Ref("w365_billingcontract", desk.contract_id), {"w365_pausestops": True})
    for gone, back in (("Cancel", "Reactivate"), ("Pause", "Resume")):
        one = desk.bought(desk.contract_id)
        desk.ask(one, gone, on=TODAY)
        assert desk.ask(one, back, on=LATER)[0] == "Succeeded"
    desk.timer(LATER)
    assert desk.planned() == [("2026-03-20", WAITS)] * 2


def test_an_upgrade_adds_what_the_new_product_costs_more() -> None:
    """Ten seats at 40.00 instead of 31.00: 9.00 x 10 x 16/31 + 19 % in March is 55.28, in April 107.10."""
    desk = LimitDesk("800.00")
    said = desk.ask(desk.one, "Upgrade", on=TODAY, price=40, product=desk.product())[1]
    assert "this order adds 162.38 EUR" in said
    desk.limit("900.18")
    assert desk.sweep() == 1
    assert desk.stands(desk.one) == (0, "Cancelled")


def test_a_payment_releases_what_waited_in_the_order_of_entry_each_once() -> None:
    """Nothing overtakes: the second would fit alone, and waits behind the first."""
    desk = LimitDesk("1000.00")
    other = desk.bought(desk.contract_id, seats=1, start=TODAY)
    desk.more(15)
    desk.passes()
    desk.more(2, subscription=other)
    assert desk.planned() == [("2026-03-16", WAITS)] * 2
    assert desk.sweep() == 0
    desk.pay_everything()
    assert (desk.sweep(), desk.sweep()) == (2, 0)
    assert [desk.stands(one)[0] for one in (desk.one, other)] == [15, 2]
    assert [state for _, state in desk.planned()] == [DONE] * 2


def test_a_higher_limit_releases_only_what_it_lets_in() -> None:
    desk = LimitDesk("1000.00")
    other = desk.bought(desk.contract_id, seats=1, start=TODAY)
    desk.more(15)
    desk.passes()
    desk.more(40, subscription=other)
    desk.limit("1500.00")
    assert desk.sweep() == 1
    assert sorted(state for _, state in desk.planned()) == [DONE, WAITS]
    assert "1500.00 EUR" in desk.waiting()[1]


def test_what_is_planned_is_an_order_when_its_day_comes_and_counts_until_then() -> None:
    desk = LimitDesk("1000.00")
    assert desk.more(15, on=LATER)[1].startswith("Planned for 2026-03-20")
    other = desk.bought(desk.contract_id, seats=1, start=TODAY)
    assert "exposure 1049.58 EUR" in desk.more(2, subscription=other)[1], "737.80, one seat 55.93, and 255.85 that are planned"
    assert desk.timer(LATER).held == 1
    assert desk.planned()[1] == ("2026-03-20", WAITS)


def test_an_order_that_will_lower_the_bill_frees_no_credit_before_it_has() -> None:
    """An upgrade to something cheaper is planned for 20 March; until then all of what there is counts."""
    desk = LimitDesk("740.00")
    assert desk.ask(desk.one, "Upgrade", on=LATER, price=20, product=desk.product())[1].startswith("Planned for 2026-03-20")
    figure = desk.figure()
    assert (str(figure.of(Kind.WAITING)), figure.exposure.major) == ("0.00 EUR", Decimal("737.80"))


def test_what_is_planned_for_later_than_the_horizon_adds_nothing_yet() -> None:
    desk = LimitDesk("740.00")
    desk.more(15, on=date(2026, 6, 1))
    assert desk.figure().exposure.major == Decimal("737.80")


def test_who_is_held_waits_for_the_hold_first_and_then_for_credit() -> None:
    desk = LimitDesk("1000.00")
    desk.hold()
    desk.more(15)
    assert desk.planned() == [("2026-03-16", "Waiting for credit hold")]
    assert desk.lift() == 0
    assert desk.planned() == [("2026-03-16", WAITS)]


def test_an_override_lets_it_in_with_its_reason_in_the_hold_log() -> None:
    desk = LimitDesk("1000.00")
    assert desk.more(15, override="Promised by the CFO")[0] == "Succeeded"
    assert (desk.stands(desk.one)[0], [one.reason for one in desk.told()]) == (15, ["Promised by the CFO"])


def test_invoices_go_out_over_any_limit() -> None:
    desk = LimitDesk("1.00")
    assert desk.month(NEXT) == ["310.00"]


def test_two_orders_that_fit_alone_and_not_together() -> None:
    """A second worker does its order between any two requests of the first: one happens, the other one waits."""
    desk = LimitDesk()
    for at in count(1):
        desk.at(TODAY)
        account = desk.customer(f"K-{at + 1}", limit="100.00")
        contract = desk.contract_of(account, f"C-{at + 1}")
        both = [desk.bought(contract, seats=1, price=Decimal(1), start=TODAY) for _ in range(2)]
        jobs = [desk.job(one, "Quantity", quantity=31, on=TODAY) for one in both]
        desk.fuse.reset()
        desk.fuse.arm(at=at, fault=Fault.MEANWHILE, meanwhile=partial(desk.run_job, jobs[1]))
        desk.run_job(jobs[0])
        blown = desk.fuse.blown
        desk.fuse.reset()
        for job in jobs:
            desk.passes()
            desk.run_job(job)
        assert sorted(desk.stands(one)[0] for one in both) == [1, 31], f"second worker before request {at}: {blown}"
        if blown is None:
            break
    assert at > 8
    assert [state for _, state in desk.planned()] == [WAITS] * at


def test_what_waits_comes_to_what_is_billed_once_it_has_happened() -> None:
    """Two orders of one subscription, an upgrade, one for a later day: their amounts are of one bill."""
    desk = LimitDesk("0.00")
    two, three = (desk.bought(desk.contract_id, seats=3, start=TODAY) for _ in range(2))
    desk.more(15)
    desk.more(20, on=LATER)
    desk.more(4, subscription=two)
    desk.ask(three, "Upgrade", on=TODAY, price=40, product=desk.product())
    before = desk.figure()
    desk.limit("99999.00")
    assert desk.sweep() == 3
    after = desk.figure()
    assert before.exposure == after.exposure
    assert str(before.of(Kind.WAITING) - after.of(Kind.WAITING)) == str(after.of(Kind.COMMITTED) - before.of(Kind.COMMITTED))
    assert sum(one.row.kind is Kind.WAITING for one in before.rows) == 4


def test_seats_of_a_year_count_at_once_although_they_ride_on_the_next_invoice() -> None:
    """A year in advance is billed from 1 March; five seats more at 310.00 a year are 350 of 365 days, 1486.30, with 19 % tax."""
    desk = LimitDesk("9999.00")
    contract = desk.contract_of(desk.account, "C-2", frequency="Annual")
    yearly = desk.bought(contract, price=Decimal("310.00"), start=START)
    desk.run(START)
    desk.at(TODAY)
    desk.limit("0.00")
    assert "this order adds 1768.70 EUR" in desk.more(15, subscription=yearly)[1]
