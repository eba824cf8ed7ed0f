"""Card numbers, accounts, keys and tokens are planted at every door; then everything that comes back is searched for them.

Searched are the whole database as SQL with its audit, every record of the log with all that an exporter would read of it, every
answer of a door, every message on a queue and every mail. Keys that the process needs rest in its vault alone.
"""

from __future__ import annotations

import json
import logging
import random
from datetime import date
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

from doors import http, links, queues, webhooks
from doors.logs import Masking, keep_secrets
from local.desks.debit import ADDRESS
from local.http import Response, httpx_transport
from local.months.month import begin
from local.stripe.events import signature
from providers.gocardless.client import Client
from providers.gocardless.gateway import GoCardlessGateway
from providers.graph_mail.mailer import GraphMailer
from transport.client import NO_RETRIES, Http
from work365.errors import Work365Error
from work365.jobs import JobKind
from work365.receivables.payments import InvoiceId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from local.http import App
    from local.months.office import Office
    from work365.handlers.commands import System

CARD, SPACED = "4242424242424242", "5555 5555 5555 4444"
ACCOUNT = "DE89370400440532013000"
KEY, SIGNING, TOKEN = "sk_live_pl4nted51Habc", "whsec_pl4nted0123456789", "live_pl4nted_0123456789abcdef"
LINK = "pl4nted-link-token-of-forty-three-letters-x"
BEARER = "eyJhbGciOiJIUzI1NiJ9.pl4nted5MDEyMzQ1Njc4OTAi.c2lnbmF0dXJl"
PLANTED = (CARD, SPACED, ACCOUNT, KEY, SIGNING, TOKEN, LINK, BEARER, "pl4nted")
ECHO = f"No: {KEY}, {SIGNING}, {TOKEN}, Bearer {BEARER}, card {CARD}, {SPACED}, account {ACCOUNT}"


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


@pytest.fixture
def searched() -> Iterator[Searched]:
    """A month that has begun; every record is kept as a handler of the host would see it."""
    factory, root = logging.getLogRecordFactory(), logging.getLogger()
    keep_secrets()
    keep_secrets()
    made = Searched(begin(date(2026, 3, 1)))
    made.office.calm, made.office.dice = True, random.Random(1)  # noqa: S311  a worker's dice, no secret
    handler = Keeping(made.records)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield made
    root.removeHandler(handler)
    root.setLevel(level)
    logging.setLogRecordFactory(factory)
    made.partner.close()


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


def a_reason(searched: Searched) -> None:
    """A person types card numbers as a reason."""
    asked(searched, JobKind.REFUND, {"reason": f"card {CARD}, also {SPACED}"})


def stripe_echoes(searched: Searched) -> None:
    """Stripe refuses a charge and quotes what it was sent; then a bank does, with a reason that nobody knows."""
    fresh = searched.partner.fuse.guard
    asked(searched, JobKind.REFUND, {"reason": "Outage"})
    for error in (
        {"type": "invalid_request_error", "message": ECHO, "code": "parameter_invalid"},
        {"type": "card_error", "message": ECHO, "code": "a_new_code", "decline_code": "a_new_reason"},
        {"type": "api_error", "message": ECHO},
    ):
        status = {"card_error": 402, "api_error": 500}.get(str(error["type"]), 401)
        searched.partner.reach_stripe_by(fresh(saying({"error": error}, status)))
        asked(searched, JobKind.CHARGE)


def gocardless_echoes(searched: Searched) -> None:
    """The same at the other gateway."""
    fault = {"message": ECHO, "type": "validation_failed", "code": 422, "errors": [{"field": "links", "message": ECHO}]}
    http_ = Http("GoCardless", ADDRESS, transport=httpx_transport(saying({"error": fault}, 422)), retries=NO_RETRIES)
    searched.partner._debits = GoCardlessGateway(Client(http_, TOKEN), environment="local")
    asked(searched, JobKind.REFUND, {"reason": "Outage"})
    asked(searched, JobKind.CHARGE, profile=searched.partner.mandate)


def graph_echoes(searched: Searched) -> None:
    """The mail system refuses a receipt, and quotes the token."""
    graph = Http("graph", "https://graph.example", transport=httpx_transport(saying({"error": {"code": "No", "message": ECHO}})))
    vars(searched.partner.application)["mailer"] = GraphMailer(graph, lambda: BEARER, mailbox="billing@contoso.example")
    searched.office.hour()


def forged_webhooks(searched: Searched) -> None:
    """Bodies and headers full of secrets, from somebody else; and a true one whose object holds a card."""
    raw = json.dumps(
        {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": {"card": CARD, "say": ECHO}}}
    ).encode()
    assert searched.door(webhooks.from_stripe, body=raw, **{"Stripe-Signature": f"t=1,v1={SIGNING}"}) == 401
    assert searched.door(webhooks.from_gocardless, body=raw, **{"Webhook-Signature": SIGNING}) == 401
    assert searched.door(webhooks.from_stripe, body=b"{" + CARD.encode(), **{"Stripe-Signature": "t=x"}) == 401
    signed = signature(raw, searched.partner.signing_secret, int(searched.partner.now.timestamp()))
    assert searched.door(webhooks.from_stripe, body=raw, **{"Stripe-Signature": signed}) in (200, 400)
    searched.office.work()


def strange_messages(searched: Searched) -> None:
    """Messages that cannot be read, or name things that cannot be."""
    for text in (ECHO, json.dumps({"job": f"{CARD}"}), json.dumps({"reference": "", "payment": SPACED}), json.dumps([KEY])):
        try:
            searched.message(text)
        except Work365Error as error:
            searched.answers.append(str(error))


def a_link(searched: Searched) -> None:
    """A link that is not ours, and one whose page breaks with words that quote it."""

    def breaks(_: func.HttpRequest, __: System, token: str) -> func.HttpResponse:
        message = f"cannot open {token}"
        raise ValueError(message)

    def broken(req: func.HttpRequest, context: func.Context, system: Callable[[], System]) -> func.HttpResponse:
        return links._shown(req, context, system, "page_pay", post=breaks)

    req = func.HttpRequest("POST", "https://app.example/api/pay", body=f"token={LINK}".encode())
    for act, status in ((links.setup, 404), (links.pay, 404), (links.start, 404), (links.document, 404), (broken, 503)):
        answer = act(req, Invocation(), lambda: searched.partner.application)  # type: ignore[arg-type]
        assert answer.status_code == status
        searched.answers.append(answer.get_body().decode() + str(dict(answer.headers)))


def an_unforeseen_error(searched: Searched) -> None:
    """Something breaks with a secret in its words: its traceback is logged, without it."""

    def breaks(*_: object) -> func.HttpResponse:
        raise ValueError(ECHO)

    assert searched.door(breaks) == 500


DOORS: tuple[Callable[[Searched], None], ...] = (
    a_reason,
    stripe_echoes,
    gocardless_echoes,
    graph_echoes,
    forged_webhooks,
    strange_messages,
    a_link,
    an_unforeseen_error,
)


@pytest.mark.parametrize("plant", DOORS, ids=lambda plant: plant.__name__)
def test_what_is_planted_is_found_nowhere(searched: Searched, plant: Callable[[Searched], None]) -> None:
    """Whatever comes back: rows, audit, log, answers, queue, mails."""
    plant(searched)
    everything = searched.everything()
    places = [line[max(0, line.find(one) - 200) :][:400] for line in everything.splitlines() for one in PLANTED if one in line]
    assert places == []


def test_the_search_finds_what_is_there(searched: Searched) -> None:
    """A row, a record and an answer with a secret are each found; so the search above can fail."""
    searched.partner.quiet.create("account", {"name": f"Card {CARD}"})
    searched.answers.append(LINK)
    found = searched.everything()
    assert CARD in found
    assert LINK in found


def test_records_are_masked_whoever_makes_them(searched: Searched) -> None:
    """A library's record too: its words, its arguments and its exception."""
    library = logging.getLogger("some.library")
    try:
        int(ECHO)
    except ValueError:
        library.exception("it said %s", ECHO, extra={"place": "here"})
    library.warning(*("%d of %s", 1))
    said, odd = searched.records[-2:]
    assert "[card …4242]" in said.getMessage()
    assert (said.args, said.exc_info, vars(said)["place"]) == (None, None, "here")
    assert "ValueError" in str(said.exc_text)
    assert not any(one in str(vars(said)) for one in PLANTED[:-1])
    assert odd.getMessage() == "%d of %s"
    factory = logging.getLogRecordFactory()
    assert isinstance(factory, Masking)
    assert not isinstance(factory.make, Masking)
