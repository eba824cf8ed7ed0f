"""An invoice outside the cycle goes the way of every other: tax, approval, number, what follows, cancelling."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query
from dataverse.rows import bind, choice_label, choice_value
from dataverse.webapi import Ref
from local.desks.catalogue import CatalogueDesk
from local.desks.one_off import OneOffDesk
from local.sample.generated import ENTITY, PRODUCT
from work365.errors import BadInput, Refused
from work365.jobs import Job, JobKind, JobState

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.rows import Row

MARCH, MIDDLE, APRIL = date(2026, 3, 1), date(2026, 3, 10), date(2026, 4, 1)
WORKSHOP = "2 x GEN-1 at 120.00 - Workshop on site"


@pytest.fixture
def desk() -> OneOffDesk:
    """C-1 with ten seats of 31.00, billed for March; its changes wait for the cycle."""
    found = OneOffDesk(MARCH)
    found.standing("C-1", start=MARCH, autosend=True, autosync=True, autocharge=True)
    found.run(MARCH)
    found.clock.moment = found.clock.moment.replace(day=10)
    return found


def priced(desk: OneOffDesk, *rows: tuple[str, str, str, int]) -> None:
    """A price list for C-1 with rows of amount, term, plan and tier."""
    catalogue = CatalogueDesk(desk.api, desk.tenant.currencies)
    prices = catalogue.price_list("EUR")
    for amount, term, plan, tier in rows:
        catalogue.price(PRODUCT, prices, amount, term=term, plan=plan, tier=tier)
    contract = next(iter(desk.numbers))
    desk.api.update(Ref("w365_billingcontract", contract), bind("w365_PriceList", "w365_pricelist", prices))


def test_free_lines_are_billed_now_with_tax_number_and_what_follows(desk: OneOffDesk) -> None:
    """240.00 and 19 % tax, the next number, jobs to send, sync and charge; the cycle's dates stay as they were."""
    before = desk.contract_row(next(iter(desk.numbers)))
    jobs = set(desk.tenant.shape().jobs)
    result = desk.does(desk.asked("C-1", WORKSHOP, purchase_order="PO 7"))
    assert (result.state, result.message) == (
        JobState.SUCCEEDED,
        "285.60 EUR with tax for contract C-1. Issued as INV-CO-2026-00002, due on 2026-03-24.",
    )
    _, invoice = desk.invoices()
    assert (invoice.number, invoice.net, invoice.tax, invoice.issued) == (
        "INV-CO-2026-00002",
        Decimal(240),
        Decimal("45.60"),
        "2026-03-10",
    )
    order = desk.api.read(Ref("w365_invoice", invoice.id), select=("w365_purchaseorder",))
    assert order["w365_purchaseorder"] == "PO 7"
    assert {key.split(":")[1] for key in set(desk.tenant.shape().jobs) - jobs} == {"send", "sync", "charge"}
    assert desk.contract_row(next(iter(desk.numbers))) == before


def test_the_next_cycle_bills_what_recurs_and_not_the_lines_again(desk: OneOffDesk) -> None:
    desk.does(desk.asked("C-1", WORKSHOP))
    desk.run(APRIL)
    assert [one.amounts for one in desk.invoices()] == [["310.00"], ["240.00"], ["310.00"]]
    assert desk.item_states() == ["Billed"]


def test_the_contracts_discount_and_the_lines_own_come_off(desk: OneOffDesk) -> None:
    """100.00 less 10 % is 90.00; the contract's 5 % of that is 4.50: as for any one-time item."""
    desk.contract("C-5", start=MARCH, discountpercent=Decimal(5))
    desk.does(desk.asked("C-5", "GEN-1 at 100.00 less 10 %"))
    assert desk.invoices()[1].amounts == ["100.00", "-10.00", "-4.50"]


def test_a_catalogue_line_takes_the_lists_price_by_its_tier(desk: OneOffDesk) -> None:
    """From ten on 9.00; the product's name is printed."""
    product = desk.api.read(Ref("w365_product", PRODUCT), select=("w365_printedname",))
    priced(desk, ("10.00", "P1M", "Monthly", 1), ("9.00", "P1M", "Monthly", 10))
    desk.does(desk.asked("C-1", "9 x GEN-1", "10 x GEN-1"))
    _, invoice = desk.invoices()
    assert invoice.amounts == ["90.00", "90.00"]
    described = desk.api.find(Query("w365_invoiceline", ("w365_description", "w365_unitprice"), order="w365_unitprice"))
    assert [(row["w365_description"], row["w365_unitprice"]) for row in described][:2] == [
        (product["w365_printedname"], 9),
        (product["w365_printedname"], 10),
    ]


@pytest.mark.parametrize(
    ("arrange", "line", "sentence"),
    [
        (lambda _: None, "GEN-1", "has no list price: the contract has no price list in EUR; write the price into the line"),
        (priced, "GEN-1", "has no price in EUR on 2026-03-10; write the price into the line"),
        (
            lambda desk: priced(desk, ("1", "P1M", "Monthly", 1), ("10", "P1Y", "Annual", 1)),
            "GEN-1",
            r"several offers in price list EUR \(P1M Monthly, P1Y Annual\)",
        ),
        (lambda desk: priced(desk, ("1", "P1M", "Monthly", 5)), "4 x GEN-1", "has no price from quantity 1 on"),
        (lambda _: None, "OTHER at 5", "No active product has the number OTHER"),
        (lambda _: None, "-1 x GEN-1 at 5", "an invoice cannot give money back"),
        (lambda _: None, "GEN-1 at 5 less 101 %", "discount of 101 percent"),
        (lambda desk: desk.api.update(Ref("w365_product", PRODUCT), {"w365_taxcategory": "new"}), "GEN-1 at 5", "tax rate"),
    ],
)
def test_what_is_not_known_is_never_guessed(
    desk: OneOffDesk, arrange: Callable[[OneOffDesk], object], line: str, sentence: str
) -> None:
    """The job is refused in a sentence, and nothing is written."""
    arrange(desk)
    with pytest.raises(Refused, match=sentence):
        desk.does(desk.asked("C-1", line))
    assert len(desk.invoices()) == 1
    assert desk.item_states() == []


def test_a_job_without_contract_or_lines_is_refused(desk: OneOffDesk) -> None:
    with pytest.raises(Refused, match="No active contract has the number C-9"):
        desk.does(desk.asked("C-9", WORKSHOP))
    with pytest.raises(BadInput, match="say what is to be billed"):
        desk.does(desk.asked("C-1"))


def test_a_contract_whose_cycles_are_held_up_can_be_billed_once(desk: OneOffDesk) -> None:
    """A subscription without a price parks the cycle, not this."""
    contract = desk.contract("C-2", start=MARCH)
    desk.subscription(contract, price=None, start=MARCH)
    desk.does(desk.asked("C-2", WORKSHOP))
    assert [one.contract for one in desk.invoices()] == ["C-1", "C-2"]


def test_the_approval_rule_holds_it_back_like_any_document(desk: OneOffDesk) -> None:
    """From 250.00 on somebody verifies: 285.60 stays a draft, is verified, and issued; no run takes it meanwhile."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(250)})
    result = desk.does(desk.asked("C-1", WORKSHOP))
    assert result.message.startswith("285.60 EUR with tax for contract C-1. The invoice is a draft. A total of 285.60 EUR")
    draft = desk.invoices()[0]
    assert draft.number == ""
    desk.run(MIDDLE)
    for kind in (JobKind.VERIFY, JobKind.ISSUE):
        made = desk.api.create("w365_job", _job(kind, draft.id))
        desk.work_on(made)
    assert [one.number for one in desk.invoices()] == ["INV-CO-2026-00001", "INV-CO-2026-00002"]


def _job(kind: JobKind, invoice: str) -> Row:
    row: Row = {"w365_name": kind.value, "w365_key": kind.value, "w365_kind": choice_value("w365_job", "w365_kind", kind.value)}
    return row | bind("w365_Invoice", "w365_invoice", invoice)


def test_cancelled_its_lines_wait_for_the_next_run(desk: OneOffDesk) -> None:
    """The note takes the invoice back, and the item is unbilled until the cycle's invoice bills it."""
    desk.does(desk.asked("C-1", WORKSHOP))
    desk.cancel("INV-CO-2026-00002")
    assert desk.item_states() == ["Unbilled"]
    desk.run(APRIL)
    assert [one.amounts for one in desk.invoices() if one.kind == "Invoice"] == [["310.00"], ["240.00"], ["310.00", "240.00"]]
    assert desk.item_states() == ["Billed"]


def test_the_item_says_where_it_comes_from(desk: OneOffDesk) -> None:
    desk.does(desk.asked("C-1", WORKSHOP))
    (row,) = desk.api.find(Query("w365_nonrecurringitem", ("w365_source", "_w365_invoice_value")))
    assert choice_label("w365_nonrecurringitem", "w365_source", row["w365_source"]) == "One-off"
    assert row["_w365_invoice_value"] == desk.invoices()[1].id


def test_the_same_job_writes_one_invoice_and_two_jobs_two(desk: OneOffDesk) -> None:
    job: Job = desk.asked("C-1", WORKSHOP)
    first, again = desk.does(job), desk.does(job)
    assert again.message == "The invoice is written. It is issued as INV-CO-2026-00002."
    assert first.state is again.state
    desk.does(desk.asked("C-1", WORKSHOP, name="2"))
    assert [one.number for one in desk.invoices()] == [f"INV-CO-2026-0000{number}" for number in (1, 2, 3)]
