"""The stand-in's strictness: every request fits the SDK's own types, or is refused as Stripe words it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.http import Request
from local.stripe.faults import Fault
from local.stripe.forms import decode
from local.stripe.server import KEY, StripeStandIn
from local.stripe.typed import checked

CHECKS = json.loads((Path(__file__).parents[2] / "data" / "stripe" / "request_checks.json").read_text())["cases"]
INTENTS = [case for case in CHECKS if case["operation"] in ("payment_intents.create", "refunds.create")]
CLASSES = {"payment_intents.create": "PaymentIntentCreateParams", "refunds.create": "RefundCreateParams"}


def form(value: Any, name: str = "") -> Any:  # noqa: ANN401  JSON
    """A JSON body as the leaves of a form."""
    if isinstance(value, dict):
        return {key: form(part) for key, part in value.items()}
    if isinstance(value, list):
        return [form(part) for part in value]
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("case", INTENTS, ids=lambda case: f"{case['operation']} {case['case']}")
def test_requests_are_judged_as_by_the_sdk_types(case: dict[str, Any]) -> None:
    """Typos, fractions, bad enums, missing members and what the API version removed are refused; good requests pass typed."""
    if case["valid"]:
        assert checked(CLASSES[case["operation"]], form(case["body"])) == case["body"]
        return
    with pytest.raises(Fault) as fault:
        checked(CLASSES[case["operation"]], form(case["body"]))
    assert fault.value.status == 400
    assert fault.value.body["error"]["param"].startswith(case["errors"][0][0].split(".")[0])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"amount": "5000", "currency": "eur", "payment_method_types": ["card"]}, "payment_method_types_no_longer_supported"),
        ({"amount": "5000", "currency": "eur", "ofsession": "true"}, "parameter_unknown"),
        ({"amount": "5000", "currency": "eur", "idempotency_key": "k"}, "parameter_unknown"),
        ({"amount": "50.00", "currency": "eur"}, "parameter_invalid_integer"),
        ({"amount": "5000"}, "parameter_missing"),
    ],
)
def test_a_refusal_carries_stripes_code(body: dict[str, Any], code: str) -> None:
    """The codes are those that Stripe documents."""
    with pytest.raises(Fault) as fault:
        checked("PaymentIntentCreateParams", body)
    assert fault.value.body["error"]["code"] == code


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("metadata[w365]=7&metadata[x]=y", {"metadata": {"w365": "7", "x": "y"}}),
        ("expand[]=a&expand[]=b", {"expand": ["a", "b"]}),
        ("expand[0]=a&expand[1]=b", {"expand": ["a", "b"]}),
        ("created[gte]=5&o[x][0][y]=1", {"created": {"gte": "5"}, "o": {"x": [{"y": "1"}]}}),
        ("d=%C3%A9+%26", {"d": "é &"}),
    ],
)
def test_forms_are_nested(text: str, tree: dict[str, Any]) -> None:
    """Brackets make objects and lists."""
    assert decode(text) == tree


@pytest.mark.parametrize("text", ["a[=1", "a=1&a=2", "a=1&a[b]=2", "[x]=1"])
def test_broken_forms_are_refused(text: str) -> None:
    """A name that cannot be read is an error, not a guess."""
    with pytest.raises(Fault):
        decode(text)


def call(
    stripe: StripeStandIn, method: str = "GET", path: str = "/v1/payment_intents", query: str = "", **headers: str
) -> tuple[int, dict[str, Any]]:
    """One raw request."""
    answer = stripe(Request(method, path, query, headers))
    return answer.status, json.loads(answer.body)


def test_callers_are_authenticated_and_the_version_is_pinned() -> None:
    """No key, a wrong key, an unknown address and another API version are refused."""
    stripe = StripeStandIn(clock=lambda: datetime(2026, 3, 10, tzinfo=UTC))
    good = {"authorization": f"Bearer {KEY}"}
    assert call(stripe)[0] == 401
    status, body = call(stripe, authorization="Bearer sk_live_somebody_else")
    assert (status, body["error"]["message"]) == (401, "Invalid API Key provided: sk_live****else")
    assert call(stripe, **good)[0] == 200
    assert call(stripe, path="/v1/charge", **good)[0] == 404
    assert call(stripe, **good, **{"stripe-version": "2020-08-27"})[0] == 400
    assert call(stripe, query="limit=101", **good)[0] == 400
    assert call(stripe, query="limit=ten", **good)[0] == 400
    assert call(stripe, query="starting_after=pi_0", **good)[0] == 404
