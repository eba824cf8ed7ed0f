"""The amendment that the arguments of a job spell, which are what `w365 contract amend` was told. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from work365.amending.amended import Wish
from work365.contracts.amendment import ScheduledBy
from work365.contracts.policy import Policy, Prorate
from work365.errors import BadInput
from work365.periods import FREQUENCIES, Frequency, Unit, kept

if TYPE_CHECKING:
    from collections.abc import Mapping

E = TypeVar("E", bound=Enum)
OWN = "contract"
"""The frequency that puts a subscription back into the contract's cycles."""
UNITS = {"week": Unit.WEEK, "weeks": Unit.WEEK, "month": Unit.MONTH, "months": Unit.MONTH}
BILL_DAYS = range(1, 32)
SEPARATOR = "\n"
"""Between the prices, each of which is the id of a subscription, = and its price."""


def wish_of(said: Mapping[str, str]) -> Wish:
    """The amendment that texts spell; one that is missing or empty leaves a thing as it is. Errors: BadInput naming it."""
    subscription, frequency = said.get("subscription") or None, said.get("frequency", "")
    wish = Wish(
        reason=said.get("reason", ""),
        on=_day(said.get("on", ""), "on"),
        frequency=None if subscription and frequency == OWN else _frequency(frequency),
        bill_day=_bill_day(said.get("bill_day", "")),
        anchor=_day(said.get("anchor", ""), "anchor"),
        policy=_one_of(Policy, said.get("policy", ""), "policy"),
        prorate=_one_of(Prorate, said.get("prorate", ""), "prorate"),
        scheduled_by=_one_of(ScheduledBy, said.get("by", ""), "by"),
        subscription=subscription,
        prices=dict(_price(line) for line in said.get("prices", "").split(SEPARATOR) if line),
        price_list=said.get("price_list", ""),
        payer=said.get("payer", ""),
        purchase_order=said.get("purchase_order", ""),
    )
    _one_kind(wish, frequency)
    return wish


def _one_kind(wish: Wish, frequency: str) -> None:
    """A subscription has cycles of its own, and no other terms."""
    others = (wish.bill_day, wish.policy, wish.prorate, wish.scheduled_by, wish.price_list or None, wish.payer or None)
    if wish.subscription is not None and (not frequency or any(one is not None for one in others)):
        message = "a subscription has a frequency and an anchor of its own, and no other terms; give those two"
        raise BadInput(message, "subscription")


def _day(text: str, name: str) -> date | None:
    try:
        return kept(date.fromisoformat(text), name) if text else None
    except ValueError:
        message = f"'{text}' is not a day; write it as 2026-02-01"
        raise BadInput(message, name) from None


def _frequency(text: str) -> Frequency | None:
    if not text or text in FREQUENCIES:
        return FREQUENCIES.get(text)
    count, _, unit = text.strip().partition(" ")
    if not count.isdecimal() or unit not in UNITS or int(count) < 1:
        message = f"'{text}' is no frequency; use {', '.join(FREQUENCIES)}, '5 months' or '2 weeks'"
        raise BadInput(message, "frequency")
    return Frequency(int(count), UNITS[unit])


def _bill_day(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) not in BILL_DAYS:
        message = f"'{text}' is no day of the month; use 1 to 31"
        raise BadInput(message, "bill_day")
    return int(text)


def _one_of(options: type[E], text: str, name: str) -> E | None:
    for one in options:
        if one.value == text:
            return one
    if text:
        message = f"'{text}' is not possible here; use {', '.join(str(one.value) for one in options)}"
        raise BadInput(message, name)
    return None


def _price(text: str) -> tuple[str, Decimal]:
    name, _, amount = text.rpartition("=")
    try:
        price = Decimal(amount)
    except InvalidOperation:
        price = Decimal("NaN")
    if not name or not price.is_finite() or price < 0:
        message = f"'{text}' is no price; write it as SUBSCRIPTION=120.00"
        raise BadInput(message, "price")
    return name, price
