"""What a scenario says of one subscription: its changes, discounts and prices, how it is split, sold and renewed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from work365.catalogue.offering import sold_as
from work365.contracts.as_json import schedules
from work365.simulating.fields import MOST_DISCOUNTS, last_day, percent_of
from work365.simulating.prices import priced_in, pricing
from work365.simulating.taxes import rate_of
from work365.splitting.reading import payer_of
from work365.strict_json import day, distinct, each, members, needed, number, optional, refuse, text, whole
from work365.subscriptions.as_json import given_back
from work365.subscriptions.change_log import Change, Subscription
from work365.subscriptions.discount import Discount
from work365.subscriptions.renewing_written import written_term

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from work365.catalogue.offering import SoldAs
    from work365.currencies.conversion import Conversion
    from work365.simulating.taxes import Rate
    from work365.splitting.reading import PayerOf
    from work365.subscriptions.renewing_written import WrittenTerm


MOST_CHANGES = 10_000
MOST_SEATS = 1_000_000_000


class Told(NamedTuple):
    """What a scenario says of one subscription."""

    subscription: Subscription
    split: PayerOf | None
    sold: SoldAs | None
    term: WrittenTerm | None
    conversion: Conversion | None
    tax: Rate | None


def subscription_in(here: ZoneInfo) -> Callable[[object, str], Told]:
    """The reader of a subscription whose days are in a zone."""
    return lambda value, path: _subscription(value, path, here)


def _subscription(value: object, path: str, here: ZoneInfo) -> Told:
    row = members(value, path, "id start end unit_price pricing changes discounts schedules split sold term priced_in tax")
    start = needed(row, path, "start", day)
    rated, price = optional(row, path, "pricing", pricing), optional(row, path, "unit_price", number)
    if price is None and rated is None:
        refuse(f"{path}.unit_price", "the price per seat and cycle is missing; give a string such as \"7.99\", or give 'pricing'")
    changes = needed(row, path, "changes", each(MOST_CHANGES, lambda value, path: _change(value, path, here)))
    distinct([change.id for change in changes], f"{path}.changes")
    discounts = optional(row, path, "discounts", each(MOST_DISCOUNTS, _discount)) or ()
    distinct([discount.id for discount in discounts], f"{path}.discounts")
    own = optional(row, path, "schedules", schedules) or ()
    name, end = needed(row, path, "id", text), last_day(row, path, start)
    conversion = optional(row, path, "priced_in", priced_in)
    if conversion is not None and (rated is not None or any(change.pricing for change in changes)):
        refuse(f"{path}.priced_in", "tiers and packages are not converted; give their prices in the contract's currency")
    read_one = Subscription(name, start, price or Decimal(0), changes, end, rated, discounts, own)
    split, sold = optional(row, path, "split", payer_of), optional(row, path, "sold", sold_as)
    if split is not None and any(change.given for change in changes):
        refuse(f"{path}.split", "what a split subscription gives back is told for each payer's part: give the part's own changes")
    term = optional(row, path, "term", written_term)
    return Told(read_one, split, sold, term, conversion, optional(row, path, "tax", rate_of))


def _discount(value: object, path: str) -> Discount:
    row = members(value, path, "id name percent amount start end recorded")
    percent, amount = optional(row, path, "percent", percent_of), optional(row, path, "amount", number)
    if (percent is None) == (amount is None):
        refuse(path, "give 'percent', or 'amount' per seat and cycle, one of the two")
    start = optional(row, path, "start", day)
    name = needed(row, path, "id", text)
    end = optional(row, path, "end", day) if start is None else last_day(row, path, start)
    recorded = optional(row, path, "recorded", day)
    return Discount(name, optional(row, path, "name", text) or name, percent, amount, start, end, recorded)


def _change(value: object, path: str, here: ZoneInfo) -> Change:
    row = members(value, path, "id effective quantity unit_price recorded pricing refund asked")
    change = Change(
        id=needed(row, path, "id", text),
        effective=needed(row, path, "effective", day),
        quantity=needed(row, path, "quantity", whole(0, MOST_SEATS)),
        recorded=optional(row, path, "recorded", day),
        unit_price=optional(row, path, "unit_price", number),
        pricing=optional(row, path, "pricing", pricing),
    )
    given = given_back(row, path, change.known_on, here)
    return change if given is None else replace(change, given=given)
