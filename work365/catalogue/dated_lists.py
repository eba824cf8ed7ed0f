"""The price lists of a contract, each from a day on: what a day's price is read from where a subscription has none of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from work365.catalogue.quoting import PriceList

T = TypeVar("T")


class Since(NamedTuple):
    """A price list, and the first day on which the contract buys by it."""

    day: date
    price_list: PriceList


@dataclass(frozen=True, slots=True)
class DatedLists:
    """The price list that a contract began with, and those that amendments gave it.

    Attributes:
        began: None for a contract that began without one.
        later: in the order in which they were recorded; of several for one day the last counts.
        paid_monthly_percent: what the customer's own rule says; it goes before that of any list. None where it says nothing.
    """

    began: PriceList | None = None
    later: tuple[Since, ...] = ()
    paid_monthly_percent: Decimal | None = None

    def on(self, day: date) -> PriceList | None:
        """The list of a day as its prices are asked; None for none."""
        held = _held(day, self.began, self.later) if self.later else self.began
        if held is None or self.paid_monthly_percent is None:
            return held
        return replace(held, paid_monthly_percent=self.paid_monthly_percent)

    @property
    def all(self) -> tuple[PriceList, ...]:
        """Every list that some day is priced by."""
        return (*((self.began,) if self.began else ()), *(one.price_list for one in self.later))

    def then(self, day: date, price_list: PriceList) -> DatedLists:
        """The same with another list from a day on."""
        return replace(self, later=(*self.later, Since(day, price_list)))


NO_LISTS = DatedLists()


def list_on(day: date, began: str | None, later: Iterable[tuple[date, str]]) -> str | None:
    """The id of the list of a day: of several for one day the last one recorded counts."""
    return _held(day, began, later)


def _held(day: date, began: T | None, later: Iterable[tuple[date, T]]) -> T | None:
    known = sorted((one for one in later if one[0] <= day), key=_day)
    return known[-1][1] if known else began


def _day(one: tuple[date, object]) -> date:
    return one[0]
