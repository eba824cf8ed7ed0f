"""POST /webhooks/dataverse: key first, then ids only."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from doors.http import BODY_LIMIT
from tests.doors.conftest import KEY, OURSELVES, problem
from work365.errors import Throttled, Unavailable
from work365.handlers.events import RowEvent

if TYPE_CHECKING:
    from tests.doors.conftest import Doors

JOB = "5c8e9c1a-1111-4e38-9a31-000d3a5a54dc"
OPERATION = "77e4b1d2-2222-4e38-9a31-000d3a5a54dc"
USER = "75c2dd85-e89e-e711-8122-000d3aa2331c"
GOOD = {"code": KEY}


def context(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  also wrong types
    """A RemoteExecutionContext as Dataverse sends it for an asynchronous step; None leaves a member out."""
    body = {
        "BusinessUnitId": "e2b9dd85-e89e-e711-8122-000d3aa2331c",
        "CorrelationId": "b374239d-4233-41a9-8b17-a86cb4f737b5",
        "Depth": 1,
        "InitiatingUserId": "75c2dd85-e89e-e711-8122-000d3aa2331c",
        "InputParameters": [{"key": "Target", "value": {"__type": "Entity:http://schemas.microsoft.com/xrm/2011/Contracts"}}],
        "MessageName": "Create",
        "Mode": 1,
        "OperationCreatedOn": "/Date(1506409448000-0700)/",
        "OperationId": OPERATION,
        "PrimaryEntityId": JOB,
        "PrimaryEntityName": "w365_job",
        "Stage": 40,
        "UserId": USER,
    } | changes
    return {name: value for name, value in body.items() if value is not None}


def raw(**changes: Any) -> bytes:  # noqa: ANN401  as above
    return json.dumps(context(**changes)).replace("/", "\\/").encode()


@pytest.mark.parametrize("message", ["Create", "Update"])
def test_a_job_row_is_passed_on_by_its_id(doors: Doors, message: str) -> None:
    """A created or changed job: 202, and the system gets ids, nothing of the row."""
    answer = doors.http("dataverse_event", raw(MessageName=message), query=GOOD)
    assert (answer.status, json.loads(answer.body)) == (202, {"status": "queued", "job": JOB})
    assert doors.system.asked == [("job_event", RowEvent("w365_job", JOB, message, OPERATION, USER))]


@pytest.mark.parametrize(
    ("table", "message"), [("w365_invoice", "Update"), ("w365_invoiceline", "Update"), ("w365_invoiceline", "Delete")]
)
def test_an_edited_document_is_passed_on_unless_we_edited_it(doors: Doors, table: str, message: str) -> None:
    """By its id and that of whoever did it; our own writes, one for each issued document, end at the door."""
    answer = doors.http("dataverse_event", raw(PrimaryEntityName=table, MessageName=message), query=GOOD)
    assert (answer.status, json.loads(answer.body)) == (202, {"status": "queued", table: JOB})
    assert doors.system.asked == [("document_event", RowEvent(table, JOB, message, OPERATION, USER))]
    ours = doors.http("dataverse_event", raw(PrimaryEntityName=table, MessageName=message, UserId=OURSELVES), query=GOOD)
    assert (ours.status, json.loads(ours.body)["status"]) == (202, "ignored")


@pytest.mark.parametrize(
    "changes",
    [
        {"PrimaryEntityName": "account"},
        {"MessageName": "Delete"},
        {"PrimaryEntityName": "w365_invoice", "MessageName": "Create"},
        {"PrimaryEntityName": "w365_invoiceline", "MessageName": "Create"},
        {
            "PrimaryEntityName": "w365_invoice",
            "MessageName": "w365_Charge",
            "PrimaryEntityId": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
        },
    ],
)
def test_other_events_are_acknowledged_and_ignored(doors: Doors, changes: dict[str, str]) -> None:
    """Another table or message: 202, so that Dataverse calls it delivered, and nothing is done."""
    answer = doors.http("dataverse_event", raw(**changes), query=GOOD)
    assert (answer.status, json.loads(answer.body)["status"]) == (202, "ignored")
    assert doors.system.asked == []


def test_a_body_over_256_kb_without_its_images(doors: Doors) -> None:
    """Dataverse dropped images and parameters and says so in a header: the ids are all that is needed."""
    body = raw(InputParameters=None, PreEntityImages=None, PostEntityImages=None, ParentContext=None)
    headers = {
        "x-ms-dynamics-msg-size-exceeded": "True",
        "x-ms-dynamics-entity-name": "w365_job",
        "x-ms-dynamics-request-name": "Create",
    }
    assert doors.http("dataverse_event", body, query=GOOD, headers=headers).status == 202
    assert doors.system.asked == [("job_event", RowEvent("w365_job", JOB, "Create", OPERATION, USER, truncated=True))]


def test_257_kb_are_read(doors: Doors) -> None:
    """A body that is still this large is no reason to lose an event."""
    assert doors.http("dataverse_event", raw(SharedVariables="x" * 257 * 1024), query=GOOD).status == 202
    assert len(doors.system.asked) == 1


@pytest.mark.parametrize("query", [{}, {"code": ""}, {"code": "wrong"}, {"code": KEY + "x"}, {"key": KEY}])
@pytest.mark.parametrize("body", [raw(), b"", b"{", b"x" * (BODY_LIMIT + 1)])
def test_without_the_key_nothing_is_looked_at(doors: Doors, query: dict[str, str], body: bytes) -> None:
    """A missing or wrong key is 401, whatever the body is; the key itself is in no answer."""
    answer = doors.http("dataverse_event", body, query=query)
    assert problem(answer)["title"] == "Not authorised"
    assert answer.status == 401
    assert KEY.encode() not in answer.body
    assert doors.system.asked == []


def test_an_empty_key_opens_nothing(doors: Doors) -> None:
    """A vault that answers an empty key does not open the door to everybody."""
    doors.system.key = ""
    assert doors.http("dataverse_event", raw(), query={"code": ""}).status == 401


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "The body is empty"),
        (b"  \n", "The body is empty"),
        (b"{", "The body is not JSON"),
        (b"\xff\xfe\x00", "The body is not JSON"),
        (b"[" * 200_000, "The body is not JSON"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (raw(PrimaryEntityId=None), "PrimaryEntityId: is missing"),
        (raw(PrimaryEntityId=7), "PrimaryEntityId: is missing or not a text"),
        (raw(PrimaryEntityId="7"), "PrimaryEntityId: is not a GUID"),
        (raw(PrimaryEntityId="00000000-0000-0000-0000-000000000000"), "PrimaryEntityId: names no row"),
        (raw(PrimaryEntityName=None), "PrimaryEntityName: is missing"),
        (raw(PrimaryEntityName="w365_job; drop"), "PrimaryEntityName: is not the logical name"),
        (raw(MessageName=""), "MessageName: is missing"),
        (raw(OperationId="x"), "OperationId: is not a GUID"),
        (raw(UserId=None), "UserId: is missing"),
    ],
)
def test_a_body_that_is_no_event(doors: Doors, body: bytes, says: str) -> None:
    """400 with a sentence that says what and where."""
    answer = doors.http("dataverse_event", body, query=GOOD)
    assert answer.status == 400
    assert says in problem(answer)["detail"]
    assert doors.system.asked == []


@pytest.mark.parametrize("header", ["x-ms-dynamics-entity-name", "X-MS-Dynamics-Request-Name"])
def test_headers_that_contradict_the_body(doors: Doors, header: str) -> None:
    """The headers say one row, the body another: refused."""
    assert doors.http("dataverse_event", raw(), query=GOOD, headers={header: "account"}).status == 400


def test_a_huge_body(doors: Doors) -> None:
    """Over a megabyte: 413 with a sentence."""
    answer = doors.http("dataverse_event", b"x" * (BODY_LIMIT + 1), query=GOOD)
    assert answer.status == 413
    assert "Send ids" in problem(answer)["detail"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_a_wrong_method(doors: Doors, method: str) -> None:
    """405, with the right one in Allow."""
    answer = doors.http("dataverse_event", raw(), method=method, query=GOOD)
    assert (answer.status, dict(answer.headers)["allow" if "allow" in dict(answer.headers) else "Allow"]) == (405, "POST")
    assert problem(answer)["detail"] == "Use POST at this address."


@pytest.mark.parametrize(
    ("failing", "wait"),
    [(Unavailable("The queue service cannot be reached."), "30"), (Throttled("Busy.", after_s=2.2), "3")],
)
def test_a_queue_that_is_down_asks_for_a_second_delivery(doors: Doors, failing: Exception, wait: str) -> None:
    """503 is one of the three statuses for which Dataverse delivers once more."""
    doors.system.failing = failing
    answer = doors.http("dataverse_event", raw(), query=GOOD)
    headers = {name.lower(): value for name, value in answer.headers}
    assert (answer.status, headers["retry-after"]) == (503, wait)
    assert problem(answer)["detail"] == str(failing)


def test_twice_delivered_is_twice_passed_on(doors: Doors) -> None:
    """The door remembers nothing: a repeated event is the same message again, and the worker is safe to run again."""
    for _ in range(2):
        doors.http("dataverse_event", raw(), query=GOOD)
    assert doors.system.asked[0] == doors.system.asked[1]


def test_a_large_event_is_quickly_answered(doors: Doors, record_property: Any) -> None:  # noqa: ANN401  pytest's own
    """A quarter of a megabyte is decoded in a moment (recorded, not judged; the aim is under a second)."""
    begun_s = time.perf_counter()
    doors.http("dataverse_event", raw(SharedVariables=[{"key": str(n), "value": "x" * 90} for n in range(2000)]), query=GOOD)
    record_property("seconds", round(time.perf_counter() - begun_s, 4))
