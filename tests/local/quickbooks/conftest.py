"""A company to post to, over HTTP shapes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from local.http import Request, Response
from local.quickbooks.app import QuickBooks
from local.quickbooks.company import CompanySetup, TaxCode
from transport.exact import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.quickbooks.throttle import Limits

US = CompanySetup()
UK = CompanySetup(
    "4620816365212346", "Northwind UK", "GB", "GBP", tax_codes=(TaxCode("20.0% S", Decimal(20)), TaxCode("QST", Decimal("9.975")))
)
SINGLE = CompanySetup("4620816365299999", "Northwind One", multicurrency=False, unique_numbers=False)


class Company:
    """Speaks to one company as an app would."""

    def __init__(self, setup: CompanySetup = US, limits: Limits | None = None) -> None:
        self.moment = datetime(2026, 11, 2, 12, tzinfo=UTC)
        self.setup = setup
        self.quickbooks = QuickBooks(lambda: self.moment, companies=(US, UK, SINGLE), limits=limits)
        self.refresh = self.quickbooks.connections.grant(setup.realm)
        self.access = self.token(self.refresh)["access_token"]

    def pass_time(self, **parts: float) -> None:
        """Let the clock run."""
        self.moment += timedelta(**parts)

    def token(self, refresh: str, basic: str = "bG9jYWwtYXBwOmxvY2FsLXNlY3JldA==") -> dict[str, Any]:
        """Refresh."""
        body = f"grant_type=refresh_token&refresh_token={refresh}".encode()
        headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
        answer = self.quickbooks(Request("POST", "/oauth2/v1/tokens/bearer", "", headers, body))
        return dict(loads(answer.body))

    def send(self, method: str, path: str, body: object = None, query: str = "minorversion=75", **headers: str) -> Response:
        """Send one request to the company."""
        content = body.encode() if isinstance(body, str) else dumps(body) if body is not None else b""
        kind = "application/text" if isinstance(body, str) else "application/json"
        base = {"authorization": f"Bearer {self.access}", "accept": "application/json", "content-type": kind}
        return self.quickbooks(Request(method, f"/v3/company/{self.setup.realm}/{path}", query, {**base, **headers}, content))

    def post(self, kind: str, body: dict[str, Any], query: str = "minorversion=75") -> dict[str, Any]:
        """Write an entity; answers it, or the first error of the fault."""
        answer = loads(self.send("POST", kind.lower(), body, query).body)
        return dict(answer["Fault"]["Error"][0]) if "Fault" in answer else dict(answer[kind])

    def ask(self, text: str) -> dict[str, Any]:
        """Query; answers the response, or the first error of the fault."""
        answer = loads(self.send("POST", "query", text).body)
        return dict(answer["Fault"]["Error"][0]) if "Fault" in answer else dict(answer["QueryResponse"])

    def customer(self, name: str = "Contoso", **more: object) -> str:
        """Add a customer; answers its id."""
        return str(self.post("Customer", {"DisplayName": name, **more})["Id"])

    def item(self, name: str = "Microsoft 365 E3", **more: object) -> str:
        """Add an item; answers its id."""
        account = self.ask("select * from Account")["Account"][0]["Id"]
        return str(self.post("Item", {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": account}, **more})["Id"])

    def invoice(self, number: str = "INV-1", amount: str = "316.80", **more: object) -> dict[str, Any]:
        """A body of an invoice with one line, its customer and item made if need be."""
        customers = self.ask("select * from Customer").get("Customer") or [{"Id": self.customer()}]
        items = self.ask("select * from Item").get("Item") or [{"Id": self.item()}]
        detail = {"ItemRef": {"value": items[0]["Id"]}, "Qty": 1, "UnitPrice": Decimal(amount)}
        line = {"DetailType": "SalesItemLineDetail", "Amount": Decimal(amount), "SalesItemLineDetail": detail}
        return {"DocNumber": number, "CustomerRef": {"value": customers[0]["Id"]}, "Line": [line], **more}


@pytest.fixture
def company() -> Company:
    """An American company that is not throttled."""
    return Company()


@pytest.fixture
def british() -> Company:
    """A British company: its tax is computed from the codes of the lines."""
    return Company(UK)


@pytest.fixture
def single() -> Company:
    """A company in one currency that takes a number twice."""
    return Company(SINGLE)


@pytest.fixture
def throttled() -> Callable[[Limits], Company]:
    """A company with limits."""
    return lambda limits: Company(limits=limits)
