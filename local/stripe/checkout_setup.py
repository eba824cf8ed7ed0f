"""Checkout in setup mode: a card or a bank account is stored, nothing is paid.

A bank account whose bank answers later leaves the session complete and its setup intent waiting, until `verify`.

Source: docs.stripe.com/payments/checkout/save-and-reuse, docs.stripe.com/changelog/endive (setup needs `currency` or the allowed
types), docs.stripe.com/payments/ach-direct-debit/set-up-payment (microdeposits leave the setup intent in requires_action).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe import entered, events, mandates
from local.stripe.amounts import KNOWN
from local.stripe.faults import Fault

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]

WITHOUT_MICRODEPOSITS = "pm_usBankAccount_success"
WAITING_ACCOUNT = "110000000 000333333335"
"""Routing and account number of a bank account that microdeposits verify; a label of this stand-in."""
OWN = frozenset({"setup_intent_data"})
TAKEN = OWN | {"currency"}


def check(params: Params) -> None:
    """What a page in setup mode needs."""
    if "currency" not in params and "allowed_payment_method_types" not in params:
        message = "You must provide either currency or allowed_payment_method_types for a Checkout Session in setup mode."
        raise Fault(400, message, code="parameter_missing", param="currency")
    if "currency" in params and params["currency"] not in KNOWN:
        raise Fault(400, f"Invalid currency: {params['currency']}.", param="currency")


def begun(world: World, params: Params, customer: str) -> Object:
    """The members of a session in this mode; its setup intent is made at once."""
    intent = world.make(
        "setup_intent",
        "seti",
        customer=customer,
        last_setup_error=None,
        mandate=None,
        metadata=(params.get("setup_intent_data") or {}).get("metadata", {}),
        payment_method=None,
        status="requires_payment_method",
        usage="off_session",
    )
    no_payment = {"payment_intent": None, "payment_status": "no_payment_required"}
    return {"currency": params.get("currency"), "setup_intent": intent["id"], **no_payment}


def given_up(world: World, session: Object) -> None:
    """A page whose time is over stores nothing; its setup intent stays as it is."""
    del world, session


def finished(world: World, session: Object, instrument: str) -> Object:
    """The customer stores a card or an account, and agrees to its mandate."""
    waits = instrument == WAITING_ACCOUNT
    method = entered.method(world, session, WITHOUT_MICRODEPOSITS if waits else instrument)
    method = world.shelf.put("payment_method", {**method, "customer": session["customer"]})
    mandate = None if method["type"] == "card" else mandates.given(world, method)["id"]
    intent = world.need("setup_intent", session["setup_intent"])
    status = "requires_action" if waits else "succeeded"
    intent = world.shelf.put("setup_intent", {**intent, "status": status, "payment_method": method["id"], "mandate": mandate})
    done = world.shelf.put("checkout.session", {**session, "status": "complete", "url": None})
    events.happened(world, "payment_method.attached", method)
    if not waits:
        events.happened(world, "setup_intent.succeeded", intent)
    events.happened(world, "checkout.session.completed", done)
    return done


def verify(world: World, id: str) -> Object:  # noqa: A002  Stripe's word
    """The bank account of a finished page is verified after its days."""
    intent = world.need("setup_intent", world.need("checkout.session", id)["setup_intent"])
    if intent["status"] != "requires_action":
        raise Fault(400, f"there is nothing to verify: the setup intent is {intent['status']}")
    verified = world.shelf.put("setup_intent", {**intent, "status": "succeeded"})
    events.happened(world, "setup_intent.succeeded", verified)
    return verified
