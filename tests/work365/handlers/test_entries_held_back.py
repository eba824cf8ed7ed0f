"""A run leaves out a contract with something on it that waits for an approver, and bills the others; so does what looks ahead."""

from __future__ import annotations

from datetime import date

import pytest

from dataverse.query import Query
from dataverse.stores.giving import Giving
from dataverse.stores.readiness import ReadinessRows
from dataverse.webapi import Ref
from local.desks.catalogue import CatalogueDesk
from local.desks.entries import EntryDesk
from local.faults import Died, Fault
from local.sample.generated import PRODUCT
from work365.handlers import billing, giving, readiness

APRIL, NEXT_DAY, MAY = date(2026, 4, 1), date(2026, 4, 2), date(2026, 5, 1)
WAITS = (
    "Contract C-1 was not billed: it waits for an approver. Discount Spring: 15 % off Microsoft 365 Business Premium on contract "
    "C-1. 15 % off the price waits for an approver: 10 % or more does. Answer it (`w365 approval requests` lists what waits), or "
    "change it back or take it away; the next run tries the contract again."
)


@pytest.fixture
def desk() -> EntryDesk:
    """A discount of 10 % or more waits; C-2 has nothing that does. March is billed."""
    made = EntryDesk()
    made.standing("C-2", start=date(2026, 3, 1))
    made.run(date(2026, 3, 16))
    made.says("approve-discounts", "10")
    made.settle()
    return made


def test_15_percent_on_a_form_where_10_waits_is_billed_once_an_approver_agrees(desk: EntryDesk) -> None:
    """F164: held back, asked in the name of the salesperson, who cannot approve it; an approver does; the next run bills it."""
    desk.discounts(desk.seller, "15", subscription=desk.one)
    assert desk.billed(APRIL) == [("C-2", ["310.00"])]
    assert desk.messages("entry-not-approved") == [WAITS]
    (job,) = desk.review_jobs()
    desk.deliver(job)
    assert str(desk.waiting()[0].asked_by) == "Sally Sales"
    assert desk.answers(desk.seller, "approve")[0] == "Refused"
    assert desk.billed(APRIL) == []
    assert desk.answers(desk.approver, "approve")[0] == "Succeeded"
    assert desk.billed(NEXT_DAY) == [("C-1", ["310.00", "-46.50"])]
    assert desk.findings()["C-1"] == ("entry-not-approved", "Resolved")


def test_edited_to_20_percent_it_is_asked_about_again(desk: EntryDesk) -> None:
    discount = desk.discounts(desk.seller, "15", subscription=desk.one)
    desk.run(APRIL)
    desk.deliver(desk.review_jobs()[0])
    desk.answers(desk.approver, "approve")
    desk.edits(desk.seller, discount, "20")
    assert desk.billed(NEXT_DAY) == []
    assert "It was approved with other facts: off 20 % instead of 15 %." in desk.messages("entry-not-approved")[0]
    desk.deliver(desk.review_jobs()[-1])
    desk.answers(desk.second, "approve")
    assert desk.billed(date(2026, 4, 3)) == [("C-1", ["310.00", "-62.00"])]


def test_what_is_taken_back_is_billed_without_it(desk: EntryDesk) -> None:
    discount = desk.discounts(desk.seller, "15", subscription=desk.one)
    desk.run(APRIL)
    desk.edits(desk.seller, discount, "5")
    assert desk.billed(NEXT_DAY) == [("C-1", ["310.00", "-15.50"])]


def test_a_preview_and_the_check_before_a_run_say_the_same_and_ask_nobody(desk: EntryDesk) -> None:
    desk.discounts(desk.seller, "15", subscription=desk.one)
    (seen,) = billing.preview(book=desk.book, clock=desk.clock, as_of=APRIL, reviewer=desk.reviewer)
    assert [one.message for one in seen.decided.findings] == [WAITS]
    assert [draft.numbers for draft in seen.decided.drafts] == [dict.fromkeys(seen.contracts[1:], "C-2")]
    rows = ReadinessRows(desk.api, desk.tenant.currencies)
    found = readiness.check(book=desk.book, readiness=rows, clock=desk.clock, as_of=APRIL, reviewer=desk.reviewer)
    assert (found.contracts, found.held_back) == (2, 1)
    assert desk.review_jobs() == []


def test_a_discount_of_the_whole_contract_waits_like_one_of_a_line(desk: EntryDesk) -> None:
    desk.discounts(desk.seller, "12")
    assert desk.billed(APRIL) == [("C-2", ["310.00"])]
    desk.deliver(desk.review_jobs()[0])
    desk.answers(desk.approver, "approve")
    assert desk.billed(NEXT_DAY) == [("C-1", ["310.00", "-37.20"])]


def test_a_draft_that_is_there_gets_its_number(desk: EntryDesk) -> None:
    """The run that made it died before it could number it; what is entered then is for the next bill."""
    desk.plan(APRIL)
    desk.fuse.arm(at=5, fault=Fault.DIE_BEFORE)
    with pytest.raises(Died):
        desk.work()
    desk.fuse.reset()
    desk.discounts(desk.seller, "15", subscription=desk.one)
    desk.sweep_after(30)
    desk.work()
    assert [(one.contract, one.number, one.amounts) for one in desk.invoices()][2:] == [
        ("C-1", "INV-CO-2026-00003", ["310.00"]),
        ("C-2", "INV-CO-2026-00004", ["310.00"]),
    ]


def test_a_discount_that_is_over_holds_nothing_up(desk: EntryDesk) -> None:
    """It takes nothing off what is still to be billed."""
    desk.discounts(desk.seller, "50", subscription=desk.one, enddate=date(2026, 3, 1))
    assert desk.billed(APRIL) == [("C-1", ["310.00"]), ("C-2", ["310.00"])]


def test_a_threshold_counts_only_once_what_stood_before_it_is_settled(desk: EntryDesk) -> None:
    """And while a new value is not settled, what is caught by both."""
    desk.discounts(desk.seller, "8", subscription=desk.one)
    desk.says("approve-discounts", "5")
    assert desk.billed(APRIL) == [("C-1", ["310.00", "-24.80"]), ("C-2", ["310.00"])]
    desk.discounts(desk.seller, "11")
    assert desk.billed(MAY) == [("C-2", ["310.00"])]


def test_a_threshold_that_cannot_be_used_holds_back_whom_it_is_for(desk: EntryDesk) -> None:
    """Nobody can say what it lets wait; without one, nothing was entered that could."""
    desk.says("approve-discounts", "off")
    desk.settle()
    (row,) = desk.api.find(Query("w365_setting", ("w365_settingid",)))
    desk.api.update(Ref("w365_setting", row["w365_settingid"]), {"w365_value": "ten"})
    assert desk.billed(APRIL) == []
    assert "approve-discounts" in desk.messages("contract-not-billed")[0]


@pytest.mark.parametrize(
    ("threshold", "value", "more"),
    [("off", "15", 0), ("20", "15", 0), ("10", "15", 4)],
)
def test_only_what_is_caught_costs_requests(desk: EntryDesk, threshold: str, value: str, more: int) -> None:
    """One for what is known of all that is caught and one for the finding; two for each request: its author, and its job."""
    usual = requests(desk, date(2026, 4, 1))
    desk.says("approve-discounts", threshold)
    desk.settle()
    desk.discounts(desk.seller, value, subscription=desk.one)
    assert requests(desk, date(2026, 5, 1)) - usual == more


def requests(desk: EntryDesk, day: date) -> int:
    """How many a run of a day sends."""
    before = desk.fuse.count
    desk.run(day)
    return desk.fuse.count - before


def test_a_promotion_that_somebody_gives_waits_and_one_that_a_sale_gets_by_itself_does_not(desk: EntryDesk) -> None:
    """The first was chosen by a person for this customer, by a command of the deployment; the second by the catalogue's rules."""
    catalogue = CatalogueDesk(desk.api, desk.tenant.currencies)
    catalogue.promotion(PRODUCT, "20")
    desk.subscription(desk.contract_id, start=APRIL)
    book = Giving(desk.api, desk.tenant.currencies)
    assert desk.billed(APRIL) == [("C-1", ["310.00", "310.00", "-62.00"]), ("C-2", ["310.00"])]
    giving.give(giving.offered(desk.one, "SPRING", book=book), book=book, now=desk.clock.now())
    assert desk.billed(MAY) == [("C-2", ["310.00"])]
    desk.deliver(desk.review_jobs()[0])
    assert desk.answers(desk.approver, "approve")[0] == "Succeeded"
    assert [contract for contract, _ in desk.billed(date(2026, 5, 2))] == ["C-1"]
