"""What the Graph adapter says, and what it makes of the answers."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from local.graph.app import Graph
from local.http import Request, Response, httpx_transport
from providers.graph_mail.mailer import ATTACHMENT_LIMIT, GraphMailer
from providers.graph_mail.wire import DELIVERY_PROPERTY
from transport.client import NO_RETRIES, Http
from work365.errors import External, NotFound, OutcomeUnknown, Refused, Rejected, Throttled, Unavailable
from work365.ports.mail import Mail

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAILBOX = "billing@contoso.example"
MAIL = Mail("0d5b1c0e-36f5-5a4e-9a3b-365036503650", "ap@fabrikam.example", "Invoice 1", "Hello", "Invoice 1.pdf", b"%PDF")


class Recorder:
    """Passes requests on and keeps them; or answers each with one fixed response."""

    def __init__(self, answer: Response | None = None) -> None:
        self.graph = Graph(lambda: NOON)
        self.requests: list[Request] = []
        self.answer = answer

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        return self.answer or self.graph(request)


def mailer(recorder: Recorder, mailbox: str = MAILBOX) -> GraphMailer:
    """The adapter over a recorder."""
    http = Http("graph", "https://graph.example", transport=httpx_transport(recorder), retries=NO_RETRIES)
    return GraphMailer(http, lambda: "secret-token", mailbox=mailbox)


def refusal(status: int, code: str, message: str = "Their words.", **headers: str) -> Response:
    """An error as Graph writes it."""
    return Response(status, tuple(headers.items()), json.dumps({"error": {"code": code, "message": message}}).encode())


def test_one_request_carries_the_mail_the_attachment_and_the_mark() -> None:
    """Token, mailbox in the address, client-request-id, base64 content, header and extended property with the delivery's id."""
    recorder = Recorder()
    reference = mailer(recorder).send(MAIL)
    [request] = recorder.requests
    assert (request.method, request.path) == ("POST", f"/v1.0/users/{MAILBOX}/sendMail")
    assert (request.headers["authorization"], request.headers["client-request-id"]) == ("Bearer secret-token", MAIL.delivery)
    [sent] = recorder.graph.outbox()
    assert base64.b64decode(sent["attachments"][0]["contentBytes"]) == MAIL.content
    assert sent["internetMessageHeaders"] == [{"name": "x-w365-delivery", "value": MAIL.delivery}]
    assert sent["singleValueExtendedProperties"] == [{"id": DELIVERY_PROPERTY, "value": MAIL.delivery}]
    assert sent["toRecipients"] == [{"emailAddress": {"address": "ap@fabrikam.example"}}]
    assert reference


def test_a_mailbox_name_cannot_change_the_address() -> None:
    """Slashes and question marks in the setting stay inside one segment."""
    recorder = Recorder(Response(202))
    mailer(recorder, "../me?x=").send(MAIL)
    assert recorder.requests[0].path == "/v1.0/users/..%2Fme%3Fx%3D/sendMail"


def test_a_202_with_retry_after_is_a_success() -> None:
    """Graph sends both at times; sending again would double the mail."""
    assert mailer(Recorder(Response(202, (("retry-after", "5"), ("request-id", "r-1"))))).send(MAIL) == "r-1"


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (refusal(403, "ErrorAccessDenied"), Rejected, f"may not send from {MAILBOX}; give it the permission Mail.Send"),
        (refusal(403, "ErrorSendAsDenied"), Rejected, f"may not send as {MAILBOX}"),
        (refusal(404, "ErrorInvalidUser"), NotFound, f"there is no mailbox {MAILBOX}"),
        (refusal(400, "ErrorInvalidRecipients"), Rejected, "correct it on the contract"),
        (refusal(401, "InvalidAuthenticationToken"), Rejected, "w365 doctor"),
        (refusal(413, "ErrorMessageSizeExceeded"), Rejected, "too large"),
        (refusal(400, "SomethingNew", "{odd} words"), Rejected, r"\{odd\} words \(SomethingNew\)"),
        (Response(400, (), b"<html>"), Rejected, r"\(400\)"),
        (Response(400, (), b'{"error": "text"}'), Rejected, r"\(400\)"),
        (refusal(409, "Conflict"), Rejected, "Their words"),
        (refusal(429, "TooManyRequests", **{"retry-after": "7"}), Throttled, "429"),
        (refusal(503, "Busy", **{"retry-after": "7"}), Throttled, "503"),
        (refusal(503, "Busy"), OutcomeUnknown, "503"),
        (refusal(504, "GatewayTimeout"), OutcomeUnknown, "504"),
        (refusal(500, "Oops"), OutcomeUnknown, "500"),
    ],
)
def test_every_answer_to_a_mail_is_one_of_ours(answer: Response, kind: type[External], said: str) -> None:
    """Refusals are sentences with Graph's code; every unclear answer to a write is "ask first"; a mail is never sent twice."""
    recorder = Recorder(answer)
    with pytest.raises(kind, match=said) as caught:
        mailer(recorder).send(MAIL)
    assert type(caught.value) is kind
    assert len(recorder.requests) == 1
    assert "secret-token" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(refusal(403, "ErrorAccessDenied"), Rejected), (refusal(429, "x"), Throttled), (refusal(500, "x"), Unavailable)],
)
def test_every_answer_to_a_search_is_one_of_ours(answer: Response, kind: type[External]) -> None:
    """A search changes nothing, so nothing about it is unknown."""
    with pytest.raises(kind):
        mailer(Recorder(answer)).find(MAIL.delivery)


def test_three_megabytes_are_refused_before_anything_is_sent() -> None:
    """The sentence says how large the file is and what to do."""
    recorder = Recorder()
    large = Mail(MAIL.delivery, MAIL.recipient, "s", "b", "Invoice 1.pdf", bytes(ATTACHMENT_LIMIT))
    with pytest.raises(Refused, match=r"Invoice 1\.pdf is 3\.0 MB and mails carry less than 3 MB; send it"):
        mailer(recorder).send(large)
    assert recorder.requests == []


def test_an_attachment_just_below_the_limit_fits() -> None:
    """Base64 makes it a third longer and it still fits into one request."""
    recorder = Recorder()
    mailer(recorder).send(Mail(MAIL.delivery, MAIL.recipient, "s", "b", "a.pdf", bytes(ATTACHMENT_LIMIT - 1)))
    assert len(recorder.graph.outbox()) == 1


def test_a_sent_mail_is_found_by_its_delivery_and_no_other_is() -> None:
    """With the message id and the moment; quotes in an id stay inside the literal."""
    recorder = Recorder()
    adapter = mailer(recorder)
    assert adapter.find(MAIL.delivery) is None
    adapter.send(MAIL)
    found = adapter.find(MAIL.delivery)
    assert found is not None
    assert (found.sent, found.reference.startswith("<")) == (NOON, True)
    assert adapter.find("x' or '1' eq '1") is None


def test_opening_the_mailbox_sends_nothing() -> None:
    """One search for a mail that nobody sent; a mailbox that is closed to us says so in words."""
    recorder = Recorder()
    mailer(recorder).open()
    assert [request.method for request in recorder.requests] == ["GET"]
    assert recorder.graph.outbox() == []
    with pytest.raises(Rejected, match=r"Mail\.Send"):
        mailer(Recorder(refusal(403, "ErrorAccessDenied"))).open()
