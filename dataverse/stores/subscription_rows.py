"""A subscription's row and its change log as billing sees it, with the price that is its own or its contract's list's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import choice_label, day, instant, maybe
from dataverse.stores.billing_conditions import NO_CONDITIONS, first_priced_on, is_price, repriced, tiered, unpriced
from dataverse.stores.contract_rows import first_of, frequency_of
from dataverse.stores.counted_changes import counting
from work365.contracts.amendment import Schedule
from work365.contracts.as_json import schedules
from work365.errors import BadInput
from work365.invoicing.drafting import Article
from work365.strict_json import document
from work365.subscriptions.change_log import Change, Subscription
from work365.terms.renewal import AtEnd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from dataverse.stores.billing_conditions import Conditions
    from dataverse.webapi import Row
    from work365.catalogue.quoting import PriceList, Quote
    from work365.contracts.contract import BillingContract

CHANGE_TABLE, SUBSCRIPTION_TABLE = "w365_changelog", "w365_subscription"


@dataclass(frozen=True, slots=True)
class Prices:
    """Where the prices of a contract's subscriptions come from when they have none of their own."""

    conditions: Conditions = NO_CONDITIONS
    price_list: PriceList | None = None


NO_PRICES = Prices()


def subscription_of(
    row: Row, changes: Iterable[Row], contract: BillingContract, zone: ZoneInfo, prices: Prices = NO_PRICES
) -> Subscription:
    """Its log, or its present state where nothing is unbilled and nothing reaches back.

    Errors: BadInput when it has no price of its own and its contract's list has none for it either.
    """
    mine = sorted(
        (change for change in changes if change["_w365_subscription_value"] == row["w365_subscriptionid"]), key=sequence_of
    )
    start, price, pricing = day(row["w365_startdate"]), Decimal(row["w365_unitprice"] or 0), None
    terms = item_terms(contract, row)
    counted = counting(mine, terms, zone)
    log = tuple(_change(change, since, zone) for change, since in counted)
    if priced_by_list(row, mine):
        quote = _quoted(row, terms, prices, first_priced_on(row, with_log=bool(mine)))
        price, pricing = quote.unit_price or Decimal(0), quote.pricing
        later = {day(change["w365_effective"]) for change, _ in counted if is_price(change)}
        quotes = {on: _quoted(row, terms, prices, on) for on in later} if tiered(row) else {}
        log = repriced(zip(log, (change for change, _ in counted), strict=True), quotes)
    discounts = prices.conditions.discounts_of(contract.id, row["w365_subscriptionid"])
    return Subscription(
        row["w365_subscriptionid"],
        start,
        price,
        log or (Change("", start, row["w365_quantity"], unit_price=price, settled=True),),
        end_of(row),
        pricing,
        discounts,
        schedules_of(row),
    )


def end_of(row: Row) -> date | None:
    """The first day without service that is known; None while it goes on."""
    return first_of(row["w365_enddate"], row.get("w365_commitmentend") if _ends_with_its_term(row) else None)


def item_terms(contract: BillingContract, row: Row) -> BillingContract:
    """The terms that a subscription is billed by: the contract itself where it has no cycles of its own."""
    return contract.item(day(row["w365_startdate"]), end_of(row), schedules_of(row))


def schedules_of(row: Row) -> tuple[Schedule, ...]:
    """Its own cycles: those that it began with, and those of its amendments. Errors: BadInput."""
    every = frequency_of(row, SUBSCRIPTION_TABLE)
    first = () if every is None else (Schedule(every, anchor=maybe(day, row["w365_cycleanchor"])),)
    later = schedules(document(row["w365_schedules"].encode()), "schedules") if row["w365_schedules"] else ()
    return (*first, *later)


def priced_by_list(row: Row, changes: Sequence[Row]) -> bool:
    """Whether the price list prices a subscription, because neither it nor its log, given in order, has a price."""
    return tiered(row) or (unpriced(row) and not (changes and changes[0]["w365_unitprice"] is not None))


def _quoted(row: Row, contract: BillingContract, prices: Prices, on: date) -> Quote:
    """What the list says. Errors: BadInput, with the subscription's name and what to do."""
    try:
        return prices.conditions.quote(row, contract.on(on), prices.price_list, on)
    except BadInput as error:
        message = f"subscription {called(row)} has no price of its own, and {error.message}; 0 if it is free."
        raise BadInput(message) from None


def _ends_with_its_term(row: Row) -> bool:
    label = row.get("w365_atend")
    return label is not None and choice_label("w365_subscription", "w365_atend", label) == AtEnd.END.value


def sequence_of(row: Row) -> int:
    """The place of a change in its log; the first is 1."""
    return int(row["w365_sequence"])


def _change(row: Row, since: date, zone: ZoneInfo) -> Change:
    recorded = maybe(instant, row["w365_recordedon"])
    state = choice_label(CHANGE_TABLE, "w365_billingstate", row["w365_billingstate"])
    return Change(
        row["w365_changelogid"],
        since,
        row["w365_quantity"],
        None if recorded is None else recorded.astimezone(zone).date(),
        maybe(Decimal, row["w365_unitprice"]),
        settled=state != "Unbilled",
    )


def article_of(row: Row) -> Article:
    """What its lines are lines of. Errors: BadInput without a product."""
    product = row.get("w365_Product")
    if product is None:
        message = f"subscription {called(row)} has no product; choose one on its form."
        raise BadInput(message)
    name = row["w365_printedname"] or product["w365_printedname"]
    return Article(product["w365_productid"], name, product["w365_taxcategory"], maybe(Decimal, row["w365_listprice"]))


def called(subscription: Row) -> str:
    """Its name for a person."""
    return str(subscription.get("w365_printedname") or subscription["w365_subscriptionid"])
