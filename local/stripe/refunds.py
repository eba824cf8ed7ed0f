"""Refunds: money given back of a charge, and what may become of it.

    pending | requires_action → succeeded → failed          pending | requires_action → failed
                              (a bank sends it back)        requires_action → canceled

A card is refunded at once, a bank account is pending until the door says how it ends (`control.py`).

Source: docs.stripe.com/api/refunds (never more than is left on the charge; status), docs.stripe.com/refunds#failed-refunds (a
failed refund returns to the balance, and the charge may be refunded again), docs.stripe.com/error-codes (charge_disputed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe import disputes, events
from local.stripe.faults import Fault
from local.stripe.movements import moved

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]

BEGINS = frozenset({"pending", "requires_action", "succeeded"})
ENDS = {
    "pending": frozenset({"succeeded", "failed"}),
    "requires_action": frozenset({"pending", "succeeded", "failed", "canceled"}),
    "succeeded": frozenset({"failed"}),
}
NOT_DRAWN = ("currency", "customer", "instructions_email", "origin", "refund_application_fee", "reverse_transfer")
"""Parameters that Stripe has and this stand-in has not: refunds without a charge, and those of Connect."""


def create(world: World, params: Params) -> Object:
    """Give money back."""
    for name in NOT_DRAWN:
        if name in params:
            raise Fault(501, f"this stand-in of Stripe refunds without {name}", param=name)
    charge = _charge(world, params)
    left = charge["amount"] - charge["amount_refunded"] - disputes.disputed(world, charge)
    amount = params.get("amount", left)
    if not left and charge["disputed"]:
        raise Fault(400, f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if not left:
        raise Fault(400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if not 0 < amount <= left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise Fault(400, message, param="amount")
    status = _begins(world, charge)
    made = world.make(
        "refund",
        "re",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        failure_reason=None,
        metadata=params.get("metadata", {}),
        payment_intent=charge["payment_intent"],
        pending_reason="processing" if status == "pending" else None,
        reason=params.get("reason"),
        status=status,
    )
    card = world.need("payment_method", charge["payment_method"])["type"] == "card"
    transaction = moved(world, "refund" if card else "payment_refund", -amount, source=made)
    made = world.shelf.put("refund", {**made, "balance_transaction": transaction["id"]})
    events.happened(world, "refund.created", made)
    _refunded(world, charge, amount)
    return made


def _charge(world: World, params: Params) -> Object:
    if "charge" in params:
        return world.need("charge", params["charge"])
    if "payment_intent" not in params:
        raise Fault(400, "One of the following params should be provided: payment_intent or charge.", code="parameter_missing")
    intent = world.need("payment_intent", params["payment_intent"])
    if intent["status"] != "succeeded":
        raise Fault(400, f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return world.need("charge", intent["latest_charge"])


def _begins(world: World, charge: Object) -> str:
    chosen = world.shelf.get("setting", "refunds")
    if chosen is not None:
        return str(chosen["status"])
    method = world.need("payment_method", charge["payment_method"])
    return "succeeded" if method["type"] == "card" else "pending"


def _refunded(world: World, charge: Object, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    changed = world.shelf.put("charge", {**charge, "amount_refunded": refunded, "refunded": refunded == charge["amount"]})
    if amount > 0:
        events.happened(world, "charge.refunded", changed, {"amount_refunded": charge["amount_refunded"]})


def end(world: World, id: str, status: str, reason: str | None) -> Object:  # noqa: A002  Stripe's word
    """The bank's part of a refund. Errors: Fault when it cannot get there."""
    refund = world.need("refund", id)
    if status not in ENDS.get(refund["status"], ()):
        raise Fault(400, f"a refund that is {refund['status']} does not become {status}")
    changes: Object = {"status": status, "pending_reason": None}
    if status in ("failed", "canceled"):
        changes["failure_reason"] = reason or ("unknown" if status == "failed" else None)
        transaction = moved(world, "refund_failure", refund["amount"], source=refund)
        changes["failure_balance_transaction"] = transaction["id"]
        _refunded(world, world.need("charge", refund["charge"]), -refund["amount"])
    changed = world.shelf.put("refund", {**refund, **changes})
    events.happened(world, "refund.updated", changed, {"status": refund["status"]})
    if status == "failed":
        events.happened(world, "refund.failed", changed, {"status": refund["status"]})
    return changed


def retrieve(world: World, params: Params, id: str) -> Object:  # noqa: A002, ARG001  Stripe's word; every route has parameters
    """One refund."""
    return world.need("refund", id)


def listed(world: World, params: Params) -> Object:
    """Refunds of a charge or an intent."""
    equal = {name: params.get(name) for name in ("charge", "payment_intent")}
    return world.page("refund", params, "/v1/refunds", **equal)
