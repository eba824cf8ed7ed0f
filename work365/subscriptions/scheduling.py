"""Changes with a day in the future: which of them are due, and which are billed before their day.

A cycle that is billed in advance is billed with every change that is planned inside it; so a run that is about to bill a cycle
first makes rows of these, effective on their own days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.subscriptions.ledger import Event
from work365.terms.renewal import AtEnd, refuse_locked

if TYPE_CHECKING:
    from datetime import date, datetime

    from work365.subscriptions.deciding import Wish
    from work365.subscriptions.held import Held, Place
    from work365.subscriptions.prepayment import Prepayment


class ScheduleState(Enum):
    """Where a planned change stands. The values are the labels of its status reason."""

    SCHEDULED = "Scheduled"
    WAITING = "Waiting for approval"
    AWAITING = "Waiting for payment"
    HELD = "Waiting for credit hold"
    DONE = "Done"
    FAILED = "Failed"
    CANCELLED = "Cancelled"
    EXPIRED = "Expired"
    LIMITED = "Waiting for credit limit"


@dataclass(frozen=True, slots=True)
class Stop:
    """Why an order waits: one of `STOPPED`, and what its row says."""

    state: ScheduleState
    text: str


STOPPED = (ScheduleState.HELD, ScheduleState.LIMITED)
"""What goes on by itself, in the order of entry, once nothing stops the customer any more."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A planned change.

    Attributes:
        place: None where its subscription is on no contract.
        prepayment: what is paid before it happens; None where nothing is, and until it is asked for.
        pay_by: the last day for that.
        asked: when it was planned; it is decided as of then, so that a job that is late decides the same.
        edited_by: id of the user who has just written it by hand; "" where the functions have written on it since.
    """

    id: str
    subscription: str
    name: str
    wish: Wish
    state: ScheduleState
    place: Place | None = None
    attempts: int = 0
    message: str = ""
    etag: str = ""
    prepayment: Prepayment | None = None
    pay_by: date | None = None
    asked: datetime | None = None
    edited_by: str = ""


def entered(planned: Scheduled) -> tuple[str, str, str]:
    """Sorts changes by when they were asked for.

    Shape:  Dataverse keeps that to the second, so the day that they are for decides between two of one second, then their ids.
    """
    asked = "" if planned.asked is None else planned.asked.isoformat()
    return asked, planned.wish.on.isoformat(), planned.id


def due(planned: Scheduled, today: date) -> bool:
    """It becomes a row of the change log now."""
    return planned.state is ScheduleState.SCHEDULED and come(planned, today)


def come(planned: Scheduled, today: date) -> bool:
    """Its day has come, or a cycle that contains it is about to be billed."""
    return planned.wish.on <= today or (planned.place is not None and planned.wish.on < _billed_to(planned.place, today))


def edited(planned: Scheduled, said: Wish, today: date) -> Wish:
    """The wish of a planned change with what somebody says anew; None leaves a thing as it was planned.

    Errors: Refused for one that waits for money, for a day that has come, and for a thing that its kind does not have.
    """
    if planned.state is ScheduleState.AWAITING:
        message = f"the change of {planned.name} waits for its payment, which is for these seats and days; cancel it and ask anew"
        raise Refused(message)
    wish = planned.wish
    for name, value, event in (("seats", said.quantity, Event.QUANTITY), ("a price", said.unit_price, Event.PRICE)):
        if value is not None and wish.event is not event:
            message = f"{wish.event.value} of {planned.name} has no {name.removeprefix('a ')} to edit; cancel it and ask anew"
            raise Refused(message)
    if said.on <= today:
        message = f"{said.on} is not a day to come; cancel the plan and make the change itself"
        raise Refused(message)
    return replace(
        wish,
        on=said.on,
        quantity=wish.quantity if said.quantity is None else said.quantity,
        unit_price=wish.unit_price if said.unit_price is None else said.unit_price,
        refund=wish.refund if said.refund is None else said.refund,
    )


def next_term(held: Held, now: datetime) -> date:
    """The day from which a change is kept for the next term. Errors: Refused when none follows, or it cannot be changed now."""
    agreed = held.agreed
    if agreed is None:
        message = f"{held.name} is bound by no term; say the day of the change"
        raise Refused(message)
    if agreed.at_end is AtEnd.END:
        message = (
            f"{held.name} ends with its term on {agreed.end}; say first that it is renewed, with `w365 renewals --at-end renew`"
        )
        raise Refused(message)
    refuse_locked(agreed.end, now)
    return agreed.end


def _billed_to(place: Place, today: date) -> date:
    """The first day that a run of today does not bill; today where it bills no cycle."""
    if place.next_invoice_date is not None and place.next_invoice_date > today:
        return today
    contract = place.contract
    return contract.cadence.boundary(contract.due_limit(today))
