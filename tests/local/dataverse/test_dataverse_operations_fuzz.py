"""Whatever is sent to custom APIs, operations of the platform, file columns and the control surface: never a 500."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from local.dataverse import Call, CustomApi, DataverseApp, Part
from local.dataverse.custom_api_tables import TYPES
from local.dataverse.trial import BASE, Api
from local.http import Request
from tests.local.dataverse.bodies_of_definitions import column, made

EVERY = tuple(Part(f"P{kind}", kind, optional=True) for kind in TYPES)
ROW = "00000000-0000-0000-0000-0000000000aa"


def echo(call: Call) -> dict[str, Any]:
    """Answer what was given."""
    return dict(call.parameters)


APP = DataverseApp(
    any_token=True,
    deliver=lambda _: 200,
    custom_apis=[
        CustomApi("csp_Act", echo, EVERY, EVERY),
        CustomApi("csp_Ask", echo, EVERY, EVERY, function=True),
        CustomApi("csp_On", echo, EVERY, EVERY, table="account"),
    ],
)
made(Api(APP), "csp_Doc", column("File", "csp_Paper"), column("Image", "csp_Photo"))
Api(APP)("PATCH", f"csp_docs({ROW})", {})
Api(APP)("PATCH", f"accounts({ROW})", {"name": "A"})

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["2026-11-01", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", ROW, f"accounts({ROW})", "$1"])
)
MEMBERS = (
    "@odata.type @odata.id accountid name Target Subordinate EntityNames PerformParentingChecks UpdateContent EntityName "
    "AttributeName Value kind count match now"
)
NAMES = st.sampled_from([*(part.name for part in EVERY), *MEMBERS.split()])
TYPED = st.just({"@odata.type": "Microsoft.Dynamics.CRM.account", "accountid": ROW})
VALUES = st.recursive(
    SCALARS | TYPED, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=5
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=4).map(lambda body: json.dumps(body).encode()) | st.binary(max_size=20)
LITERALS = st.sampled_from(
    ["null", "'", "''", "'a''b'", "5", "1e999999", "true", "[", "{'a':", '["a"]', "@", "@q", ROW, "2026-11-01"]
)


def answered(request: Request) -> None:
    """Answered, and by nothing that went wrong inside."""
    response = APP(request)
    assert response.status != 500, (request, response.body)


def api_request(method: str, path: str, query: str = "", body: bytes = b"", **headers: str) -> Request:
    """A request of the Web API."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, f"/api/data/v9.2/{path}", query, {"authorization": "Bearer x", **named}, body, BASE)


@given(
    st.sampled_from(["csp_Act", f"accounts({ROW})/Microsoft.Dynamics.CRM.csp_On", "Merge", "SetAutoNumberSeed", "GrantAccess"]),
    BODIES,
)
@settings(max_examples=250)
@example("csp_Act", b'{"PEntityCollection":[{"@odata.type":"Microsoft.Dynamics.CRM.account","creditlimit":1e999}]}')
@example("csp_Act", b'{"PDecimal":1e999999999}')
def test_no_action_breaks_the_server(path: str, body: bytes) -> None:
    """Any body."""
    answered(api_request("POST", path, "", body))


@given(
    st.sampled_from(
        ["csp_Ask", "RetrieveTotalRecordCount", "RetrieveCurrentOrganization", "GetAutoNumberSeed", "RetrieveVersion"]
    ),
    st.lists(st.tuples(NAMES | st.text(max_size=4), LITERALS), max_size=3),
    LITERALS,
)
@settings(max_examples=250)
def test_no_function_breaks_the_server(name: str, parameters: list[tuple[str, str]], alias: str) -> None:
    """Any parameters, in place and through an alias."""
    inner = ",".join(f"{one}={value}" for one, value in parameters)
    answered(api_request("GET", f"{name}({inner})", f"@q={alias}"))


@given(
    st.sampled_from(["PATCH", "GET", "PUT", "DELETE", "POST"]),
    st.sampled_from(["csp_paper", "csp_photo", "csp_paper/$value", "csp_photo/$value", "csp_paper_name"]),
    st.binary(max_size=20),
    st.dictionaries(
        st.sampled_from(["x_ms_file_name", "x_ms_transfer_mode", "content_range", "range", "if_match", "if_none_match"]),
        st.sampled_from(
            ["a.txt", "%", "é", "chunked", "bytes 0-0/1", "bytes 0-9/5", "bytes=0-", "bytes=9-1", "*", "null", 'W/"1"']
        ),
        max_size=4,
    ),
    st.sampled_from(["", "FileContinuationToken=x", "x-ms-file-name=%00"]),
)
@settings(max_examples=200)
def test_no_upload_breaks_the_server(method: str, tail: str, body: bytes, headers: dict[str, str], query: str) -> None:
    """Any method, content and headers at a file column."""
    answered(api_request(method, f"csp_docs({ROW})/{tail}", query, body, **headers))


@given(
    st.sampled_from(["clock", "limits", "webhooks", "faults"]),
    st.dictionaries(
        st.sampled_from(["now", "requests", "time_s", "concurrent", "drop", "repeat", "timeout_s", "kind", "match", "status"]),
        SCALARS | st.sampled_from(["error", "drop-after", "(", "2026-11-01T00:00:00Z"]),
        max_size=3,
    ),
)
@settings(max_examples=200)
def test_no_wish_breaks_the_control_surface(name: str, wishes: dict[str, Any]) -> None:
    """Known members with any values; what was set is taken back."""
    for method in ("PUT", "POST"):
        answered(Request(method, f"/_local/{name}", "", {}, json.dumps(wishes).encode(), BASE))
    answered(Request("DELETE", "/_local/faults", "", {}, b"", BASE))
    answered(Request("PUT", "/_local/limits", "", {}, b"{}", BASE))
