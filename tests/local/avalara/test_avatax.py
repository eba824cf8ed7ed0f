"""The stand-in of AvaTax is as strict as AvaTax says it is, and refuses what it does not know."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import pytest

from local.avalara.app import AvaTax
from local.http import Request
from transport.exact import dumps, loads

CREATE = "/api/v2/transactions/create"
ONE = "/api/v2/companies/CONTOSO/transactions/doc-1"
LINE = {
    "number": "1",
    "quantity": 1,
    "amount": Decimal("100.00"),
    "taxCode": "standard",
    "description": "Seats",
    "taxIncluded": False,
}
OVERRIDE = {"type": "TaxAmount", "taxAmount": Decimal("-18.99"), "taxDate": "2026-10-01", "reason": "Credit note 1"}
BODY: dict[str, Any] = {
    "type": "SalesInvoice",
    "code": "doc-1",
    "companyCode": "CONTOSO",
    "date": "2026-11-01",
    "customerCode": "A-1",
    "currencyCode": "EUR",
    "commit": False,
    "addresses": {"shipFrom": {"country": "DE"}, "shipTo": {"country": "DE"}},
    "lines": [LINE],
}


@pytest.fixture
def app() -> AvaTax:
    """An account with 19 % in Germany."""
    made = AvaTax("1:key")
    made.rates["DE", "", "standard"] = Decimal(19)
    return made


def call(app: AvaTax, method: str, path: str, body: object = None, sign_in: str = "1:key") -> tuple[int, Any]:
    """Status and body of one request."""
    where, _, query = path.partition("?")
    headers = {"authorization": f"Basic {base64.b64encode(sign_in.encode()).decode()}"} if sign_in else {}
    answer = app(Request(method, where, query, headers, b"" if body is None else dumps(body), "https://avatax.example"))
    return answer.status, loads(answer.body) if answer.body else None


def without(*names: str, **others: object) -> dict[str, Any]:
    """The body with something missing or other."""
    return {name: value for name, value in {**BODY, **others}.items() if name not in names}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (without("type"), 400, "ValidationException"),
        (without(type="PurchaseInvoice"), 400, "ValidationException"),
        (without("code"), 400, "ValidationException"),
        (without(code="x" * 51), 400, "ValidationException"),
        (without("date"), 400, "ValidationException"),
        (without(currencyCode="euro"), 400, "ValidationException"),
        (without("lines"), 400, "ValidationException"),
        (without(lines=[LINE, LINE]), 400, "ValidationException"),
        (without(lines=[{**LINE, "amount": "100"}]), 400, "ValidationException"),
        (without(lines=[{**LINE, "taxCode": "cars"}]), 400, "ValidationException"),
        (without(lines=[{**LINE, "taxIncluded": "no"}]), 400, "ValidationException"),
        (without("addresses"), 400, "ValidationException"),
        (without(addresses={"shipFrom": {"country": "DE"}, "shipTo": {"city": "Bonn"}}), 400, "ValidationException"),
        (without(companyCode="OTHER"), 404, "EntityNotFoundError"),
        (without(commit="yes"), 400, "ValidationException"),
        (without(commit=True, type="SalesOrder"), 501, "NotImplemented"),
        (without(referenceCode=""), 400, "ValidationException"),
        (without(lines=[{**LINE, "taxOverride": {**OVERRIDE, "type": "TaxDate"}}]), 501, "NotImplemented"),
        (without(lines=[{**LINE, "taxOverride": {**OVERRIDE, "taxAmount": "19"}}]), 400, "ValidationException"),
        (without(lines=[{**LINE, "taxOverride": {**OVERRIDE, "taxDate": "March"}}]), 400, "ValidationException"),
        (without(lines=[{**LINE, "taxOverride": {**OVERRIDE, "reason": ""}}]), 400, "ValidationException"),
        (without(lines=[{**LINE, "taxOverride": {**OVERRIDE, "rate": 19}}]), 501, "NotImplemented"),
        (without(exemptionNo="C-9"), 501, "NotImplemented"),
        (without(lines=[{**LINE, "discounted": True}]), 501, "NotImplemented"),
        (without(addresses={**BODY["addresses"], "singleLocation": {"country": "DE"}}), 501, "NotImplemented"),
    ],
)
def test_a_transaction_that_is_not_right_is_refused(app: AvaTax, body: object, status: int, code: str) -> None:
    """With AvaTax's error object; nothing is kept."""
    answered, said = call(app, "POST", CREATE, body)
    assert (answered, said["error"]["code"], said["error"]["details"][0]["code"]) == (status, code, code)
    assert app.transactions == {}


@pytest.mark.parametrize(
    ("sign_in", "code", "number"), [("", "AuthenticationIncomplete", 34), ("1:other", "AuthenticationException", 30)]
)
def test_nobody_gets_in_without_the_key(app: AvaTax, sign_in: str, code: str, number: int) -> None:
    """401 with the published codes."""
    status, said = call(app, "POST", CREATE, BODY, sign_in)
    assert (status, said["error"]["code"], said["error"]["details"][0]["number"]) == (401, code, number)


def test_a_transaction_goes_through_its_states(app: AvaTax) -> None:
    """Saved, replaced, committed, cancelled; each refused step with the published error."""
    assert call(app, "POST", CREATE, BODY)[1]["status"] == "Saved"
    status, again = call(app, "POST", CREATE, without(lines=[{**LINE, "amount": Decimal("50.00")}]))
    assert (status, again["id"], again["totalTax"]) == (200, 1, Decimal("9.50"))
    assert call(app, "POST", f"{ONE}/commit", {"commit": True})[1]["status"] == "Committed"
    _, said = call(app, "POST", CREATE, BODY)
    assert (said["error"]["details"][0]["number"], said["error"]["details"][0]["refersTo"]) == (300, "DocStatus")
    assert call(app, "POST", f"{ONE}/commit", {"commit": True})[1]["error"]["details"][0]["number"] == 1313
    assert call(app, "POST", f"{ONE}/void", {"code": "DocVoided"})[1]["status"] == "Cancelled"
    for path, body in (("void", {"code": "DocVoided"}), ("commit", {"commit": True})):
        assert call(app, "POST", f"{ONE}/{path}", body)[1]["error"]["code"] == "GetTaxError"
    assert call(app, "GET", ONE)[1]["status"] == "Cancelled"


def test_a_return_with_the_tax_that_it_says_is_final_at_once(app: AvaTax) -> None:
    """Not what the rates would say; beside the invoice of the same code; created again it is refused, and locked it stays."""
    call(app, "POST", CREATE, BODY)
    line = {**LINE, "amount": Decimal("-100.00"), "taxOverride": OVERRIDE}
    body = without(type="ReturnInvoice", commit=True, referenceCode="INV-1", lines=[line])
    _, said = call(app, "POST", CREATE, body)
    assert (said["status"], said["totalTax"], said["referenceCode"]) == ("Committed", Decimal("-18.99"), "INV-1")
    assert call(app, "POST", CREATE, body)[1]["error"]["details"][0]["number"] == 300
    app.lock()
    assert [one["status"] for one in app.transactions.values()] == ["Saved", "Locked"]
    refused = call(app, "POST", f"{ONE}/void?documentType=ReturnInvoice", {"code": "DocVoided"})[1]
    assert refused["error"]["details"][0]["refersTo"] == "DocStatus"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", f"{ONE}?documentType=ReturnInvoice", None, 404),
        ("GET", f"{ONE}?$include=Lines", None, 501),
        ("POST", f"{ONE}/commit", {"commit": False}, 501),
        ("POST", f"{ONE}/void", {"code": "DocDeleted"}, 501),
        ("POST", f"{ONE}/adjust", {}, 501),
        ("DELETE", ONE, None, 501),
    ],
)
def test_what_it_does_not_know_is_refused_loudly(app: AvaTax, method: str, path: str, body: object, status: int) -> None:
    """A code is known only together with its type; other calls and members are not ignored."""
    call(app, "POST", CREATE, BODY)
    assert call(app, method, path, body)[0] == status


def test_a_body_that_is_not_json(app: AvaTax) -> None:
    """400, as AvaTax answers it."""
    token = base64.b64encode(b"1:key").decode()
    answer = app(Request("POST", CREATE, "", {"authorization": f"Basic {token}"}, b"{", "https://avatax.example"))
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, "ErrorReadingRequestBody")
