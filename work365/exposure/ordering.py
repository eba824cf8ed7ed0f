"""What waiting orders will add to what is billed up to a horizon. Pure.

An order is the rows that it would append to the change log. Billing is asked for the contract without them and with them; the
difference is what the order comes to. Of several orders each counts behind those that were asked for before it, so that their
amounts add up to what all of them come to. One that would lower the bill counts for nothing until it has happened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.exposure.figure import Kind, Row
from work365.exposure.forecasting import Bound, Uncounted, forecast
from work365.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.invoicing.work import ContractWork

LAST = ("~",)
"""Sorts behind every order that has a moment: what is asked for just now."""


@dataclass(frozen=True, slots=True)
class Order:
    """Something that a customer wants, and that has not happened.

    Attributes:
        account: who will pay for it.
        source: what it is, in words.
        changes: ids of the rows of the change log that it would append.
        entered: sorts orders by when they were asked for; no two are alike.
    """

    id: str
    account: str
    source: str
    changes: frozenset[str]
    entered: tuple[str, ...] = LAST


def without(work: ContractWork, changes: frozenset[str]) -> ContractWork:
    """A contract as if these rows were not in its change log; subscriptions that consist of them are not there."""
    if not any(change.id in changes for one in work.subscriptions for change in one.changes):
        return work
    left = (
        replace(one, changes=tuple(change for change in one.changes if change.id not in changes)) for one in work.subscriptions
    )
    return replace(work, subscriptions=tuple(one for one in left if one.changes))


def added(contracts: Sequence[Bound], orders: Iterable[Order], until: date) -> list[tuple[Order, Row | Uncounted]]:
    """What each order comes to, in the order of entry; one that no contract bills is left out.

    Shape:  the rows of all these orders, and of no other, are in the logs of `contracts`.
    """
    queue = sorted(orders, key=_entered)
    hidden = changes_of(queue)
    found: list[tuple[Order, Row | Uncounted]] = []
    for order in queue:
        theirs = [one for one in contracts if _touches(one.work, order)]
        found += [(order, _added(order, theirs, hidden, until))] if theirs else []
        hidden -= order.changes
    return found


def _added(order: Order, contracts: Sequence[Bound], hidden: frozenset[str], until: date) -> Row | Uncounted:
    """What contracts are billed more with an order. Shape: they are in one currency, as whatever seats move between."""
    before = _billed(contracts, hidden, until)
    after = _billed(contracts, hidden - order.changes, until)
    if isinstance(before, Uncounted):
        return before
    if isinstance(after, Uncounted):
        return after
    return Row(order.account, Kind.WAITING, order.source, Money(max(after - before, 0), contracts[0].work.contract.currency))


def changes_of(orders: Iterable[Order]) -> frozenset[str]:
    """The rows of some orders."""
    return frozenset[str]().union(*(one.changes for one in orders))


def _billed(contracts: Sequence[Bound], hidden: frozenset[str], until: date) -> int | Uncounted:
    """What contracts of one currency are billed, in its minor units."""
    minor = 0
    for one in contracts:
        rows = forecast(replace(one, work=without(one.work, hidden)), until)
        if isinstance(rows, Uncounted):
            return rows
        minor += sum(row.amount.minor for row in rows)
    return minor


def _touches(work: ContractWork, order: Order) -> bool:
    return any(change.id in order.changes for one in work.subscriptions for change in one.changes)


def _entered(order: Order) -> tuple[str, ...]:
    return order.entered
