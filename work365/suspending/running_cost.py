"""What a suspended subscription goes on costing, and what a person has to do at the supplier by hand.

Suspending at Microsoft does not stop its bill: it goes on until the term ends, auto-renew is switched off, and the quantity
cannot be changed while it is suspended. Usage that was metered is billed, and what stays stored may go on being metered.
Source: Microsoft Learn, Partner Center, "Suspend a subscription", "Reactivate a suspended subscription".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import Money, rounded, total

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from work365.money import Currency
    from work365.supplied.costing import CostLine

WHOLE = ("New", "Renew", "Cycle fee")
"""Charge types that bill a cycle as it goes on; what was added or removed in the middle of one is in the next."""
PARTNER_CENTER = "In Partner Center, or at your distributor, open the customer, then Subscriptions, and choose {name}"
SUSPEND = (
    f"{PARTNER_CENTER}; set it to Suspended and submit. Its auto-renew is switched off by that, and its seats cannot be changed "
    "until it is active again. Microsoft goes on billing you until the term ends."
)
REACTIVATE = f"{PARTNER_CENTER}; set it to Active and submit. Switch auto-renew on again, if it is to renew."
ELSEWHERE = "{name} is known from no supplier: nothing has to be done there."


@dataclass(frozen=True, slots=True)
class Running:
    """What goes on being charged. Shape: `amount` is None where nobody knows; `words` say where it is from."""

    amount: Money | None
    words: str


UNKNOWN = Running(None, "No cost is known: no supplier's bill and no cost on the subscription.")


def of_bills(charged: Sequence[CostLine]) -> Running | None:
    """The newest whole cycle that the supplier's bills charge; None where they charge none."""
    whole = [one for one in charged if one.charge in WHOLE and one.subtotal > 0]
    if not whole:
        return None
    newest = max(one.period.start for one in whole)
    last = [one for one in whole if one.period.start == newest]
    code, period = last[0].currency, last[0].period
    amount = total((rounded(one.subtotal, code) for one in last if one.currency == code), code)
    bills = ", ".join(sorted({one.bill for one in last}))
    return Running(amount, f"{amount} for each cycle of {period.days} days, as on the supplier's bill {bills}.")


def of_the_row(quantity: int, unit_cost: Decimal | None, code: Currency | None) -> Running | None:
    """What the subscription says itself; None where it says no cost."""
    if unit_cost is None or code is None:
        return None
    amount = rounded(quantity * unit_cost, code)
    return Running(amount, f"{amount} for each cycle: {quantity} x {unit_cost.normalize():f}, the cost on the subscription.")


def of_usage(cost: Money) -> Running:
    """Usage of the month so far."""
    return Running(cost, f"{cost} of usage this month so far; what stays switched on goes on being metered.")


def by_hand(name: str, *, at_supplier: bool, active: bool) -> str:
    """What to do at the supplier, as a sentence: suspend there, or reactivate."""
    return (ELSEWHERE if not at_supplier else REACTIVATE if active else SUSPEND).format(name=name)
