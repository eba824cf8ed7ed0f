"""The control surface, `/_local/…`: what happens at Stripe without a request of ours. Never part of Stripe.

POST /_local/reset                                        forget everything
GET  /_local/charges                                      every charge, taken or declined
GET  /_local/sessions                                     every page, whatever became of it
GET  /_local/events                                       every event
POST /_local/settle    {"payment_intent", "ends"}         a bank debit ends: succeeded or failed
POST /_local/refunds   {"status"}                         how refunds begin from now on: succeeded, pending, requires_action
POST /_local/refund    {"refund", "ends", "reason"}       a refund gets on: succeeded, failed or canceled
POST /_local/dispute   {"payment_intent", "amount", "reason", "inquiry"}   a bank disputes a charge, or a part of it
POST /_local/disputed  {"dispute", "to"}                  a dispute gets on: under_review, won, lost, warning_closed, …
GET  /_local/disputes                                     every dispute
POST /_local/fee       {"amount", "currency"}             Stripe takes a fee that belongs to no payment
POST /_local/payout    {"payout", "to"}                   a payout gets on: paid, failed or canceled
POST /_local/itemise   {"payout", "items", "status"}      what a payout says that it holds, and whether it says so yet
POST /_local/behaviour {"payment_method", "behaviour"}    how a stored method behaves from now on
POST /_local/complete  {"session", "with"}                the customer enters a test token, card or account on a page
POST /_local/holder    {"session", "ends"}                the holder of a card confirms a payment on a page, or does not
POST /_local/lapse     {"session"}                        a page's 24 hours are over
POST /_local/verify    {"session"}                        the bank account of a page is verified after days
POST /_local/revoke    {"mandate"}                        the bank ends a mandate
POST /_local/fail      {"status", "when", "times"}        the next POST requests fail before or after the work
POST /_local/in_flight {"key", "path", "params"}          a first request under this key is still running
POST /_local/send      {"event"}                          deliver an event once more
POST /_local/delay     {"seconds"}                        deliver later events so much later
POST /_local/deliver   {"order": "newest first"}          send what is due
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.http import Request, Response
from local.stripe import (
    checkout,
    checkout_payment,
    checkout_setup,
    disputes,
    events,
    idempotency,
    intents,
    mandates,
    movements,
    payouts,
    refunds,
)
from local.stripe.faults import Fault
from local.stripe.instruments import BEHAVIOURS

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stripe.server import StripeStandIn
    from local.stripe.shelf import Object
    from local.stripe.world import World

JSON = (("content-type", "application/json"),)
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """An answer that the next request gets, before anything was done or after."""

    status: int
    when: str = "before"

    @property
    def body(self) -> Object:
        """What it says."""
        return {"error": {"type": "api_error", "message": "too many requests" if self.status == 429 else "x"}}

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """When to come back, for answers that say so."""
        return (("retry-after", "2"),) if self.status in (429, 503) else ()


def answer(stand_in: StripeStandIn, request: Request) -> Response:
    """Act on one control call."""
    name = request.path.removeprefix("/_local/")
    try:
        said = _act(stand_in, name, json.loads(request.body) if request.body else {})
    except Fault as fault:
        return Response(fault.status, JSON, json.dumps(fault.body).encode())
    except (KeyError, ValueError) as error:
        return Response(400, JSON, json.dumps({"error": {"message": f"{name}: {error!r}"}}).encode())
    return Response(200, JSON, json.dumps(said).encode())


def _act(stand_in: StripeStandIn, name: str, body: Body) -> Any:  # noqa: ANN401  JSON
    if name == "reset":
        return stand_in.reset()
    if name == "fail":
        return stand_in.plan(PlannedFault(body["status"], body.get("when", "before")), body.get("times", 1))
    if name == "deliver":
        return {"taken": stand_in.deliver(newest_first=body.get("order") == "newest first")}
    if name not in WITHIN:
        raise Fault(404, f"there is no control called {name}")
    with stand_in.world() as world:
        return WITHIN[name](world, body)


def _settle(world: World, body: Body) -> Object:
    return intents.settle(world, body["payment_intent"], body.get("ends", "succeeded"))


def _begin_refunds(world: World, body: Body) -> Object:
    if body["status"] not in refunds.BEGINS:
        raise Fault(400, f"{body['status']} is none of {sorted(refunds.BEGINS)}")
    return world.shelf.put("setting", {"id": "refunds", "status": body["status"]})


def _end_refund(world: World, body: Body) -> Object:
    return refunds.end(world, body["refund"], body["ends"], body.get("reason"))


def _dispute(world: World, body: Body) -> Object:
    reason, inquiry = body.get("reason", "fraudulent"), body.get("inquiry", False)
    return disputes.open_(world, body["payment_intent"], body.get("amount"), reason, inquiry=inquiry)


def _fee(world: World, body: Body) -> Object:
    return movements.moved(world, "stripe_fee", -body["amount"], currency=body["currency"], category="fee")


def _itemise(world: World, body: Body) -> Object:
    return payouts.itemise(world, body["payout"], body.get("items"), body.get("status", "completed"))


def _behave(world: World, body: Body) -> Object:
    if body["behaviour"] not in BEHAVIOURS:
        raise Fault(400, f"{body['behaviour']} is none of {sorted(BEHAVIOURS)}")
    method = world.need("payment_method", body["payment_method"])
    return world.shelf.put("behaviour", {"id": method["id"], "name": body["behaviour"], "attaches": True})


def _in_flight(world: World, body: Body) -> None:
    idempotency.keep(world, body["key"], body["path"], body["params"], None, {})


def _send(world: World, body: Body) -> None:
    event = world.need("event", body["event"])
    for endpoint in world.shelf.all("webhook_endpoint"):
        events.queue(world, event["id"], endpoint["id"], world.now)


def _delay(world: World, body: Body) -> Object:
    return world.shelf.put("setting", {"id": "delay", "seconds": body["seconds"]})


WITHIN: dict[str, Callable[[World, Body], Any]] = {
    "charges": lambda world, _: world.shelf.all("charge"),
    "events": lambda world, _: world.shelf.all("event"),
    "sessions": lambda world, _: world.shelf.all("checkout.session"),
    "settle": _settle,
    "refunds": _begin_refunds,
    "refund": _end_refund,
    "dispute": _dispute,
    "disputed": lambda world, body: disputes.get_on(world, body["dispute"], body["to"]),
    "disputes": lambda world, _: world.shelf.all("dispute"),
    "fee": _fee,
    "payout": lambda world, body: payouts.get_on(world, body["payout"], body["to"]),
    "itemise": _itemise,
    "behaviour": _behave,
    "in_flight": _in_flight,
    "send": _send,
    "delay": _delay,
    "complete": lambda world, body: checkout.complete(world, body["session"], body["with"]),
    "lapse": lambda world, body: checkout.lapse(world, body["session"]),
    "holder": lambda world, body: checkout_payment.authenticated(world, body["session"], body.get("ends", "succeeded")),
    "verify": lambda world, body: checkout_setup.verify(world, body["session"]),
    "revoke": lambda world, body: mandates.revoke(world, body["mandate"]),
}
"""Controls that read or change the state."""
