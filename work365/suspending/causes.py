"""What asks for the suspension of what is on a contract: an invoice overdue for too long, a step of a reminder plan, Azure usage.

What is disputed, never reminded of or paid asks for nothing. While a payment is on its way, a pause or promise holds, or the
customer has enough with us that nobody has applied yet, everything stays: nothing new is begun, and nothing is given up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.money import rounded, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from work365.money import Currency, Money
    from work365.reminding.owed import Owed


class Cause(Enum):
    """What asks for it. The values are the labels of the choice in the table model."""

    OVERDUE = "Overdue"
    SPEND = "Azure spend"
    PLAN = "Reminder plan"


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that asks for a suspension.

    Attributes:
        episode: what makes it the same one when it is met again.
        reason: with its figures.
        invoice: id of the one that is overdue; "" for usage.
        warned: the customer was warned already, by the mails of a reminder plan.
        waits: nothing moves for now.
    """

    cause: Cause
    episode: str
    reason: str
    invoice: str = ""
    warned: bool = False
    waits: bool = False


def overdue(owed: Iterable[Owed], limit_days: int, today: date, spare: Money | None) -> Trigger | None:
    """What an invoice of a contract asks for that is overdue for more than so many days, the oldest first.

    Shape: `spare` is what the customer has with us in that currency, and nobody has applied yet.
    """
    late = [one for one in owed if (today - one.due).days > limit_days]
    return _first(Cause.OVERDUE, late, today, spare, f"more than {limit_days} days")


def stepped(owed: Iterable[Owed], steps: Mapping[str, str], today: date, spare: Money | None) -> Trigger | None:
    """What a step of a reminder plan asks for; `steps` says by the invoice's id which one was taken."""
    taken = [one for one in owed if one.id in steps]
    first = _first(Cause.PLAN, taken, today, spare, "")
    if first is None:
        return None
    return replace(first, reason=f"{first.reason}. It had the step {steps[first.invoice]}", warned=True)


def spent(costs: Mapping[Currency, Decimal], limit: Money, month: date, whose: str) -> Trigger | None:
    """What usage since the first of a month asks for that costs more than a limit, in the supplier's currency.

    Errors: BadInput for costs in another currency than the limit's: they are neither converted nor left out.
    """
    foreign = sorted(code for code, cost in costs.items() if code != limit.currency and cost)
    if foreign:
        message = (
            f"The usage of {whose} costs {' and '.join(foreign)}, and 'suspend-azure-spend' says {limit}; say it in {foreign[0]}."
        )
        raise BadInput(message)
    cost = rounded(costs.get(limit.currency, Decimal(0)), limit.currency)
    if cost <= limit:
        return None
    return Trigger(Cause.SPEND, f"{month:%Y-%m}", f"Usage since {month} costs {cost}, which is more than {limit}")


def _first(cause: Cause, owed: Iterable[Owed], today: date, spare: Money | None, limit: str) -> Trigger | None:
    """The oldest invoice that asks for it; where all of them wait, the oldest of these."""
    found = [one for one in sorted(owed, key=lambda one: (one.due, one.number)) if one.asked.minor and not one.opted_out]
    if not found:
        return None
    covered = spare is not None and spare >= total((one.asked for one in found), spare.currency)
    free = [] if covered else [one for one in found if not one.paused(today) and not one.on_its_way]
    one = (free or found)[0]
    late = f"{one.number} has been overdue for {(today - one.due).days} days"
    reason = f"{late}, {limit}, and {one.asked} is open" if limit else f"{late}, and {one.asked} is open"
    return Trigger(cause, one.number, reason, one.id, waits=not free)
