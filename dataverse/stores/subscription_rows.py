"""A subscription's row and its change log as billing sees it, with the price that is its own or its contract's list's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import choice_label, day, instant, maybe
from dataverse.stores.billing_conditions import NO_CONDITIONS, first_priced_on, is_price, repriced, tiered, unpriced
from dataverse.stores.contract_rows import first_of, frequency_of
from dataverse.stores.counted_changes import counting, given_back
from work365.catalogue.dated_lists import NO_LISTS, DatedLists
from work365.contracts.amendment import Schedule
from work365.contracts.as_json import schedules
from work365.errors import BadInput
from work365.invoicing.work import Article
from work365.periods import plus_months
from work365.strict_json import document
from work365.subscriptions.change_log import Change, Subscription
from work365.subscriptions.counting import counted
from work365.subscriptions.ledger import Source
from work365.terms.renewal import AtEnd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from dataverse.stores.billing_conditions import Conditions
    from dataverse.webapi import Row
    from work365.catalogue.quoting import Quote
    from work365.contracts.contract import BillingContract
    from work365.invoicing.work import Listed

CHANGE_TABLE, SUBSCRIPTION_TABLE = "w365_changelog", "w365_subscription"


@dataclass(frozen=True, slots=True)
class Prices:
    """Where the prices of a contract's subscriptions come from when they have none of their own."""

    conditions: Conditions = NO_CONDITIONS
    lists: DatedLists = NO_LISTS


NO_PRICES = Prices()


def by_subscription(changes: Iterable[Row]) -> dict[str, list[Row]]:
    """A contract's changes, subscription by subscription, each log in its order."""
    logs: dict[str, list[Row]] = {}
    for change in sorted(changes, key=_sequence):
        logs.setdefault(change["_w365_subscription_value"], []).append(change)
    return logs


def subscription_of(
    row: Row, mine: Sequence[Row], contract: BillingContract, zone: ZoneInfo, prices: Prices = NO_PRICES
) -> Subscription:
    """What its own log says, given in order, or its present state where nothing is unbilled and nothing reaches back.

    Errors: BadInput when it has no price of its own and its contract's list has none for it either.
    """
    start, price, pricing = day(row["w365_startdate"]), Decimal(row["w365_unitprice"] or 0), None
    terms = item_terms(contract, row)
    counting_rows = counting(mine, terms)
    log = tuple(change_of(change, since, zone) for change, since in counting_rows)
    if priced_by_list(row, mine):
        quote = _quoted(row, terms, prices, first_priced_on(row, with_log=bool(mine)))
        price, pricing = quote.unit_price or Decimal(0), quote.pricing
        asks = tiered(row)
        rows = [one for one, _ in counting_rows]
        later = {day(one["w365_effective"]) for one in rows if is_price(one) and (asks or one["w365_unitprice"] is None)}
        quotes = {on: _quoted(row, terms, prices, on) for on in later}
        log = repriced(zip(log, rows, strict=True), quotes)
    split_from = maybe(day, row["w365_splitfrom"])
    if split_from is not None:
        log = tuple(_own(change, split_from) for change in counted(log, terms))
    discounts = prices.conditions.discounts_of(contract.id, row["w365_subscriptionid"])
    return Subscription(
        row["w365_subscriptionid"],
        start,
        price,
        log or (Change("", start, 0 if split_from else row["w365_quantity"], unit_price=price, settled=True),),
        end_of(row),
        pricing,
        discounts,
        schedules_of(row),
    )


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
    """Whether the price list prices a subscription on the first day of its log, given in order, which has no price then.

    Shape: one that got a price of its own after that day has it from a row of its log on; without a log it is what it is now.
    """
    if not unpriced(row):
        own_from, first = maybe(day, row["w365_ownpricefrom"]), next(iter(changes), None)
        if own_from is None or first is None:
            return False
        return first["w365_unitprice"] is None and day(first["w365_effective"]) < own_from
    return tiered(row) or not (changes and changes[0]["w365_unitprice"] is not None)


def _quoted(row: Row, contract: BillingContract, prices: Prices, on: date) -> Quote:
    """What the list says. Errors: BadInput, with the subscription's name and what to do."""
    try:
        return prices.conditions.quote(row, contract.on(on), prices.lists.on(on), on)
    except BadInput as error:
        message = f"subscription {called(row)} has no price of its own, and {error.message} (0 if it is free)."
        raise BadInput(message) from None


def _own(change: Change, split_from: date) -> Change:
    """A change as the subscription's own contract is billed for it: from the day of a split on others pay, by their parts."""
    return change if change.effective < split_from else replace(change, quantity=0, given=None)


def end_of(row: Row) -> date | None:
    """The first day on which a subscription is not billed any more, as far as that is known."""
    over = row.get("w365_commitmentend") if _ends_with_its_term(row) else None
    return first_of(row["w365_enddate"], over)


def _ends_with_its_term(row: Row) -> bool:
    label = row.get("w365_atend")
    return label is not None and choice_label("w365_subscription", "w365_atend", label) == AtEnd.END.value


def _sequence(row: Row) -> int:
    return int(row["w365_sequence"])


def change_of(row: Row, since: date, zone: ZoneInfo) -> Change:
    """A row of the log, from the day on from which it counts."""
    recorded = maybe(instant, row["w365_recordedon"])
    state = choice_label(CHANGE_TABLE, "w365_billingstate", row["w365_billingstate"])
    return Change(
        row["w365_changelogid"],
        since,
        row["w365_quantity"],
        None if recorded is None else recorded.astimezone(zone).date(),
        maybe(Decimal, row["w365_unitprice"]),
        settled=state != "Unbilled",
        given=given_back(row, zone),
    )


CONTINUING = ("_w365_splitof_value", "_w365_tierof_value", "_w365_continuedfrom_value")
"""Whose part, tier or seats a subscription is: what another one was billed for goes on, so entering it late corrects that one."""


FROM_SUPPLIER = (Source.PROVIDER, Source.IMPORT)


def source_of(row: Row) -> Source | None:
    """Through which door a row of the log came; None where it does not say."""
    said = row.get("w365_source")
    return None if said is None else Source(choice_label(CHANGE_TABLE, "w365_source", said))


def entered_late(row: Row, first: Row | None, zone: ZoneInfo) -> date | None:
    """The day on which a subscription was entered; None where that was in time, or where it continues another one.

    A supplier tells with its bill what began in the month before, so what comes from there counts as entered a month earlier.

    Shape: `first` is its first change, while no bill has settled it.
    """
    if first is None or any(row[name] is not None for name in CONTINUING):
        return None
    recorded = maybe(instant, first["w365_recordedon"])
    if recorded is None:
        return None
    on = recorded.astimezone(zone).date()
    if source_of(first) in FROM_SUPPLIER:
        on = plus_months(on, -1)
    return on if on > day(row["w365_startdate"]) else None


def article_of(row: Row, list_price: Listed | None) -> Article:
    """What its lines are lines of, with the list's price for it. Errors: BadInput without a product."""
    product = row.get("w365_Product")
    if product is None:
        message = f"subscription {called(row)} has no product; choose one on its form."
        raise BadInput(message)
    name = row["w365_printedname"] or product["w365_printedname"]
    return Article(product["w365_productid"], name, product["w365_taxcategory"], list_price)


def called(subscription: Row) -> str:
    """Its name for a person."""
    return str(subscription.get("w365_printedname") or subscription["w365_subscriptionid"])
