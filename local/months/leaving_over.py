"""Acts around money that a payment has left over: how it comes about, and what a bookkeeper does with it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from dataverse.stores.applying_left_over import LeftOvers
from dataverse.stores.currencies import Currencies
from local.months.acts import act
from local.months.giving import succeeded
from local.months.reading import numbers
from local.months.receiving import transfers
from local.stripe.enrolling import control
from work365.handlers import applying_left_over
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from random import Random

    from local.months.office import Office

PAYMENT = "w365_payment"


@act(3)
def a_customer_pays_twice(office: Office, dice: Random) -> str | None:
    """The bank takes a card payment back, the customer pays by transfer, and the bank gives the card payment back."""
    cards = [row for row in succeeded(office) if row["w365_gatewayreference"].startswith("pi_")]
    if not cards:
        return None
    row, stripe = dice.choice(cards), office.partner.stripe
    try:
        dispute = control(stripe, "dispute", {"payment_intent": row["w365_gatewayreference"], "amount": None})["id"]
    except AssertionError:  # nothing is left of it
        return None
    _hears(office)
    number = numbers(office.partner)[row["_w365_invoice_value"]]
    transfers(office, Decimal("368.90"), [Wish(number)])
    control(stripe, "disputed", {"dispute": dispute, "to": "won"})
    _hears(office)
    return number


def _hears(office: Office) -> None:
    office.partner.stripe.deliver()
    office.work()


@act(3)
def use_what_is_left_over(office: Office, dice: Random) -> str | None:
    """What a payment through a gateway has left over goes to the oldest invoices."""
    found = sorted(row["w365_gatewayreference"] for row in office.partner.rows(PAYMENT) if (row["w365_spare"] or 0) > 0)
    if not found:
        return None
    reference = str(dice.choice(found))

    def type_it() -> None:
        partner, close_page = office.partner, office.application.close_page
        applying_left_over.apply(reference, None, book=_left_overs(office), now=partner.now, close_page=close_page)

    office.tries("the bookkeeper", type_it)
    return reference


@act(3)
def take_what_was_left_over_back(office: Office, dice: Random) -> str | None:
    """What it pays of one invoice is undone; where it pays none yet, it does first."""
    paid = _paid_with_it(office)
    if not paid and use_what_is_left_over(office, dice):
        paid = _paid_with_it(office)
    if not paid:
        return None
    row, called = dice.choice(sorted(paid, key=lambda one: str(one["w365_name"]))), numbers(office.partner)
    of = next(one for one in office.partner.rows(PAYMENT) if one["w365_paymentid"] == row["_w365_leftoverof_value"])
    reference, number = str(of["w365_gatewayreference"]), called[row["_w365_invoice_value"]]
    take_back = partial(applying_left_over.take_back, reference, number, "Meant for another", book=_left_overs(office))
    office.tries("the bookkeeper", take_back)
    return number


def _paid_with_it(office: Office) -> list[dict[str, Any]]:
    return [row for row in office.partner.rows(PAYMENT) if row["_w365_leftoverof_value"]]


def _left_overs(office: Office) -> LeftOvers:
    return LeftOvers(office.partner.guarded, Currencies(office.partner.quiet), office.partner.today)
