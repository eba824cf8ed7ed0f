"""A threshold is set, lowered, raised or taken back: what stood before it waits for nobody, and what waits goes on waiting."""

from __future__ import annotations

from datetime import date

import pytest

from dataverse.query import Query
from dataverse.rows import status
from dataverse.stores.approving import Approvals
from dataverse.webapi import Ref
from local.desks.entries import EntryDesk
from work365.errors import Conflict

APRIL = date(2026, 4, 1)


@pytest.fixture
def desk() -> EntryDesk:
    """C-1 is billed through March, and has 15 % off that somebody entered long ago."""
    made = EntryDesk()
    made.run(date(2026, 3, 16))
    made.old = made.discounts(made.seller, "15", subscription=made.one)
    return made


def test_what_stood_before_a_threshold_was_first_set_counts_as_approved(desk: EntryDesk) -> None:
    """Nobody answered it; the approval says why it is there, and who entered what it is about."""
    desk.says("approve-discounts", "10")
    desk.settle()
    (one,) = Approvals(desk.api, desk.tenant.currencies).listed(answered=True)
    assert (one.state.value, one.what, str(one.asked_by), one.answered_by, one.reason) == (
        "Approved",
        "Discount Spring: 15 % off Microsoft 365 Business Premium on contract C-1",
        "Sally Sales",
        None,
        "It stood before the threshold was set.",
    )
    assert desk.settled() == [("10", "10")]
    assert desk.billed(APRIL) == [("C-1", ["310.00", "-46.50"])]
    assert desk.review_jobs() == []


def test_edited_after_that_it_is_asked_about(desk: EntryDesk) -> None:
    desk.says("approve-discounts", "10")
    desk.settle()
    desk.edits(desk.seller, desk.old, "16")
    assert desk.billed(APRIL) == []


def test_a_lower_threshold_lets_stand_only_what_it_is_the_first_to_catch(desk: EntryDesk) -> None:
    """What the higher one held back waits as before."""
    desk.says("approve-discounts", "20")
    desk.settle()
    high = desk.discounts(desk.seller, "25", subscription=desk.one)
    desk.says("approve-discounts", "10")
    desk.settle()
    assert desk.stops(desk.old) == ""
    assert desk.stops(high) == "25 % off the price waits for an approver: 10 % or more does."


def test_a_higher_threshold_lets_nothing_through_that_it_catches_itself(desk: EntryDesk) -> None:
    """What it does not catch any more is free at once."""
    desk.says("approve-discounts", "10")
    desk.settle()
    low, high = (desk.discounts(desk.seller, off, subscription=desk.one) for off in ("16", "30"))
    assert desk.stops(low)
    assert desk.stops(high)
    desk.says("approve-discounts", "20")
    assert [bool(desk.stops(one)) for one in (low, high)] == [False, True]
    desk.settle()
    assert [bool(desk.stops(one)) for one in (low, high)] == [False, True]


def test_a_threshold_that_was_taken_back_begins_anew(desk: EntryDesk) -> None:
    """What was entered while there was none stands when there is one again, also the same one."""
    desk.says("approve-discounts", "10")
    desk.settle()
    desk.says("approve-discounts", "off")
    desk.settle()
    assert desk.settled() == [("off", "off")]
    later = desk.discounts(desk.seller, "40", subscription=desk.one)
    assert desk.stops(later) == ""
    desk.says("approve-discounts", "10")
    desk.settle()
    assert desk.stops(later) == ""


def test_what_was_asked_and_not_answered_does_not_slip_through_with_a_new_threshold(desk: EntryDesk) -> None:
    """Not by setting it for the customer, whose own value is new."""
    desk.says("approve-discounts", "10")
    desk.settle()
    waits = desk.discounts(desk.seller, "30", subscription=desk.one)
    assert desk.stops(waits)
    desk.deliver(desk.review_jobs()[0])
    desk.says("approve-discounts", "off")
    desk.settle()
    desk.says("approve-discounts", "10")
    desk.settle()
    assert desk.stops(waits).startswith("It waits for an answer")


def test_a_setting_that_changes_while_the_sweep_looks_is_settled_by_the_next_one(desk: EntryDesk) -> None:
    """The mark is written over the version that was read."""
    desk.says("approve-discounts", "10")
    read = desk.reviews.thresholds()
    desk.says("approve-discounts", "5")
    with pytest.raises(Conflict):
        desk.reviews.settle(read)
    assert desk.settled() == [("5", None)]
    desk.settle()
    assert desk.settled() == [("5", "5")]


def test_what_was_written_lately_is_asked_about_before_any_run(desk: EntryDesk) -> None:
    """By the sweep, every ten minutes, once."""
    desk.says("approve-discounts", "10")
    desk.settle()
    desk.passes(minutes=10)
    desk.discounts(desk.seller, "30", subscription=desk.one)
    desk.settle()
    desk.settle()
    (job,) = desk.review_jobs()
    desk.deliver(job)
    assert [one.what for one in desk.waiting()] == ["Discount Spring: 30 % off Microsoft 365 Business Premium on contract C-1"]


def test_without_thresholds_the_sweep_sends_one_request(desk: EntryDesk) -> None:
    before = desk.fuse.count
    desk.settle()
    assert desk.fuse.count - before == 1


def test_a_customer_without_the_company_s_threshold_is_free(desk: EntryDesk) -> None:
    desk.says("approve-discounts", "10")
    row = desk.api.read(Ref("w365_billingcontract", desk.contract_id), select=("_w365_account_value",))
    desk.customer_says(row["_w365_account_value"], "approve-discounts", "off")
    desk.settle()
    assert desk.stops(desk.discounts(desk.seller, "30", subscription=desk.one)) == ""


@pytest.mark.parametrize(("own", "entered"), [("off", "90"), ("50", "30")])
def test_a_customer_who_loses_an_own_threshold_keeps_what_stood_under_it(desk: EntryDesk, own: str, entered: str) -> None:
    """What was entered then was free; what is entered from then on waits by the company's."""
    desk.says("approve-discounts", "10")
    row = desk.api.read(Ref("w365_billingcontract", desk.contract_id), select=("_w365_account_value",))
    desk.customer_says(row["_w365_account_value"], "approve-discounts", own)
    desk.settle()
    stood = desk.discounts(desk.seller, entered, subscription=desk.one)
    (theirs,) = desk.api.find(Query("w365_setting", ("w365_settingid",), f"w365_value eq '{own}'"))
    desk.api.update(Ref("w365_setting", theirs["w365_settingid"]), status("w365_setting", "Inactive"))
    desk.settle()
    desk.settle()
    assert (desk.stops(stood), desk.review_jobs()) == ("", [])
    assert desk.stops(desk.discounts(desk.seller, "15", subscription=desk.one)).startswith("15 % off the price waits")
    desk.edits(desk.seller, stood, "31")
    assert desk.stops(stood)
