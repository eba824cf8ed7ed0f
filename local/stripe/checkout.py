"""Checkout Sessions: Stripe's own secure page, on which a customer stores a card or an account, or pays once.

    open → complete (the customer finished) | expired (its time is over, or on our request)

What a mode takes, and what finishing means in it, stands in `checkout_setup` and `checkout_payment`.

Source: docs.stripe.com/api/checkout/sessions/create (expires_at: 30 minutes to 24 hours after creation, 24 hours when absent;
success_url: required for a hosted page), docs.stripe.com/api/checkout/sessions/expire and /list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe import checkout_payment, checkout_setup, events
from local.stripe.checkout_payment import KEPT
from local.stripe.faults import Fault

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]

LASTS_LEAST_S, LASTS_S = 30 * 60, 24 * 3600
MODES = {"setup": checkout_setup, "payment": checkout_payment}
SHARED = frozenset(
    {
        *("mode", "customer", "allowed_payment_method_types", "success_url", "cancel_url", "metadata", "locale"),
        *("client_reference_id", "expires_at", "expand"),
    }
)
"""What a page of either mode takes here; each mode adds its own (TAKEN)."""
EXPANDABLE = {"setup_intent": ("payment_method", "mandate"), "payment_intent": ("payment_method", "latest_charge")}


def create(world: World, params: Params) -> Object:
    """A page that a customer can open. Errors: Fault 400; 501 for what this stand-in does not play."""
    mode = _mode(params)
    _check(world, params)
    mode.check(params)
    customer = world.need("customer", params["customer"])["id"]
    session = world.make(
        "checkout.session",
        "cs",
        allowed_payment_method_types=params.get("allowed_payment_method_types"),
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        customer=customer,
        expires_at=params.get("expires_at", world.now + LASTS_S),
        locale=params.get("locale"),
        metadata=params.get("metadata", {}),
        mode=params["mode"],
        status="open",
        success_url=params["success_url"],
        **mode.begun(world, params, customer),
    )
    session["url"] = f"{world.pages}/c/pay/{session['id']}"
    world.shelf.put(KEPT, {"id": session["id"], "params": params})
    return world.shelf.put("checkout.session", session)


def _mode(params: Params) -> Any:  # noqa: ANN401  one of the two modules
    name = params.get("mode")
    if name not in MODES:
        raise Fault(501, f"this stand-in plays Checkout in setup and payment mode only, not '{name}'", param="mode")
    return MODES[name]


def _check(world: World, params: Params) -> None:
    """What a page of any mode takes, and what it needs."""
    _check_names(params)
    if "success_url" not in params:
        raise Fault(400, "Missing required param: success_url.", code="parameter_missing", param="success_url")
    for name in ("success_url", "cancel_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise Fault(400, "Invalid URL: An explicit scheme (such as https) must be provided.", code="url_invalid", param=name)
    if "customer" not in params:
        raise Fault(501, "this stand-in plays pages of a known customer only", param="customer")
    _check_time(world, params)


def _check_names(params: Params) -> None:
    mode = params["mode"]
    of_others = {name for other, module in MODES.items() if other != mode for name in module.OWN}
    for name in params:
        if name in of_others:
            raise Fault(400, f"You can not pass `{name}` in `{mode}` mode.", param=name)
        if name not in SHARED | MODES[mode].TAKEN:
            raise Fault(501, f"this stand-in does not play {name} of a Checkout Session", param=name)


def _check_time(world: World, params: Params) -> None:
    lasts = params.get("expires_at", world.now + LASTS_S) - world.now
    if lasts < LASTS_LEAST_S:
        message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise Fault(400, message, param="expires_at")
    if lasts > LASTS_S:
        message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise Fault(400, message, param="expires_at")


def retrieve(world: World, params: Params, id: str) -> Object:  # noqa: A002  Stripe's word
    """One session as it is now, with what is asked to be expanded."""
    return _expanded(world, current(world, id), params.get("expand", []))


def listed(world: World, params: Params) -> Object:
    """Sessions, newest first, of one customer if it is named."""
    for session in world.shelf.all("checkout.session"):
        current(world, session["id"])
    equal = {name: params.get(name) for name in ("customer", "payment_intent", "status")}
    for name in params:
        if name not in {*equal, "created", "limit", "starting_after", "ending_before", "expand"}:
            raise Fault(501, f"this stand-in does not play {name} of a list of Checkout Sessions", param=name)
    found = world.page("checkout.session", params, "/v1/checkout/sessions", **equal)
    wanted = [name.removeprefix("data.") for name in params.get("expand", [])]
    return {**found, "data": [_expanded(world, session, wanted) for session in found["data"]]}


def _expanded(world: World, session: Object, wanted: list[str]) -> Object:
    session = dict(session)
    for name in wanted:
        intent, _, part = name.partition(".")
        if name != "customer" and (intent not in EXPANDABLE or (part and part not in EXPANDABLE[intent])):
            raise Fault(400, f"This property cannot be expanded ({name}).", param="expand")
        if name == "customer":
            session["customer"] = world.need("customer", session["customer"])
            continue
        if isinstance(session[intent], str):
            session[intent] = dict(world.need(intent, session[intent]))
        if part and session[intent] is not None and session[intent][part]:
            session[intent][part] = world.need("charge" if part == "latest_charge" else part, session[intent][part])
    return session


def current(world: World, id: str) -> Object:  # noqa: A002  Stripe's word
    """A session; one whose time has passed is expired by now."""
    session = world.need("checkout.session", id)
    overdue = session["status"] == "open" and session["expires_at"] <= world.now
    return lapse(world, id) if overdue else session


def expire(world: World, params: Params, id: str) -> Object:  # noqa: A002  Stripe's word
    """Close a page before its time. Source: docs.stripe.com/api/checkout/sessions/expire: only while it is open."""
    current(world, id)
    return _expanded(world, lapse(world, id), params.get("expand", []))


def lapse(world: World, id: str) -> Object:  # noqa: A002  Stripe's word
    """A page's time is over. Errors: Fault unless it is open."""
    session = world.need("checkout.session", id)
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        raise Fault(400, message)
    lapsed = world.shelf.put("checkout.session", {**session, "status": "expired", "url": None})
    MODES[session["mode"]].given_up(world, lapsed)
    events.happened(world, "checkout.session.expired", lapsed)
    return lapsed


def complete(world: World, id: str, instrument: str) -> Object:  # noqa: A002  Stripe's word
    """The customer enters a card or an account. Errors: Fault unless the page is open and takes it.

    Shape: the session afterwards; it is still open where a card was declined, or its bank wants the holder to confirm.
    """
    session = current(world, id)
    if session["status"] != "open":
        raise Fault(400, f"the page of {id} is {session['status']}: nobody can finish it")
    finished: Object = MODES[session["mode"]].finished(world, session, instrument)
    return finished
