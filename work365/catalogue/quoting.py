"""What a subscription costs by its price list on a day: the price per seat and cycle, or the tiers, and the rows behind them.

A price is quoted for the day on which the subscription was sold or last renewed, so a newer list does not move it (price
protection). Nothing is guessed: what is missing is said, with the place to enter it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.catalogue.prices import in_force, per_months
from work365.errors import BadInput
from work365.pricing import Package, Tier, TierModel, Tiers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.catalogue.prices import Price
    from work365.money import Currency
    from work365.pricing import Pricing
    from work365.provisioning.terms import Terms

BY_HAND = "give the subscription a price of its own from its start on with `w365 subscription change --price`"


class Reading(Enum):
    """How a product's tiers are read. The values are the labels of the choice in the table model."""

    GRADUATED = "Graduated"
    VOLUME = "Volume"
    FLAT = "Flat"
    PACKAGE = "Package"


@dataclass(frozen=True, slots=True)
class Offered:
    """A product as its price is read.

    Attributes:
        reading: None for a price per seat.
        package_size, free_units: of packages only.
    """

    id: str
    name: str
    reading: Reading | None = None
    package_size: int | None = None
    free_units: int = 0


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list as a contract buys by it; `currency` is its ISO code.

    Shape: `paid_monthly_percent` is what a term that is paid monthly costs more, where the list knows it by a longer plan only.
    """

    id: str
    code: str
    currency: str
    paid_monthly_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Quote:
    """The answer of a price list.

    Attributes:
        unit_price: per seat and cycle; None when tiers or packages price it.
        pricing: the tiers or packages; None for a price per seat.
        rows: the rows of the list that say so, each with the day since which it holds.
    """

    unit_price: Decimal | None
    pricing: Pricing | None
    rows: tuple[Price, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a price is asked for.

    Attributes:
        months: the length of one billing cycle of the contract; None when it is not counted in months.
        on: the day on which it was sold or last renewed.
    """

    product: Offered
    price_list: PriceList | None
    terms: Terms | None
    currency: Currency
    months: int | None
    on: date


def quoted(question: Question, prices: Iterable[Price]) -> Quote:
    """The price of a product. `prices` are the rows of this product and list; others are left aside.

    Errors: BadInput that says what is missing and where to enter it.
    """
    price_list, terms = _answerable(question)
    mine = (row for row in prices if row.product == question.product.id and row.price_list == price_list.id)
    tiers = in_force(mine, terms, question.on, price_list.paid_monthly_percent)
    asked = f"{question.product.name} in price list {price_list.code}, term {terms.term}, billing plan {terms.plan.value}"
    months = _months(question)
    if not tiers or tiers[0].tier_from > 1:
        message = f"there is no price from quantity 1 on for {asked} on {question.on}; enter one in the price list"
        raise BadInput(message)
    if question.product.reading is not None:
        return Quote(None, _pricing(question.product, tiers, months), tiers)
    if len(tiers) > 1:
        message = f"there are {len(tiers)} tiers for {asked}; say on the product how they are read, or {BY_HAND}"
        raise BadInput(message)
    return Quote(per_months(tiers[0].amount, tiers[0].plan, months), None, tiers)


def _answerable(question: Question) -> tuple[PriceList, Terms]:
    name = question.product.name
    if question.price_list is None:
        message = f"the contract has no price list to look {name} up in; choose one there, or {BY_HAND}"
        raise BadInput(message)
    if question.price_list.currency != question.currency:
        message = (
            f"price list {question.price_list.code} is in {question.price_list.currency or 'no currency'}, the contract is "
            f"billed in {question.currency}; choose a list in {question.currency} on the contract"
        )
        raise BadInput(message)
    if question.terms is None or not question.terms.term:
        message = f"{name} has no term and billing plan to look one up for; enter them on the subscription"
        raise BadInput(message)
    return question.price_list, question.terms


def _months(question: Question) -> int:
    if question.months is None:
        message = f"{question.product.name} is priced by months, but the contract is billed by weeks; {BY_HAND}"
        raise BadInput(message)
    return question.months


def _pricing(product: Offered, rows: Sequence[Price], months: int) -> Pricing:
    if product.reading is Reading.PACKAGE:
        return _package(product, rows, months)
    flat = product.reading is Reading.FLAT
    tiers = []
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        amount, once = (per_months(value, row.plan, months) for value in (row.amount, row.flat))
        up_to = None if following is None else following.tier_from - 1
        tiers.append(Tier(up_to, flat=amount + once) if flat else Tier(up_to, amount, once))
    models = {Reading.GRADUATED: TierModel.GRADUATED, Reading.VOLUME: TierModel.VOLUME, Reading.FLAT: TierModel.FLAT}
    return Tiers(models[product.reading or Reading.VOLUME], tuple(tiers))


def _package(product: Offered, rows: Sequence[Price], months: int) -> Package:
    if len(rows) > 1 or product.package_size is None:
        message = f"{product.name} is sold in packages: it needs a package size on its form, and one tier in the price list"
        raise BadInput(message)
    return Package(product.package_size, per_months(rows[0].amount, rows[0].plan, months), product.free_units)
