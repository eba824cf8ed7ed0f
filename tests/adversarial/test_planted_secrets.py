"""Card numbers, accounts, keys and tokens are planted at every door; then everything that comes back is searched for them."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import azure.functions as func
import pytest

from doors import links, webhooks
from doors.logs import Masking
from local.desks.debit import ADDRESS
from local.http import httpx_transport
from local.stripe.events import signature
from providers.gocardless.client import Client
from providers.gocardless.gateway import GoCardlessGateway
from providers.graph_mail.mailer import GraphMailer
from tests.adversarial.planting import (
    BEARER,
    CARD,
    ECHO,
    KEY,
    LINK,
    PLANTED,
    SIGNING,
    SPACED,
    TOKEN,
    Invocation,
    asked,
    places,
    saying,
)
from transport.client import NO_RETRIES, Http
from work365.errors import Work365Error
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.adversarial.planting import Searched
    from work365.handlers.commands import System


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
    assert places(searched) == []


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
