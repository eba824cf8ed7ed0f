"""What people enter by hand on a contract, as an approver is shown it: discounts, subscriptions, rows of the change log.

The facts are what was entered, and no sums that follow from it: a seat more on another line makes no other discount of it. How
large it is may change with prices; that asks nobody again.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.approving.matters import Matter
from work365.approving.request import Request
from work365.approving.thresholds import Size
from work365.money import Currency, rounded
from work365.subscriptions.discount import Discount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from work365.contracts.amount_off import AmountOff
    from work365.subscriptions.ledger import Event

HUNDRED = Decimal(100)
LIST_PRICE = "the list's price"


@dataclass(frozen=True, slots=True)
class Off:
    """A discount as it was entered, and what it is taken off.

    Attributes:
        given: as it is billed: of one subscription, or in percent of a whole contract; or an amount off a contract.
        contract, subscription: their ids; no subscription for the whole contract.
        on: what it is taken off, in words: `Microsoft 365 E3 on contract C-1`.
        currency: of an amount.
        price: what it is taken off costs: a seat in a cycle, or a contract's cycle; None where that is not known.
    """

    given: Discount | AmountOff
    contract: str
    subscription: str
    on: str
    currency: str
    price: Fraction | None


def of_discount(off: Off) -> Request:
    """A discount. Shape: an amount is measured as its share of the price, at most all of it."""
    given = off.given
    percent = given.percent if isinstance(given, Discount) else None
    value, size = f"{_plain(percent)} %", percent
    if percent is None:
        per = "a seat and cycle" if off.subscription else "a cycle"
        value, size = f"{_plain(given.amount)} {off.currency} {per}", _share(given.amount, off.price)
    facts = {
        "name": given.name,
        "off": value,
        "contract": off.contract,
        "subscription": off.subscription,
        "from": _day(given.start),
        "until": _day(given.end),
    }
    days = (f" from {given.start}" if given.start else "") + (f" until {given.end}" if given.end else "")
    return Request(
        f"Discount {given.name}: {value} off {off.on}{days}",
        (Size(Matter.DISCOUNT, percent=size),),
        _said(facts),
        f"w365_discount:{given.id}",
    )


def of_percent(contract: str, number: str, percent: Decimal) -> Request:
    """The percentage that a contract has off for good, on its own form."""
    off = f"{_plain(percent)} %"
    size = Size(Matter.DISCOUNT, percent=percent)
    facts = {"contract": contract, "off": off}
    return Request(f"Discount of {off} off contract {number}", (size,), facts, f"w365_billingcontract:{contract}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subscription is billed.

    Attributes:
        subscription, contract: their ids.
        on: in words: `Microsoft 365 E3 on contract C-1`.
        cycle: how long a cycle is, in words: `12 months`.
    """

    subscription: str
    contract: str
    on: str
    currency: Currency
    cycle: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A subscription whose first seats no job asked for.

    Attributes:
        price: a seat and cycle, as it was entered; None leaves it to the list.
        month: what the seats cost a month, in the contract's currency.
        price_off: by which share the price is below the list's, in percent; None where either is not known, or it is not.
    """

    place: Place
    product: str
    start: date
    seats: int
    price: Decimal | None
    month: Fraction
    price_off: Decimal | None = None


def of_subscription(one: Begun) -> Request:
    """A subscription that was entered on its form, or in its change log."""
    place, price = one.place, LIST_PRICE if one.price is None else _plain(one.price)
    facts = {
        "contract": place.contract,
        "product": one.product,
        "seats": str(one.seats),
        "price": price,
        "cycle": place.cycle,
        "from": one.start.isoformat(),
    }
    sizes = [*_monthly(one.month, place.currency), *_fall(one.price_off)]
    what = f"{one.seats} seats of {place.on} from {one.start} on, at {price}"
    return Request(what, tuple(sizes), _said(facts), f"w365_subscription:{place.subscription}")


@dataclass(frozen=True, slots=True)
class Logged:
    """A row of the change log that no job asked for.

    Attributes:
        refund: what fewer seats give back, in the words of the choice; "" where nobody chose.
        price: as `Begun` says.
        month: what the row adds a month, in the contract's currency; negative for what it takes away.
        price_off: by how many percent the price falls; None where it does not.
    """

    id: str
    place: Place
    sequence: int
    event: Event
    effective: date
    seats: int
    delta: int
    price: Decimal | None
    refund: str
    month: Fraction
    price_off: Decimal | None = None


def of_log_row(one: Logged) -> Request:
    """A row that somebody wrote into the change log."""
    place, price = one.place, LIST_PRICE if one.price is None else _plain(one.price)
    facts = {
        "subscription": place.subscription,
        "contract": place.contract,
        "number in the log": str(one.sequence),
        "change": one.event.value,
        "from": one.effective.isoformat(),
        "seats afterwards": str(one.seats),
        "seats added": str(one.delta),
        "price afterwards": price,
        "given back": one.refund,
    }
    sizes = [*_monthly(one.month, place.currency), *_fall(one.price_off)]
    what = f"{one.event.value} of {place.on} from {one.effective} on, written in its change log: {one.seats} seats at {price}"
    return Request(what, tuple(sizes), _said(facts), f"w365_changelog:{one.id}")


def fall(before: Fraction | Decimal, after: Fraction | Decimal) -> Decimal | None:
    """By how many percent a price is below another; None where it is not."""
    if not 0 <= after < before:
        return None
    share = (Fraction(before) - Fraction(after)) / Fraction(before) * 100
    return Decimal(share.numerator) / Decimal(share.denominator)


def _monthly(month: Fraction, currency: Currency) -> Iterator[Size]:
    amount = rounded(month, currency)
    if amount.minor > 0:
        yield Size(Matter.PURCHASE, amount)
    elif amount.minor < 0:
        yield Size(Matter.REDUCTION, -amount)


def _fall(percent: Decimal | None) -> Iterator[Size]:
    if percent is not None:
        yield Size(Matter.DISCOUNT, percent=percent)


def _said(facts: Mapping[str, str]) -> dict[str, str]:
    """Facts without those that say nothing."""
    return {name: said for name, said in facts.items() if said}


def _share(amount: Decimal | None, price: Fraction | None) -> Decimal | None:
    """Of the price, in percent; None where that is not known."""
    if amount is None or price is None:
        return None
    if price <= 0:
        return HUNDRED if amount else Decimal(0)
    share = min(Fraction(amount) / price, Fraction(1)) * 100
    return Decimal(share.numerator) / Decimal(share.denominator)


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
