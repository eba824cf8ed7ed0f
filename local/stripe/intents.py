"""Payment intents: from the wish to the money.

    requires_payment_method → (confirm) → succeeded | processing → succeeded
              ^                  |             |
              +---- declined ----+-- returned -+          any but succeeded and processing → canceled

Source: docs.stripe.com/payments/paymentintents/lifecycle, docs.stripe.com/api/payment_intents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe import charges, customers, events
from local.stripe.amounts import check_amount
from local.stripe.faults import Fault, unexpected_state
from local.stripe.instruments import AUTHENTICATE, DEBIT, DEBIT_FAILS, DECLINES, Decline

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]

SETTLES_AFTER_S = 4 * 86_400
"""Bank debits: ACH answers within four business days. Source: docs.stripe.com/payments/ach-direct-debit."""

_KEPT = (
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "setup_future_usage",
    "transfer_group",
)
_EXPANDABLE = frozenset({"latest_charge", "customer", "payment_method"})
OPEN = frozenset({"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"})
_RETURNED = Decline("payment_method_provider_decline", "", "The customer's bank account could not be debited.")
NOT_CONFIRMED = Decline(
    "payment_intent_authentication_failure",
    "",
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
)
"""The holder did not confirm it. Source: docs.stripe.com/error-codes."""


def create(world: World, params: Params) -> Object:
    """A payment intent, confirmed at once when `confirm` says so."""
    check_amount(params["amount"], params["currency"])
    _check_together(params)
    customer = world.need("customer", params["customer"])["id"] if params.get("customer") else None
    intent = world.make(
        "payment_intent",
        "pi",
        amount=params["amount"],
        amount_capturable=0,
        amount_received=0,
        automatic_payment_methods=params.get("automatic_payment_methods"),
        cancellation_reason=None,
        canceled_at=None,
        capture_method=params.get("capture_method", "automatic_async"),
        confirmation_method=params.get("confirmation_method", "automatic"),
        currency=params["currency"],
        customer=customer,
        last_payment_error=None,
        latest_charge=None,
        metadata=params.get("metadata", {}),
        next_action=None,
        payment_method=_usable(world, params, customer)["id"] if params.get("payment_method") else None,
        payment_method_options=params.get("payment_method_options", {}),
        payment_method_types=["card", "sepa_debit", "us_bank_account"],
        status="requires_confirmation" if params.get("payment_method") else "requires_payment_method",
        **{name: params.get(name) for name in _KEPT},
    )
    events.happened(world, "payment_intent.created", intent)
    return _confirmed(world, intent, params) if params.get("confirm") else intent


def _check_together(params: Params) -> None:
    """Parameters that need each other. Source: docs.stripe.com/api/payment_intents/create."""
    confirm = params.get("confirm", False)
    for name in ("off_session", "error_on_requires_action", "return_url", "mandate_data"):
        if name in params and not confirm:
            raise Fault(400, f"The parameter {name} can only be used when confirm is true.", param=name)
    if not confirm:
        return
    if not params.get("payment_method"):
        raise unexpected_state("You cannot confirm this PaymentIntent because it's missing a payment method.")
    automatic = params.get("automatic_payment_methods") or {}
    redirects = automatic.get("allow_redirects") != "never" and "allowed_payment_method_types" not in params
    if redirects and "return_url" not in params:
        message = (
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment"
            " methods might redirect your customer off of your page, you must provide a `return_url`, or set"
            " automatic_payment_methods[allow_redirects] to never."
        )
        raise Fault(400, message, param="return_url")


def _usable(world: World, params: Params, customer: str | None) -> Object:
    """The payment method, if this customer may be charged with it.

    Source: docs.stripe.com/payments/save-and-reuse: charging later needs a method that is attached to the customer.
    """
    found = customers.method(world, params["payment_method"])
    if found["customer"] and found["customer"] != customer:
        message = (
            f"The PaymentMethod {found['id']} belongs to a Customer. Please include the Customer in the `customer` parameter."
        )
        raise Fault(400, message, param="payment_method")
    if params.get("off_session") and not found["customer"]:
        message = f"The customer does not have a payment method with the ID {found['id']}. It must be attached to the customer."
        raise Fault(400, message, param="payment_method")
    return found


def confirm(world: World, params: Params, id: str) -> Object:  # noqa: A002  Stripe's word
    """Try to take the money of an existing intent."""
    intent = world.need("payment_intent", id)
    _refuse_page(world, intent, "confirm")
    if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
        raise unexpected_state(f"This PaymentIntent's status is {intent['status']}, so it cannot be confirmed.")
    given = {
        "payment_method": intent["payment_method"],
        "automatic_payment_methods": intent["automatic_payment_methods"],
        **params,
    }
    _check_together({**given, "confirm": True})
    found = _usable(world, given, intent["customer"])
    return _confirmed(world, {**intent, "payment_method": found["id"]}, given)


def _confirmed(world: World, intent: Object, params: Params) -> Object:
    behaviour = world.need("behaviour", intent["payment_method"])["name"]
    if behaviour == AUTHENTICATE and not params.get("off_session") and not params.get("error_on_requires_action"):
        return ask_holder(world, intent)
    if behaviour in DECLINES:
        failed = decline(world, intent, DECLINES[behaviour])
        raise Fault(402, **{**failed["last_payment_error"], "payment_intent": failed})
    return taken(world, intent, behaviour)


def taken(world: World, intent: Object, behaviour: str) -> Object:
    """Money of a good instrument: there at once, or in days from a bank account."""
    return _processing(world, intent, behaviour) if behaviour in (DEBIT, DEBIT_FAILS) else succeed(world, intent)


def ask_holder(world: World, intent: Object) -> Object:
    """The bank wants the holder to confirm."""
    action = {"type": "use_stripe_sdk"}
    waiting = world.shelf.put("payment_intent", {**intent, "status": "requires_action", "next_action": action})
    events.happened(world, "payment_intent.requires_action", waiting)
    return waiting


def _processing(world: World, intent: Object, behaviour: str) -> Object:
    ends = "failed" if behaviour == DEBIT_FAILS else "succeeded"
    world.shelf.put("debit", {"id": intent["id"], "due": world.now + SETTLES_AFTER_S, "ends": ends})
    waiting = world.shelf.put("payment_intent", {**intent, "status": "processing"})
    events.happened(world, "payment_intent.processing", waiting)
    return waiting


def succeed(world: World, intent: Object) -> Object:
    """The money is there."""
    charge = charges.made(world, intent, None)
    received = {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"], "next_action": None}
    done = world.shelf.put("payment_intent", {**intent, **received, "last_payment_error": None})
    events.happened(world, "charge.succeeded", charge)
    events.happened(world, "payment_intent.succeeded", done)
    return done


def decline(world: World, intent: Object, why: Decline) -> Object:
    """No money: the intent wants another payment method."""
    charge = charges.made(world, intent, why)
    error = {
        "type": "card_error",
        "code": why.code,
        "decline_code": why.decline_code,
        "message": why.message,
        "charge": charge["id"],
        **({"advice_code": why.advice} if why.advice else {}),
    }
    changes = {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": error,
        "latest_charge": charge["id"],
    }
    failed = world.shelf.put("payment_intent", {**intent, **changes})
    events.happened(world, "charge.failed", charge)
    events.happened(world, "payment_intent.payment_failed", failed)
    return failed


def settle(world: World, id: str, ends: str) -> Object:  # noqa: A002  Stripe's word
    """Let a bank debit end. Errors: Fault when it is not on its way."""
    intent = world.need("payment_intent", id)
    if intent["status"] != "processing":
        raise unexpected_state(f"This PaymentIntent's status is {intent['status']}, so there is nothing to settle.")
    world.shelf.drop("debit", id)
    ended = succeed(world, intent) if ends == "succeeded" else decline(world, intent, _RETURNED)
    _tell_page(world, ended)
    return ended


def _tell_page(world: World, intent: Object) -> None:
    """A bank debit that began on a page has ended. Source: docs.stripe.com/checkout/fulfillment."""
    session = page_of(world, intent["id"])
    if session is None:
        return
    paid = intent["status"] == "succeeded"
    told = world.shelf.put("checkout.session", {**session, "payment_status": "paid" if paid else "unpaid"})
    events.happened(world, f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", told)


def page_of(world: World, id: str) -> Object | None:  # noqa: A002  Stripe's word
    """The Checkout Session that an intent belongs to."""
    return next((one for one in world.shelf.all("checkout.session") if one["payment_intent"] == id), None)


def _refuse_page(world: World, intent: Object, verb: str) -> None:
    """Source: docs.stripe.com/api/checkout/sessions/object: nobody confirms or cancels the intent of a page, but the page."""
    if page_of(world, intent["id"]) is not None:
        raise Fault(400, f"You cannot {verb} this PaymentIntent because it was created by a Checkout Session.")


def settle_due(world: World) -> None:
    """Let every bank debit end whose days have passed."""
    for debit in reversed(world.shelf.all("debit")):
        if debit["due"] <= world.now:
            settle(world, debit["id"], debit["ends"])


def cancel(world: World, params: Params, id: str) -> Object:  # noqa: A002  Stripe's word
    """Give an intent up. Source: docs.stripe.com/api/payment_intents/cancel: not once it is processing or has succeeded."""
    intent = world.need("payment_intent", id)
    _refuse_page(world, intent, "cancel")
    if intent["status"] not in OPEN:
        raise unexpected_state(f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.")
    return given_up(world, id, params.get("cancellation_reason"))


def given_up(world: World, id: str, reason: str | None) -> Object:  # noqa: A002  Stripe's word
    """Nobody pays it any more."""
    ended = {"status": "canceled", "canceled_at": world.now, "cancellation_reason": reason, "next_action": None}
    canceled = world.shelf.put("payment_intent", {**world.need("payment_intent", id), **ended})
    events.happened(world, "payment_intent.canceled", canceled)
    return canceled


def retrieve(world: World, params: Params, id: str) -> Object:  # noqa: A002  Stripe's word
    """One intent."""
    intent = world.need("payment_intent", id)
    for name in params.get("expand", []):
        if name not in _EXPANDABLE:
            raise Fault(400, f"This property cannot be expanded ({name}).", param="expand")
        kind = "charge" if name == "latest_charge" else name
        intent[name] = world.need(kind, intent[name]) if intent[name] else None
    return intent


def listed(world: World, params: Params) -> Object:
    """Intents, newest first, of one customer if it is named."""
    return world.page("payment_intent", params, "/v1/payment_intents", customer=params.get("customer"))
