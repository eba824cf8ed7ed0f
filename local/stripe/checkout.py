"""Checkout Sessions in setup mode: Stripe's own secure page, on which a customer stores a card or a bank account.

    open → complete (the customer finished) | expired (24 hours, or on our request)

A bank account whose bank answers later leaves the session complete and its setup intent waiting, until `verify`.

Source: docs.stripe.com/api/checkout/sessions/create (expires_at: 24 hours when absent; success_url: required for a hosted page),
docs.stripe.com/payments/checkout/save-and-reuse, docs.stripe.com/changelog/endive (setup needs `currency` or the allowed types),
docs.stripe.com/payments/ach-direct-debit/set-up-payment (microdeposits leave the setup intent in requires_action).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe import customers, events, mandates
from local.stripe.amounts import KNOWN
from local.stripe.faults import Fault
from local.stripe.instruments import DEBIT, IBANS, TOKENS, Instrument

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]

LASTS_S = 24 * 3600
WITHOUT_MICRODEPOSITS = "pm_usBankAccount_success"
ACCOUNTS = {**IBANS, "108800 00012345": Instrument("bacs_debit", "108800", "2345", DEBIT)}
"""Bank accounts by what a customer types. Source: docs.stripe.com/testing, "Bacs Direct Debit"."""
WAITING_ACCOUNT = "110000000 000333333335"
"""Routing and account number of a bank account that microdeposits verify; a label of this stand-in."""
TAKEN = frozenset(
    {
        *("mode", "customer", "currency", "allowed_payment_method_types", "success_url", "cancel_url", "metadata", "locale"),
        *("setup_intent_data", "client_reference_id", "expires_at", "expand"),
    }
)
EXPANDABLE = frozenset({"setup_intent", "setup_intent.payment_method", "setup_intent.mandate", "customer"})


def create(world: World, params: Params) -> Object:
    """A page that a customer can open. Errors: Fault 400; 501 for what this stand-in does not play."""
    _check(params)
    customer = world.need("customer", params["customer"])["id"]
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
    session = world.make(
        "checkout.session",
        "cs",
        allowed_payment_method_types=params.get("allowed_payment_method_types"),
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        currency=params.get("currency"),
        customer=customer,
        expires_at=params.get("expires_at", world.now + LASTS_S),
        locale=params.get("locale"),
        metadata=params.get("metadata", {}),
        mode="setup",
        payment_intent=None,
        payment_status="no_payment_required",
        setup_intent=intent["id"],
        status="open",
        success_url=params["success_url"],
    )
    session["url"] = f"https://checkout.stripe.com/c/pay/{session['id']}"
    return world.shelf.put("checkout.session", session)


def _check(params: Params) -> None:
    """What a page in setup mode takes, and what it needs."""
    if params.get("mode") != "setup":
        raise Fault(501, f"this stand-in plays Checkout in setup mode only, not '{params.get('mode')}'", param="mode")
    for name in params:
        if name not in TAKEN:
            raise Fault(501, f"this stand-in does not play {name} of a Checkout Session", param=name)
    if "success_url" not in params:
        raise Fault(400, "Missing required param: success_url.", code="parameter_missing", param="success_url")
    for name in ("success_url", "cancel_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise Fault(400, "Invalid URL: An explicit scheme (such as https) must be provided.", code="url_invalid", param=name)
    if "customer" not in params:
        raise Fault(501, "this stand-in plays pages of a known customer only", param="customer")
    if "currency" not in params and "allowed_payment_method_types" not in params:
        message = "You must provide either currency or allowed_payment_method_types for a Checkout Session in setup mode."
        raise Fault(400, message, code="parameter_missing", param="currency")
    if "currency" in params and params["currency"] not in KNOWN:
        raise Fault(400, f"Invalid currency: {params['currency']}.", param="currency")


def retrieve(world: World, params: Params, id: str) -> Object:  # noqa: A002  Stripe's word
    """One session as it is now, with what is asked to be expanded."""
    session = dict(current(world, id))
    wanted = params.get("expand", [])
    for name in wanted:
        if name not in EXPANDABLE:
            raise Fault(400, f"This property cannot be expanded ({name}).", param="expand")
    if "customer" in wanted:
        session["customer"] = world.need("customer", session["customer"])
    if any(name.startswith("setup_intent") for name in wanted):
        intent = dict(world.need("setup_intent", session["setup_intent"]))
        for part in ("payment_method", "mandate"):
            if f"setup_intent.{part}" in wanted and intent[part]:
                intent[part] = world.need(part, intent[part])
        session["setup_intent"] = intent
    return session


def current(world: World, id: str) -> Object:  # noqa: A002  Stripe's word
    """A session; one whose time has passed is expired by now."""
    session = world.need("checkout.session", id)
    overdue = session["status"] == "open" and session["expires_at"] <= world.now
    return lapse(world, id) if overdue else session


def expire(world: World, params: Params, id: str) -> Object:  # noqa: A002, ARG001  Stripe's word; every route has parameters
    """Close a page before its time. Source: docs.stripe.com/api/checkout/sessions/expire: only while it is open."""
    current(world, id)
    return lapse(world, id)


def lapse(world: World, id: str) -> Object:  # noqa: A002  Stripe's word
    """A page's time is over. Errors: Fault unless it is open."""
    session = world.need("checkout.session", id)
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        raise Fault(400, message)
    lapsed = world.shelf.put("checkout.session", {**session, "status": "expired", "url": None})
    events.happened(world, "checkout.session.expired", lapsed)
    return lapsed


def complete(world: World, id: str, instrument: str) -> Object:  # noqa: A002  Stripe's word
    """The customer stores a card or an account, and agrees to its mandate. Errors: Fault unless the page is open and takes it."""
    session = current(world, id)
    if session["status"] != "open":
        raise Fault(400, f"the page of {id} is {session['status']}: nobody can finish it")
    waits = instrument == WAITING_ACCOUNT
    method = _entered(world, WITHOUT_MICRODEPOSITS if waits else instrument)
    allowed = session["allowed_payment_method_types"]
    if allowed and method["type"] not in allowed:
        raise Fault(400, f"the page offers {', '.join(allowed)}, and no {method['type']}")
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


def _entered(world: World, text: str) -> Object:
    if text in ACCOUNTS:
        return customers.stored(world, ACCOUNTS[text])
    if text not in TOKENS:
        raise Fault(400, f"{text} is neither a test token nor a test account")
    return customers.method(world, text)
