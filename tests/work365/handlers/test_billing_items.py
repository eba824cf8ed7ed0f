"""One-time items: on the next document, once, with their own discount, their tax and the contract's percentage."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dataverse.rows import choice_label
from local.desks.billing import BillingDesk

JANUARY, MID_JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 1, 15), date(2026, 2, 1)


@pytest.fixture
def desk() -> BillingDesk:
    return BillingDesk(JANUARY)


def test_an_item_rides_on_the_next_cycle_and_is_billed_once(desk: BillingDesk) -> None:
    """F40: one document holds a recurring and a one-time line, with one tax and one total."""
    contract = desk.standing()
    desk.run(JANUARY)
    desk.item(contract, MID_JANUARY, "100.00", units="2.5")
    desk.run(MID_JANUARY)
    assert len(desk.invoices()) == 1
    desk.run(FEBRUARY)
    desk.run(FEBRUARY)
    _, invoice = desk.invoices()
    assert invoice.amounts == ["310.00", "250.00"]
    assert invoice.tax == Decimal("106.40")
    assert [choice_label("w365_invoiceline", "w365_kind", line["w365_kind"]) for line in invoice.lines] == ["Cycle", "One-time"]
    assert desk.item_states() == ["Billed"]


def test_a_contract_that_bills_changes_at_once_bills_items_at_once(desk: BillingDesk) -> None:
    contract = desk.standing(changesbilled="Now")
    desk.run(JANUARY)
    desk.item(contract, MID_JANUARY, "99.99")
    desk.run(MID_JANUARY)
    desk.run(MID_JANUARY)
    assert [invoice.amounts for invoice in desk.invoices()] == [["310.00"], ["99.99"]]


def test_discounts_are_lines_of_their_own(desk: BillingDesk) -> None:
    """F37: the item's ten per cent, then the contract's five of the rest; the printed lines sum to the total."""
    contract = desk.contract("C-1", discountpercent=Decimal(5))
    desk.item(contract, JANUARY, "33.33", units="3", discountpercent=Decimal(10))
    desk.run(JANUARY)
    [invoice] = desk.invoices()
    assert invoice.amounts == ["99.99", "-10.00", "-4.50"]
    assert invoice.net == Decimal("85.49")


@pytest.mark.parametrize(
    ("columns", "billed"),
    [
        ({"service": date(2026, 1, 2), "price": "5.00"}, False),
        ({"service": JANUARY, "price": "5.00", "state": "Draft"}, False),
        ({"service": JANUARY, "price": "5.00", "state": "Submitted"}, False),
        ({"service": JANUARY, "price": "5.00", "state": "Rejected"}, False),
        ({"service": JANUARY, "price": "0"}, True),
        ({"service": date(2025, 12, 1), "price": "5.00"}, True),
    ],
)
def test_only_what_is_approved_and_whose_day_has_come_is_billed(desk: BillingDesk, columns: dict[str, Any], billed: bool) -> None:
    contract = desk.standing()
    desk.item(contract, **columns)
    desk.run(JANUARY)
    assert desk.item_states() == (["Billed"] if billed else ["Unbilled"])
    assert len(desk.invoices()[0].lines) == 1 + billed


def test_an_item_without_a_product_holds_its_contract_and_says_what_to_do(desk: BillingDesk) -> None:
    """Without a tax category nothing is guessed; the other contracts are billed."""
    contract = desk.standing("C-1")
    desk.standing("C-2")
    desk.item(contract, JANUARY, "5.00", product=None)
    desk.run(JANUARY)
    assert [invoice.contract for invoice in desk.invoices()] == ["C-2"]
    assert desk.findings() == {"C-1": ("contract-not-billed", "Open")}


def test_an_item_alone_is_a_document(desk: BillingDesk) -> None:
    """A contract with nothing recurring on it bills what is bought once."""
    contract = desk.contract("C-1")
    desk.run(JANUARY)
    assert desk.invoices() == []
    desk.item(contract, MID_JANUARY, "12.00")
    desk.run(FEBRUARY)
    assert [invoice.amounts for invoice in desk.invoices()] == [["12.00"]]
