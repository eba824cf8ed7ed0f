"""Mandates: what a customer lets us debit, until the bank or the customer ends it.

Source: docs.stripe.com/api/mandates (no list, no update: a mandate changes at the bank, and `mandate.updated` says so).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe import events

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]


def given(world: World, method: Object) -> Object:
    """The mandate of a bank account, agreed to on Stripe's page."""
    acceptance = {"accepted_at": world.now, "type": "online", "online": {"ip_address": "192.0.2.1", "user_agent": "local"}}
    return world.make(
        "mandate",
        "mandate",
        customer_acceptance=acceptance,
        multi_use={},
        payment_method=method["id"],
        payment_method_details={"type": method["type"], method["type"]: {}},
        status="active",
        type="multi_use",
    )


def retrieve(world: World, params: Params, id: str) -> Object:  # noqa: A002, ARG001  Stripe's word; every route has parameters
    """One mandate."""
    return world.need("mandate", id)


def revoke(world: World, id: str) -> Object:  # noqa: A002  Stripe's word
    """The bank ends it."""
    ended = world.shelf.put("mandate", {**world.need("mandate", id), "status": "inactive"})
    events.happened(world, "mandate.updated", ended, {"status": "active"})
    return ended
