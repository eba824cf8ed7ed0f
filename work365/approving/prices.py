"""New prices as an approver is shown them: of a list, and of many subscriptions at once."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.approving.matters import Matter
from work365.approving.request import Request
from work365.approving.thresholds import Size
from work365.money import rounded
from work365.planning import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from work365.catalogue.prices import Price
    from work365.catalogue.repricing import NewPrice
    from work365.handlers.pricing import PricePlan, Wish
    from work365.money import Currency
    from work365.ports.pricing import Staged

HUNDRED = Decimal(100)


def of_list(plan: str, only: Sequence[str], chosen: Sequence[Staged], prices: Sequence[Price]) -> Request:
    """Staged prices that become prices of their list.

    Shape: `prices` are the rows of the list as they are; `only` the numbers of products that are chosen, none for all.
    """
    moved = [one.difference for one in chosen]
    changes = [(one.old, one.new) for one in moved if one.old and one.new is not None]
    facts = {
        "plan": plan,
        "products": ", ".join(sorted(only)),
        "staged by": ", ".join(sorted({one.staged_by for one in chosen})),
        "changes": fingerprint("changes", (f"{one.place}|{one.old}|{one.new}|{one.valid_to}" for one in moved)),
        "list as it is": fingerprint("list", map(str, prices)),
    }
    of = f" of {', '.join(sorted(only))}" if only else ""
    return Request(f"New prices{of} become prices of their list, plan {plan}", tuple(_largest(changes)), facts)


def of_repricing(wish: Wish, plan: PricePlan) -> Request:
    """Prices of many subscriptions that change, by a percentage or to their list's."""
    new = [(one, one.new) for one in plan.prices if one.new is not None]
    changes = [(one.sold.price, price) for one, price in new if one.sold.price]
    falls = [(old - price) / old * HUNDRED for old, price in changes if price < old]
    by = "to the list's" if wish.percent is None else f"by {wish.percent.normalize():+f} %"
    products = ", ".join(wish.products)
    facts = {"plan": plan.hash, "products": products, "list": wish.price_list, "from": wish.wanted.isoformat(), "change": by}
    sizes = [*_largest(changes), *([Size(Matter.DISCOUNT, percent=max(falls))] if falls else []), *_monthly(new)]
    return Request(f"Prices of {products} change {by} from {wish.wanted} on, plan {plan.hash[:12]}", tuple(sizes), facts)


def _largest(changes: Iterable[tuple[Decimal, Decimal]]) -> Iterator[Size]:
    """The largest change in percent, whichever way; a price that is new, or goes, is no change of one."""
    percents = [abs(new - old) / old * HUNDRED for old, new in changes]
    if percents:
        yield Size(Matter.PRICE_LIST, percent=max(percents))


def _monthly(new: Iterable[tuple[NewPrice, Decimal]]) -> Iterator[Size]:
    """What all of it adds or takes away a month, in each currency."""
    sums: dict[Currency, Fraction] = defaultdict(Fraction)
    for one, price in new:
        sums[one.sold.currency] += Fraction(price - one.sold.price) * one.sold.quantity / one.sold.months
    for code, added in sorted(sums.items()):
        if added:
            yield Size(Matter.PURCHASE if added > 0 else Matter.REDUCTION, rounded(abs(added), code))
