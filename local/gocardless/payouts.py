"""Payouts: what was collected and not given back goes to the merchant's bank account, less fees, with an item for each part.

    pending → paid | bounced

An item says what changed since the payouts before: a payment that is confirmed is paid out, one that failed late or was charged
back after that is taken out again, and its fee is given back; refunds are taken out, and put back when they did not arrive. What
would leave nothing to pay out waits for more.

Source: GoCardless, API reference, "Payouts" and "Payout items", as its Java library of 2026 says it (types; amounts of items are
texts of fractional units to one decimal place, the payout is their sum, rounded; items name a payment and a mandate; items of
payouts older than six months are gone). The fee is GoCardless' published standard price: 1 % and 20, at most 400 units.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from local.gocardless.faults import Fault, invalid, missing, state
from local.gocardless.refunds import GONE
from local.gocardless.world import CREDITOR, working_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.gocardless.world import Object, World

MOVES = {"pending": {"paid", "bounced"}}
OUT = {"failed": "payment_failed", "charged_back": "payment_charged_back"}
ITEMS_KEPT = timedelta(days=183)
ONE = Decimal(1)


def pay_out(world: World) -> list[Object]:
    """Make the payouts of a day, one in each currency that has something to pay out."""
    items = [*_payments(world), *_refunds(world)]
    made = []
    for currency in sorted({one["currency"] for one in items}):
        mine = [one for one in items if one["currency"] == currency]
        amount = _rounded(sum((Decimal(one["amount"]) for one in mine), Decimal(0)))
        if amount > 0:
            made.append(_made(world, currency, amount, mine))
    return made


def _payments(world: World) -> Iterator[Object]:
    for payment in world.payments.values():
        there = payment["amount"] if payment["status"] in ("confirmed", "paid_out") else 0
        more = there - _itemised(world, payment["id"], "payment")
        if more:
            sign = 1 if more > 0 else -1
            kind = "payment_paid_out" if more > 0 else OUT[payment["status"]]
            links = {"payment": payment["id"], "mandate": payment["links"]["mandate"]}
            yield _item(kind, Decimal(more), payment["currency"], links, counts=("payment", payment["id"]))
            yield _item("gocardless_fee", -sign * _fee(payment["amount"]), payment["currency"], links, counts=("fee", ""))


def _refunds(world: World) -> Iterator[Object]:
    for refund in world.refunds.values():
        there = 0 if refund["status"] in GONE else -refund["amount"]
        more = there - _itemised(world, refund["id"], "refund")
        if more:
            kind = "payment_refunded" if more < 0 else "refund_funds_returned"
            yield _item(kind, Decimal(more), refund["currency"], dict(refund["links"]), counts=("refund", refund["id"]))


def _itemised(world: World, id_: str, what: str) -> int:
    """What earlier payouts say of a payment or a refund."""
    found = (item for items in world.payout_items.values() for item in items if item["counts"] == (what, id_))
    return int(sum((Decimal(one["amount"]) for one in found), Decimal(0)))


def _item(kind: str, amount: Decimal, currency: str, links: Object, *, counts: tuple[str, str]) -> Object:
    return {"type": kind, "amount": f"{amount:.1f}", "taxes": [], "links": links, "currency": currency, "counts": counts}


def _fee(amount: int) -> Decimal:
    return min(Decimal(amount) / 100 + 20, Decimal(400))


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(ONE, ROUND_HALF_UP))


def _made(world: World, currency: str, amount: int, items: list[Object]) -> Object:
    fees = sum((Decimal(one["amount"]) for one in items if one["type"] == "gocardless_fee"), Decimal(0))
    made: Object = {
        "id": world.new_id("PO"),
        "created_at": world.now,
        "amount": amount,
        "arrival_date": None,
        "currency": currency,
        "deducted_fees": _rounded(-fees),
        "fx": {"estimated_exchange_rate": None, "exchange_rate": None, "fx_amount": None, "fx_currency": None},
        "metadata": {},
        "payout_type": "merchant",
        "reference": f"W365-{len(world.payouts) + 1}",
        "status": "pending",
        "tax_currency": None,
        "links": {"creditor": CREDITOR["id"], "creditor_bank_account": "BA000000000001"},
    }
    world.payouts[made["id"]] = made
    world.payout_items[made["id"]] = items
    for one in items:
        payment = world.payments[one["links"]["payment"]]
        if one["type"] == "payment_paid_out" and payment["status"] == "confirmed":
            world.move(payment, "paid_out", {"origin": "gocardless", "cause": "payment_paid_out"})
    return made


def one(world: World, id_: str) -> Object:
    """One payout. Errors: Fault 404."""
    if id_ not in world.payouts:
        raise missing(id_)
    return world.payouts[id_]


def move(world: World, payout: Object, to: str) -> Object:
    """The bank's part. Errors: Fault when it cannot get there."""
    if to not in MOVES.get(payout["status"], ()):
        raise state("invalid_move", f"a payout that is {payout['status']} does not become {to}")
    payout["status"] = to
    if to == "paid":
        payout["arrival_date"] = str(working_day(world.clock().date() + timedelta(days=1)))
        world.happened("payouts", payout, "paid", {"origin": "gocardless", "cause": "payout_paid"})
    return payout


def items_of(world: World, payout: str) -> list[Object]:
    """The items of a payout, each with an id that is only a cursor. Errors: Fault."""
    if not payout:
        raise invalid("payout", "is required")
    found = one(world, payout)
    if world.clock().date() - date.fromisoformat(found["created_at"][:10]) > ITEMS_KEPT:
        error = {"reason": "payout_items_data_archived", "message": "Payout items of this payout are no longer available"}
        raise Fault(410, "invalid_api_usage", error["message"], error)
    return [{**item, "id": f"{payout}-{place}"} for place, item in enumerate(world.payout_items[payout])]


def shown(item: Object) -> Object:
    """An item as GoCardless says it."""
    return {name: item[name] for name in ("amount", "type", "taxes", "links")}
