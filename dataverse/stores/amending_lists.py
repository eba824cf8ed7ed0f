"""Another price list for a contract: what it would price, and the rows of the logs that say so. Only `offered` reads.

A row of the event Price without a price of its own takes the price of the contract's list on its day.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Create, Get, Op, Update
from dataverse.query import Query, any_of, both, either, eq, is_null
from dataverse.rows import choice_value, day, etag, maybe
from dataverse.stores import billing_rows as rows
from dataverse.stores.billing_conditions import first_priced_on, is_price, offered_of, terms_of
from dataverse.stores.dated_lists import TABLE, list_of
from dataverse.stores.log_entries import CHANGE, log_entry
from dataverse.stores.payment_rule_rows import RULE, rule_of
from dataverse.stores.subscription_rows import by_subscription, priced_by_list
from dataverse.stores.supply_rows import price as price_of
from dataverse.stores.supply_rows import prices_where
from dataverse.webapi import Ref
from work365.amending.listing import ListPriced, Offer
from work365.errors import BadInput, Refused
from work365.ids import derived
from work365.subscriptions.held import opening
from work365.subscriptions.ledger import Event, LogRow, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dataverse.stores.currencies import Currencies
    from dataverse.webapi import Row, WebApi
    from work365.amending.listing import Relisted
    from work365.ports.amending import Amending
    from work365.subscriptions.held import Place

SUBSCRIPTION = "w365_subscription"
LIST_COLUMNS = ("w365_pricelistid", "w365_code", "_transactioncurrencyid_value", "statecode")
NOTE_MAX, REFERENCE_MAX = 2000, 200
NO_PRICE = Decimal(0)
"""In a ledger, of what the list prices."""


def offered(api: WebApi, currencies: Currencies, place: Place, code: str) -> Offer:
    """A list by its code, with what it would price of a contract.

    Errors: Refused when there is no such list, or a subscription's row says too little.
    """
    which = either(eq("w365_code", code), eq("w365_pricelistid", place.price_list) if place.price_list else "")
    unpriced = both(eq("_w365_contract_value", place.contract.id), eq("statecode", 0), is_null("w365_unitprice"))
    lists, subscriptions, changes = api.rows(
        Get(Query(TABLE, LIST_COLUMNS, which, expand=RULE)),
        Get(Query(SUBSCRIPTION, rows.SUBSCRIPTION, unpriced, "createdon", rows.SUBSCRIPTION_PRODUCT)),
        Get(Query(CHANGE, rows.CHANGE, eq("_w365_contract_value", place.contract.id))),
    )
    row = next((one for one in lists if one["w365_code"] == code and one["statecode"] == 0), None)
    if row is None:
        message = f"there is no price list with the code '{code}'; look it up under Price lists"
        raise Refused(message)
    before = next((one for one in lists if one["w365_pricelistid"] == place.price_list), None)
    logs = by_subscription(changes)
    priced = _priced(subscriptions, logs)
    products = sorted({one.offered.id for one in priced})
    found = api.find(prices_where(both(any_of("_w365_product_value", products), eq("statecode", 0)))) if products else ()
    same_rule = rule_of(row) == rule_of(before)
    return Offer(list_of(row, currencies), priced, tuple(price_of(one) for one in found), same_rule)


def list_row(api: WebApi, price_list: str) -> Row | None:
    """A list as a run reads it with a contract."""
    return api.first(Query(TABLE, LIST_COLUMNS, eq("w365_pricelistid", price_list), expand=RULE))


def _priced(subscriptions: Iterable[Row], logs: Mapping[str, list[Row]]) -> tuple[ListPriced, ...]:
    found = []
    for row in subscriptions:
        log = logs.get(row["w365_subscriptionid"], [])
        if not row["w365_billable"] or not priced_by_list(row, log):
            continue
        try:
            found.append(_one(row, log))
        except BadInput as error:
            raise Refused(error.message) from None
    return tuple(found)


def _one(row: Row, log: list[Row]) -> ListPriced:
    offer = offered_of(row)
    first = ((day(row["w365_startdate"]), 1, row["w365_quantity"]),)
    asked = [day(change["w365_effective"]) for change in log if is_price(change)]
    return ListPriced(
        row["w365_subscriptionid"],
        row["w365_printedname"] or offer.name,
        offer,
        terms_of(row),
        (*(first_priced_on(row, with_log=known) for known in (True, False)), *asked),
        maybe(day, row["w365_commitmentend"]),
        tuple((day(change["w365_effective"]), change["w365_sequence"], change["w365_quantity"]) for change in log) or first,
        row["_w365_splitof_value"] is not None or row["_w365_tierof_value"] is not None or row["w365_splitfrom"] is not None,
        not log,
        etag(row),
    )


def as_read(change: Amending) -> list[Row]:
    """The rows of the logs as billing would read them afterwards."""
    return [
        {
            "w365_changelogid": _row_id(change, one, row),
            "_w365_subscription_value": one.one.id,
            "_w365_contract_value": change.place.contract.id,
            "w365_sequence": row.sequence,
            "w365_effective": row.effective.isoformat(),
            "w365_recordedon": change.now.isoformat(),
            "w365_askedon": None,
            "w365_event": choice_value(CHANGE, "w365_event", row.event.value),
            "w365_quantity": row.quantity,
            "w365_quantitydelta": row.delta,
            "w365_unitprice": None,
            "w365_billingstate": choice_value(CHANGE, "w365_billingstate", "Unbilled"),
            "w365_refund": None,
        }
        for one in change.relisted
        for row in _rows(change, one)
    ]


def writes(change: Amending) -> list[Op]:
    """The rows of the logs, and the day whose list prices each subscription; their versions guard their logs."""
    found: list[Op] = []
    for one in change.relisted:
        columns = {"w365_lastsequence": one.sequence, "w365_pricedon": one.priced_on}
        found.append(Update(Ref(SUBSCRIPTION, one.one.id), columns, one.one.etag))
        found += [Create(CHANGE, _written(change, one, row), _row_id(change, one, row)) for row in _rows(change, one)]
    return found


def _rows(change: Amending, one: Relisted) -> tuple[LogRow, ...]:
    """What is appended to a log: that the price changed, after the seats that a log without rows begins with."""
    code = "" if change.offer is None else change.offer.price_list.code
    reference = f"price list {code}, amendment {change.sequence}"[:REFERENCE_MAX]
    price = LogRow(one.sequence, one.on, one.quantity, 0, NO_PRICE, Event.PRICE, reference)
    start, _, seats = one.one.seats[0]
    return (opening(start, seats, NO_PRICE), price) if one.one.opens else (price,)


def _written(change: Amending, one: Relisted, row: LogRow) -> Row:
    """A row of the log that leaves it to the list what the price is."""
    written = log_entry(
        row,
        one.one.id,
        change.place.contract.id,
        source=Source.STAFF,
        now=change.now,
        billable=True,
        note=f"Amendment: {change.amended.words}"[:NOTE_MAX],
    )
    return {**written, "w365_unitprice": None}


def _row_id(change: Amending, one: Relisted, row: LogRow) -> str:
    return derived("amendment's price list", change.id, one.one.id, str(row.sequence))
