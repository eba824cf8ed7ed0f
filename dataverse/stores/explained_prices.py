"""Where prices come from (the subscription, a row of its log, a list), and discounts (a promotion). Pure: nobody is called."""

from __future__ import annotations

from dataclasses import replace
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING

from dataverse.rows import day
from dataverse.stores.billing_conditions import first_priced_on, is_price, tiered
from dataverse.stores.price_behind import PriceBehind
from dataverse.stores.subscription_rows import by_subscription, priced_by_list
from work365.documents.formats import Plain
from work365.invoicing.keys import slot_name
from work365.invoicing.lines import Kind
from work365.invoicing.proration import amount_minor
from work365.money import EXPONENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.stores.currencies import Currencies
    from dataverse.stores.explained_past import Past
    from dataverse.webapi import Row
    from work365.explaining.subject import LineBehind
    from work365.pricing import Pricing
    from work365.subscriptions.change_log import Subscription

PRICED = (Kind.CYCLE, Kind.STUB, Kind.CREDIT, Kind.CHARGE, Kind.CORRECTION)
_PLAIN = Plain()


def priced(line: LineBehind, past: Past, subscriptions: Sequence[Subscription], currencies: Currencies) -> LineBehind:
    """A line with the tiers that price it, and with where its price, or the discount that it is, comes from."""
    contract = next((contract for contract, row in past.contracts.items() if row["w365_number"] == line.contract), "")
    behind = PriceBehind.of(past.conditions.discounts.get(contract, ()), past.changes.get(contract, ()))
    if line.kind is Kind.DISCOUNT:
        return replace(line, source=line.source or behind.promotions.get(slot_name(line.key), ""))
    one = next((one for one in subscriptions if one.id == line.subscription), None)
    if one is None or line.kind not in PRICED:
        return line
    row = next(row for row in past.subscriptions[contract] if row["w365_subscriptionid"] == one.id)
    log = by_subscription(past.changes.get(contract, ())).get(one.id, [])
    said = _listed(line, row, log, past, contract, currencies) if priced_by_list(row, log) else _own(line, log)
    term = behind.term({"_w365_subscription_value": one.id, "w365_periodstart": line.period.start.isoformat()})
    return replace(line, pricing=_pricing(line, one), price_source=said, term=term)


def _pricing(line: LineBehind, one: Subscription) -> Pricing | None:
    """Of the tiers and packages that a subscription had in time, those that give the line's amount."""
    if line.unit_price is not None:
        return None
    scale, quantity = 10 ** EXPONENT[line.amount.currency], int(line.quantity)
    had = (pricing for pricing in (one.pricing, *(change.pricing for change in one.changes)) if pricing is not None)
    return next(
        (one for one in had if amount_minor(one.cost(quantity), line.used, line.whole, scale) == abs(line.priced.minor)),
        None,
    )


def _listed(line: LineBehind, row: Row, log: Sequence[Row], past: Past, contract: str, currencies: Currencies) -> str:
    """The list, and the day whose prices it is of."""
    first = line.period.start
    days = [first_priced_on(row, with_log=bool(log)), *(day(one["w365_effective"]) for one in log if is_price(one))]
    on = max((one for one in days if one <= first), default=min(days))
    found = past.lists(contract, currencies).lists.on(on)
    if found is None:
        return ""
    what, stood = ("tiers are those", "they were") if tiered(row) else ("price is that", "it was")
    return f"The {what} of price list {found.code}, as {stood} on {_PLAIN.day(on)}."


def _own(line: LineBehind, log: Sequence[Row]) -> str:
    """The row of the log that brought the line's price: later rows that repeat it only moved seats."""
    said = [one for one in log if one["w365_unitprice"] is not None and day(one["w365_effective"]) <= line.period.start]
    said.sort(key=lambda one: (one["w365_effective"], one["w365_sequence"]), reverse=True)
    held = list(dropwhile(lambda one: line.exchange_rate is None and one["w365_unitprice"] != line.unit_price, said))
    if not held:
        return "The price is the subscription's own."
    *_, first = takewhile(lambda one: one["w365_unitprice"] == held[0]["w365_unitprice"], held)
    return f"The price is the subscription's own, as change {first['w365_sequence']} of the log says it."
