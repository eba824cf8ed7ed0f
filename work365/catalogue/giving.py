"""Give a promotion to a sale by its name: which of its rows fits, or why none does.

Without a name a sale gets the one that takes most off a seat, as it does by itself with its first bill. A code has a row for each
product, term and plan that it is for, so a code is refused with the reason of a row for the sale's product, if it has one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.catalogue.promotions import NotEligible, best, granted
from work365.errors import Refused
from work365.ids import derived
from work365.invoicing.work import Grant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.catalogue.promotions import Promotion, Sale
    from work365.subscriptions.discount import Discount


@dataclass(frozen=True, slots=True)
class Answer:
    """What one promotion says to a sale: the discount that it gives, or why it gives none."""

    promotion: Promotion
    outcome: Discount | NotEligible


def answers(promotions: Sequence[Promotion], sale: Sale) -> tuple[Answer, ...]:
    """Each promotion's answer, those for the sale's product first, by code."""
    ordered = sorted(promotions, key=lambda one: (one.product != sale.product, one.code, one.id))
    return tuple(Answer(one, granted(one, sale)) for one in ordered)


def chosen(promotions: Sequence[Promotion], sale: Sale, code: str = "") -> tuple[Promotion, Discount]:
    """The promotion that a sale gets, and the discount that it becomes.

    Shape:  `promotions` can be taken at present; `code` is what the customer was offered, "" for the best one.
    Errors: Refused with the reason why it does not apply, or why none of them does.
    """
    named = [one for one in promotions if not code or one.code.lower() == code.lower()]
    if not named:
        what = f"the code '{code}'" if code else "any code"
        message = f"there is no active promotion with {what}; look them up with `w365 promotions list`"
        raise Refused(message)
    given = best(named, sale)
    if given is not None:
        return given
    said = [one.outcome.reason for one in answers(named, sale) if isinstance(one.outcome, NotEligible)]
    raise Refused(said[0] if code else "; ".join(said))


def grant_of(subscription: str, promotion: Promotion, discount: Discount) -> Grant:
    """What a promotion gives to a subscription; its id comes from both, so there is one of each, whoever gives it."""
    own = derived("granted promotion", subscription, promotion.id)
    return Grant(subscription, promotion.id, replace(discount, id=own))


def promotion_sentence(discount: Discount) -> str:
    """What a promotion that was given takes off, and for which days."""
    off = "" if discount.amount is None else f"{discount.amount.normalize():f} off a seat and cycle "
    until = "for good" if discount.end is None else f"until {discount.end}, then the normal price"
    return f"{discount.called}: {off}from {discount.start} {until}."
