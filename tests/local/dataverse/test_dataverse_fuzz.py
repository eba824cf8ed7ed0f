"""Whatever is sent, the answer is never a 500: addresses, filters, bodies, headers, batches."""

from __future__ import annotations

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from local.dataverse import DataverseApp, functions
from local.dataverse.trial import BASE, Api
from local.http import Request

APP = DataverseApp(any_token=True, deliver=lambda _: 200)
API = Api(APP)
ACCOUNT = API.create("accounts", name="A", revenue=5)
TEAM = API.rows("teams?$select=teamid")[0]["teamid"]
VIEW = API.create(
    "savedqueries",
    name="All",
    returnedtypecode="account",
    fetchxml="<fetch><entity name='account'><attribute name='name'/></entity></fetch>",
)
METHODS = st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"])

WORDS = [
    "name",
    "revenue",
    "createdon",
    "statecode",
    "creditonhold",
    "accountid",
    "_primarycontactid_value",
    "primarycontactid",
    "nothing",
    "Account_Tasks",
    "any",
    "all",
    "t",
    "t/subject",
    "eq",
    "ne",
    "gt",
    "le",
    "and",
    "or",
    "not",
    "contains",
    "startswith",
    "null",
    "true",
    "'a'",
    "'",
    "''",
    "5",
    "-5.5",
    "1e400",
    "1e9999999999",
    "99999999999999999999999999999",
    "2026-11-01",
    "2026-02-31",
    "2026-11-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01",
    ACCOUNT,
    "@p",
    "$it",
    "(",
    ")",
    ",",
    ":",
    "/",
    "[",
    "]",
    '"a"',
    '"\\ud800"',
    "=",
    ";",
    "Microsoft.Dynamics.CRM.In",
    "Microsoft.Dynamics.CRM.LastXMonths",
    "Microsoft.Dynamics.CRM.NextXYears",
    "Microsoft.Dynamics.CRM.Between",
    *(f"Microsoft.Dynamics.CRM.{name}" for name in sorted(functions.NAMES)),
    "PropertyValue1",
    "PropertyValue2",
    "teammembership_association",
    "p/fullname",
    "fullname",
    "p",
    "@q",
    "asc",
    "desc",
    "$ref",
    "$count",
    "with",
    "sum",
    "as",
    "groupby",
    "aggregate",
    "filter",
    "$filter",
    "$select",
    "PropertyName",
    "PropertyValue",
    "PropertyValues",
    "%",
    "\x00",
    "é",
    "🦆",
]
EXPRESSIONS = (
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
    | st.lists(st.sampled_from(WORDS), max_size=10).map("".join)
    | st.text(max_size=30)
)
OPTIONS = st.sampled_from(
    [
        "$filter",
        "$orderby",
        "$select",
        "$expand",
        "$apply",
        "$top",
        "$count",
        "$skiptoken",
        "$deltatoken",
        "$skip",
        "@p",
        "@q",
        "tag",
        "fetchXml",
        "sql",
        "savedQuery",
        "userQuery",
        "",
        "%24filter",
    ]
)
QUERIES = st.lists(st.tuples(OPTIONS, EXPRESSIONS), max_size=3).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)
SEGMENTS = st.sampled_from(
    [
        "accounts",
        f"accounts({ACCOUNT})",
        "accounts(name='x')",
        "w365_jobs(w365_key='k')",
        "accounts(",
        "accounts)",
        "contacts('x')",
        "$count",
        "$ref",
        "$value",
        "name",
        "primarycontactid",
        "Account_Tasks",
        f"Account_Tasks({ACCOUNT})",
        "teams",
        f"teams({TEAM})",
        "teammembership_association",
        "account_primary_contact",
        "fullname",
        "RetrieveTotalRecordCount(EntityNames=@p)",
        "usersettingscollection",
        "$batch",
        "$metadata",
        "WhoAmI",
        "EntityDefinitions",
        "EntityDefinitions(LogicalName='account')",
        "Attributes",
        "Attributes(LogicalName='name')",
        "Keys",
        "$1",
        "Microsoft.Dynamics.CRM.CreateMultiple",
        "Microsoft.Dynamics.CRM.UpsertMultiple",
        "%27",
        "%ff",
        "",
        "..",
        "w365_changelogs(w365_sequence=1,_w365_subscription_value=5)",
    ]
)
PATHS = st.lists(SEGMENTS, max_size=4).map("/".join) | st.text(max_size=30)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(max_size=8)
    | st.sampled_from(["2026-11-01", ACCOUNT, f"accounts({ACCOUNT})", "$1", "\ud800"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6
)
NAMES = st.sampled_from(
    [
        "name",
        "revenue",
        "creditonhold",
        "statecode",
        "statuscode",
        "createdon",
        "accountid",
        "primarycontactid",
        "primarycontactid@odata.bind",
        "ownerid@odata.bind",
        "Account_Tasks",
        "_ownerid_value",
        "@odata.type",
        "@odata.id",
        "Targets",
        "value",
        "w365_key",
        "overriddencreatedon",
        "transactioncurrencyid@odata.bind",
        "subject",
        "@",
        "a@b",
        "",
    ]
)
BODIES = (
    st.dictionaries(NAMES, VALUES, max_size=5).map(lambda body: json.dumps(body).encode())
    | st.binary(max_size=30)
    | st.just(b'{"revenue": 1e999999}')
    | st.just(b'{"revenue": -1e-999999}')
)
HEADERS = st.dictionaries(
    st.sampled_from(["prefer", "if-match", "if-none-match", "callerobjectid", "mscrmcallerid", "content-type"]),
    st.sampled_from(
        [
            "*",
            "null",
            "",
            'W/"1"',
            "odata.maxpagesize=1",
            "odata.maxpagesize=x",
            "odata.maxpagesize=99999999999",
            "odata.track-changes",
            'odata.include-annotations="*"',
            "return=representation",
            ACCOUNT,
            "a,b;c",
            "é",
        ]
    ),
    max_size=3,
)


def answered(method: str, path: str, query: str, body: bytes, headers: dict[str, str]) -> None:
    """Send one request; whatever it is, it is answered, and the answer of a JSON body can be read."""
    request = Request(method, f"/api/data/v9.2/{path}", query, {"authorization": "Bearer x", **headers}, body, BASE)
    response = APP(request)
    assert response.status != 500, (method, path, query, body, headers, response.body)
    if dict(response.headers).get("Content-Type", "").startswith("application/json"):
        json.loads(response.body)
    if response.status >= 400 and not path.startswith("$batch"):
        assert json.loads(response.body)["error"]["message"]


@given(METHODS, PATHS, QUERIES, BODIES, HEADERS)
@settings(max_examples=250)
def test_no_request_breaks_the_server(method: str, path: str, query: str, body: bytes, headers: dict[str, str]) -> None:
    """Any method, address, options, body and headers."""
    answered(method, path, query, body, headers)


@given(
    st.sampled_from(
        [
            "accounts",
            f"accounts({ACCOUNT})",
            "accounts/$count",
            f"accounts({ACCOUNT})/Account_Tasks",
            "teams",
            f"teams({TEAM})/teammembership_association",
            "RetrieveTotalRecordCount(EntityNames=@p)",
        ]
    ),
    QUERIES,
    HEADERS,
)
@settings(max_examples=300)
@example("accounts", "$filter=name eq 'a' or " * 300 + "name eq 'a'", {})
@example("accounts", "$filter=" + "not " * 3000 + "true", {})
@example("accounts", "$filter=" + "(" * 5000, {})
@example("accounts", "$expand=" + "primarycontactid($expand=" * 400 + ")" * 400, {})
@example("accounts", "$filter=contains(name,'" + "%25a" * 3000 + "')", {})
@example("accounts", "$orderby=" + ",".join(["name"] * 3000), {})
@example("accounts", "$select=" + ",".join(["name"] * 3000), {})
@example("accounts", "$filter=" + "/".join(["primarycontactid", "parentcustomerid_account"] * 40) + "/name eq 'x'", {})
@example("accounts", "$filter=Microsoft.Dynamics.CRM.LastXYears(PropertyName='createdon',PropertyValue=100000)", {})
@example("accounts", "$filter=Microsoft.Dynamics.CRM.NextXMonths(PropertyName='createdon',PropertyValue=99999)", {})
@example("accounts", "$filter=Microsoft.Dynamics.CRM.On(PropertyName='createdon',PropertyValue='9999-12-31')", {})
@example("accounts", "$filter=createdon lt 9999-12-31T23:59:59-14:00", {})
@example("accounts", "$filter=Microsoft.Dynamics.CRM.InFiscalYear(PropertyName='createdon',PropertyValue=999999)", {})
@example("accounts", "$filter=Microsoft.Dynamics.CRM.NextXFiscalPeriods(PropertyName='createdon',PropertyValue=100000)", {})
@example("accounts", "$filter=@p eq @q&@p=" + "a/" * 400 + "b", {})
@example("accounts", "$expand=Account_Tasks($filter=" + "Account_Tasks/any(a:" * 70 + "true" + ")" * 71, {})
@example("teams", "$expand=teammembership_association($filter=teammembership_association/any(p:p/name eq 'x'))", {})
@example("accounts", f"savedQuery={VIEW}&$skiptoken=x", {})
@example("accounts", f"savedQuery={VIEW}", {"prefer": "odata.maxpagesize=1"})
def test_no_query_breaks_the_server(path: str, query: str, headers: dict[str, str]) -> None:
    """Any options on a good address."""
    answered("GET", path, query, b"", headers)


@given(st.sampled_from(["accounts", "w365_jobs", "tasks", "sdkmessageprocessingsteps", "systemusers"]), METHODS, BODIES, HEADERS)
@settings(max_examples=200)
@example("accounts", "POST", b'{"Account_Tasks":' * 400 + b"1" + b"}" * 400, {})
@example(
    "accounts", "POST", json.dumps({"primarycontactid": {"account_primary_contact": [{"primarycontactid": {}}] * 3}}).encode(), {}
)
def test_no_body_breaks_the_server(set_name: str, method: str, body: bytes, headers: dict[str, str]) -> None:
    """Any body on a good address."""
    answered(method, set_name if method == "POST" else f"{set_name}({ACCOUNT})", "", body, headers)


LINES = st.sampled_from(
    [
        b"--b",
        b"--b--",
        b"--c",
        b"--c--",
        b"",
        b"Content-Type: application/http",
        b"Content-Type: multipart/mixed; boundary=c",
        b"Content-ID: 1",
        b"Content-ID: \xff",
        b"POST /api/data/v9.2/accounts HTTP/1.1",
        b"GET WhoAmI HTTP/1.1",
        b"PATCH $1 HTTP/1.1",
        b"DELETE //// HTTP/1.1",
        b"GET http://[x HTTP/1.1",
        b"{}",
        b'{"name":"x"}',
        b"\xff",
        b"nonsense",
        b"If-Match: *",
    ]
)


@given(st.lists(LINES, max_size=25), st.sampled_from([b"\r\n", b"\n"]), st.booleans())
@settings(max_examples=300)
def test_no_batch_breaks_the_server(lines: list[bytes], end: bytes, go_on: bool) -> None:
    """Any order of the lines that batches are made of."""
    headers = {"content-type": "multipart/mixed; boundary=b", "prefer": "odata.continue-on-error" if go_on else ""}
    answered("POST", "$batch", "", end.join(lines), headers)


@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    st.sampled_from(["clock", "faults", "limits", "webhooks", "trace", "restore", "x"]),
    BODIES,
)
@settings(max_examples=100)
def test_no_control_breaks_the_server(method: str, name: str, body: bytes) -> None:
    """The control surface as well."""
    response = APP(Request(method, f"/_local/{name}", "", {}, body, BASE))
    assert response.status != 500, (method, name, body, response.body)
    for reset in ("faults", "trace"):
        APP(Request("DELETE", f"/_local/{reset}", "", {}, b"", BASE))
