"""One-off invoices over Dataverse: one request to load, one more for list prices, one change set to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Create, Get
from dataverse.query import Query, any_of, both, eq, typed
from dataverse.rows import bind, choice_value, status
from dataverse.stores import billing_ops as ops
from dataverse.stores import billing_rows as rows
from dataverse.stores.billing_conditions import offered_of, prices_for
from dataverse.stores.billing_items import ITEMS, ONE_TIME, one_time
from dataverse.stores.billing_material import Material
from dataverse.stores.billing_questions import asked_payers
from dataverse.stores.billing_work import reading
from dataverse.stores.in_entity import InEntity
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.stores.supply_rows import price
from work365.errors import BadInput, Refused
from work365.oneoff.items import Article, Buying
from work365.ports.one_off import Customer

if TYPE_CHECKING:
    from collections.abc import Collection

    from dataverse.rows import Row
    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import WebApi
    from work365.invoicing.items import Item
    from work365.invoicing.outline import Draft
    from work365.invoicing.work import ContractWork
    from work365.ports.billing import Entity

CONTRACT, PRODUCT, INVOICE = "w365_billingcontract", "w365_product", "w365_invoice"
CONTRACT_EXPAND = f"{rows.CONTRACT_ACCOUNT},w365_LegalEntity($select={','.join(rows.ENTITY)})"
PRODUCT_COLUMNS = (
    *("w365_productid", "w365_number", "w365_printedname", "w365_taxcategory", "w365_tiermodel", "w365_packagesize"),
    "w365_freeunits",
)


class OneOffs:
    """The book of one-off invoices over Dataverse."""

    def __init__(self, api: WebApi, currencies: Currencies) -> None:
        self._api = api
        self._currencies = currencies

    def load(self, contract: str, products: Collection[str]) -> Customer:
        """The contract with its customer, legal entity and taxes; the products, and what they cost."""
        wanted = both(any_of("w365_number", sorted(products)), eq("statecode", 0))
        named = both(typed("w365_number", contract), eq("statecode", 0))
        entity, work, articles = self._read(contract, named, Query(PRODUCT, PRODUCT_COLUMNS, filter=wanted))
        lists = sorted({one.id for one in work.lists.all})
        listed: list[Row] = []
        if lists and articles:
            listed = list(self._api.find(prices_for([one["w365_productid"] for one in articles], lists)))
        known = {one["w365_number"].lower(): _article(one) for one in articles}
        return Customer(entity, Buying(work, known, [price(one) for one in listed]))

    def fee(self, contract: str, item: str) -> Customer | None:
        """One request: the contract, whether it has ended or not, and the item while it waits."""
        waits = both(eq(f"{ONE_TIME}id", item), ITEMS.unbilled)
        entity, work, found = self._read(
            contract, eq("w365_number", contract), Query(ONE_TIME, ITEMS.columns, filter=waits, expand=ITEMS.expand)
        )
        if not found:
            return None
        try:
            return Customer(entity, Buying(work, {}, waiting=tuple(one_time(found))))
        except BadInput as error:
            raise Refused(error.message) from None

    def _read(self, contract: str, named: str, what: Query) -> tuple[Entity, ContractWork, list[Row]]:
        """A contract that a filter names, and what is to be billed on it, in one request. Errors: Refused."""
        found, rates, exemptions, asked, said = self._api.rows(
            Get(Query(CONTRACT, rows.CONTRACT, filter=named, expand=CONTRACT_EXPAND)),
            Get(rows.TAX_RATES),
            Get(rows.EXEMPTIONS),
            Get(what),
            SETTINGS,
        )
        if not found:
            message = f"No active contract has the number {contract}; look it up under Billing contracts."
            raise Refused(message)
        (row,) = found
        entity = rows.entity(row["w365_LegalEntity"], rates, exemptions)
        return entity, self._work(row, InEntity(Inherited(said), entity)), asked

    def _work(self, row: Row, settings: InEntity) -> ContractWork:
        """The contract without what recurs: what holds up its cycles does not hold up this. Errors: Refused."""
        material = Material.of([row], (), (), self._currencies, settings)
        if payers := asked_payers(material):
            material = material.with_payers(*self._api.rows(*payers))
        found = reading(material, settings.entity)
        if not found.works:
            raise Refused(" ".join(finding.message for finding in found.findings))
        return found.works[0]

    def written(self, invoice: str) -> bool:
        """Whether it is there."""
        return self._api.first(Query(INVOICE, ("w365_invoiceid",), filter=eq("w365_invoiceid", invoice))) is not None

    def write(self, draft: Draft, entity: str) -> None:
        """The document first: its items name it as what billed them; those that were there before only as they were read."""
        currency = self._currencies.bind(draft.net.currency)
        made = [Create(ONE_TIME, _item_row(item, draft) | currency, item.rows[0]) for item in draft.items if not item.marks]
        waited = [op for item in draft.items if item.marks for op in ops.settle_item(item, draft.id)]
        self._api.change([ops.invoice_op(draft, entity, currency), *made, *waited])


def _article(row: Row) -> Article:
    return Article(offered_of({"w365_Product": row}), row["w365_taxcategory"])


def _item_row(item: Item, draft: Draft) -> Row:
    return {
        "w365_name": item.description[:200],
        "w365_key": f"one-off/{item.rows[0]}",
        "w365_description": item.description,
        "w365_servicedate": item.period.start,
        "w365_quantity": item.quantity,
        "w365_unitprice": item.unit_price,
        "w365_discountpercent": item.discount_percent or None,
        "w365_source": choice_value(ONE_TIME, "w365_source", "One-off"),
        "w365_billingstate": choice_value(ONE_TIME, "w365_billingstate", "Billed"),
        **status(ONE_TIME, "Approved"),
        **bind("w365_Contract", CONTRACT, draft.contract),
        **bind("w365_Product", PRODUCT, item.product),
        **bind("w365_Invoice", INVOICE, draft.id),
    }
