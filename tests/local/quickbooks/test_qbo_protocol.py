"""Sign-in, limits, replays, queries and changes of the stand-in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.http import Request
from local.quickbooks.app import QuickBooks
from local.quickbooks.throttle import Limits
from transport.exact import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.local.quickbooks.conftest import Company


def test_access_tokens_last_an_hour(company: Company) -> None:
    """An hour later, or made up, or without one: 401 with Intuit's body."""
    company.pass_time(minutes=60)
    refused = company.send("GET", "customer/1")
    assert (refused.status, loads(refused.body)["fault"]["error"][0]["code"]) == (401, "3200")
    assert company.send("GET", "customer/1", authorization="Bearer made-up").status == 401
    elsewhere = Request("GET", "/v3/company/1/customer/1", "", {"authorization": f"Bearer {company.access}"})
    assert company.quickbooks(elsewhere).status == 401


def test_refresh_tokens_change_once_a_day(company: Company) -> None:
    """The same for a day; then a new one, and the old one works until the new one is used."""
    assert company.token(company.refresh)["refresh_token"] == company.refresh
    company.pass_time(hours=24)
    fresh = company.token(company.refresh)
    assert fresh["refresh_token"] != company.refresh
    assert company.token(company.refresh)["refresh_token"] == fresh["refresh_token"]
    company.access = fresh["access_token"]
    assert company.send("POST", "query", "select * from Customer").status == 200
    assert company.token(company.refresh) == {"error": "invalid_grant"}
    assert company.token(fresh["refresh_token"])["refresh_token"] == fresh["refresh_token"]


def test_using_the_new_refresh_token_retires_the_old(company: Company) -> None:
    """It need not be an access token that is used first."""
    company.pass_time(hours=24)
    fresh = company.token(company.refresh)["refresh_token"]
    company.token(fresh)
    assert company.token(company.refresh) == {"error": "invalid_grant"}


def test_connections_end(company: Company) -> None:
    """After 100 days without use, and when somebody disconnects; wrong apps are never served."""
    company.pass_time(days=99)
    fresh = company.token(company.refresh)["refresh_token"]
    company.pass_time(days=100)
    assert company.token(fresh) == {"error": "invalid_grant"}
    again = company.quickbooks.connections.grant(company.setup.realm)
    company.quickbooks.connections.revoke(company.setup.realm)
    assert company.token(again) == {"error": "invalid_grant"}
    assert company.token(again, basic="d3Jvbmc6YXBw") == {"error": "invalid_client"}
    code = Request(
        "POST", "/oauth2/v1/tokens/bearer", "", {"authorization": "Basic bG9jYWwtYXBwOmxvY2FsLXNlY3JldA=="}, b"grant_type=x"
    )
    assert loads(company.quickbooks(code).body) == {"error": "unsupported_grant_type"}


def test_the_discovery_document_names_the_token_address(company: Company) -> None:
    """As intuit-oauth reads it."""
    answer = company.quickbooks(Request("GET", "/.well-known/openid_configuration", base="http://qbo"))
    assert loads(answer.body)["token_endpoint"] == "http://qbo/oauth2/v1/tokens/bearer"


def test_throttling(throttled: Callable[[Limits], Company]) -> None:
    """Ten in a second, five hundred in a minute, then 429 and nothing done; later it goes on."""
    company = throttled(Limits())
    statuses = [company.send("GET", "customer/1").status for _ in range(11)]
    assert statuses == [400] * 10 + [429]
    company.pass_time(seconds=1)
    assert company.send("GET", "customer/1").status == 400
    slow = throttled(Limits(per_second=10, per_minute=3))
    for _ in range(3):
        slow.pass_time(seconds=2)
        slow.send("GET", "customer/1")
    refused = slow.send("POST", "customer", {"DisplayName": "Contoso"})
    assert (refused.status, loads(refused.body)["fault"]["error"][0]["code"]) == (429, "3001")
    slow.pass_time(seconds=61)
    assert slow.ask("select * from Customer") == {}


def test_a_request_id_is_answered_once(company: Company) -> None:
    """The second request gets the first answer, whatever it says; a long id is refused."""
    first = company.send("POST", "customer", {"DisplayName": "Contoso"}, "minorversion=75&requestid=r1")
    again = company.send("POST", "customer", {"DisplayName": "Fabrikam"}, "minorversion=75&requestid=r1")
    assert (first.status, first.body) == (200, again.body)
    assert company.ask("select count(*) from Customer") == {"totalCount": 1}
    assert company.send("POST", "customer", {}, f"minorversion=75&requestid={'x' * 51}").status == 400


@pytest.mark.parametrize(
    ("method", "path", "query", "headers"),
    [
        ("GET", "customer/1", "", {}),
        ("GET", "customer/1", "minorversion=74", {}),
        ("GET", "customer/1", "minorversion=75&minor=1", {}),
        ("GET", "customer/1", "minorversion=75", {"accept": "application/xml"}),
        ("GET", "customer/1", "minorversion=75", {}),
        ("GET", "vendor/1", "minorversion=75", {}),
        ("DELETE", "customer/1", "minorversion=75", {}),
        ("POST", "customer", "minorversion=75&operation=void", {}),
        ("POST", "customer", "minorversion=75", {"content-type": "text/plain"}),
        ("POST", "query", "minorversion=75", {"content-type": "application/json"}),
        ("GET", "cdc", "minorversion=75&entities=Payment&changedSince=yesterday", {}),
        ("GET", "cdc", "minorversion=75&entities=Payment&changedSince=2026-09-01", {}),
        ("GET", "cdc", "minorversion=75&entities=Vendor&changedSince=2026-11-01", {}),
    ],
)
def test_requests_that_are_not_understood(company: Company, method: str, path: str, query: str, headers: dict[str, str]) -> None:
    """Unknown addresses, parameters, versions, types and periods are refused."""
    assert company.send(method, path, {"DisplayName": "Contoso"}, query, **headers).status == 400


def test_other_addresses_are_not_there(company: Company) -> None:
    """Nothing answers outside of what is listed, and a body that is not JSON is refused."""
    assert company.quickbooks(Request("GET", "/v2/nothing")).status == 400
    headers = {"authorization": f"Bearer {company.access}", "accept": "application/json", "content-type": "application/json"}
    broken = Request("POST", f"/v3/company/{company.setup.realm}/customer", "minorversion=75", headers, b"{")
    assert company.quickbooks(broken).status == 400


def test_queries_find(company: Company) -> None:
    """Equality without letter case, lists, moments, patterns, order, pages, inactive entities only when asked for."""
    for name in ("Contoso", "O'Brien", "Fabrikam"):
        company.customer(name)
        company.pass_time(minutes=1)
    gone = company.ask("select * from Customer where DisplayName = 'fabrikam'")["Customer"][0]
    company.post("Customer", {"Id": gone["Id"], "SyncToken": "0", "sparse": True, "Active": False})

    def names(text: str) -> list[str]:
        return [row["DisplayName"] for row in company.ask(f"select * from Customer {text}").get("Customer", [])]  # noqa: S608  the query language under test

    assert names("where DisplayName in ('O\\'Brien', 'CONTOSO')") == ["Contoso", "O'Brien"]
    assert names("where DisplayName like '%Brien' and Balance <= '0'") == ["O'Brien"]
    assert names("where MetaData.LastUpdatedTime >= '2026-11-02T12:01:00Z' orderby DisplayName desc") == ["O'Brien"]
    assert names("where MetaData.CreateTime < '2026-11-02T12:01:00'") == ["Contoso"]
    assert names("where Id > '4' and MetaData.CreateTime <= '2027-01-01'") == ["O'Brien"]
    assert names("where Active in (true, false) orderby Id asc") == ["Contoso", "O'Brien", "Fabrikam"]
    assert names("startposition 2 maxresults 1") == ["O'Brien"]
    assert company.ask("select * from Customer startposition 9 maxresults 1") == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("select", "4000"),
        ("select * from", "4000"),
        ("select * from Customer where #", "4000"),
        ("select * from Customer maxresults 1 please", "4000"),
        ("update Customer", "4000"),
        ("select * from Vendor", "4001"),
        ("select * from Customer where Notes = 'x'", "4001"),
        ('select * from Customer where DisplayName = "x"', "4000"),
        ("select * from Customer where DisplayName = x", "4000"),
        ("select * from Customer where DisplayName is 'x'", "4000"),
        ("select * from Customer where DisplayName = 'x' or Id = '1'", "4000"),
        ("select * from Customer where Id = 'x'", "4001"),
        ("select * from Customer maxresults 1001", "4001"),
        ("select * from Customer maxresults many", "4000"),
        ("select * from Customer startposition 0", "4001"),
    ],
)
def test_queries_that_cannot_be_read(company: Company, text: str, code: str) -> None:
    """The parser is strict."""
    company.customer()
    assert company.ask(text)["code"] == code


def test_changes_name_the_deleted_too(company: Company) -> None:
    """Everything since a moment, tombstones included."""
    company.post("Invoice", company.invoice())
    company.pass_time(minutes=50)
    paid = company.quickbooks.pay(company.setup.realm, "INV-1", Decimal("6.80"), reference="cheque 7")
    company.quickbooks.pay(company.setup.realm, "INV-1")
    company.quickbooks.unpay(company.setup.realm, paid["Id"])
    answer = company.send("GET", "cdc", query="minorversion=75&entities=Payment,Customer&changedSince=2026-11-02T12:30:00Z")
    payments, customers = loads(answer.body)["CDCResponse"][0]["QueryResponse"]
    assert [row.get("status", "") for row in payments["Payment"]] == ["Deleted", ""]
    assert customers == {}
    assert company.ask("select * from Invoice")["Invoice"][0]["Balance"] == Decimal("6.80")


def test_a_bookkeeper_pays_by_a_control_call(company: Company) -> None:
    """As the demo does over HTTP; a number that is not there is refused."""
    company.post("Invoice", company.invoice())
    wish = {"realm": company.setup.realm, "number": "INV-1", "amount": "16.80", "reference": "cheque 7"}
    answer = company.quickbooks(Request("POST", "/_local/pay", body=dumps(wish)))
    assert loads(answer.body)["Payment"]["PaymentRefNum"] == "cheque 7"
    missing = company.quickbooks(Request("POST", "/_local/pay", body=dumps({**wish, "number": "INV-2"})))
    assert missing.status == 400


def test_a_company_outlives_its_process(company: Company, tmp_path: Path) -> None:
    """With a file, entities and connections are there after a restart."""
    path = tmp_path / "quickbooks.sqlite"
    first = QuickBooks(lambda: company.moment, path=path, limits=None)
    company.quickbooks, company.refresh = first, first.connections.grant(company.setup.realm)
    company.access = company.token(company.refresh)["access_token"]
    made = company.customer()
    first.close()
    company.quickbooks = QuickBooks(lambda: company.moment, path=path, limits=None)
    assert company.ask("select * from Customer")["Customer"][0]["Id"] == made
    company.quickbooks.close()
