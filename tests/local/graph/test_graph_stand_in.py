"""The stand-in for Graph's mail is as strict as Graph."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from local.graph.app import Graph
from local.http import Request, Response

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROPERTY = "String {8ECCC264-6880-4EBE-992F-8888D2EEAA1D} Name TestProperty"
Change = Callable[[dict[str, Any]], Any]


class Hands:
    """A clock that the test turns."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


def body() -> dict[str, Any]:
    """A mail that Graph accepts."""
    return {
        "message": {
            "subject": "Invoice",
            "body": {"contentType": "Text", "content": "Hello"},
            "toRecipients": [{"emailAddress": {"address": "meganb@contoso.example"}}],
            "attachments": [
                {
                    "@odata.type": "#microsoft.graph.fileAttachment",
                    "name": "invoice.pdf",
                    "contentType": "application/pdf",
                    "contentBytes": base64.b64encode(b"%PDF").decode(),
                }
            ],
            "internetMessageHeaders": [{"name": "x-w365-delivery", "value": "d1"}],
            "singleValueExtendedProperties": [{"id": PROPERTY, "value": "D1"}],
        },
        "saveToSentItems": True,
    }


def post(
    graph: Graph, content: object, *, bearer: str = "t", mailbox: str = "billing@contoso.example", query: str = ""
) -> Response:
    """Send a mail."""
    headers = {"authorization": f"Bearer {bearer}", "content-type": "application/json", "client-request-id": "c-1"}
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return graph(Request("POST", f"/v1.0/users/{mailbox}/sendMail", query, headers, raw))


def get(graph: Graph, value: str, *, folder: str = "", bearer: str = "t", name: str = PROPERTY, **options: str) -> Response:
    """Search for a mail by its extended property."""
    wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq '{value}')"
    query = urlencode({"$filter": wanted, **options})
    return graph(
        Request("GET", f"/v1.0/users/billing@contoso.example{folder}/messages", query, {"authorization": f"Bearer {bearer}"})
    )


def code(response: Response) -> str:
    """The code of a refusal."""
    return str(json.loads(response.body)["error"]["code"])


def value(response: Response) -> list[dict[str, Any]]:
    """The rows of an answer."""
    found: list[dict[str, Any]] = json.loads(response.body)["value"]
    return found


def test_an_accepted_mail_is_answered_202_without_a_body_and_lies_in_the_outbox() -> None:
    """As "user: sendMail" says; the outbox is ours."""
    graph = Graph(Hands())
    response = post(graph, body())
    assert (response.status, response.body, dict(response.headers)["client-request-id"]) == (202, b"", "c-1")
    [mail] = graph.outbox()
    assert (mail["mailbox"], mail["subject"]) == ("billing@contoso.example", "Invoice")
    listed = graph(Request("GET", "/_local/outbox"))
    assert value(listed)[0]["subject"] == "Invoice"
    assert graph(Request("GET", "/_local/outbox/1/invoice.pdf")).body == b"%PDF"
    assert graph(Request("GET", "/_local/outbox/2/invoice.pdf")).status == 404


BAD: list[tuple[str, Change, int, str]] = [
    ("an unknown parameter", lambda b: b.update(extra=1), 400, "RequestBodyRead"),
    ("an unknown property", lambda b: b["message"].update(Subject="x"), 400, "RequestBodyRead"),
    ("an unknown property inside", lambda b: b["message"]["body"].update(type="x"), 400, "RequestBodyRead"),
    ("a number for a text", lambda b: b["message"].update(subject=1), 400, "RequestBodyRead"),
    ("a text for a boolean", lambda b: b.update(saveToSentItems="true"), 400, "RequestBodyRead"),
    ("a text for a list", lambda b: b["message"].update(toRecipients="a@b.example"), 400, "RequestBodyRead"),
    ("an unknown body type", lambda b: b["message"]["body"].update(contentType="Markdown"), 400, "RequestBodyRead"),
    ("no message", lambda b: b.pop("message"), 400, "ErrorInvalidParameter"),
    ("no recipient", lambda b: b["message"].update(toRecipients=[]), 400, "ErrorInvalidRecipients"),
    ("a recipient without address", lambda b: b["message"].update(toRecipients=[{}]), 400, "ErrorInvalidRecipients"),
    (
        "a wrong address",
        lambda b: b["message"]["toRecipients"][0]["emailAddress"].update(address="x"),
        400,
        "ErrorInvalidRecipients",
    ),
    ("an attachment without type", lambda b: b["message"]["attachments"][0].pop("@odata.type"), 400, "RequestBodyRead"),
    ("an attachment without name", lambda b: b["message"]["attachments"][0].pop("name"), 400, "ErrorInvalidPropertySet"),
    ("content that is not base64", lambda b: b["message"]["attachments"][0].update(contentBytes="%"), 400, "RequestBodyRead"),
    (
        "3 MB in one attachment",
        lambda b: b["message"]["attachments"][0].update(contentBytes=base64.b64encode(bytes(3 * 1024 * 1024)).decode()),
        413,
        "RequestEntityTooLarge",
    ),
    (
        "a header that is not ours",
        lambda b: b["message"].update(internetMessageHeaders=[{"name": "Bcc", "value": "x"}]),
        400,
        "InvalidInternetMessageHeader",
    ),
    (
        "six headers",
        lambda b: b["message"].update(internetMessageHeaders=[{"name": f"x-{n}", "value": "x"} for n in range(6)]),
        400,
        "InvalidInternetMessageHeaderCollection",
    ),
    (
        "a property id of no known form",
        lambda b: b["message"].update(singleValueExtendedProperties=[{"id": "w365", "value": "x"}]),
        400,
        "ErrorInvalidExtendedProperty",
    ),
]


@pytest.mark.parametrize(("change", "status", "error"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_graph_refuses_is_refused(change: Change, status: int, error: str) -> None:
    """Nothing malformed reaches the outbox."""
    graph, mail = Graph(Hands()), body()
    change(mail)
    response = post(graph, mail)
    assert (response.status, code(response), graph.outbox()) == (status, error, [])


@pytest.mark.parametrize(("content", "status"), [(b"{", 400), (b"[]", 400), (b"x" * (4 * 1024 * 1024 + 1), 413)])
def test_what_is_no_mail_at_all(content: bytes, status: int) -> None:
    """Broken JSON, a list, and more than 4 MB."""
    assert post(Graph(Hands()), content).status == status


def test_permissions_and_mailboxes_are_checked() -> None:
    """401 without a valid token, 403 without the role, 404 for a mailbox that is not there, 400 for query options."""
    granted = {"send": ("Mail.Send",), "read": ("Mail.Read",)}
    graph = Graph(Hands(), mailboxes=["billing@contoso.example"], roles=granted.get)
    assert code(post(graph, body(), bearer="stolen")) == "InvalidAuthenticationToken"
    assert code(post(graph, body(), bearer="read")) == "ErrorAccessDenied"
    assert code(get(graph, "d1", bearer="send")) == "ErrorAccessDenied"
    assert code(post(graph, body(), bearer="send", mailbox="other@contoso.example")) == "ErrorInvalidUser"
    assert post(graph, body(), bearer="send", query="$top=1").status == 400
    assert graph(Request("POST", "/v1.0/me/sendMail", "", {"authorization": "Bearer send"})).status == 405
    assert graph(Request("GET", "/v1.0/me/events", "", {"authorization": "Bearer send"})).status == 404
    assert post(graph, body(), bearer="send").status == 202


def test_a_mail_is_found_by_its_extended_property_and_only_by_that() -> None:
    """The value compares without letter case, the name with it; the answer carries what was selected."""
    graph = Graph(Hands())
    post(graph, body())
    [found] = value(get(graph, "d1", **{"$select": "id,isDraft,sentDateTime"}))
    assert found == {"id": "AAMk00000001", "isDraft": False, "sentDateTime": "2026-03-01T12:00:00Z"}
    assert value(get(graph, "d2")) == []
    assert value(get(graph, "d1", name=PROPERTY.replace("TestProperty", "testproperty"))) == []


def test_an_accepted_mail_is_a_draft_before_it_is_sent() -> None:
    """The whole mailbox knows it at once, the sent items only when it has left."""
    hands = Hands()
    graph = Graph(hands, settle_s=30)
    post(graph, body())
    assert [one["isDraft"] for one in value(get(graph, "d1"))] == [True]
    assert value(get(graph, "d1", folder="/mailFolders/sentitems")) == []
    hands.now = NOON + timedelta(seconds=30)
    assert [one["isDraft"] for one in value(get(graph, "d1", folder="/mailFolders/sentitems"))] == [False]


def test_a_mail_that_is_not_saved_cannot_be_found_later() -> None:
    """SaveToSentItems false leaves no trace once the mail has left."""
    graph, mail = Graph(Hands()), body()
    mail["saveToSentItems"] = False
    post(graph, mail)
    assert (value(get(graph, "d1")), len(graph.outbox())) == ([], 1)


@pytest.mark.parametrize(
    "query",
    [
        {"$orderby": "subject"},
        {"$filter": "subject eq 'x'"},
        {"$top": "0"},
        {"$top": "x"},
        {"$select": "nonsense"},
    ],
)
def test_questions_that_this_stand_in_does_not_know_are_refused(query: dict[str, str]) -> None:
    """No question is answered with a guess."""
    assert get(Graph(Hands()), "d1", **query).status == 400


def test_throttled_requests_do_nothing() -> None:
    """429 with Retry-After, as often as it was asked for."""
    graph = Graph(Hands())
    graph.throttle(1, after_s=7)
    response = post(graph, body())
    assert (response.status, dict(response.headers)["retry-after"], graph.outbox()) == (429, "7", [])
    assert post(graph, body()).status == 202


def test_the_outbox_outlives_the_process(tmp_path: Path) -> None:
    """With a path, what was sent is still there after a restart."""
    path = str(tmp_path / "graph.db")
    post(Graph(Hands(), path=path), body())
    assert [mail["subject"] for mail in Graph(Hands(), path=path).outbox()] == ["Invoice"]
