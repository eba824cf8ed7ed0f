"""Charges, each with what it moves of the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe.movements import moved

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
    card = world.need("payment_method", charge["payment_method"])["type"] == "card"
    transaction = moved(world, "charge" if card else "payment", charge["amount"], source=charge, fee=fee)
    return world.shelf.put("charge", {**charge, "balance_transaction": transaction["id"]})


def listed(world: World, params: Params) -> Object:
    """Charges of a customer or an intent."""
    equal = {name: params.get(name) for name in ("customer", "payment_intent")}
    return world.page("charge", params, "/v1/charges", **equal)
