"""The control surface, `/_local/…`: what happens at GoCardless without a request of ours. Never part of GoCardless.

POST /_local/mandate     {"scheme", "status", "approval"}             a customer signs a mandate on GoCardless' own page
POST /_local/mandates    {"mandate", "status"}                        a bank or a customer changes it
POST /_local/move        {"payment", "to", "cause", "description"}    the banks' part of a payment
POST /_local/chargeback  {"payment", "ends"}                          a charge-back is settled or cancelled
POST /_local/refunds     {"enabled"}                                  whether GoCardless lets this merchant refund
POST /_local/refund      {"refund", "to"}                             the banks' part of a refund
POST /_local/pay_out                                                  everything that was collected is paid out
POST /_local/payout      {"payout", "to"}                             the bank's part of a payout: paid or bounced
POST /_local/unitemise   {"payout", "item"}                           a payout does not say one of its items, by its place
POST /_local/payments                                                 every payment
POST /_local/fail        {"status", "when", "times"}                  the next POST requests fail before or after the work
POST /_local/forget_keys                                              idempotency keys are too old to be known
POST /_local/webhook     {"secret", "last"}                           the signed request that tells of the last events
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.gocardless import payouts, refunds
from local.gocardless.faults import missing, misuse
from local.gocardless.world import MANDATES
from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.gocardless.app import GoCardless
    from local.http import Request

PREFIX = "/_local/"
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """An answer that the next POST request gets, before anything was done or after."""

    status: int
    when: str = "before"

    def response(self) -> Response:
        """What it says."""
        error = {"type": "gocardless", "code": self.status, "message": "Internal server error", "errors": []}
        return Response(self.status, (("content-type", "application/json"),), json.dumps({"error": error}).encode())


def act(gocardless: GoCardless, request: Request) -> Any:  # noqa: ANN401  JSON
    """Act on one control call. Errors: Fault."""
    name = request.path.removeprefix(PREFIX)
    if name not in CONTROLS:
        raise misuse(404, "no_control", f"there is no control called {name}")
    try:
        return CONTROLS[name](gocardless, json.loads(request.body) if request.body else {})
    except (KeyError, TypeError, ValueError) as error:
        raise misuse(400, "bad_control", f"{name}: {error!r}") from error


def _mandate(gocardless: GoCardless, body: Body) -> Any:  # noqa: ANN401  JSON
    return gocardless.world.mandate(**body)


def _change(gocardless: GoCardless, body: Body) -> Any:  # noqa: ANN401  JSON
    if body["mandate"] not in gocardless.world.mandates or body["status"] not in MANDATES:
        raise missing(f"{body['mandate']} in {body['status']}")
    gocardless.world.mandates[body["mandate"]]["status"] = body["status"]


def _move(gocardless: GoCardless, body: Body) -> Any:  # noqa: ANN401  JSON
    details = {"origin": "bank", "cause": body.get("cause", f"payment_{body['to']}"), "description": body.get("description", "")}
    return gocardless.world.move(gocardless.world.payment(body["payment"]), body["to"], details)


def _enable_refunds(gocardless: GoCardless, body: Body) -> Any:  # noqa: ANN401  JSON
    gocardless.world.refunds_enabled = body["enabled"]


def _move_refund(gocardless: GoCardless, body: Body) -> Any:  # noqa: ANN401  JSON
    return refunds.move(gocardless.world, refunds.one(gocardless.world, body["refund"]), body["to"])


def _move_payout(gocardless: GoCardless, body: Body) -> Any:  # noqa: ANN401  JSON
    return payouts.move(gocardless.world, payouts.one(gocardless.world, body["payout"]), body["to"])


def _unitemise(gocardless: GoCardless, body: Body) -> Any:  # noqa: ANN401  JSON
    gocardless.world.payout_items[body["payout"]].pop(body["item"])


def _fail(gocardless: GoCardless, body: Body) -> Any:  # noqa: ANN401  JSON
    planned = PlannedFault(body["status"], body.get("when", "before"))
    gocardless.faults.extend([planned] * body.get("times", 1))


def _webhook(gocardless: GoCardless, body: Body) -> Any:  # noqa: ANN401  JSON
    """Source: "Stay up to date with webhooks": up to 250 events in a request, the signature over its raw body."""
    told = json.dumps({"events": gocardless.world.events[-body.get("last", 1) :][:250]})
    return {"body": told, "signature": hmac.new(body["secret"].encode(), told.encode(), hashlib.sha256).hexdigest()}


CONTROLS: dict[str, Callable[[GoCardless, Body], Any]] = {
    "mandate": _mandate,
    "mandates": _change,
    "move": _move,
    "chargeback": lambda gocardless, body: gocardless.world.chargeback(gocardless.world.payment(body["payment"]), body["ends"]),
    "refunds": _enable_refunds,
    "refund": _move_refund,
    "pay_out": lambda gocardless, _: payouts.pay_out(gocardless.world),
    "payout": _move_payout,
    "unitemise": _unitemise,
    "payments": lambda gocardless, _: list(gocardless.world.payments.values()),
    "fail": _fail,
    "forget_keys": lambda gocardless, _: gocardless.world.keys.clear(),
    "webhook": _webhook,
}
