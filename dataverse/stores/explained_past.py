"""What was written about the contracts on a document: the rows that tell how they were billed.

One batch for all of them, and one more with what that asks for: list prices, exchange rates that lines carry, usage that counts
for a commitment, and when documents were cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, not_null
from dataverse.rows import choice_value, instant, status_label
from dataverse.stores import billing_rows
from dataverse.stores.billing_commitments import has_commitment
from dataverse.stores.billing_conditions import Conditions, present, prices_for, was_listed
from dataverse.stores.billing_supplied import needing_no_price
from dataverse.stores.dated_lists import lists_of
from dataverse.stores.decided_behind import decided_about
from dataverse.stores.payment_rule_rows import ACCOUNT_RULE, ruled
from dataverse.stores.subscription_rows import Prices
from work365.crediting.noting import KEYS as CREDIT_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi

INVOICE, LINE, CONTRACT, CHANGE, SCHEDULE = (
    *("w365_invoice", "w365_invoiceline", "w365_billingcontract", "w365_changelog"),
    "w365_billingschedule",
)
BUYS_BY = f"{ruled(billing_rows.CONTRACT_PRICE_LIST)},{ACCOUNT_RULE}"
CHANGES = (*billing_rows.CHANGE, "_w365_invoice_value", "createdon", "w365_note")
BILLED = ("_w365_contract_value", "_w365_invoice_value", "w365_cyclestart", "w365_purpose")
BILLED_ON = (
    "w365_Invoice($select=statuscode,createdon,modifiedon,_w365_account_value),"
    "w365_Run($select=w365_billingrunid,w365_asof,w365_scope)"
)
RATED = ("_w365_subscription_value", "_w365_invoice_value", "w365_periodstart", "w365_exchangerate")
COUNTED = (
    *("_w365_contract_value", "_w365_invoice_value", "w365_key", "w365_kind", "w365_periodstart", "w365_periodend"),
    *("w365_quantity", "w365_unitprice"),
)
NOTED = (
    "_w365_contract_value",
    "_w365_subscription_value",
    "w365_key",
    "w365_origin",
    "w365_amount",
    "w365_tax",
    "w365_priceincludestax",
)
NOTED_ON = "w365_Invoice($select=statuscode,createdon,_w365_original_value)"
COUNTING = ("Usage", "Supplier")


@dataclass(frozen=True, slots=True)
class Past:
    """The rows of some contracts, each sort by contract.

    Attributes:
        contracts: as they count, what is inherited filled in.
        noted: lines by which people gave something back.
        decided: what people decided about missed cycles, and those that were skipped.
        billed: a row per cycle and document, with the document and the day of its run.
    """

    contracts: Mapping[str, Row]
    subscriptions: Mapping[str, Sequence[Row]]
    changes: Mapping[str, Sequence[Row]]
    billed: Mapping[str, Sequence[Row]]
    conditions: Conditions
    rated: Sequence[Row] = ()
    counted: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    noted: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    decided: Mapping[str, tuple[Sequence[Row], Sequence[Row]]] = field(default_factory=dict)
    undone: Mapping[str, datetime] = field(default_factory=dict)

    def lists(self, contract: str, currencies: Currencies) -> Prices:
        """Where prices come from that no subscription says itself."""
        return Prices(self.conditions, lists_of(self.contracts[contract], currencies))


def past_of(api: WebApi, currencies: Currencies, contracts: Mapping[str, Row]) -> Past:
    """What was written about some contracts. Shape: their rows as they count, read with `BUYS_BY`, by their ids."""
    theirs = any_of("_w365_contract_value", contracts)
    subscriptions, changes, billed, noted, discounts, _, prices, *decided = api.rows(
        Get(
            Query(
                "w365_subscription",
                billing_rows.SUBSCRIPTION,
                filter=theirs,
                order="createdon",
                expand=billing_rows.SUBSCRIPTION_PRODUCT,
            )
        ),
        Get(Query(CHANGE, CHANGES, filter=theirs, order="w365_sequence")),
        Get(Query(SCHEDULE, BILLED, filter=theirs, expand=BILLED_ON)),
        Get(Query(LINE, NOTED, filter=both(theirs, not_null("w365_Invoice/w365_reason")), expand=NOTED_ON)),
        *present(list(contracts)),
        *(get for contract in contracts for get in decided_about(contract)),
    )
    past = Past(
        contracts,
        _sorted(needing_no_price(contracts.values(), subscriptions)),
        _sorted(changes),
        _sorted(billed),
        Conditions.of(discounts, (), prices),
        decided=dict(zip(contracts, zip(decided[::2], decided[1::2], strict=True), strict=True)),
        noted=_sorted(row for row in noted if row["w365_key"].startswith(CREDIT_KEYS) and not is_cancelled(row["w365_Invoice"])),
    )
    return _asked_again(api, currencies, past)


def _asked_again(api: WebApi, currencies: Currencies, past: Past) -> Past:
    """The same with what the rows ask for."""
    subscriptions = [one for rows in past.subscriptions.values() for one in rows]
    products = sorted(
        {one["w365_Product"]["w365_productid"] for one in subscriptions if was_listed(one) and one.get("w365_Product")}
    )
    lists = sorted({one.id for contract in past.contracts for one in past.lists(contract, currencies).lists.all})
    foreign = [one["w365_subscriptionid"] for one in subscriptions if is_foreign(one, past.contracts)]
    committed = [contract for contract, row in past.contracts.items() if has_commitment(row)]
    gone = sorted(
        {one["_w365_invoice_value"] for rows in past.billed.values() for one in rows if is_cancelled(one.get("w365_Invoice"))}
    )
    kinds = [choice_value(LINE, "w365_kind", label) for label in COUNTING]
    asked = {
        "prices": Get(prices_for(products, lists)) if products and lists else None,
        "rated": _lines(RATED, both(any_of("_w365_subscription_value", foreign), not_null("w365_exchangerate")))
        if foreign
        else None,
        "counted": _lines(COUNTED, both(any_of("_w365_contract_value", committed), any_of("w365_kind", kinds)))
        if committed
        else None,
        "undone": Get(Query(INVOICE, ("_w365_original_value", "createdon"), filter=any_of("_w365_original_value", gone)))
        if gone
        else None,
    }
    asking = {name: get for name, get in asked.items() if get is not None}
    found = dict(zip(asking, api.rows(*asking.values()), strict=True)) if asking else {}
    return replace(
        past,
        conditions=past.conditions.with_prices(found.get("prices", ())),
        rated=found.get("rated", ()),
        counted=_sorted(found.get("counted", ())),
        undone={row["_w365_original_value"]: instant(row["createdon"]) for row in found.get("undone", ())},
    )


def is_cancelled(invoice: Row | None) -> bool:
    """Whether a document was cancelled; none was not."""
    return invoice is not None and status_label(INVOICE, invoice) == "Cancelled"


def is_foreign(subscription: Row, contracts: Mapping[str, Row]) -> bool:
    """Whether a subscription has a price in another currency than its contract."""
    own = contracts[subscription["_w365_contract_value"]]["_transactioncurrencyid_value"]
    return bool(subscription["w365_billable"]) and subscription["_transactioncurrencyid_value"] not in (None, own)


def _lines(columns: tuple[str, ...], which: str) -> Get:
    return Get(Query(LINE, columns, filter=which, order="createdon"))


def _sorted(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["_w365_contract_value"], []).append(row)
    return found
