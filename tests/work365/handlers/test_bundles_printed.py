"""F1 on paper: a bundle of three parts, sold four times, billed, printed by a setting, and explained part by part."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query
from dataverse.rows import bind
from dataverse.stores.explaining import Explanations
from dataverse.stores.sending import Sending
from dataverse.webapi import Ref
from local.desks.billing import BillingDesk
from local.desks.catalogue import CatalogueDesk
from local.desks.documents import ENGLISH, viewed
from local.sample.generated import ENTITY
from work365.documents.terms import e_invoice_of
from work365.explaining.words import explain

if TYPE_CHECKING:
    from work365.documents.document import Document

PARENTS = Query("w365_subscription", ("w365_subscriptionid", "_w365_product_value"))
JANUARY = date(2026, 1, 1)
PARTS = (("ONE", 1, "1.00", True), ("FIVE", 5, "0.50", True), ("TWO", 2, "3.00", False))
"""Number, how many per bundle, price, billable."""


class Shop:
    """A bundle in the catalogue, sold four times; `shown` says which parts are printed."""

    def __init__(self, *, shown: frozenset[str] = frozenset()) -> None:
        self.desk = BillingDesk(JANUARY)
        catalogue = CatalogueDesk(self.desk.api, self.desk.tenant.currencies)
        self.bundle, contract = catalogue.product("BUNDLE"), self.desk.contract("C-1")
        parent = self.desk.subscription(contract, seats=4, price=Decimal("20.00"), product=self.bundle)
        for number, each, price, billable in PARTS:
            part = catalogue.product(number)
            row = {"w365_name": number, "w365_quantity": each, "w365_billable": billable, "w365_shown": number in shown}
            of = bind("w365_Bundle", "w365_product", self.bundle) | bind("w365_Component", "w365_product", part)
            self.desk.api.create("w365_productcomponent", row | of)
            sold = self.desk.subscription(contract, seats=4 * each, price=Decimal(price), product=part, billable=billable)
            self.desk.api.update(Ref("w365_subscription", sold), bind("w365_Parent", "w365_subscription", parent))
        self.desk.run(JANUARY)

    def document(self) -> Document:
        """The invoice as it would be sent."""
        found = Sending(self.desk.api).load(self.desk.invoices()[0].id).document
        assert found is not None
        return found


@pytest.mark.parametrize(
    ("shown", "template", "lines"),
    [
        ((), "", [("The BUNDLE", "4", "23.50", "94.00")]),
        (("FIVE",), "", [("The BUNDLE", "4", "21.00", "84.00"), ("The FIVE", "20", "0.50", "10.00")]),
        (("FIVE",), '{"bundles": "one line"}', [("The BUNDLE", "4", "23.50", "94.00")]),
        (
            (),
            '{"bundles": "parts"}',
            [("The BUNDLE", "4", "20.00", "80.00"), ("The ONE", "4", "1.00", "4.00"), ("The FIVE", "20", "0.50", "10.00")],
        ),
    ],
)
def test_one_priced_line_or_the_breakdown(shown: tuple[str, ...], template: str, lines: list[tuple[str, ...]]) -> None:
    """The sums are the invoice's either way, in print and e-invoice; the part that is not billable is on neither."""
    shop = Shop(shown=frozenset(shown))
    shop.desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_template": template, "w365_taxregistration": "DE123456789"})
    document = shop.document()
    view, terms = viewed(document), e_invoice_of(document, ENGLISH)
    assert [(one.description, one.quantity, one.unit_price, one.amount) for one in view.blocks[0].lines] == lines
    assert [(one.name, f"{one.net.major}") for one in terms.lines] == [(one[0], one[3]) for one in lines]
    assert view.totals.net == f"{sum((one.net.major for one in terms.lines), Decimal(0))}" == "94.00"


def test_every_part_is_explained() -> None:
    """What is one line on paper is explained part by part, and each says which bundle it is printed with."""
    shop = Shop()
    explained = Explanations(shop.desk.api).document(shop.desk.invoices()[0].number)
    assert explained is not None
    said = {one.description: [text for text in explain(one) if "bundle" in text] for one in explained.lines}
    part = ["It is a part of the bundle The BUNDLE; where the bundle is printed as one line, its amount is in that line."]
    assert said == {"The BUNDLE": [], "The ONE": part, "The FIVE": part}


def test_a_part_that_the_catalogue_does_not_know_any_more_is_printed() -> None:
    """The bundle became another product: nobody says how many of the part went into a seat."""
    shop = Shop()
    [parent] = [one for one in shop.desk.api.find(PARENTS) if one["_w365_product_value"] == shop.bundle]
    other = CatalogueDesk(shop.desk.api, shop.desk.tenant.currencies).product("OTHER")
    shop.desk.api.update(Ref("w365_subscription", parent["w365_subscriptionid"]), bind("w365_Product", "w365_product", other))
    assert [one.description for one in viewed(shop.document()).blocks[0].lines] == ["The BUNDLE", "The ONE", "The FIVE"]
