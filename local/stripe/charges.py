"""Charges, and what moves the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    transaction = moved(world, charge, "charge", charge["amount"], fee)
    return world.shelf.put("charge", {**charge, "balance_transaction": transaction["id"]})


def moved(world: World, source: Object, category: str, amount: int, fee: int = 0) -> Object:
    """A movement of the balance, caused by something."""
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


def listed(world: World, params: Params) -> Object:
    """Charges of a customer or an intent."""
    equal = {name: params.get(name) for name in ("customer", "payment_intent")}
    return world.page("charge", params, "/v1/charges", **equal)


def movements(world: World, params: Params) -> Object:
    """What moved the balance."""
    equal = {name: params.get(name) for name in ("source", "type", "currency")}
    return world.page("balance_transaction", params, "/v1/balance_transactions", **equal)
