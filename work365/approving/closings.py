"""A contract that is closed, as an approver is shown it: what ends with it, and what that took in a month."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from work365.approving.matters import Matter
from work365.approving.request import Request
from work365.approving.thresholds import Size
from work365.money import rounded
from work365.revenue.recurring import per_month

if TYPE_CHECKING:
    from work365.closing.planning import Ending, Plan
    from work365.money import Money


def of_closing(plan: Plan) -> Request:
    """The request that closing a contract is. Shape: what its term keeps to the end of that term ends, too."""
    number = plan.subject.number
    facts = {
        "contract": plan.subject.id,
        "on": plan.on.isoformat(),
        "given back": "" if plan.refund is None else plan.refund.value,
        **{f"ends {one.held.name} {one.held.id}": _said(one) for one in plan.endings},
    }
    what = f"Contract {number} closed on {plan.on}; subscriptions that end: {len(plan.endings)}"
    return Request(what, (Size(Matter.REDUCTION, _worth(plan)),), {name: said for name, said in facts.items() if said})


def _said(one: Ending) -> str:
    price = "the price of its list" if one.held.listed else f"{one.held.unit_price.normalize():f}"
    return f"{one.held.quantity} seats at {price} on {one.day}"


def _worth(plan: Plan) -> Money | None:
    """A month's worth of what ends, before discounts; None where a price list or another currency says what it costs."""
    worth = Fraction(0)
    for one in plan.endings:
        held = one.held
        if held.listed or held.currency:
            return None
        if held.billable:
            worth += per_month(held.quantity * Fraction(held.unit_price), held.terms.on(one.day).frequency)
    return rounded(worth, plan.subject.place.contract.currency)
