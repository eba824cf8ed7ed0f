"""Refunds: money given back of a payment, by bank transfer outside of the scheme.

    created → submitted → paid → bounced | funds_returned         created → cancelled
                        ↘ bounced

Source: GoCardless, API reference, "Refunds", as its Java library of 2026 says it (statuses; total_amount_confirmation_invalid,
number_of_refunds_exceeded at 25, available_refund_amount_insufficient), "Events" (created, failed, paid, funds_returned);
support.gocardless.com, "Refunding payments" (enabled per merchant, only of confirmed payments, out of the balance). That a
refund is made within 365 days, and the reasons of refusals that the reference does not name, are ours.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from local.gocardless.faults import invalid, missing, misuse, state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.gocardless.world import Object, World

COUNT_MAX = 25
WITHIN = timedelta(days=365)
MOVES = {
    "created": {"submitted", "cancelled"},
    "submitted": {"paid", "bounced"},
    "paid": {"bounced", "funds_returned"},
}
ACTIONS = {"bounced": "failed", "cancelled": "failed", "paid": "paid", "funds_returned": "funds_returned"}
"""Names of the events that tell of a status; of a submission none does."""
GONE = frozenset({"cancelled", "bounced", "funds_returned"})


def create(world: World, given: Mapping[str, object]) -> Object:
    """Give money back of a payment. Errors: Fault when GoCardless does not."""
    amount, links = given["amount"], given["links"]
    assert isinstance(amount, int)  # noqa: S101  checked before, by its type
    assert isinstance(links, dict)  # noqa: S101  as above
    if not world.refunds_enabled:
        raise misuse(403, "refunds_not_enabled", "Refunds are not enabled for this creditor")
    payment = world.payments.get(links["payment"])
    if payment is None:
        raise invalid("links.payment", "does not exist")
    _refuse_payment(world, payment)
    mine = [one for one in world.refunds.values() if one["links"]["payment"] == payment["id"]]
    before = payment["amount_refunded"]
    if given["total_amount_confirmation"] != before + amount:
        message = f"total_amount_confirmation does not match the total refunded amount, {before + amount}"
        raise state("total_amount_confirmation_invalid", message)
    if len(mine) >= COUNT_MAX:
        raise state("number_of_refunds_exceeded", f"{COUNT_MAX} refunds have already been created for this payment")
    if before + amount > payment["amount"]:
        raise invalid("amount", f"must be at most {payment['amount'] - before}, which is what is left of the payment")
    if amount > _held(world):
        raise state("available_refund_amount_insufficient", "The creditor's available balance does not cover this refund")
    return _made(world, payment, amount, given)


def _refuse_payment(world: World, payment: Object) -> None:
    if payment["status"] not in ("confirmed", "paid_out"):
        raise state("refund_payment_invalid_state", "Only payments that are confirmed or paid out can be refunded")
    if world.clock().date() - date.fromisoformat(payment["charge_date"]) > WITHIN:
        raise state("refund_period_expired", "The payment was charged more than 365 days ago")


def _held(world: World) -> int:
    """What is collected, and neither given back nor paid out."""
    collected: int = sum(one["amount"] for one in world.payments.values() if one["status"] in ("confirmed", "paid_out"))
    given: int = sum(one["amount"] for one in world.refunds.values() if one["status"] not in GONE)
    out: int = sum(one["amount"] + one["deducted_fees"] for one in world.payouts.values() if one["status"] != "bounced")
    return collected - given - out


def _made(world: World, payment: Object, amount: int, given: Mapping[str, object]) -> Object:
    made: Object = {
        "id": world.new_id("RF"),
        "created_at": world.now,
        "amount": amount,
        "currency": payment["currency"],
        "reference": given.get("reference"),
        "status": "created",
        "metadata": given.get("metadata", {}),
        "links": {"payment": payment["id"], "mandate": payment["links"]["mandate"]},
    }
    world.refunds[made["id"]] = made
    payment["amount_refunded"] += amount
    world.happened("refunds", made, "created", {"origin": "api", "cause": "refund_created"})
    return made


def one(world: World, id: str) -> Object:  # noqa: A002  GoCardless' word
    """One refund. Errors: Fault 404."""
    if id not in world.refunds:
        raise missing(id)
    return world.refunds[id]


def move(world: World, refund: Object, to: str) -> Object:
    """The banks' part. Errors: Fault when it cannot get there."""
    if to not in MOVES.get(refund["status"], ()):
        raise state("invalid_move", f"a refund that is {refund['status']} does not become {to}")
    refund["status"] = to
    if to in GONE:
        world.payments[refund["links"]["payment"]]["amount_refunded"] -= refund["amount"]
    if to in ACTIONS:
        world.happened("refunds", refund, ACTIONS[to], {"origin": "gocardless", "cause": f"refund_{ACTIONS[to]}"})
    return refund
