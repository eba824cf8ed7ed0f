"""How a debtor stands, and what an order would change about it, from what was read of its accounts. Pure.

Everything is counted afresh from documents, contracts and orders, never carried forward: a figure that was missed is right the
next time it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.currencies.rates import EXACT, ExchangeRates
from work365.exposure.figure import Figure, Row
from work365.exposure.forecasting import Bound, Uncounted, forecast
from work365.exposure.ordering import Order, added, changes_of, without
from work365.exposure.valuing import valued
from work365.money import zero

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.currencies.rates import RateTerms
    from work365.exposure.figure import Debtor
    from work365.money import Money

NO_RATES = ExchangeRates(())


@dataclass(frozen=True, slots=True)
class Sources:
    """What was read of some accounts.

    Attributes:
        owed: open documents and credits that nothing has used.
        contracts: what will be billed; their logs have the rows of the orders, as if these had happened.
        orders: everything that waits.
        uncounted: what the rows say too little about.
    """

    owed: tuple[Row, ...] = ()
    contracts: tuple[Bound, ...] = ()
    orders: tuple[Order, ...] = ()
    uncounted: tuple[Uncounted, ...] = ()
    rates: ExchangeRates = NO_RATES
    terms: RateTerms = EXACT


@dataclass(frozen=True, slots=True)
class Check:
    """How a debtor stands before an order, behind everything that was asked for earlier.

    Attributes:
        order: what the order adds, in the limit's currency.
        waiting: the order itself is among those that wait: somebody died after writing that down.
    """

    figure: Figure
    order: Money
    waiting: bool = False


def draw(debtor: Debtor, sources: Sources, today: date) -> Figure:
    """How a debtor stands, with everything that waits."""
    return _drawn(debtor, sources, sources.orders, today, None)[0]


def check(debtor: Debtor, sources: Sources, order: Order, today: date) -> Check:
    """How a debtor stands before an order, which is itself among those of the sources or beside them."""
    ahead = [one for one in sources.orders if one.entered < order.entered and one.id != order.id]
    figure, row = _drawn(debtor, sources, ahead, today, order)
    if row is None:
        return Check(figure, zero(debtor.currency))
    worth, missing = valued([row], debtor.currency, sources.rates, sources.terms, today)
    unknown = tuple(dict.fromkeys((*figure.unknown, *missing)))
    return Check(replace(figure, unknown=unknown), worth[0].worth if worth else zero(debtor.currency))


def _drawn(
    debtor: Debtor, sources: Sources, counted: Iterable[Order], today: date, last: Order | None
) -> tuple[Figure, Row | None]:
    """The figure with some orders; the row of the last one stands apart."""
    until = today + timedelta(days=debtor.horizon_days)
    queue = [one for one in counted if one.account in debtor.members]
    asked = [*queue, *([] if last is None else [last])]
    contracts = [one for one in sources.contracts if not debtor.members.keys().isdisjoint(one.accounts)]
    others = changes_of(sources.orders) - changes_of(asked)
    seen = [replace(one, work=without(one.work, others)) for one in contracts]
    found: list[Row | Uncounted] = [*sources.owed, *sources.uncounted]
    for one in seen:
        billed = forecast(replace(one, work=without(one.work, changes_of(asked))), until)
        found += [billed] if isinstance(billed, Uncounted) else billed
    apart: Row | None = None
    for order, amount in added(seen, asked, until):
        if order is last and isinstance(amount, Row):
            apart = amount
        else:
            found.append(amount)
    return _figure(debtor, found, sources, today), apart


def _figure(debtor: Debtor, found: Sequence[Row | Uncounted], sources: Sources, today: date) -> Figure:
    mine = [one for one in found if isinstance(one, Row) and one.account in debtor.members]
    rows, missing = valued(mine, debtor.currency, sources.rates, sources.terms, today)
    uncounted = (
        one.sentence for one in found if isinstance(one, Uncounted) and not debtor.members.keys().isdisjoint(one.accounts)
    )
    return Figure(debtor, today, rows, tuple(dict.fromkeys((*uncounted, *missing))))
