"""Disputes: what a cardholder's bank takes back of a charge, and gives back when we win.

    inquiry   warning_needs_response → warning_under_review → warning_closed           takes nothing
    dispute   needs_response → under_review → won | lost                               takes its amount, with a fee of ours
    appeal    lost → appeal_needs_response → appeal_under_review → won | lost

An inquiry may become a dispute. Nothing moves but through the door (`control.py`); evidence is given in the dashboard, not here.

Source: docs.stripe.com/api/disputes, docs.stripe.com/disputes/how-disputes-work, docs.stripe.com/api/events/types
(charge.dispute.created, updated, closed, funds_withdrawn, funds_reinstated). How many days evidence may take depends on the
scheme; here it is nine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe import events, movements
from local.stripe.faults import Fault

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]
EVIDENCE_S, FEE = 9 * 86_400, 1500
MOVES = {
    "warning_needs_response": {"warning_under_review", "warning_closed", "needs_response"},
    "warning_under_review": {"warning_closed", "needs_response"},
    "needs_response": {"under_review", "won", "lost"},
    "under_review": {"won", "lost"},
    "lost": {"appeal_needs_response"},
    "appeal_needs_response": {"appeal_under_review", "won", "lost"},
    "appeal_under_review": {"won", "lost"},
}
ENDS = frozenset({"won", "lost", "warning_closed"})


def open_(world: World, intent: str, amount: int | None, reason: str, *, inquiry: bool) -> Object:
    """A bank disputes a charge, or a part of it. Errors: Fault when there is not so much."""
    charge = world.need("charge", world.need("payment_intent", intent)["latest_charge"])
    left = charge["amount"] - charge["amount_refunded"] - disputed(world, charge)
    asked = left if amount is None else amount
    if not 0 < asked <= left:
        raise Fault(400, f"{asked} of {left} cannot be disputed", param="amount")
    made = world.make(
        "dispute",
        "dp",
        amount=asked,
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        evidence={},
        evidence_details={"due_by": world.now + EVIDENCE_S, "has_evidence": False, "past_due": False, "submission_count": 0},
        is_charge_refundable=inquiry,
        metadata={},
        payment_intent=intent,
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    world.shelf.put("charge", {**charge, "disputed": True})
    events.happened(world, "charge.dispute.created", made)
    return made if inquiry else _moved(world, made, -asked)


def _moved(world: World, dispute: Object, amount: int) -> Object:
    category, fee = ("dispute", FEE) if amount < 0 else ("dispute_reversal", 0)
    transaction = movements.moved(world, "adjustment", amount, source=dispute, fee=fee, category=category)
    changed = world.shelf.put("dispute", {**dispute, "balance_transactions": [*dispute["balance_transactions"], transaction]})
    events.happened(world, f"charge.dispute.funds_{'withdrawn' if amount < 0 else 'reinstated'}", changed)
    return changed


def get_on(world: World, id: str, status: str) -> Object:  # noqa: A002  Stripe's word
    """A dispute gets on. Errors: Fault when it cannot get there."""
    dispute = world.need("dispute", id)
    if status not in MOVES.get(dispute["status"], ()):
        raise Fault(400, f"a dispute that is {dispute['status']} does not become {status}")
    due = world.now + EVIDENCE_S if status.endswith("needs_response") else None
    changes = {"status": status, "evidence_details": {**dispute["evidence_details"], "due_by": due}}
    changed = world.shelf.put("dispute", {**dispute, **changes})
    events.happened(world, "charge.dispute.closed" if status in ENDS else "charge.dispute.updated", changed)
    if status == "won":
        return _moved(world, changed, held(changed))
    return _moved(world, changed, -changed["amount"]) if status == "needs_response" else changed


def held(dispute: Object) -> int:
    """What a dispute has taken and not given back."""
    moved: int = sum(one["amount"] for one in dispute["balance_transactions"])
    return -moved


def disputed(world: World, charge: Object) -> int:
    """What disputes hold of a charge."""
    return sum(held(one) for one in world.shelf.all("dispute") if one["charge"] == charge["id"])


def retrieve(world: World, params: Params, id: str) -> Object:  # noqa: A002, ARG001  Stripe's word; every route has parameters
    """One dispute."""
    return world.need("dispute", id)


def listed(world: World, params: Params) -> Object:
    """Disputes of a charge or an intent."""
    equal = {name: params.get(name) for name in ("charge", "payment_intent")}
    return world.page("dispute", params, "/v1/disputes", **equal)
