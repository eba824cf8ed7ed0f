"""Ringing our own door: what each kind of answer means, and that the key is said to nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from dataverse.install.bell import NOBODY, DoorBell
from local.faults import AnswerLost, NotReached
from local.http import Request, Response, httpx_transport
from transport.client import NO_RETRIES, Http
from work365.examining.seen import Ring
from work365.handlers.events import read_row_event

if TYPE_CHECKING:
    from collections.abc import Callable

URL, KEY = "https://functions.example/webhooks/dataverse", "the key & the secret"


def _bell(answer: Callable[[Request], Response]) -> DoorBell:
    return DoorBell(lambda origin: Http("the functions", origin, retries=NO_RETRIES, transport=httpx_transport(answer)))


def _raising(error: Exception) -> Callable[[Request], Response]:
    def answer(_: Request) -> Response:
        raise error

    return answer


@pytest.mark.parametrize(
    ("answer", "ring", "words"),
    [
        (lambda _: Response(202), Ring.TAKEN, "takes the key"),
        (lambda _: Response(200), Ring.TAKEN, "takes the key"),
        (lambda _: Response(401), Ring.REFUSED, "answers 401"),
        (lambda _: Response(403), Ring.REFUSED, "answers 403"),
        (lambda _: Response(404), Ring.FAILING, "answers 404"),
        (lambda _: Response(302, (("location", "https://elsewhere.example"),)), Ring.FAILING, "answers 302"),
        (lambda _: Response(500), Ring.FAILING, "answers 500"),
        (lambda _: Response(503, (("retry-after", "5"),)), Ring.FAILING, "answers 503"),
        (_raising(NotReached("no")), Ring.SILENT, "no answer"),
        (_raising(AnswerLost("no")), Ring.SILENT, "no answer"),
    ],
)
def test_what_an_answer_means(answer: Callable[[Request], Response], ring: Ring, words: str) -> None:
    """Only a success takes the key; a closed door is not rung twice."""
    found = _bell(answer).ring(URL, KEY)
    assert (found.right, found.words) == (ring, words)
    assert KEY not in str(found)


def test_how_it_rings() -> None:
    """As Dataverse does, once with the key and once with another, about nothing: our own reader finds no work in it."""
    rung: list[Request] = []

    def answer(request: Request) -> Response:
        rung.append(request)
        return Response(202 if parse_qs(request.query)["code"] == [KEY] else 401)

    found = _bell(answer).ring(URL, KEY)
    assert (found.right, found.wrong) == (Ring.TAKEN, Ring.REFUSED)
    assert [request.path for request in rung] == ["/webhooks/dataverse"] * 2
    event = read_row_event(rung[0].body, rung[0].headers)
    assert (event.asks_for_work, event.id) == (False, NOBODY)
    assert "code" not in json.loads(rung[0].body)
