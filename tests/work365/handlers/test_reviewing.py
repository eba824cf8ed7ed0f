"""What people enter by hand waits for an approver before it takes effect: discounts on a form, in a tenant with roles."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dataverse.query import Query
from dataverse.rows import status
from dataverse.webapi import Ref
from local.desks.entries import DISCOUNT, EntryDesk
from work365.approving.entries import Subject
from work365.jobs import JobKind

OFF_A_LINE = "Discount Spring: 15 % off Microsoft 365 Business Premium on contract C-1"
CAUGHT = "15 % off the price waits for an approver: 10 % or more does."


@pytest.fixture
def desk() -> EntryDesk:
    """A discount of 10 % or more waits."""
    made = EntryDesk.that_says("approve-discounts", "10")
    made.settle()
    return made


def test_a_discount_on_a_form_waits_is_asked_in_the_name_of_whoever_wrote_it_and_takes_effect_once_approved(
    desk: EntryDesk,
) -> None:
    """F164: 15 % where 10 % or more waits."""
    discount = desk.discounts(desk.seller, "15", subscription=desk.one)
    assert desk.stops(discount) == CAUGHT
    (job,) = desk.review_jobs()
    desk.deliver(job)
    assert desk.said(job) == ("Waits for approval", f"Waits for approval until 2026-03-23 12:00 UTC. {CAUGHT}")
    (one,) = desk.waiting()
    assert (one.what, one.matter, one.size, str(one.asked_by), one.customer, one.subject) == (
        OFF_A_LINE,
        "Discount",
        "15 %",
        "Sally Sales",
        "Customer of C-1",
        str(Subject(DISCOUNT, discount)),
    )
    assert desk.stops(discount) == f"It waits for an answer until 2026-03-23 12:00 UTC. {CAUGHT}"
    assert desk.review_jobs() == [job]
    own = ("Refused", "You asked for this yourself, so somebody else has to answer it.")
    assert desk.answers(desk.seller, "approve") == own
    assert desk.answers(desk.approver, "approve") == ("Succeeded", f"Approved: {OFF_A_LINE}.")
    assert desk.said(job) == ("Succeeded", f"Nothing holds it up: {OFF_A_LINE}.")
    assert desk.stops(discount) == ""


@pytest.mark.parametrize(
    ("value", "kind", "waits"),
    [
        ("9.99", "Percentage", False),
        ("10", "Percentage", True),
        ("3.09", "Amount", False),  # of 31.00
        ("3.10", "Amount", True),
        ("100.00", "Amount", True),
    ],
)
def test_a_discount_is_measured_by_its_share_of_the_price(desk: EntryDesk, value: str, kind: str, waits: bool) -> None:
    discount = desk.discounts(desk.seller, value, kind=kind, subscription=desk.one)
    assert bool(desk.stops(discount)) == waits


@pytest.mark.parametrize(("value", "waits"), [("30.99", False), ("31.00", True)])
def test_an_amount_off_a_contract_is_measured_by_what_its_seats_cost(desk: EntryDesk, value: str, waits: bool) -> None:
    """Ten seats at 31.00 are 310.00 a cycle."""
    assert bool(desk.stops(desk.discounts(desk.seller, value, kind="Amount"))) == waits


def test_an_edited_discount_is_asked_about_again(desk: EntryDesk) -> None:
    """20 % where 15 % was approved; and while 20 % waits, 25 %."""
    discount = desk.discounts(desk.seller, "15", subscription=desk.one)
    approved(desk, discount)
    desk.passes(minutes=10)
    desk.edits(desk.seller, discount, "20")
    why = "20 % off the price waits for an approver: 10 % or more does."
    changed = " It was approved with other facts: off 20 % instead of 15 %."
    assert desk.stops(discount) == why + changed
    desk.deliver(desk.review_jobs()[-1])
    desk.edits(desk.seller, discount, "25")
    assert "25 %" in desk.stops(discount)
    desk.passes(minutes=10)
    desk.sweep()
    assert [(state, what.split(" off ")[0]) for state, what in desk.asked()] == [
        ("Approved", "Discount Spring: 15 %"),
        ("Overtaken", "Discount Spring: 20 %"),
        ("Waiting", "Discount Spring: 25 %"),
    ]
    desk.answers(desk.approver, "approve")
    assert desk.stops(discount) == ""
    assert len(desk.review_jobs()) == 2


def approved(desk: EntryDesk, discount: str) -> None:
    """An entry that an approver has agreed to."""
    assert desk.stops(discount)
    desk.deliver(desk.review_jobs()[-1])
    desk.answers(desk.approver, "approve")
    assert desk.stops(discount) == ""


def test_an_approver_cannot_slip_an_own_edit_under_the_request_of_somebody_else(desk: EntryDesk) -> None:
    """Whoever changed it last has asked for what it is now."""
    discount = desk.discounts(desk.seller, "15", subscription=desk.one)
    assert desk.stops(discount)
    desk.deliver(desk.review_jobs()[-1])
    desk.edits(desk.approver, discount, "60")
    assert desk.stops(discount)
    desk.passes(minutes=10)
    desk.sweep()
    assert desk.answers(desk.approver, "approve")[0] == "Refused"
    assert desk.answers(desk.second, "approve")[0] == "Succeeded"
    assert desk.stops(discount) == ""


def test_what_was_refused_goes_on_waiting_and_asks_nobody_until_it_is_changed(desk: EntryDesk) -> None:
    discount = desk.discounts(desk.seller, "15", subscription=desk.one)
    assert desk.stops(discount)
    desk.deliver(desk.review_jobs()[-1])
    desk.answers(desk.approver, "refuse", reason="Too much")
    assert desk.stops(discount) == "Ann Approver refused it: Too much"
    assert len(desk.review_jobs()) == 1
    desk.edits(desk.seller, discount, "9")
    assert desk.stops(discount) == ""


def test_it_can_be_asked_for_again_by_a_job(desk: EntryDesk) -> None:
    """After it expired; the author has still asked for it, whoever presses."""
    discount = desk.discounts(desk.seller, "15", subscription=desk.one)
    assert desk.stops(discount)
    desk.deliver(desk.review_jobs()[-1])
    desk.passes(days=8)
    desk.sweep()
    assert desk.stops(discount) == "Nobody approved it by 2026-03-23 12:00 UTC."
    again = desk.asks(desk.approver, JobKind.REVIEW_ENTRY, {"entry": f"{DISCOUNT}:{discount}"})
    desk.deliver(again)
    assert str(desk.waiting()[0].asked_by) == "Sally Sales"
    desk.answers(desk.approver, "approve")
    assert desk.stops(discount) == ""


def test_what_is_taken_away_ends_its_request(desk: EntryDesk) -> None:
    discount = desk.discounts(desk.seller, "15", subscription=desk.one)
    assert desk.stops(discount)
    (job,) = desk.review_jobs()
    desk.api.update(Ref(DISCOUNT, discount), status(DISCOUNT, "Inactive"))
    desk.deliver(job)
    assert desk.said(job) == (
        "Refused",
        "What was entered is not there any more, or has no effect; nobody has to approve it.",
    )


def test_who_has_left_is_asked_for_by_the_application(desk: EntryDesk) -> None:
    """And is still who has asked; everybody who may write entries may make the jobs that ask about them."""
    writer = desk.member("Pia Provider", "Work365 Provisioning", "Work365 Approver")
    discount = desk.discounts(writer, "15", subscription=desk.one)
    desk.api.update(Ref("systemuser", writer.id), {"isdisabled": True})
    assert desk.stops(discount)
    (job,) = desk.review_jobs()
    desk.deliver(job)
    assert desk.jobs.load(job).on_behalf_of is None
    assert str(desk.waiting()[0].asked_by) == "Pia Provider"
    desk.api.update(Ref("systemuser", writer.id), {"isdisabled": False})
    assert desk.answers(writer, "approve") == ("Refused", "You asked for this yourself, so somebody else has to answer it.")
    assert desk.answers(desk.approver, "approve")[0] == "Succeeded"
    assert desk.stops(discount) == ""


@pytest.mark.parametrize("role", ["Work365 Sales", "Work365 Billing", "Work365 Provisioning"])
def test_who_may_enter_discounts_owns_the_job_that_asks_about_them(desk: EntryDesk, role: str) -> None:
    writer = desk.member("Walt Writer", role)
    assert desk.stops(desk.discounts(writer, "15", subscription=desk.one))
    assert desk.jobs.load(desk.review_jobs()[0]).on_behalf_of == writer.entra


def test_what_the_system_writes_itself_waits_for_nobody(desk: EntryDesk) -> None:
    """As a promotion that a run gives; edited by a person, it is theirs."""
    discount = desk.api.create(DISCOUNT, desk.discount_row("15", subscription=desk.one))
    assert desk.stops(discount) == ""
    desk.edits(desk.seller, discount, "16")
    assert desk.stops(discount)


@pytest.mark.parametrize("entry", ["", "w365_discount", "account:5d1f", "w365_discount:"])
def test_a_job_that_names_nothing_is_refused(desk: EntryDesk, entry: str) -> None:
    job = desk.asks(desk.seller, JobKind.REVIEW_ENTRY, {"entry": entry})
    desk.deliver(job)
    assert desk.said(job)[0] == "Refused"
    assert "is nothing that waits for an approver" in desk.said(job)[1]


def test_without_thresholds_a_review_asks_nothing_of_anybody() -> None:
    desk = EntryDesk()
    discount = desk.tenant.api.create(DISCOUNT, desk.discount_row("90", subscription=desk.one))
    assert desk.entries.load(DISCOUNT, discount) is None
    assert desk.asked() == []
    assert list(desk.api.find(Query("w365_job", ("w365_key",)))) == []


def test_a_discount_without_a_price_to_measure_it_by_waits(desk: EntryDesk) -> None:
    """Seats that are all gone: nobody can say what share 1.00 is."""
    desk.change(desk.contract_id, desk.one, desk.clock.today("UTC"), 0, price=Decimal("31.00"))
    assert "is not known" in desk.stops(desk.discounts(desk.seller, "1.00", kind="Amount", subscription=desk.one))
