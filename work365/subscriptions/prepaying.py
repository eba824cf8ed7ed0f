"""Seats that come only once they are paid: what is asked for first, and what becomes of the wish.

The first charge of the added seats is billed as a one-time item before they come. Once its invoice is paid, the change is planned
like any other and is billed like any other, and the prepayment is taken off the same invoice: so the sum is right to the cent on
whatever day the money arrives. Unpaid on its day, the change expires and the prepayment is given back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from work365.approving.deciding import DocumentState
from work365.contracts.policy import ChangesBilled
from work365.errors import Refused
from work365.invoicing.proration import amount_minor, ruler
from work365.money import EXPONENT, Money, total
from work365.periods import Period
from work365.subscriptions.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.subscriptions.deciding import Decision, Wish
    from work365.subscriptions.held import Held
    from work365.subscriptions.parts import Followed
    from work365.subscriptions.scheduling import Scheduled

DAYS_TO_PAY = 14


@dataclass(frozen=True, slots=True)
class Asked:
    """What a customer is asked to pay, net, the last day for it, and the seats and days that it is for."""

    amount: Money
    pay_by: date
    what: str


class Next(Enum):
    """What becomes of a change that waits for its payment."""

    WAIT = "wait"
    RELEASE = "release"
    EXPIRE = "expire"
    DECIDE = "a person decides"


def asked(
    held: Held, wish: Wish, decision: Decision, pay_by: date | None, today: date, *, parts: Sequence[Followed] = ()
) -> Asked:
    """The first charge of added seats: from the day of the change to the end of that billing cycle.

    Shape:  without a day to pay by it is DAYS_TO_PAY after the day on which the prepayment can be billed. `parts` are those of a
            bundle that come with its seats; each side is rounded by itself, as its line will be.
    Errors: Refused for anything but more seats, for seats that cost nothing, and for a day on which no bill can be paid yet.
    """
    added = decision.rows[0].delta
    if wish.event is not Event.QUANTITY or added <= 0:
        message = "only more seats can wait for a payment; fewer seats can be kept for the next term"
        raise Refused(message)
    handed_over = next((since for since, _ in held.place.contract.pays_from() if since > today), None)
    if handed_over is not None:
        message = f"from {handed_over} on another account pays the contract; order seats that are paid first on that day or later"
        raise Refused(message)
    if held.product is None:
        message = f"{held.name} has no product, and its tax category decides the tax of the prepayment; choose one on its form"
        raise Refused(message)
    sides = [(held, decision), *((part.held, part.decision) for part in parts)]
    charges = [_first_charge(one, wish.on, each) for one, each in sides if one.billable]
    amount = total((charge for charge, _ in charges), held.place.contract.currency)
    until = max((end for _, end in charges), default=wish.on)
    if amount.minor <= 0:
        message = f"{added} more seats of {held.name} cost nothing until {until}; there is nothing to wait for"
        raise Refused(message)
    billed = _billed_on(held, today)
    last = pay_by or billed + timedelta(days=DAYS_TO_PAY)
    if last < billed:
        message = (
            f"the prepayment is billed on {billed} at the earliest, so it cannot be paid by {last}; choose a later day, "
            "or let the contract bill its changes at once"
        )
        raise Refused(message)
    last_day = until - timedelta(days=1)
    with_parts = " with its parts" if parts else ""
    return Asked(amount, last, f"{added} seats of {held.name}{with_parts}, {wish.on} to {last_day}")


def _first_charge(held: Held, on: date, decision: Decision) -> tuple[Money, date]:
    """What the seats that a change adds cost until the end of that billing cycle, and that day. Errors: Refused."""
    if held.listed:
        message = f"{held.name} is priced by its price list; seats are paid first only where they have a price of their own"
        raise Refused(message)
    contract, added = held.place.contract, decision.rows[0].delta
    number = contract.cadence.number(on)
    cycle, measure = contract.cadence.cycle(number), ruler(contract, number)
    numerator, denominator = decision.rows[0].unit_price.as_integer_ratio()
    used = Period(on, cycle.end)
    cost = (added * numerator, denominator)
    minor = amount_minor(cost, measure.used(used), measure.length, 10 ** EXPONENT[contract.currency])
    return Money(minor, contract.currency), cycle.end


def _billed_on(held: Held, today: date) -> date:
    """The first run that can bill an item: the next one, or that of the contract's next cycle."""
    place = held.place
    if place.contract.changes_billed is ChangesBilled.NOW:
        return today
    return max(place.next_invoice_date or today, today)


def what_next(planned: Scheduled, today: date) -> Next:
    """What becomes of a change that waits for its payment, on a day of its contract's zone.

    Shape: it never expires while the document that asks for the payment is a draft, which a person has to issue first.
    """
    prepayment = planned.prepayment
    if prepayment is not None and prepayment.paid:
        return Next.RELEASE
    if planned.pay_by is None or today <= planned.pay_by or (prepayment is not None and prepayment.unsent):
        return Next.WAIT
    partly = prepayment is not None and prepayment.standing is DocumentState.PARTIAL
    return Next.DECIDE if partly else Next.EXPIRE


def refuse_fewer(planned: Scheduled, decision: Decision) -> None:
    """Errors: Refused when seats that were paid for would take away others that came meanwhile."""
    row = decision.rows[0]
    if planned.prepayment is not None and row.delta <= 0:
        message = (
            f"{planned.name} has {row.quantity - row.delta} seats by now, and {row.quantity} were paid for; cancel this change, "
            "which gives the prepayment back, and ask for the seats that are still wanted"
        )
        raise Refused(message)
