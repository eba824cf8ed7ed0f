"""Automatic payouts: once a day everything that is available, in each currency, goes to the bank account.

    in_transit → paid → failed        in_transit → failed | canceled

What a currency owes (more went back than came) stays until more has come. A payout that fails brings its money back as a movement
of its own, which a later payout takes; those that it was made of stay with it.

Source: docs.stripe.com/api/payouts (status; a payout may fail after it was said to be paid; failure_balance_transaction),
docs.stripe.com/payouts/reconciliation (movements are known for automatic payouts only), docs.stripe.com/api/events/types
(payout.created, paid, failed, canceled). The days until arrival depend on the country; here they are two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe import events, movements
from local.stripe.faults import Fault

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]
DAY_S = 86_400
ARRIVES_AFTER_S = 2 * DAY_S
MOVES = {"in_transit": ("paid", "failed", "canceled"), "paid": ("failed",)}
CALENDAR = "payouts"
"""Name of the setting that says when payouts are made next."""


def make_due(world: World) -> None:
    """Let what is due arrive, and make the payouts of the day, once a day."""
    calendar = world.shelf.get("setting", CALENDAR) or {"id": CALENDAR, "next": 0}
    if world.now < calendar["next"]:
        return
    world.shelf.put("setting", {**calendar, "next": world.now - world.now % DAY_S + DAY_S})
    for payout in reversed(world.shelf.all("payout")):
        if payout["status"] == "in_transit" and payout["arrival_date"] <= world.now:
            get_on(world, payout["id"], "paid")
    by_currency: dict[str, list[Object]] = {}
    for one in movements.available(world):
        by_currency.setdefault(one["currency"], []).append(one)
    for currency, taken in by_currency.items():
        if sum(one["net"] for one in taken) > 0:
            _make(world, currency, taken)


def _make(world: World, currency: str, taken: list[Object]) -> Object:
    amount = sum(one["net"] for one in taken)
    made = world.make(
        "payout",
        "po",
        amount=amount,
        arrival_date=world.now - world.now % DAY_S + ARRIVES_AFTER_S,
        automatic=True,
        balance_transaction=None,
        currency=currency,
        description="STRIPE PAYOUT",
        destination="ba_local",
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        metadata={},
        method="standard",
        original_payout=None,
        reconciliation_status="completed",
        reversed_by=None,
        source_type="card",
        statement_descriptor=None,
        status="in_transit",
        trace_id=None,
        type="bank_account",
    )
    own = movements.moved(world, "payout", -amount, source=made, available_after_s=0)
    world.shelf.put("payout_items", {"id": made["id"], "items": [one["id"] for one in taken]})
    movements.paid_out(world, taken)
    made = world.shelf.put("payout", {**made, "balance_transaction": own["id"]})
    events.happened(world, "payout.created", made)
    return made


def get_on(world: World, id: str, status: str) -> Object:  # noqa: A002  Stripe's word
    """A payout gets on. Errors: Fault when it cannot get there."""
    payout = world.need("payout", id)
    if status not in MOVES.get(payout["status"], ()):
        raise Fault(400, f"a payout that is {payout['status']} does not become {status}")
    changes: Object = {"status": status}
    if status in ("failed", "canceled"):
        kind = "payout_failure" if status == "failed" else "payout_cancel"
        back = movements.moved(world, kind, payout["amount"], source=payout, category="payout_reversal", available_after_s=0)
        changes["failure_balance_transaction"] = back["id"]
    if status == "failed":
        changes |= {"failure_code": "account_closed", "failure_message": "The bank account has been closed."}
    changed = world.shelf.put("payout", {**payout, **changes})
    events.happened(world, f"payout.{status}", changed, {"status": payout["status"]})
    return changed


def itemise(world: World, id: str, items: list[str] | None, status: str) -> Object:  # noqa: A002  Stripe's word
    """What a payout says that it holds; None leaves that as it is."""
    payout = world.need("payout", id)
    if items is not None:
        world.shelf.put("payout_items", {"id": id, "items": items})
    return world.shelf.put("payout", {**payout, "reconciliation_status": status})


def retrieve(world: World, params: Params, id: str) -> Object:  # noqa: A002  Stripe's word
    """One payout."""
    _refuse_expanding(params)
    return world.need("payout", id)


def listed(world: World, params: Params) -> Object:
    """Payouts, newest first."""
    _refuse_expanding(params)
    if "arrival_date" in params:
        raise Fault(501, "this stand-in of Stripe lists no payouts by arrival_date", param="arrival_date")
    equal = {name: params.get(name) for name in ("status", "destination")}
    return world.page("payout", params, "/v1/payouts", **equal)


def _refuse_expanding(params: Params) -> None:
    for name in params.get("expand", []):
        raise Fault(400, f"This property cannot be expanded ({name}).", param="expand")
