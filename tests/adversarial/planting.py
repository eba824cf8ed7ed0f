"""A month whose every trace is kept, secrets that are planted in it, and the search for them.

Searched are the whole database as SQL with its audit, every record of the log with all that an exporter would read of it, every
answer of a door, every message on a queue and every mail. Keys that the process needs rest in its vault alone.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import azure.functions as func

from doors import http, queues
from local.http import Request, Response
from work365.receivables.payments import InvoiceId

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.http import App
    from local.months.office import Office
    from work365.jobs import JobKind

CARD, SPACED = "4242424242424242", "5555 5555 5555 4444"
ACCOUNT = "DE89370400440532013000"
KEY, SIGNING, TOKEN = "sk_live_pl4nted51Habc", "whsec_pl4nted0123456789", "live_pl4nted_0123456789abcdef"
LINK = "pl4nted-link-token-of-forty-three-letters-x"
BEARER = "eyJhbGciOiJIUzI1NiJ9.pl4nted5MDEyMzQ1Njc4OTAi.c2lnbmF0dXJl"
ACCESS = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..pl4ntedyEtklSpa.pl4ntedqrtkGXFTQ.pl4ntedc2lnbmF0"
REFRESH, NEW_REFRESH = "AB11727894827pl4nted5rYmqJWZPgJHCbM3gcMIcBMKBbpKxq", "RT1-27-H0-1753553094pl4nteddl55jsp6c"
INTUIT = f"{ACCESS}, {REFRESH}, {NEW_REFRESH}"
PLANTED = (CARD, SPACED, ACCOUNT, KEY, SIGNING, TOKEN, LINK, BEARER, ACCESS, REFRESH, NEW_REFRESH, "pl4nted")
ECHO = f"No: {KEY}, {SIGNING}, {TOKEN}, Bearer {BEARER}, card {CARD}, {SPACED}, account {ACCOUNT}, {INTUIT}"


class Searched:
    """A partner whose every trace is kept."""

    def __init__(self, office: Office) -> None:
        self.office, self.partner = office, office.partner
        self.answers: list[str] = []
        self.records: list[logging.LogRecord] = []

    def door(self, act: Any, *, body: bytes = b"", **headers: str) -> int:  # noqa: ANN401  a door
        """Somebody calls a door."""
        req = func.HttpRequest("POST", "https://app.example/hook", headers=headers, params={"code": KEY}, body=body)
        answer = http.answering(req, Invocation(), "POST", lambda: self.partner.application, act)  # type: ignore[arg-type]
        self.answers.append(answer.get_body().decode() + str(dict(answer.headers)))
        return int(answer.status_code)

    def message(self, text: str) -> None:
        """A message is on the queue that nobody of us wrote."""
        queues.work(Message(text), self.partner.application.run_job, self.partner.application.job_poisoned)  # type: ignore[arg-type]

    def everything(self) -> str:
        """All that rests anywhere."""
        rows = "\n".join(self.partner.dataverse.storage.db.iterdump())
        log = "\n".join(f"{record.getMessage()} {vars(record)} {record.exc_info}" for record in self.records)
        queued, mails = str(self.partner.queue.sent), str(self.partner.graph.outbox())
        return "\n".join((rows, log, queued, mails, *self.answers))


class Keeping(logging.Handler):
    """What the host, or an exporter, sees of the log."""

    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


class Invocation:
    """What the host says of a call."""

    invocation_id = "invocation-1"


class Message:
    """A message as the host hands it over."""

    id = "m1"

    def __init__(self, text: str) -> None:
        self._text = text

    def get_body(self) -> bytes:
        return self._text.encode()


def an_invoice(searched: Searched, number: str = "INV-CO-2026-00001") -> InvoiceId:
    rows = searched.partner.rows("w365_invoice")
    return InvoiceId(next(row["w365_invoiceid"] for row in rows if row["w365_number"] == number))


def asked(searched: Searched, kind: JobKind, arguments: Mapping[str, str] | None = None, profile: str = "") -> None:
    """A person presses a button, and a worker does it."""
    searched.office.asks(kind, an_invoice(searched), arguments=arguments, profile=profile)
    searched.office.partner.later(minutes=20)
    searched.office.sweep()


def saying(body: object, status: int = 400) -> App:
    """A system that answers everything in the same words."""
    return lambda _: Response(status, (("content-type", "application/json"),), json.dumps(body).encode())


def echoing(said: Callable[[str], object], status: int) -> App:
    """A system that refuses everything, and quotes what it was sent with all headers. Shape: `said` makes its body of words."""

    def app(request: Request) -> Response:
        words = f"{ECHO}; {request.path} {unquote_plus(request.body.decode())} {dict(request.headers)}"
        return Response(status, (("content-type", "application/json"),), json.dumps(said(words)).encode())

    return app


def places(searched: Searched) -> list[str]:
    """Where something that was planted is found, with what stands around it."""
    lines = searched.everything().splitlines()
    return [line[max(0, line.find(one) - 200) :][:400] for line in lines for one in PLANTED if one in line]
