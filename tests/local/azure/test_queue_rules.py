"""Rules of the queue service that need its clock, its file or a raw request."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from azure.storage.queue import QueueServiceClient

from local.azure.account import DEVELOPMENT, signature
from local.azure.queues import QueueService
from local.http import Request, Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.http import Response
    from tests.local.azure.conftest import StillClock

BODY = b"<QueueMessage><MessageText>hello</MessageText></QueueMessage>"


class Raw:
    """Signed requests without a client."""

    def __init__(self, clock: StillClock, path: str = ":memory:") -> None:
        self.clock = clock
        self.service = QueueService(path, clock=clock)
        self("PUT", "/jobs")

    def __call__(self, method: str, path: str, query: str = "", body: bytes = b"") -> Response:
        headers = {
            "x-ms-date": format_datetime(self.clock(), usegmt=True),
            "x-ms-version": "2021-12-02",
            "content-length": str(len(body)),
        }
        request = Request(method, f"/{DEVELOPMENT.name}{path}", query, headers, body)
        return self.service(self.sign(request))

    @staticmethod
    def sign(request: Request) -> Request:
        signed = f"SharedKey {DEVELOPMENT.name}:{signature(DEVELOPMENT, request)}"
        return replace(request, headers={**request.headers, "authorization": signed})


@pytest.fixture
def raw(still: StillClock) -> Raw:
    """A service with one queue, at a moment that stands still."""
    return Raw(still)


def outcome(response: Response) -> tuple[int, str]:
    return response.status, dict(response.headers).get("x-ms-error-code", "")


def test_a_hidden_message_comes_back(raw: Raw) -> None:
    """After its visibility timeout a message is delivered again, counted twice."""
    raw("POST", "/jobs/messages", "", BODY)
    raw("GET", "/jobs/messages", "visibilitytimeout=30")
    raw.clock.moment += timedelta(seconds=29)
    assert b"<QueueMessage>" not in raw("GET", "/jobs/messages").body
    raw.clock.moment += timedelta(seconds=1)
    assert b"<DequeueCount>2</DequeueCount>" in raw("GET", "/jobs/messages").body


def test_an_expired_message_is_gone(raw: Raw) -> None:
    """A message lives for its time to live: then it is neither delivered nor counted."""
    raw("POST", "/jobs/messages", "messagettl=60", BODY)
    raw.clock.moment += timedelta(seconds=60)
    assert b"<QueueMessage>" not in raw("GET", "/jobs/messages").body
    assert dict(raw("GET", "/jobs", "comp=metadata").headers)["x-ms-approximate-messages-count"] == "0"


def test_a_delayed_message_appears_in_time(raw: Raw) -> None:
    """A delay hides a message until its moment."""
    raw("POST", "/jobs/messages", "visibilitytimeout=300", BODY)
    raw.clock.moment += timedelta(seconds=299)
    assert b"hello" not in raw("GET", "/jobs/messages", "peekonly=true").body
    raw.clock.moment += timedelta(seconds=1)
    assert b"hello" in raw("GET", "/jobs/messages", "peekonly=true").body


def test_a_file_survives_a_restart(still: StillClock, tmp_path: Path) -> None:
    """Queues, messages and receipts are still there after the server died."""
    path = str(tmp_path / "queues.db")
    Raw(still, path)("POST", "/jobs/messages", "", BODY)
    again = Raw(still, path)
    assert b"hello" in again("GET", "/jobs/messages").body
    again.service.store.close()


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "expected"),
    [
        ("GET", "/jobs/messages", "numofmessages=0", b"", (400, "OutOfRangeQueryParameterValue")),
        ("GET", "/jobs/messages", "numofmessages=many", b"", (400, "InvalidQueryParameterValue")),
        ("GET", "/jobs/messages", "visibilitytimeout=0", b"", (400, "OutOfRangeQueryParameterValue")),
        ("GET", "/jobs/messages", "visibilitytimeout=604801", b"", (400, "OutOfRangeQueryParameterValue")),
        ("GET", "/jobs/messages", "surprise=1", b"", (400, "UnsupportedQueryParameter")),
        ("POST", "/jobs/messages", "messagettl=0", BODY, (400, "InvalidQueryParameterValue")),
        ("POST", "/jobs/messages", "messagettl=60&visibilitytimeout=60", BODY, (400, "InvalidQueryParameterValue")),
        ("POST", "/jobs/messages", "", b"<QueueMessage", (400, "InvalidXmlDocument")),
        ("POST", "/jobs/messages", "", b"<Message><MessageText>x</MessageText></Message>", (400, "InvalidXmlDocument")),
        ("POST", "/jobs/messages", "", b"<QueueMessage/>", (400, "InvalidXmlDocument")),
        ("POST", "/jobs/messages", "", b"x" * 200_000, (413, "RequestBodyTooLarge")),
        ("DELETE", "/jobs/messages/1", "", b"", (400, "MissingRequiredQueryParameter")),
        ("DELETE", "/jobs/messages/1", "popreceipt=1", b"", (404, "MessageNotFound")),
        ("GET", "/jobs/messages/1", "", b"", (405, "UnsupportedHttpVerb")),
        ("PATCH", "/jobs/messages", "", b"", (405, "UnsupportedHttpVerb")),
        ("POST", "/jobs", "", b"", (405, "UnsupportedHttpVerb")),
        ("GET", "/jobs", "comp=acl", b"", (400, "UnsupportedQueryParameter")),
        ("GET", "/jobs/messages/1/more", "", b"", (400, "InvalidUri")),
        ("GET", "/other/messages", "", b"", (404, "QueueNotFound")),
        ("GET", "/", "comp=list&include=acl", b"", (400, "InvalidQueryParameterValue")),
        ("PUT", "/", "", b"", (405, "UnsupportedHttpVerb")),
    ],
)
def test_wrong_requests_have_their_documented_codes(
    raw: Raw, method: str, path: str, query: str, body: bytes, expected: tuple[int, str]
) -> None:
    """Unknown parameters, wrong values and wrong verbs are errors."""
    assert outcome(raw(method, path, query, body)) == expected


def test_an_update_needs_its_timeout_and_may_not_outlive_the_message(raw: Raw) -> None:
    """A visibilitytimeout is mandatory on update, and cannot reach beyond the expiry."""
    raw("POST", "/jobs/messages", "messagettl=60", BODY)
    held = raw("GET", "/jobs/messages").body.decode()
    message_id = held.split("<MessageId>")[1].split("<")[0]
    receipt = held.split("<PopReceipt>")[1].split("<")[0].replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    path = f"/jobs/messages/{message_id}"
    assert outcome(raw("PUT", path, f"popreceipt={receipt}")) == (400, "MissingRequiredQueryParameter")
    assert outcome(raw("PUT", path, f"popreceipt={receipt}&visibilitytimeout=61")) == (400, "OutOfRangeQueryParameterValue")
    assert outcome(raw("PUT", path, f"popreceipt={receipt}&visibilitytimeout=60"))[0] == 204


def unsigned(raw: Raw, request: Request) -> Request:
    return request


def signed_yesterday(raw: Raw, request: Request) -> Request:
    late = format_datetime(raw.clock() - timedelta(minutes=16), usegmt=True)
    return raw.sign(replace(request, headers={**request.headers, "x-ms-date": late}))


def undated(raw: Raw, request: Request) -> Request:
    return raw.sign(replace(request, headers={"x-ms-version": "2021-12-02"}))


def changed_after_signing(raw: Raw, request: Request) -> Request:
    return replace(raw.sign(request), query="comp=list&prefix=other")


@pytest.mark.parametrize("spoil", [unsigned, signed_yesterday, undated, changed_after_signing])
def test_signatures_are_checked(raw: Raw, spoil: Callable[[Raw, Request], Request]) -> None:
    """No signature, an old date, no date, or another query than was signed: 403."""
    headers = {"x-ms-date": format_datetime(raw.clock(), usegmt=True), "x-ms-version": "2021-12-02"}
    request = Request("GET", f"/{DEVELOPMENT.name}/", "comp=list", headers)
    assert outcome(raw.service(raw.sign(request)))[0] == 200
    assert outcome(raw.service(spoil(raw, request))) == (403, "AuthenticationFailed")


def test_a_version_must_be_named(raw: Raw) -> None:
    """x-ms-version is mandatory."""
    headers = {"x-ms-date": format_datetime(raw.clock(), usegmt=True)}
    request = raw.sign(Request("GET", f"/{DEVELOPMENT.name}/", "comp=list", headers))
    assert outcome(raw.service(request)) == (400, "MissingRequiredHeader")


def test_another_account_is_not_here(raw: Raw) -> None:
    """The path must begin with the account's name."""
    headers = {"x-ms-date": format_datetime(raw.clock(), usegmt=True), "x-ms-version": "2021-12-02"}
    assert outcome(raw.service(raw.sign(Request("GET", "/someone", "comp=list", headers)))) == (400, "InvalidUri")


def test_listing_by_page() -> None:
    """Pages continue where the last one ended. (Azurite begins again at the first page, so it is not asked.)"""
    names = [f"list-{number:02}" for number in range(7)]
    with Server(QueueService()) as server:
        client = QueueServiceClient.from_connection_string(DEVELOPMENT.connection_string(server.url))
        with client:
            for name in names:
                client.create_queue(name)
            pages = client.list_queues(name_starts_with="list-", results_per_page=3).by_page()
            assert [[found.name for found in page] for page in pages] == [names[:3], names[3:6], names[6:]]


def test_metadata_names_are_identifiers(raw: Raw) -> None:
    """A metadata name with a hyphen is refused."""
    headers = {
        "x-ms-date": format_datetime(raw.clock(), usegmt=True),
        "x-ms-version": "2021-12-02",
        "x-ms-meta-a-b": "1",
    }
    request = raw.sign(Request("PUT", f"/{DEVELOPMENT.name}/jobs", "comp=metadata", headers))
    assert outcome(raw.service(request)) == (400, "InvalidMetadata")
