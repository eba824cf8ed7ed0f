"""What moves the balance: one balance transaction for each charge, refund, dispute, fee and payout, with what it cost.

A movement is pending until its `available_on`, and stays out of payouts until then. Charges by card are of the type `charge`, by
debit `payment`; the reporting category is what the money was for.

Source: docs.stripe.com/api/balance_transactions (list by payout, type, source, currency, created; source can be expanded),
docs.stripe.com/reports/balance-transaction-types, docs.stripe.com/reports/reporting-categories. When money becomes available
depends on the account; here it is after two days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stripe.faults import Fault

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

Params = dict[str, Any]
AVAILABLE_AFTER_S = 2 * 86_400
CATEGORIES = {"payment": "charge", "payment_refund": "refund", "payout_failure": "payout_reversal"}
"""Reporting categories that are called otherwise than the type."""

SOURCES = {"ch": "charge", "re": "refund", "dp": "dispute", "po": "payout"}
"""Kinds of objects that move the balance, by the prefix of their ids."""

UNPAID = "unpaid"
"""Movements that no payout holds yet."""


def moved(
    world: World,
    kind: str,
    amount: int,
    *,
    source: Object | None = None,
    fee: int = 0,
    category: str = "",
    currency: str = "",
    available_after_s: int = AVAILABLE_AFTER_S,
) -> Object:
    """A movement of the balance; `currency` where there is no source."""
    made = world.make(
        "balance_transaction",
        "txn",
        amount=amount,
        available_on=world.now + available_after_s,
        currency=source["currency"] if source is not None else currency,
        description=None,
        exchange_rate=None,
        fee=fee,
        fee_details=[_fee(source, fee)] if fee and source is not None else [],
        net=amount - fee,
        reporting_category=category or CATEGORIES.get(kind, kind),
        source=None if source is None else source["id"],
        status="pending",
        type=kind,
    )
    if kind != "payout":
        world.shelf.put(UNPAID, {"id": made["id"]})
    return made


def _fee(source: Object, fee: int) -> Object:
    return {
        "amount": fee,
        "application": None,
        "currency": source["currency"],
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }


def listed(world: World, params: Params) -> Object:
    """Movements, newest first; of one automatic payout those that it holds, and its own."""
    equal = {name: params.get(name) for name in ("source", "type", "currency")}
    within = _held_by(world, params["payout"]) if "payout" in params else None
    page = world.page("balance_transaction", params, "/v1/balance_transactions", within=within, **equal)
    for name in params.get("expand", []):
        if name != "data.source":
            raise Fault(400, f"This property cannot be expanded ({name}).", param="expand")
    expand = bool(params.get("expand"))
    return {**page, "data": [_shown(world, one, expand=expand) for one in page["data"]]}


def _held_by(world: World, payout: str) -> frozenset[str]:
    found = world.need("payout", payout)
    if not found["automatic"]:
        message = "Balance transaction history can only be filtered on automatic transfers, not manual."
        raise Fault(400, message, param="payout")
    items = world.need("payout_items", payout)["items"]
    return frozenset({*items, found["balance_transaction"]})


def _shown(world: World, one: Object, *, expand: bool = False) -> Object:
    """A movement as it is now."""
    status = "available" if one["available_on"] <= world.now else "pending"
    source = one["source"]
    if expand and source:
        source = world.need(SOURCES[source.partition("_")[0]], source)
    return {**one, "status": status, "source": source}


def retrieve(world: World, params: Params, id: str) -> Object:  # noqa: A002  Stripe's word
    """One movement."""
    for name in params.get("expand", []):
        raise Fault(501, f"this stand-in of Stripe does not expand {name} here", param="expand")
    return _shown(world, world.need("balance_transaction", id))


def available(world: World) -> list[Object]:
    """Movements that the next payout takes, oldest first."""
    ids = [one["id"] for one in reversed(world.shelf.all(UNPAID))]
    found = [world.need("balance_transaction", id_) for id_ in ids]
    return [one for one in found if one["available_on"] <= world.now]


def paid_out(world: World, taken: list[Object]) -> None:
    """They are part of a payout now."""
    for one in taken:
        world.shelf.drop(UNPAID, one["id"])
