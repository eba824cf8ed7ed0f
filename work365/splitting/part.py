"""One payer's part of a subscription, as a subscription of its own: the same prices, its own seats.

The log of the part is what a diligent person would have written who divided the seats again whenever something new was learned: a
change is as late as what it stems from. So the bills of all payers, run by run, divide what was known to each run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from work365.parts.dated import in_force
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
    """Seats and price; tiers or packages win over the price per seat."""

    quantity: int
    unit_price: Decimal
    pricing: Pricing | None


class Since(NamedTuple):
    """How something stands from a day on."""

    day: date
    stands: Standing


def part_of(whole: Subscription, split: Split, payer: str, users: Sequence[User]) -> Subscription:
    """What one payer is billed for a subscription; the main payer has all of it before the split starts.

    Shape: each user is known from its first day, its end from that day, and terms from their first day.
    """
    log: list[Change] = []
    said: dict[date, Standing] = {}
    for learned in learned_on(whole, split, users):
        wanted = _wanted(whole, split, payer, users, learned)
        before = nothing = Standing(0, whole.unit_price, whole.pricing)
        for day in sorted({one.day for one in wanted} | said.keys()):
            there = in_force(wanted, day)
            fresh = there.stands if there else nothing
            if fresh != said.get(day, before):
                said[day] = fresh
                log.append(Change(f"part {len(log) + 1}", day, fresh.quantity, learned, fresh.unit_price, pricing=fresh.pricing))
            before = fresh
    return replace(whole, changes=tuple(log))


def learned_on(whole: Subscription, split: Split, users: Iterable[User]) -> list[date]:
    """The days on which something new is learned, so that the seats are divided again."""
    moved = {day for user in users for day in (user.start, user.end) if day is not None}
    return sorted({change.known_on for change in whole.changes} | moved | {terms.start for terms in split.terms})


def divided_to(whole: Subscription, split: Split, users: Sequence[User], seen_to: date) -> list[Step]:
    """How the seats of a subscription are divided, as far as it is known on a day."""
    terms = tuple(one for one in split.terms if one.start <= seen_to)
    if not terms:
        return []
    seats = bought(known(whole.changes, seen_to), None)
    return history(Split(split.main, terms), seats, _known(users, seen_to))


def _known(users: Iterable[User], seen_to: date) -> list[User]:
    """The users that are known on a day; an end that is still to come is not."""
    there = (user for user in users if user.start <= seen_to)
    return [replace(user, end=None) if user.end is not None and user.end > seen_to else user for user in there]


def _wanted(whole: Subscription, split: Split, payer: str, users: Sequence[User], seen_to: date) -> list[Since]:
    """The part on each day on which it may become another one, as far as it is known on a day."""
    steps, wholes = divided_to(whole, split, users, seen_to), _wholes(whole, seen_to)
    result: list[Since] = []
    for day in sorted({one.day for one in wholes} | {step.day for step in steps}):
        there, step = in_force(wholes, day), in_force(steps, day)
        stands = there.stands if there else Standing(0, whole.unit_price, whole.pricing)
        alone = stands.quantity if payer == split.main else 0
        seats = alone if step is None else step.division.part_of(payer).seats
        result.append(Since(day, stands._replace(quantity=seats)))
    return result


def _wholes(whole: Subscription, seen_to: date) -> list[Since]:
    """The whole subscription from each of its days on."""
    price, pricing = whole.unit_price, whole.pricing
    result: list[Since] = []
    for change in winners(known(whole.changes, seen_to)):
        price = price if change.unit_price is None else change.unit_price
        pricing = change.pricing or pricing
        result.append(Since(change.effective, Standing(change.quantity, price, pricing)))
    return result
