"""The gateways' webhooks, health, queues and timers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import wiring
from doors.http import BODY_LIMIT
from tests.doors.conftest import problem
from work365.errors import (
    BadInput,
    Conflict,
    CurrencyMismatch,
    External,
    InvariantBroken,
    NotAuthorised,
    NotFound,
    OutcomeUnknown,
    Refused,
    Rejected,
    Throttled,
    Unavailable,
)

if TYPE_CHECKING:
    from tests.doors.conftest import Doors

SIGNED = {"Stripe-Signature": "t=1,v1=abc"}
EVENT = b'{"type": "payment_intent.succeeded"}'

# Gateway webhook ------------------------------------------------------------------------------------------------------


def test_the_gateway_s_raw_body_and_signature_are_passed_on(doors: Doors) -> None:
    """Not a byte is changed, for the signature is over the raw body."""
    answer = doors.http("stripe_event", EVENT + b" \n", headers=SIGNED)
    assert (answer.status, json.loads(answer.body)) == (200, {"status": "received"})
    assert doors.system.asked == [("gateway_event", "Stripe", EVENT + b" \n", "t=1,v1=abc")]


def test_each_gateway_has_a_door_and_a_header_of_its_own(doors: Doors) -> None:
    """What is signed for the one proves nothing to the other."""
    assert doors.http("gocardless_event", b"{}", headers={"Webhook-Signature": "ab12"}).status == 200
    assert doors.system.asked == [("gateway_event", "GoCardless", b"{}", "ab12")]
    assert doors.http("gocardless_event", b"{}", headers=SIGNED).status == 401


@pytest.mark.parametrize("function", ["stripe_event", "gocardless_event"])
def test_an_unsigned_event_is_refused(doors: Doors, function: str) -> None:
    """No signature: 401, and the body is not looked at."""
    assert doors.http(function, EVENT).status == 401
    assert doors.system.asked == []


def test_a_huge_event_is_refused(doors: Doors) -> None:
    """Over a megabyte: 413."""
    assert doors.http("stripe_event", b"x" * (BODY_LIMIT + 1), headers=SIGNED).status == 413
    assert doors.http("stripe_event", EVENT, method="GET").status == 405


@pytest.mark.parametrize(
    ("failing", "status", "says"),
    [
        (NotAuthorised("The signature is wrong."), 401, "The signature is wrong."),
        (BadInput("is missing", "data.object"), 400, "data.object: is missing"),
        (Refused("The invoice is on hold."), 409, "The invoice is on hold."),
        (CurrencyMismatch("USD and EUR."), 422, "USD and EUR."),
        (Rejected("They refused."), 502, "They refused."),
        (NotFound("No such payment."), 502, "No such payment."),
        (Conflict("Changed."), 409, "Changed."),
        (Throttled("Busy.", after_s=0), 503, "Busy."),
        (Unavailable("Down."), 503, "Down."),
        (OutcomeUnknown("No answer."), 202, "No answer."),
        (InvariantBroken("secret detail"), 500, "Quote the reference invocation-1"),
        (External("secret detail"), 500, "Quote the reference invocation-1"),
        (ValueError("secret detail"), 500, "Quote the reference invocation-1"),
    ],
)
def test_every_error_has_its_answer(doors: Doors, failing: Exception, status: int, says: str) -> None:
    """The error tree as HTTP: a sentence and a reference; what is our fault keeps its details for the log."""
    doors.system.failing = failing
    answer = doors.http("stripe_event", EVENT, headers=SIGNED)
    assert answer.status == status
    assert says in problem(answer)["detail"]
    assert b"secret detail" not in answer.body
    assert ("retry-after" in {name.lower() for name, _ in answer.headers}) is (status == 503)


# Health ---------------------------------------------------------------------------------------------------------------


def test_health_says_version_and_readiness(doors: Doors) -> None:
    """200 when ready, 503 with the reason when not; nothing else is in it."""
    answer = doors.http("health", method="GET")
    assert (answer.status, json.loads(answer.body)) == (200, {"version": "1.2.3", "status": "ready"})
    doors.system.words = {"version": "1.2.3", "status": "not ready: the tenant does not answer"}
    assert doors.http("health", method="GET").status == 503
    assert doors.http("health", method="POST").status == 405


@pytest.mark.parametrize("function", ["health", "stripe_event", "dataverse_event"])
def test_an_app_without_settings_asks_its_callers_to_wait(doors: Doors, function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that is not set up yet answers 503 with a sentence, so that no event is called delivered."""
    monkeypatch.setattr("os.environ", {})
    wiring.install(None)
    answer = doors.http(function, b"", method="GET" if function == "health" else "POST")
    assert answer.status == 503
    assert problem(answer)["detail"]


# Queues ---------------------------------------------------------------------------------------------------------------

WORKERS = [("work_job", "run_job", "job_poisoned"), ("work_chunk", "run_chunk", "chunk_poisoned")]


@pytest.mark.parametrize(("door", "command", "_poison"), WORKERS)
def test_a_message_is_worked_on(doors: Doors, door: str, command: str, _poison: str) -> None:
    """The message's ids reach the handler; the message is done."""
    assert doors.message(door, '{"job": "1", "chunk": "2"}').ok
    assert doors.system.asked == [(command, {"job": "1", "chunk": "2"})]


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', '{"job": 1}', '{"job": null}', '{"job": {"id": "1"}}', "\x00"])
@pytest.mark.parametrize(("door", "_command", "poison"), WORKERS)
def test_a_message_that_is_not_ours_is_given_up_at_once(doors: Doors, door: str, _command: str, poison: str, text: str) -> None:
    """Trying again would change nothing: the poison handler gets the text and the reason, and the message is done."""
    assert doors.message(door, text).ok
    ((name, given, why),) = doors.system.asked
    assert (name, given) == (poison, text)
    assert why


@pytest.mark.parametrize(("door", "_command", "_poison"), WORKERS)
def test_a_refusal_is_done(doors: Doors, door: str, _command: str, _poison: str) -> None:
    """The rules said no: the row says why, and the message does not come back."""
    doors.system.failing = Refused("The account is on hold.")
    assert doors.message(door, "{}").ok
    assert len(doors.system.asked) == 1


@pytest.mark.parametrize(
    "failing",
    [
        Conflict("changed"),
        Throttled("busy", after_s=1),
        Unavailable("down"),
        OutcomeUnknown("no answer"),
        Rejected("no"),
        InvariantBroken("broken"),
        ValueError("bug"),
    ],
)
@pytest.mark.parametrize(("door", "_command", "_poison"), WORKERS)
def test_other_errors_bring_the_message_back(doors: Doors, door: str, _command: str, _poison: str, failing: Exception) -> None:
    """The host delivers it again, and poisons it after five failures."""
    doors.system.failing = failing
    result = doors.message(door, "{}")
    assert not result.ok
    assert type(failing).__name__ in result.error


@pytest.mark.parametrize(("door", "command"), [("job_poison", "job_poisoned"), ("chunk_poison", "chunk_poisoned")])
@pytest.mark.parametrize("text", ['{"job": "1"}', "not json", ""])
def test_poison_is_handed_over_with_words(doors: Doors, door: str, command: str, text: str) -> None:
    """Whatever the text is, the handler gets it with a sentence for the row."""
    assert doors.message(door, text).ok
    ((name, given, why),) = doors.system.asked
    assert (name, given) == (command, text)
    assert "Start it again" in why


@pytest.mark.parametrize(("failing", "done"), [(Refused("no such job"), True), (Unavailable("down"), False)])
def test_poison_that_cannot_be_marked_stays(doors: Doors, failing: Exception, *, done: bool) -> None:
    """A refusal ends it; a tenant that is down does not: the host shows the message again later."""
    doors.system.failing = failing
    assert doors.message("job_poison", "{}").ok is done


# Timers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("timer", ["daily_billing", "sweep", "read_back", "tell", "fetch_rates"])
def test_a_timer_does_one_thing(doors: Doors, timer: str) -> None:
    """Each timer calls the command of its name; a failure shows as a failed invocation, and the next tick does the work."""
    assert doors.tick(timer).ok
    assert doors.system.asked == [(timer,)]
    doors.system.failing = Unavailable("down")
    assert not doors.tick(timer).ok
