"""The parts of a bundle when its term ends: they are in the same next term, each at its own price by the bundle's rule.

A part that is not billable keeps its price, which nobody is charged. The end of a bundle is the end of its parts, as ever.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.subscriptions.held import Status
from work365.subscriptions.ledger import standing
from work365.subscriptions.parts import Followed, follow
from work365.subscriptions.renewing import renewed
from work365.terms.renewal import AtEnd, PriceRule, Prices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.subscriptions.deciding import Wish
    from work365.subscriptions.held import Agreed, Held
    from work365.subscriptions.renewing import Renewed


def renewed_parts(bundle: Held, wish: Wish, before: Agreed, then: Renewed, prices: Prices) -> tuple[Followed, ...]:
    """Each part with what the end of its bundle's term does to it.

    Shape:  `before` is the term that ended, `then` what became of the bundle; `prices` are the bundle's, with those of its parts.
    Errors: Refused when the price of a part is missing, with its name.
    """
    if then.decision.status is Status.CANCELLED:
        return follow(bundle, wish, then.decision)
    return tuple(_each(bundle, before, then, prices))


def _each(bundle: Held, before: Agreed, then: Renewed, prices: Prices) -> Iterator[Followed]:
    at_end = before.at_end or AtEnd.RENEW
    for held in (part.held for part in bundle.parts if part.held.status is not Status.CANCELLED):
        mine = held.agreed or replace(before, at_end=None)
        try:
            priced = _priced(held, replace(before, uplifts=mine.uplifts), at_end, prices)
        except Refused as error:
            message = f"its part {held.name}: {error}"
            raise Refused(message) from error
        term = then.agreed
        agreed = replace(mine, term=term.term, start=term.start, end=term.end, said=None, extended=term.extended)
        note = f"It follows the bundle {bundle.name}: {priced.decision.sentence}"
        yield Followed(held, priced.decision, agreed, note)


def _priced(held: Held, term: Agreed, at_end: AtEnd, prices: Prices) -> Renewed:
    """The part by itself under the bundle's term and rule."""
    if held.billable:
        return renewed(held, term, at_end, prices.parts.get(held.id, Prices(held.unit_price)))
    own = standing(held.rows, term.end).unit_price
    kept = Prices(held.unit_price if own is None else own)
    return renewed(held, replace(term, rule=PriceRule.KEEP), AtEnd.RENEW, kept)
