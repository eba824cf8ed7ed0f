"""One payer's part of a subscription, as a subscription of its own: the same prices, its own seats.

The log of the part is what a diligent person would have written who divided the seats again whenever something new was learned: a
change is as late as what it stems from. So the bills of all payers, run by run, divide what was known to each run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from work365.parts.keeping import bought
from work365.splitting.history import history
from work365.splitting.terms import Split
from work365.subscriptions.change_log import Change, known, winners

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from work365.pricing import Pricing
    from work365.splitting.history import Step
    from work365.splitting.users import User
    from work365.subscriptions.change_log import Subscription


class Standing(NamedTuple):
    """Seats and price from a day on; tiers or packages win over the price per seat."""

    quantity: int
    unit_price: Decimal
    pricing: Pricing | None


def part_of(whole: Subscription, split: Split, payer: str, users: Sequence[User]) -> Subscription:
    """What one payer is billed for a subscription; the main payer has all of it before the split starts.

    Shape: each user is known from its first day, its end from that day, and terms from their first day.
    """
    log: list[Change] = []
    stands: dict[date, Standing] = {}
    for learned in sorted({change.known_on for change in whole.changes} | _told(split, users)):
        wanted = _standing(whole, split, payer, users, learned)
        for day in sorted(wanted.keys() | stands.keys()):
            fresh = _on(wanted, day, whole)
            if fresh != _on(stands, day, whole):
                stands[day] = fresh
                log.append(Change(f"part {len(log) + 1}", day, fresh.quantity, learned, fresh.unit_price, pricing=fresh.pricing))
    return replace(whole, changes=tuple(log))


def divided_to(whole: Subscription, split: Split, users: Sequence[User], seen_to: date) -> list[Step]:
    """How the seats of a subscription are divided, as far as it is known on a day."""
    terms = tuple(one for one in split.terms if one.start <= seen_to)
    if not terms:
        return []
    seats = bought(known(whole.changes, seen_to), None)
    return history(Split(split.main, terms), seats, _known(users, seen_to))


def _told(split: Split, users: Iterable[User]) -> set[date]:
    moved = {day for user in users for day in (user.start, user.end) if day is not None}
    return moved | {terms.start for terms in split.terms}


def _known(users: Iterable[User], seen_to: date) -> list[User]:
    """The users that are known on a day; an end that is still to come is not."""
    there = (user for user in users if user.start <= seen_to)
    return [replace(user, end=None) if user.end is not None and user.end > seen_to else user for user in there]


def _standing(whole: Subscription, split: Split, payer: str, users: Sequence[User], seen_to: date) -> dict[date, Standing]:
    """The part on each day on which it becomes another one, as far as it is known on a day."""
    steps = divided_to(whole, split, users, seen_to)
    prices = _prices(whole, seen_to)
    result: dict[date, Standing] = {}
    for day in sorted(prices.keys() | {step.day for step in steps}):
        whole_then = _on(prices, day, whole)
        division = next((step.division for step in reversed(steps) if step.day <= day), None)
        alone = whole_then.quantity if payer == split.main else 0
        result[day] = whole_then._replace(quantity=alone if division is None else division.part_of(payer).seats)
    return result


def _prices(whole: Subscription, seen_to: date) -> dict[date, Standing]:
    """The whole subscription from each of its days on."""
    price, pricing = whole.unit_price, whole.pricing
    result: dict[date, Standing] = {}
    for change in winners(known(whole.changes, seen_to)):
        price = price if change.unit_price is None else change.unit_price
        pricing = change.pricing or pricing
        result[change.effective] = Standing(change.quantity, price, pricing)
    return result


def _on(stands: dict[date, Standing], day: date, whole: Subscription) -> Standing:
    last = max((one for one in stands if one <= day), default=None)
    return Standing(0, whole.unit_price, whole.pricing) if last is None else stands[last]
