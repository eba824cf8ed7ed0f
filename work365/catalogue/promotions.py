"""Promotions: what one gives to a sale, and why it does not.

A promotion is granted once, when something is sold, and from then on it is a discount of that subscription with its own days, so
that it ends by itself: what happens to the promotion later, and to the seats, takes nothing back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.subscriptions.discount import Discount

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from work365.periods import Cycles
    from work365.provisioning.terms import Plan, Terms

_HUNDRED = 100


class Benefit(Enum):
    """What it gives. The values are the labels of the choice in the table model."""

    PERCENTAGE = "Percentage"
    AMOUNT = "Amount"
    PRICE = "Price"


class Eligibility(Enum):
    """Who gets it. The values are the labels of the choice in the table model."""

    EVERYONE = "Everyone"
    NEW = "New customers"
    NAMED = "Named customers"


@dataclass(frozen=True, slots=True)
class Promotion:
    """One promotion.

    Attributes:
        term, plan: None for every one.
        value: percent off, amount off per seat and cycle, or the price per seat and cycle instead.
        start, end: first day on which it can be taken, and first day on which it can no longer.
        cycles_max: how many cycles of the contract it lasts; None means to its end date, or with `whole_term` to the term's end.
        accounts: ids, for named customers.
    """

    id: str
    code: str
    name: str
    product: str
    benefit: Benefit
    value: Decimal
    start: date
    end: date | None = None
    term: str | None = None
    plan: Plan | None = None
    cycles_max: int | None = None
    whole_term: bool = False
    eligibility: Eligibility = Eligibility.EVERYONE
    accounts: frozenset[str] = field(default_factory=frozenset)
    seats_min: int | None = None
    seats_max: int | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """What was sold.

    Attributes:
        start, seats: of the subscription's first day.
        term_end: first day after the commitment; None when there is none.
        customer_since: first day of the customer's first contract.
        unit_price: per seat and cycle; None when tiers or packages price it.
        cadence: the contract's cycles.
    """

    account: str
    product: str
    terms: Terms | None
    seats: int
    start: date
    term_end: date | None
    customer_since: date
    unit_price: Decimal | None
    cadence: Cycles


@dataclass(frozen=True, slots=True)
class NotEligible:
    """Why a promotion is not for a sale, as a sentence."""

    reason: str


def granted(promotion: Promotion, sale: Sale) -> Discount | NotEligible:
    """The discount that a promotion gives to a sale, or why it gives none. The discount's id is the promotion's."""
    reason = _reason(promotion, sale)
    if reason:
        return NotEligible(f"promotion {promotion.code} does not apply: {reason}")
    percent = promotion.value if promotion.benefit is Benefit.PERCENTAGE else None
    return Discount(
        promotion.id,
        promotion.name,
        percent,
        _amount(promotion, sale) if percent is None else None,
        sale.start,
        _ends(promotion, sale),
    )


def best(promotions: Iterable[Promotion], sale: Sale) -> tuple[Promotion, Discount] | None:
    """The one promotion that a sale gets: the one that takes most off a seat, of equal ones the first by code."""
    fitting = ((promotion, granted(promotion, sale)) for promotion in sorted(promotions, key=lambda one: (one.code, one.id)))
    given = [(promotion, discount) for promotion, discount in fitting if isinstance(discount, Discount)]
    return max(given, key=lambda pair: _off_a_seat(pair[1], sale), default=None)


def _off_a_seat(discount: Discount, sale: Sale) -> Decimal:
    if discount.percent is not None:
        return (sale.unit_price or Decimal(1)) * discount.percent / _HUNDRED
    return discount.amount or Decimal(0)


def _reason(promotion: Promotion, sale: Sale) -> str:
    """The first condition that does not hold; "" when all do."""
    term, plan = (sale.terms.term, sale.terms.plan) if sale.terms else ("", None)
    checks = (
        (sale.product == promotion.product, "it is for another product"),
        (promotion.term in (None, term), f"it is for the term {promotion.term}, not for {term or 'none'}"),
        (promotion.plan in (None, plan), f"it is for another billing plan than {plan.value if plan else 'none'}"),
        (promotion.start <= sale.start, f"it begins on {promotion.start}, and the subscription on {sale.start}"),
        (promotion.end is None or sale.start < promotion.end, f"it could be taken until {promotion.end}"),
        (promotion.seats_min is None or sale.seats >= promotion.seats_min, f"it needs {promotion.seats_min} seats or more"),
        (promotion.seats_max is None or sale.seats <= promotion.seats_max, f"it is for {promotion.seats_max} seats at most"),
        (_is_for(promotion, sale), f"it is for {promotion.eligibility.value.lower()}"),
        (
            sale.unit_price is not None or promotion.benefit is not Benefit.PRICE,
            "a price instead needs a price per seat, and this product is priced by tiers",
        ),
    )
    return next((words for holds, words in checks if not holds), "")


def _is_for(promotion: Promotion, sale: Sale) -> bool:
    if promotion.eligibility is Eligibility.NAMED:
        return sale.account in promotion.accounts
    return promotion.eligibility is Eligibility.EVERYONE or sale.customer_since >= promotion.start


def _amount(promotion: Promotion, sale: Sale) -> Decimal:
    if promotion.benefit is Benefit.AMOUNT:
        return promotion.value
    return max(Decimal(0), (sale.unit_price or Decimal(0)) - promotion.value)


def _ends(promotion: Promotion, sale: Sale) -> date | None:
    if promotion.cycles_max is not None:
        return sale.cadence.boundary(sale.cadence.number(sale.start) + promotion.cycles_max)
    return sale.term_end if promotion.whole_term and sale.term_end is not None else promotion.end
