"""What a change appends to the logs that it touches, as rows of the log and as billing would read them. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dataverse.rows import choice_value
from dataverse.stores import billing_rows
from dataverse.stores.changing_rows import CHANGE
from dataverse.stores.log_entries import refund_value
from work365.ids import derived
from work365.ports.changing import row_id
from work365.subscriptions.ledger import Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from dataverse.rows import Row
    from work365.ports.changing import Recorded
    from work365.subscriptions.deciding import Decision
    from work365.subscriptions.held import Held
    from work365.subscriptions.ledger import LogRow


class _Side(NamedTuple):
    """A subscription that is billed, and what a change appends to its log; `opens`: the first row says what was there before."""

    subscription: str
    contract: str
    rows: Sequence[tuple[LogRow, Decimal | None]]
    opens: bool = False


def _sides(change: Recorded) -> list[_Side]:
    touched = [(change.held, change.decision), *((part.held, part.decision) for part in change.parts)]
    touched += [] if change.into is None else [change.into]
    sides = [
        _Side(held.id, held.place.contract.id, appended(held, decision), held.opening is not None)
        for held, decision in touched
        if held.billable
    ]
    if change.fresh is not None and change.held.billable:
        begun = [(row, row.unit_price) for row in change.fresh.decision.rows]
        sides.append(_Side(fresh_id(change), change.fresh.place.contract.id, begun))
    return sides


def as_read(change: Recorded) -> list[Row]:
    """The rows that a change would append to the logs that it touches, as billing would read them afterwards."""
    return [
        {
            "w365_changelogid": row_id(change.key, side.subscription, index),
            "_w365_subscription_value": side.subscription,
            "_w365_contract_value": side.contract,
            "w365_sequence": row.sequence,
            "w365_effective": row.effective.isoformat(),
            "w365_recordedon": change.now.isoformat(),
            "w365_askedon": None if change.asked is None else change.asked.isoformat(),
            "w365_event": choice_value(CHANGE, "w365_event", row.event.value),
            "w365_quantity": row.quantity,
            "w365_quantitydelta": row.delta,
            "w365_unitprice": price,
            "w365_billingstate": choice_value(CHANGE, "w365_billingstate", "Unbilled"),
            "w365_refund": refund_value(row, change.wish.refund),
        }
        for side in _sides(change)
        for index, (row, price) in enumerate(side.rows)
    ]


def appended_ids(change: Recorded) -> frozenset[str]:
    """The ids of these rows, but for those that a log begins with: they say what was there before."""
    return frozenset(
        row_id(change.key, side.subscription, index)
        for side in _sides(change)
        for index in range(1 if side.opens else 0, len(side.rows))
    )


def fresh_as_read(change: Recorded, products: Mapping[str, Row]) -> list[Row]:
    """The subscription that a change would begin, as billing would read it; none for most. Shape: `products` by id."""
    fresh, one = change.fresh, change.held
    if fresh is None:
        return []
    empty: Row = dict.fromkeys(billing_rows.SUBSCRIPTION)
    begun = {
        "w365_subscriptionid": fresh_id(change),
        "_w365_contract_value": fresh.place.contract.id,
        "w365_startdate": change.wish.on.isoformat(),
        "w365_quantity": fresh.decision.quantity,
        "w365_unitprice": fresh.decision.unit_price,
        "w365_billable": one.billable,
        "_transactioncurrencyid_value": one.currency,
        "_w365_continuedfrom_value": one.id,
        "w365_Product": products.get(fresh.product or ""),
    }
    return [empty | begun]


def fresh_id(change: Recorded) -> str:
    """The id of the subscription that a change begins."""
    return derived("subscription", change.key)


def appended(one: Held, decision: Decision) -> list[tuple[LogRow, Decimal | None]]:
    """What is appended to a log, which begins with its opening, each row with its price: none where the list says it.

    Shape: a row of the event Price without a price makes a price list count anew on its day; one that only keeps a later day
           must not.
    """
    listed = one.listed and not decision.owned
    rows = [(row, None if listed or _before_own_price(one, row) else row.unit_price) for row in decision.rows]
    if one.opening is not None:
        rows.insert(0, (one.opening, None if one.listed else one.opening.unit_price))
    return [
        (replace(row, event=Event.QUANTITY) if price is None and row.event is Event.PRICE else row, price) for row, price in rows
    ]


def _before_own_price(one: Held, row: LogRow) -> bool:
    return one.own_from is not None and row.effective < one.own_from
