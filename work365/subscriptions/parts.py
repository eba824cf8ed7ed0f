"""What becomes of the parts of a bundle when the bundle changes: so many seats of each for every seat of it, on the same day.

A part keeps its own price until a term ends (work365/subscriptions/renewing_parts.py). It is changed through its bundle alone,
apart from its price; a bundle does not go to another product or contract, because its parts could not go along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.subscriptions.deciding import settled
from work365.subscriptions.ledger import Event, appended, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.subscriptions.deciding import Decision, Wish
    from work365.subscriptions.held import Agreed, Held, Part


@dataclass(frozen=True, slots=True)
class Followed:
    """A part that changes with its bundle.

    Attributes:
        agreed: the term that it is in afterwards, where that changes.
        note: kept with the rows of its log; "" for what is kept with those of the bundle.
    """

    held: Held
    decision: Decision
    agreed: Agreed | None = None
    note: str = ""


MOVES = (Event.TRANSFER, Event.UPGRADE)


def refuse_apart(held: Held, wish: Wish) -> None:
    """Errors: Refused when a part would no longer follow its bundle."""
    if held.bundle is not None and wish.event is not Event.PRICE:
        message = f"{held.name} is a part of the bundle {held.bundle}; change that one, and its parts follow"
        raise Refused(message)
    if held.parts and wish.event in MOVES:
        message = f"{held.name} is a bundle, and its parts cannot go along; cancel it, and sell it anew where it is to go"
        raise Refused(message)


def follow(bundle: Held, wish: Wish, decision: Decision) -> tuple[Followed, ...]:
    """Each part that changes with its bundle, with what happens to it.

    Errors: Refused when nobody says how many of a part go into a seat of the bundle.
    """
    return tuple(_followed(bundle, wish, decision))


def _followed(bundle: Held, wish: Wish, decision: Decision) -> Iterator[Followed]:
    seats = standing([*bundle.rows, *decision.rows], wish.on).quantity
    changed = seats != standing(bundle.rows, wish.on).quantity
    if not changed and decision.status is bundle.status:
        return
    for part in bundle.parts:
        before = standing(part.held.rows, wish.on)
        after = seats * _each(bundle, part) if seats and changed else 0 if changed else before.quantity
        if after == before.quantity and decision.status is part.held.status:
            continue
        price = part.held.unit_price if before.unit_price is None else before.unit_price
        rows = appended(part.held.rows, wish.on, after, price, decision.rows[0].event)
        yield Followed(part.held, settled(part.held, rows, decision.status, f"It follows the bundle {bundle.name}."))


def _each(bundle: Held, part: Part) -> int:
    if part.each is None:
        message = (
            f"nobody says how many of {part.held.name} go into a seat of the bundle {bundle.name}; "
            "enter it under the components of the bundle's product"
        )
        raise Refused(message)
    return part.each
