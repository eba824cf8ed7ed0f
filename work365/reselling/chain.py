"""Who buys from whom: for a legal entity and a day, the contracts of the tiers above it, from the nearest one up.

A legal entity that sells a provider's subscriptions buys them from some day on by a contract, on which the legal entity of that
contract bills it; that one may buy them by a contract of its own, and so on, up to the tier that the supplier bills.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Purchase:
    """By which contract a legal entity buys a provider's subscriptions from a day on, until its next purchase.

    Attributes:
        buyer, seller: ids of the legal entity that buys and of the one whose contract it is.
        contract: id of the contract on which the seller bills the buyer; "" when it buys from the supplier itself.
    """

    buyer: str
    provider: str
    start: date
    contract: str = ""
    seller: str = ""


class Chain(NamedTuple):
    """The tiers above a legal entity from a day on, the nearest one first."""

    day: date
    tiers: tuple[Purchase, ...]

    def has(self, contract: str) -> bool:
        """Whether a contract is one of them."""
        return any(one.contract == contract for one in self.tiers)


class Circular(Refused):
    """Tiers that buy from each other in a circle.

    Shape: `circle` begins with a legal entity and ends with it.
    """

    def __init__(self, day: date, circle: Sequence[str]) -> None:
        self.day, self.circle = day, tuple(circle)
        super().__init__(f"from {day} on the tiers go round in a circle: {' buys from '.join(circle)}")


def chains(purchases: Iterable[Purchase], buyer: str, provider: str, before: date = date.max) -> list[Chain]:
    """The tiers above a legal entity for a provider's subscriptions, on each day before another from which they are others.

    Errors: Circular, with ids of legal entities.
    """
    theirs = [one for one in purchases if one.provider == provider and one.start < before]
    found: list[Chain] = []
    for day in sorted({one.start for one in theirs}):
        tiers = above(theirs, buyer, day)
        if tiers != (found[-1].tiers if found else ()):
            found.append(Chain(day, tiers))
    return found


def above(purchases: Sequence[Purchase], buyer: str, on: date) -> tuple[Purchase, ...]:
    """The tiers above a legal entity on a day, of purchases of one provider. Errors: Circular."""
    tiers: list[Purchase] = []
    passed = [buyer]
    while (one := _in_force(purchases, passed[-1], on)) is not None and one.contract:
        if one.seller in passed:
            raise Circular(on, [*passed[passed.index(one.seller) :], one.seller])
        tiers.append(one)
        passed.append(one.seller)
    return tuple(tiers)


def _in_force(purchases: Iterable[Purchase], buyer: str, on: date) -> Purchase | None:
    begun = (one for one in purchases if one.buyer == buyer and one.start <= on)
    return max(begun, key=lambda one: one.start, default=None)
