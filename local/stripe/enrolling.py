"""Have a customer with a stored card or account, through Stripe's own API: for the sample partner, the demo and the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from local.http import Request
from local.stripe.server import KEY

if TYPE_CHECKING:
    from local.http import App


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A customer with one stored method, as a payment profile holds it. `kind` is Card or Bank debit."""

    customer: str
    method: str
    kind: str
    brand: str
    last_four: str
    expiry_month: int | None
    expiry_year: int | None


def enrol(stripe: App, name: str, token: str = "pm_card_visa", *, key: str = KEY) -> Enrolled:  # noqa: S107  a test token
    """Make a customer and attach a test token to it."""
    customer = post(stripe, "/v1/customers", {"name": name}, key=key)
    method = post(stripe, f"/v1/payment_methods/{token}/attach", {"customer": customer["id"]}, key=key)
    shown = method[method["type"]]
    card = method["type"] == "card"
    brand = shown.get("brand") or shown.get("bank_name") or shown.get("bank_code") or ""
    return Enrolled(
        customer["id"],
        method["id"],
        "Card" if card else "Bank debit",
        brand.title() if card else brand,
        shown["last4"],
        shown.get("exp_month"),
        shown.get("exp_year"),
    )


def post(stripe: App, path: str, params: dict[str, Any], *, key: str = KEY) -> dict[str, Any]:
    """One request in process. Errors: AssertionError with Stripe's own words when it is refused."""
    answer = stripe(Request("POST", path, "", {"authorization": f"Bearer {key}"}, urlencode(params).encode()))
    body: dict[str, Any] = json.loads(answer.body)
    if answer.status != 200:
        raise AssertionError(body)
    return body


def control(stripe: App, name: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401  JSON
    """One call of the control surface. Errors: AssertionError when it is refused."""
    answer = stripe(Request("POST", f"/_local/{name}", "", {}, json.dumps(body or {}).encode()))
    if answer.status != 200:
        raise AssertionError(answer.body)
    return json.loads(answer.body)
