"""Which invoices that a mail asks for can be paid by a link in it: decided from what they are when the mail leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import zero
from work365.receivables.charging import CHARGEABLE
from work365.receivables.pay_links import PaidElsewhere, PayTerms, refuse_mailing

if TYPE_CHECKING:
    from datetime import date, timedelta

    from work365.money import Money
    from work365.receivables.payments import InvoiceStatus

LINKS_MAX = 50
"""Of one mail; what is oldest comes first."""


@dataclass(frozen=True, slots=True)
class Offer:
    """For how long a link opens an invoice. Shape: None: none is mailed; `without` then says why, where one was to be."""

    good_for: timedelta | None = None
    without: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """An invoice that a mail asks for.

    Attributes:
        disputed: what of it the customer does not accept.
        terms: None where the setting `pay-link` is off.
        collected: its contract is charged by itself.
        due: None where it is due at once.
        problem: why that is not known: a setting cannot be used.
    """

    number: str
    balance: Money
    disputed: Money
    status: InvoiceStatus
    terms: PayTerms | None = None
    collected: bool = False
    due: date | None = None
    problem: str = ""


def offer(terms: PayTerms | None, balance: Money, public_url: str, *, collected: bool) -> Offer:
    """A link where something is owed that nobody collects by itself: what is collected anyway is not to be paid as well."""
    if terms is None or collected or balance <= zero(balance.currency):
        return Offer()
    try:
        refuse_mailing(terms, balance.currency, public_url)
    except PaidElsewhere as error:
        return Offer(without=str(error))
    return Offer(terms.good_for)


def offer_for(one: Payable, public_url: str, today: date) -> Offer:
    """The same for an invoice among others; what is open after it was due was not collected by itself, and is asked for.

    Shape: a link pays the whole balance, so one of which a part is disputed, and not asked for, has none.
    """
    if one.status not in CHARGEABLE or one.disputed.minor:
        return Offer()
    if one.problem:
        return Offer(without=one.problem)
    late = one.due is not None and today > one.due
    return offer(one.terms, one.balance, public_url, collected=one.collected and not late)
