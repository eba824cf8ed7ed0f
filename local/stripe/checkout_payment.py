"""Checkout in payment mode: the customer pays once, by card or by a bank debit.

The payment intent does not exist before the customer first confirms; its metadata are those of `payment_intent_data`. A card
that is declined, or whose bank wants its holder to confirm, leaves the page open. A bank debit completes the page unpaid; its end
comes with `checkout.session.async_payment_succeeded` or `…_failed`. A page that expires cancels an intent that is still open;
nobody else may confirm or cancel the intent of a page.

Source: docs.stripe.com/api/checkout/sessions/create (line_items: required in payment mode, at most 100; payment_intent_data),
docs.stripe.com/changelog/2022-08-01/deferred-paymentintent-checkout-session, docs.stripe.com/checkout/fulfillment (payment_status
of delayed methods), docs.stripe.com/api/checkout/sessions/object (payment_intent).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe import entered, events, intents, mandates
from local.stripe.amounts import check_amount
from local.stripe.faults import Fault
from local.stripe.instruments import AUTHENTICATE, DECLINES

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]

OWN = frozenset({"line_items", "payment_intent_data", "submit_type", "adaptive_pricing"})
TAKEN = OWN
OF_THE_INTENT = frozenset({"metadata", "description"})
ITEMS_MAX = 100
KEPT = "checkout.params"
"""Kind of what a session was made with, beside it: Stripe does not show it again."""


def check(params: Params) -> None:
    """What a page in payment mode needs."""
    items = params.get("line_items", [])
    if not items:
        raise Fault(400, "You must provide `line_items` in `payment` mode.", code="parameter_missing", param="line_items")
    if len(items) > ITEMS_MAX:
        raise Fault(400, f"There is a maximum of {ITEMS_MAX} line items.", param="line_items")
    for name in params.get("payment_intent_data") or {}:
        if name not in OF_THE_INTENT:
            raise Fault(501, f"this stand-in does not play {name} of payment_intent_data", param="payment_intent_data")
    if (params.get("adaptive_pricing") or {}).get("enabled", True):
        message = "this stand-in converts no amounts; set adaptive_pricing[enabled] to false"
        raise Fault(501, message, param="adaptive_pricing")
    for item in items:
        _check_item(item)
    currencies = {item["price_data"]["currency"] for item in items}
    if len(currencies) > 1:
        raise Fault(400, "All line items must have the same currency.", param="line_items")
    check_amount(_total(items), currencies.pop())


def _check_item(item: Object) -> None:
    if set(item) != {"price_data", "quantity"}:
        raise Fault(501, "this stand-in plays line items with price_data and quantity only", param="line_items")
    price = item["price_data"]
    for name in ("unit_amount", "product_data"):
        if name not in price:
            raise Fault(400, f"Missing required param: line_items[price_data][{name}].", code="parameter_missing")
    if set(price) != {"currency", "unit_amount", "product_data"}:
        raise Fault(501, "this stand-in plays price_data with currency, unit_amount and product_data only", param="line_items")
    if item["quantity"] < 1 or price["unit_amount"] < 0:
        raise Fault(400, "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="line_items")


def _total(items: list[Object]) -> int:
    return sum(int(item["quantity"]) * int(item["price_data"]["unit_amount"]) for item in items)


def begun(world: World, params: Params, customer: str) -> Object:
    """The members of a session in this mode."""
    del world, customer
    return {
        "amount_total": _total(params["line_items"]),
        "currency": params["line_items"][0]["price_data"]["currency"],
        "payment_intent": None,
        "payment_status": "unpaid",
        "setup_intent": None,
        "submit_type": params.get("submit_type"),
    }


def given_up(world: World, session: Object) -> None:
    """The page's time is over: an intent that was declined, or that waits for its holder, is cancelled."""
    intent = session["payment_intent"]
    if intent and world.need("payment_intent", intent)["status"] in intents.OPEN:
        intents.given_up(world, intent, "automatic")


def finished(world: World, session: Object, instrument: str) -> Object:
    """The customer confirms: paid, on its way, declined, or waiting for the holder. The last two leave the page open."""
    method = entered.method(world, session, instrument)
    intent = _intent(world, session)
    session = world.shelf.put("checkout.session", {**session, "payment_intent": intent["id"]})
    behaviour = world.need("behaviour", method["id"])["name"]
    intent = world.shelf.put("payment_intent", {**intent, "payment_method": method["id"]})
    if behaviour == AUTHENTICATE:
        intents.ask_holder(world, intent)
        return session
    if behaviour in DECLINES:
        intents.decline(world, intent, DECLINES[behaviour])
        return session
    if method["type"] != "card":
        mandates.given(world, method)
    return _through(world, session, intents.taken(world, intent, behaviour))


def authenticated(world: World, id: str, ends: str) -> Object:  # noqa: A002  Stripe's word
    """The holder of the card confirms it at the bank, or does not. Errors: Fault unless a page waits for that."""
    session = world.need("checkout.session", id)
    intent = world.need("payment_intent", session["payment_intent"]) if session["payment_intent"] else {"status": "missing"}
    if session["status"] != "open" or intent["status"] != "requires_action":
        raise Fault(400, f"the page of {id} is {session['status']} and waits for no confirmation")
    if ends != "succeeded":
        intents.decline(world, intent, intents.NOT_CONFIRMED)
        return session
    return _through(world, session, intents.succeed(world, intent))


def _intent(world: World, session: Object) -> Object:
    """The session's one intent, made when the customer first confirms."""
    if session["payment_intent"]:
        return world.need("payment_intent", session["payment_intent"])
    data = world.need(KEPT, session["id"])["params"].get("payment_intent_data") or {}
    params = {"amount": session["amount_total"], "currency": session["currency"], "customer": session["customer"], **data}
    return intents.create(world, params)


def _through(world: World, session: Object, intent: Object) -> Object:
    paid = "paid" if intent["status"] == "succeeded" else "unpaid"
    done = world.shelf.put("checkout.session", {**session, "status": "complete", "url": None, "payment_status": paid})
    events.happened(world, "checkout.session.completed", done)
    return done
