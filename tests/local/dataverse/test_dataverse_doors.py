"""Who may come in, what is counted, what can be made to go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest

from local.dataverse import Caller, DataverseApp, platform, seed
from local.dataverse.trial import Api, Clock
from local.http import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

CODES = {"requests": "0x80072322", "time": "0x80072321", "concurrency": "0x80072326"}


@pytest.fixture
def strict(clock: Clock) -> Iterator[DataverseApp]:
    """A server that knows three tokens: our application's, a person's, a stranger's."""
    known = {
        "app": Caller(application_id=seed.APPLICATION_ID, object_id=seed.APPLICATION_OBJECT_ID),
        "admin": Caller(object_id=seed.ADMIN_OBJECT_ID.upper()),
        "stranger": Caller(object_id="36500000-0000-4000-8000-00000000ffff"),
    }
    made = DataverseApp(clock=clock, authorize=known.get, deliver=lambda _: 200)
    yield made
    made.close()


@pytest.mark.parametrize(("token", "user"), [("app", seed.APPLICATION_USER_ID), ("admin", seed.ADMIN_USER_ID)])
def test_a_token_is_a_user(strict: DataverseApp, token: str, user: str) -> None:
    """WhoAmI says who, in which unit and organisation; with and without parentheses."""
    for path in ("WhoAmI", "WhoAmI()"):
        answer = Api(strict, token).row(path)
        assert (answer["UserId"], answer["BusinessUnitId"], answer["OrganizationId"]) == (
            user,
            seed.UNIT_ID,
            seed.ORGANIZATION_ID,
        )


def test_tokens_that_open_nothing(strict: DataverseApp) -> None:
    """401 with a challenge for no or a wrong token; 403 for a stranger."""
    answer = Api(strict, "wrong")("GET", "WhoAmI")
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer authorization_uri=")
    assert strict(Request("GET", "/api/data/v9.2/WhoAmI")).status == 401
    assert Api(strict, "stranger")("GET", "WhoAmI").error == (403, "0x80072560")


def test_impersonation(strict: DataverseApp) -> None:
    """Rows belong to the impersonated user; the caller is named beside."""
    api = Api(strict, "app")
    for headers in ({"CallerObjectId": seed.ADMIN_OBJECT_ID}, {"MSCRMCallerID": seed.ADMIN_USER_ID}):
        row = api.row(f"accounts({api('POST', 'accounts', {'name': 'A'}, **headers).id})")
        assert row["_createdby_value"] == row["_ownerid_value"] == seed.ADMIN_USER_ID
        assert row["_createdonbehalfby_value"] == seed.APPLICATION_USER_ID
    assert api("GET", "WhoAmI", CallerObjectId="00000000-0000-0000-0000-000000000009").status == 403
    assert api("GET", "WhoAmI", CallerObjectId="nobody").status == 400


def test_a_disabled_user_is_out(strict: DataverseApp) -> None:
    """403 for his token and for his impersonation."""
    api = Api(strict, "app")
    api("PATCH", f"systemusers({seed.ADMIN_USER_ID})", {"isdisabled": True})
    assert Api(strict, "admin")("GET", "WhoAmI").error == (403, "0x80040225")
    assert api("GET", "WhoAmI", CallerObjectId=seed.ADMIN_OBJECT_ID).status == 403


def test_any_token_may_name_a_user(app: DataverseApp) -> None:
    """For tests: the token's text may be a user's id; any other text is our application."""
    assert Api(app, seed.ADMIN_OBJECT_ID).row("WhoAmI")["UserId"] == seed.ADMIN_USER_ID
    assert Api(app, seed.ADMIN_USER_ID).row("WhoAmI")["UserId"] == seed.ADMIN_USER_ID
    assert Api(app, "whatever").row("WhoAmI")["UserId"] == seed.APPLICATION_USER_ID


def test_a_tenant_without_our_solution(clock: Clock) -> None:
    """Only the standard tables are there; opened again with the solution, the rows stay."""
    app = DataverseApp(any_token=True, clock=clock, tables=platform.WITHOUT_SOLUTION)
    assert Api(app)("GET", "accounts").status == 200
    assert Api(app)("GET", "w365_jobs").error == (404, "0x8006088a")
    app.close()


def test_every_tenant_is_as_old_as_its_clock_says(clock: Clock) -> None:
    """What was seeded is dated by the moment at which a tenant was opened, also where one that was opened before is copied."""

    def opened() -> DataverseApp:
        return DataverseApp(any_token=True, clock=clock, deliver=lambda _: 200)

    def made(tenant: DataverseApp) -> set[str]:
        return {row["createdon"] for table in ("organization", "sdkmessagefilter", "solution") for row in tenant.rows(table)}

    first = opened()
    clock.pass_by(days=1)
    second, third = opened(), opened()
    assert [made(tenant) for tenant in (first, second, third)] == [
        {"2026-11-01T08:30:00Z"},
        {"2026-11-02T08:30:00Z"},
        {"2026-11-02T08:30:00Z"},
    ]
    for tenant in (first, second, third):
        tenant.close()


def test_seeded_currencies(api: Api) -> None:
    """Fixed rates to the organisation's dollar."""
    rows = api.rows("transactioncurrencies?$select=isocurrencycode,exchangerate,currencyprecision")
    rates = {row["isocurrencycode"]: (str(row["exchangerate"].normalize()), row["currencyprecision"]) for row in rows}
    assert rates["USD"] == ("1", 2)
    assert rates["EUR"] == ("0.92", 2)
    assert rates["JPY"] == ("1.5E+2", 0)


@pytest.mark.parametrize("kind", sorted(CODES))
def test_throttling_on_demand(api: Api, kind: str) -> None:
    """The three kinds of 429 with Retry-After; nothing was written; the next request passes."""
    api.control("POST", "faults", kind=kind, retry_after_s=7, match="POST .*/accounts")
    refused = api("POST", "accounts", {"name": "A"})
    assert (refused.error, refused.headers["retry-after"]) == ((429, CODES[kind]), "7")
    assert api.rows("accounts") == []
    assert api("POST", "accounts", {"name": "A"}).status == 204


def test_service_protection_counts_per_user(api: Api, app: DataverseApp, clock: Clock) -> None:
    """Requests in a sliding window of five minutes; a batch is one; another user is not touched; time heals."""
    api.control("PUT", "limits", requests=3)
    assert [api("GET", "WhoAmI").status for _ in range(4)] == [200, 200, 200, 429]
    assert Api(app, seed.ADMIN_OBJECT_ID)("GET", "WhoAmI").headers["x-ms-ratelimit-burst-remaining-xrm-requests"] == "2"
    assert int(api("GET", "WhoAmI").headers["retry-after"]) == 305
    clock.pass_by(seconds=300)
    assert api("GET", "WhoAmI").status == 200
    api.control("PUT", "limits", time_s=0)
    assert api("GET", "WhoAmI").error == (429, CODES["time"])
    api.control("PUT", "limits", concurrent=0)
    assert api("GET", "WhoAmI").error == (429, CODES["concurrency"])
    api.control("PUT", "limits", requests=None)
    assert api("GET", "WhoAmI").status == 200


@pytest.mark.parametrize(
    ("kind", "status", "rows"), [("error", 503, 0), ("error-after", 500, 1), ("drop-before", 0, 0), ("drop-after", 0, 1)]
)
def test_faults_before_and_after_the_commit(api: Api, kind: str, status: int, rows: int) -> None:
    """A server error or a lost answer tells nothing about the row: here it was, or was not, written."""
    api.control("POST", "faults", kind=kind, status=status or 500)
    if status:
        assert api("POST", "accounts", {"name": "A"}).status == status
    else:
        with pytest.raises(httpx2.TransportError):
            api("POST", "accounts", {"name": "A"})
    assert len(api.rows("accounts")) == rows


def test_snapshot_restore_reset(api: Api) -> None:
    """A copy brings everything back, versions and seeds included."""
    api.create("accounts", name="A")
    api.control("POST", "snapshot", name="one")
    api.create("accounts", name="B")
    api.control("POST", "restore", name="one")
    assert [row["name"] for row in api.rows("accounts")] == ["A"]
    api.control("POST", "reset")
    assert api.rows("accounts") == []
    assert api.row("WhoAmI")["UserId"] == seed.APPLICATION_USER_ID
    assert api.control("POST", "restore", name="two").status == 404


def test_counts_trace_and_clock(api: Api) -> None:
    """What went over the wire, and what time it is."""
    api.control("DELETE", "counts")
    api.control("DELETE", "trace")
    api("GET", "accounts?$top=1")
    api("GET", "nothing")
    assert api.control("GET", "counts").json["requests"] == 2
    trace = api.control("GET", "trace").json["requests"]
    assert [(entry["method"], entry["path"], entry["status"]) for entry in trace] == [
        ("GET", "/api/data/v9.2/accounts", 200),
        ("GET", "/api/data/v9.2/nothing", 404),
    ]
    api.control("PUT", "clock", now="2027-01-01T00:00:00+00:00")
    row_id = api.create("accounts", name="A")
    assert api.row(f"accounts({row_id})")["createdon"] == "2027-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("method", "name", "body", "status"),
    [
        ("GET", "nothing", {}, 404),
        ("GET", "reset", {}, 405),
        ("PUT", "clock", {"now": "noon"}, 400),
        ("PUT", "clock", {"now": "2027-01-01"}, 400),
        ("POST", "faults", {"kind": "nonsense"}, 400),
        ("POST", "faults", {"kind": "error", "match": "("}, 400),
        ("PUT", "limits", {"speed": 5}, 400),
        ("PUT", "limits", {"requests": "x"}, 400),
        ("PUT", "webhooks", {"drop": "x"}, 400),
    ],
)
def test_the_control_surface_refuses_what_it_has_not(
    api: Api, method: str, name: str, body: dict[str, object], status: int
) -> None:
    """A test's own mistake is told, not swallowed."""
    assert api.control(method, name, **body).status == status


def test_anything_else_is_not_found(app: DataverseApp) -> None:
    """Only the Web API and the control surface live here."""
    for path in ("/", "/api/data", "/api/data/v9.2x", "/XRMServices/2011/Organization.svc"):
        assert app(Request("GET", path, headers={"authorization": "Bearer x"})).status == 404
