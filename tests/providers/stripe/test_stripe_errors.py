"""Every error of the SDK means one of ours."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
import stripe
import stripe.oauth_error

from local.faults import AnswerLost, NotReached
from local.http import Request, RequestsAdapter, Response
from providers.stripe.client import TIMEOUTS, client
from providers.stripe.errors import translated
from transport.sessions import session as bounded
from work365.errors import External, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable


def below(kind: type[stripe.StripeError]) -> list[type[stripe.StripeError]]:
    """A class and everything that inherits from it."""
    return [kind, *(further for child in kind.__subclasses__() for further in below(child))]


CLASSES = below(stripe.StripeError)
CASES = json.loads((Path(__file__).parents[2] / "data" / "stripe" / "errors.json").read_text())["cases"]
WANTED = {400: Rejected, 402: Rejected, 404: NotFound, 409: OutcomeUnknown, 429: Throttled, 500: OutcomeUnknown}


def built(kind: type[stripe.StripeError], status: int | None) -> stripe.StripeError:
    """An error of any class of the SDK, whatever its constructor wants."""
    names = inspect.signature(kind).parameters
    values: dict[str, Any] = {
        "message": "m",
        "http_status": status,
        "param": "p",
        "code": "c",
        "description": "d",
        "sig_header": "s",
        "http_body": "{}",
    }
    return kind(**{name: values[name] for name in names if name in values})


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("status", [None, 400, 404, 409, 429, 500, 503])
@pytest.mark.parametrize("write", [True, False])
def test_no_class_of_the_sdk_slips_through(kind: type[stripe.StripeError], status: int | None, write: bool) -> None:
    """Whatever the SDK raises becomes one of our errors, and a write without a clear refusal is never called failed."""
    error = translated(built(kind, status), write=write)
    assert isinstance(error, External)
    assert error.system == "stripe"
    clear = status is not None and 400 <= status < 500
    if write and not clear and kind is not stripe.RateLimitError:
        assert isinstance(error, OutcomeUnknown)


def test_there_are_classes_to_walk() -> None:
    """The walk above is not empty."""
    assert {"CardError", "IdempotencyError", "RateLimitError", "OAuthError", "QuotaExceededError"} <= {
        kind.__name__ for kind in CLASSES
    }


class Canned:
    """A server that always says the same."""

    def __init__(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.said = Response(status, headers, body)

    def __call__(self, request: Request) -> Response:
        return self.said


def ask(app: Any) -> stripe.StripeError:  # noqa: ANN401  an app
    """The SDK's error for what an app does."""
    session = bounded(TIMEOUTS)
    session.mount("https://", RequestsAdapter(app))
    with pytest.raises(stripe.StripeError) as caught:
        client("sk_test_x", own_session=session).v1.customers.create({"name": "x"}, {"idempotency_key": "k"})
    return caught.value


@pytest.mark.parametrize("case", [case for case in CASES if case["status"]], ids=lambda case: str(case["status"]))
def test_documented_error_bodies(case: dict[str, Any]) -> None:
    """Stripe's error bodies, through the SDK."""
    error = ask(Canned(case["status"], json.dumps(case["body"]).encode()))
    expected = OutcomeUnknown if case["body"]["error"]["type"] == "idempotency_error" else WANTED[case["status"]]
    assert type(translated(error, write=True)) is expected


@pytest.mark.parametrize(
    ("app", "write", "read"),
    [
        (Canned(503, b'{"error": {"message": "x"}}', ("Retry-After", "7")), Throttled, Throttled),
        (Canned(503, b'{"error": {"message": "x"}}'), OutcomeUnknown, Unavailable),
        (Canned(502, b"<html>"), OutcomeUnknown, Unavailable),
        (Canned(200, b"<html>"), OutcomeUnknown, Unavailable),
        (Canned(200, b""), OutcomeUnknown, Unavailable),
        (Canned(401, b'{"error": {"message": "Invalid API Key provided: sk_test_x"}}'), Rejected, Rejected),
        (Canned(302, b"", ("Location", "https://elsewhere")), Rejected, Rejected),
    ],
)
def test_answers_that_are_not_stripes(app: Canned, write: type[External], read: type[External]) -> None:
    """A proxy's page in the way never counts as a refusal of Stripe's."""
    error = ask(app)
    assert type(translated(error, write=True)) is write
    assert type(translated(error, write=False)) is read


def test_a_retry_after_is_passed_on() -> None:
    """Throttled says when to come back."""
    error = translated(ask(Canned(429, b'{"error": {"message": "slow"}}', ("Retry-After", "7"))), write=True)
    assert isinstance(error, Throttled)
    assert error.after_s == 7


def test_connections_that_fail_before_and_after() -> None:
    """A connection that was never made wrote nothing; one that broke may have."""

    def refuses(request: Request) -> Response:
        raise NotReached(request.path)

    def breaks(request: Request) -> Response:
        raise AnswerLost(request.path)

    assert type(translated(ask(refuses), write=True)) is Unavailable
    assert type(translated(ask(breaks), write=True)) is OutcomeUnknown
    assert type(translated(ask(breaks), write=False)) is Unavailable
    assert type(translated(built(stripe.APIConnectionError, None), write=True)) is OutcomeUnknown


def test_nothing_is_sent_twice() -> None:
    """The SDK's retries are off: one call, one request, whatever comes back."""
    count = 0

    def fails(request: Request) -> Response:
        nonlocal count
        count += 1
        return Response(500, (), b"{}")

    ask(fails)
    assert count == 1
