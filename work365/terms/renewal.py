"""The end of a term: what happens then, what it costs afterwards, and until when that can be changed.

Source: Microsoft partner documentation, "Extended service terms": where automatic renewal is off and the end was not asked for
expressly, terms go on month by month, at the monthly price with an uplift. Renewals are worked on from 00:00 UTC after the last
day and may take a day. Uplifts are data: they stand on the product, and what stands here is only what Microsoft announced.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.catalogue.prices import places
from work365.errors import Refused
from work365.terms.term import Term

if TYPE_CHECKING:
    from collections.abc import Mapping

    from work365.periods import Period

RENEWING = timedelta(hours=24)
NOTICE_DAYS = (7, 30, 60, 90)
_HUNDRED = 100


class AtEnd(Enum):
    """What happens when a term ends. The values are the labels of the choice in the table model."""

    RENEW = "Renew"
    EXTEND = "Extended service term"
    END = "End"


class PriceRule(Enum):
    """What it costs afterwards. The values are the labels of the choice in the table model."""

    KEEP = "Keep"
    LIST = "New list price"
    PERCENT = "Percentage"


@dataclass(frozen=True, slots=True)
class Uplifts:
    """What is added in an extended service term, in percent; data of the product.

    Attributes:
        monthly: over the price of a monthly term.
        annual: over the price of the annual term, for what has no monthly term.
    """

    monthly: Decimal = Decimal(3)
    annual: Decimal = Decimal(23)


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices that a renewal may need, per seat and billing cycle; None where the catalogue has none.

    Attributes:
        current: in force when the term ends; 0 where nobody knows it, and then `unknown` says why.
        parts: those of the parts of a bundle, by the part's id.
    """

    current: Decimal
    listed: Decimal | None = None
    monthly: Decimal | None = None
    unknown: str = ""
    parts: Mapping[str, Prices] = field(default_factory=dict)


def next_term(at_end: AtEnd, term: Term, end: date) -> Period | None:
    """The term that follows one that ends before a day: full length, a month of an extended service term, or none."""
    if at_end is AtEnd.END:
        return None
    return (term if at_end is AtEnd.RENEW else Term.MONTH).starting(end)


def price_after(
    at_end: AtEnd, rule: PriceRule, prices: Prices, *, percent: Decimal = Decimal(0), uplifts: Uplifts | None = None
) -> Decimal:
    """The price per seat and billing cycle in the next term.

    Units:  `percent` is added: 5 raises 100 to 105, -5 lowers it to 95.
    Errors: Refused when the rule needs a price that is missing.
    """
    from_current = prices.monthly is None if at_end is AtEnd.EXTEND else rule is not PriceRule.LIST
    if prices.unknown and from_current:
        raise Refused(prices.unknown)
    if at_end is AtEnd.EXTEND:
        return extended_price(prices, uplifts or Uplifts())
    if rule is PriceRule.KEEP:
        return prices.current
    if rule is PriceRule.PERCENT:
        return raised(prices.current, percent)
    if prices.listed is None:
        message = "there is no list price for the day of the renewal; add one to the price list, or choose another price rule"
        raise Refused(message)
    return prices.listed


def extended_price(prices: Prices, uplifts: Uplifts) -> Decimal:
    """The price in an extended service term: over the monthly term, or over the annual one where there is no monthly."""
    if prices.monthly is not None:
        return raised(prices.monthly, uplifts.monthly)
    return raised(prices.current, uplifts.annual)


def raised(price: Decimal, percent: Decimal) -> Decimal:
    """A price and so many percent of it, to the ten places of a price column, half away from zero."""
    return places(Fraction(price) * (_HUNDRED + Fraction(percent)) / _HUNDRED)


def lock(end: date) -> tuple[datetime, datetime]:
    """From when until when a term that ends before a day is being renewed: nothing can be changed meanwhile."""
    closes = datetime.combine(end, time(), UTC)
    return closes, closes + RENEWING


def refuse_locked(end: date, now: datetime) -> None:
    """Errors: Refused when the term is over or being renewed, with the moment when that began."""
    closes, opens = lock(end)
    if now >= closes:
        message = (
            f"the renewal could be changed until {closes:%Y-%m-%d %H:%M} UTC, when the term ended; "
            f"look again after {opens:%Y-%m-%d %H:%M} UTC, when the new term stands"
        )
        raise Refused(message)


def notice(end: date, today: date) -> int | None:
    """7, 30, 60 or 90 when the term ends within so many days; None when later, or when it is over."""
    left = (end - today).days
    return next((days for days in NOTICE_DAYS if 0 <= left <= days), None)
