"""The price lists of a contract, each from a day on: what a day's price is read from where a subscription has none of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.catalogue.quoting import PriceList


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
        held = self.began
        if self.later:
            known = sorted((one for one in self.later if one.day <= day), key=_day)
            held = known[-1].price_list if known else held
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


def _day(one: Since) -> date:
    return one.day
