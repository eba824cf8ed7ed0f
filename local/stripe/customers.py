"""Customers and their payment methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe import events
from local.stripe.faults import Fault
from local.stripe.instruments import DECLINES, IBANS, TOKENS, Instrument

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]
BANKS_SHOW = {"us_bank_account": "bank_name", "sepa_debit": "bank_code", "bacs_debit": "sort_code"}
"""What is shown of an account beside its last four digits. Source: docs.stripe.com/api/payment_methods/object."""


def create(world: World, params: Params) -> Object:
    """A customer. Source: docs.stripe.com/api/customers/create."""
    kept = {name: params.get(name) for name in ("name", "email", "description", "phone")}
    return world.make("customer", "cus", **kept, metadata=params.get("metadata", {}))


def retrieve(world: World, params: Params, id: str) -> Object:  # noqa: A002, ARG001  Stripe's word; every route has parameters
    """One customer."""
    return world.need("customer", id)


def listed(world: World, params: Params) -> Object:
    """Customers by e-mail."""
    return world.page("customer", params, "/v1/customers", email=params.get("email"))


def method(world: World, token: str) -> Object:
    """A payment method by its id; a test token stands for a fresh one each time.

    Source: docs.stripe.com/testing, "Use the payment method": `pm_card_visa` and its like.
    """
    if token in TOKENS:
        return stored(world, TOKENS[token])
    return world.need("payment_method", token)


def create_method(world: World, params: Params) -> Object:
    """A SEPA account from a test IBAN; raw card numbers are refused as for an account without that permission.

    Source: docs.stripe.com/testing#sepa-direct-debit; docs.stripe.com/api/payment_methods/create.
    """
    if params.get("type") != "sepa_debit":
        message = (
            "Sending credit card numbers directly to the Stripe API is generally unsafe. Use a test token such as pm_card_visa."
        )
        raise Fault(402, message, type="card_error")
    details = params.get("billing_details") or {}
    if not details.get("email") or not details.get("name"):
        raise Fault(
            400, "Missing required param: billing_details[name] and [email].", code="parameter_missing", param="billing_details"
        )
    instrument = IBANS.get((params.get("sepa_debit") or {}).get("iban", ""))
    if instrument is None:
        raise Fault(400, "The IBAN that you provided is invalid.", code="invalid_bank_account_iban", param="sepa_debit[iban]")
    return stored(world, instrument)


def stored(world: World, instrument: Instrument) -> Object:
    """A payment method that nobody has yet."""
    shown: dict[str, Any] = {"brand": instrument.brand, "last4": instrument.last4}
    if instrument.type == "card":
        shown |= {"exp_month": 12, "exp_year": world.clock().year + 2}
    else:
        shown = {BANKS_SHOW[instrument.type]: instrument.brand, "last4": instrument.last4}
    made = world.make("payment_method", "pm", type=instrument.type, customer=None, metadata={}, **{instrument.type: shown})
    world.shelf.put("behaviour", {"id": made["id"], "name": instrument.behaviour, "attaches": instrument.attaches})
    return made


def attach(world: World, params: Params, id: str) -> Object:  # noqa: A002  Stripe's word
    """Store a payment method with a customer.

    Source: docs.stripe.com/testing#declined-payments: cards that are declined cannot be attached, except 0341.
    """
    customer = world.need("customer", params["customer"])
    found = method(world, id)
    if found["customer"] and found["customer"] != customer["id"]:
        raise Fault(400, "The payment method you provided has already been attached to a customer.")
    behaviour = world.need("behaviour", found["id"])
    if not behaviour["attaches"]:
        decline = DECLINES[behaviour["name"]]
        raise Fault(402, decline.message, type="card_error", code=decline.code, decline_code=decline.decline_code)
    return world.shelf.put("payment_method", {**found, "customer": customer["id"]})


def detach(world: World, params: Params, id: str) -> Object:  # noqa: A002, ARG001  Stripe's word; every route has parameters
    """Take a payment method away from its customer; it can never be used again."""
    found = world.need("payment_method", id)
    if not found["customer"]:
        raise Fault(400, "The payment method you provided is not attached to a customer so detachment is impossible.")
    gone = world.shelf.put("payment_method", {**found, "customer": None})
    events.happened(world, "payment_method.detached", gone, {"customer": found["customer"]})
    return gone


def retrieve_method(world: World, params: Params, id: str) -> Object:  # noqa: A002, ARG001  Stripe's word; every route has parameters
    """One payment method."""
    return world.need("payment_method", id)


def methods(world: World, params: Params) -> Object:
    """Payment methods of a customer."""
    return world.page("payment_method", params, "/v1/payment_methods", customer=params.get("customer"), type=params.get("type"))
