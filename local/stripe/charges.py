"""Charges, refunds and what they do to the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe import events
from local.stripe.faults import Fault

if TYPE_CHECKING:
    from local.stripe.instruments import Decline
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]
FEE_PER_THOUSAND, FEE_FIXED = 15, 25
"""A made-up price; the real one depends on the account."""


def made(world: World, intent: Object, decline: Decline | None) -> Object:
    """The charge of one confirmation, taken or declined."""
    paid = decline is None
    charge = world.make(
        "charge",
        "ch",
        amount=intent["amount"],
        amount_captured=intent["amount"] if paid else 0,
        amount_refunded=0,
        balance_transaction=None,
        captured=paid,
        currency=intent["currency"],
        customer=intent["customer"],
        disputed=False,
        failure_code=decline.code if decline else None,
        failure_message=decline.message if decline else None,
        metadata=intent["metadata"],
        paid=paid,
        payment_intent=intent["id"],
        payment_method=intent["payment_method"],
        refunded=False,
        status="succeeded" if paid else "failed",
    )
    if not paid:
        return charge
    fee = charge["amount"] * FEE_PER_THOUSAND // 1000 + FEE_FIXED
    moved = _balance(world, charge, "charge", charge["amount"], fee)
    return world.shelf.put("charge", {**charge, "balance_transaction": moved["id"]})


def _balance(world: World, source: Object, category: str, amount: int, fee: int) -> Object:
    return world.make(
        "balance_transaction",
        "txn",
        amount=amount,
        available_on=world.now + 2 * 86_400,
        currency=source["currency"],
        description=None,
        exchange_rate=None,
        fee=fee,
        fee_details=[],
        net=amount - fee,
        reporting_category=category,
        source=source["id"],
        status="pending",
        type=category,
    )


def refund(world: World, params: Params) -> Object:
    """Give money back. Source: docs.stripe.com/api/refunds/create: never more than is left on the charge."""
    charge = _refundable(world, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    if not left:
        raise Fault(400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if not 0 < amount <= left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise Fault(400, message, param="amount")
    back = world.make(
        "refund",
        "re",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        metadata=params.get("metadata", {}),
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="succeeded",
    )
    moved = _balance(world, back, "refund", -amount, 0)
    back = world.shelf.put("refund", {**back, "balance_transaction": moved["id"]})
    refunded = charge["amount_refunded"] + amount
    changed = world.shelf.put("charge", {**charge, "amount_refunded": refunded, "refunded": refunded == charge["amount"]})
    events.happened(world, "refund.created", back)
    events.happened(world, "charge.refunded", changed, {"amount_refunded": charge["amount_refunded"]})
    return back


def _refundable(world: World, params: Params) -> Object:
    if "charge" in params:
        return world.need("charge", params["charge"])
    if "payment_intent" not in params:
        raise Fault(400, "One of the following params should be provided: payment_intent or charge.", code="parameter_missing")
    intent = world.need("payment_intent", params["payment_intent"])
    if intent["status"] != "succeeded":
        raise Fault(400, f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return world.need("charge", intent["latest_charge"])


def listed(world: World, params: Params) -> Object:
    """Charges of a customer or an intent."""
    equal = {name: params.get(name) for name in ("customer", "payment_intent")}
    return world.page("charge", params, "/v1/charges", **equal)


def refunds(world: World, params: Params) -> Object:
    """Refunds of a charge or an intent."""
    equal = {name: params.get(name) for name in ("charge", "payment_intent")}
    return world.page("refund", params, "/v1/refunds", **equal)


def movements(world: World, params: Params) -> Object:
    """What moved the balance."""
    equal = {name: params.get(name) for name in ("source", "type", "currency")}
    return world.page("balance_transaction", params, "/v1/balance_transactions", **equal)
