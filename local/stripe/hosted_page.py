"""Checkout's page as a customer sees it in a browser: the amount, a field for a test card or account, and what becomes of it.

Much plainer than Stripe's own. A card that is declined leaves the page open with the bank's words; a card whose bank asks shows
the bank's question; who is through is sent to `success_url`.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from local.http import Request, Response
from local.stripe import checkout, checkout_payment
from local.stripe.checkout_payment import KEPT
from local.stripe.faults import Fault

if TYPE_CHECKING:
    from local.stripe.server import StripeStandIn
    from local.stripe.shelf import Object
    from local.stripe.world import World

PATH = "/c/pay/"
HTML = (("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store"))
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:28rem;margin:10vh auto;padding:0 1rem}"
    "button,input{font:inherit;padding:.5rem}"
)


def answer(stand_in: StripeStandIn, request: Request) -> Response:
    """One request of a customer's browser."""
    id_ = request.path.removeprefix(PATH)
    said = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    try:
        with stand_in.world() as world:
            session = _acted(world, id_, said) if request.method == "POST" else checkout.current(world, id_)
            if session["status"] == "complete":
                return Response(303, (("location", session["success_url"]),))
            return Response(200, HTML, _page(world, session).encode())
    except Fault as fault:
        return Response(fault.status, HTML, _whole("Checkout", f'<p role="alert">{escape(str(fault))}</p>').encode())


def _acted(world: World, id_: str, said: dict[str, str]) -> Object:
    if "holder" in said:
        return checkout_payment.authenticated(world, id_, said["holder"])
    return checkout.complete(world, id_, said.get("number", ""))


def _page(world: World, session: Object) -> str:
    if session["status"] != "open":
        return _whole("Checkout", f'<p role="alert">This page is {session["status"]}.</p>')
    intent = world.need("payment_intent", session["payment_intent"]) if session["payment_intent"] else None
    if intent is not None and intent["status"] == "requires_action":
        return _whole("Your bank", _asked())
    error = (intent or {}).get("last_payment_error")
    words = f'<p role="alert">{escape(error["message"])}</p>' if error else ""
    items = world.need(KEPT, session["id"])["params"].get("line_items", [])
    what = ", ".join(item["price_data"]["product_data"]["name"] for item in items) or "Store a payment method"
    amount = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}" if session["mode"] == "payment" else ""
    return _whole("Checkout", f"<p>{escape(what)} <strong>{amount}</strong></p>{words}{_form(session)}")


def _form(session: Object) -> str:
    verb = "Pay" if session["mode"] == "payment" else "Save"
    back = session["cancel_url"]
    away = f'<p><a href="{escape(back)}">Back</a></p>' if back else ""
    field = '<label>Card number or IBAN <input name="number" autocomplete="off" required></label>'
    return f'<form method="post">{field} <button>{verb}</button></form>{away}'


def _asked() -> str:
    buttons = (("succeeded", "Complete"), ("failed", "Fail"))
    return "".join(
        f'<form method="post"><input type="hidden" name="holder" value="{end}"><button>{word}</button></form>'
        for end, word in buttons
    )


def _whole(title: str, body: str) -> str:
    named = f"<title>{title}</title><style>{STYLE}</style>"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">{named}'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main><h1>{title}</h1>{body}</main></body></html>'
