"""Rows of planned changes into values and back. Pure: nothing here calls anybody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.rows import bind, choice_label, choice_value, day, etag, instant, maybe, status, status_label
from dataverse.stores import prepayment_rows as prepayments
from dataverse.stores.changing_rows import CONTRACT, CONTRACT_EXPAND, PRODUCT, SUBSCRIPTION, place
from dataverse.stores.log_entries import refund_choice, refund_of
from work365.errors import InvariantBroken, Refused
from work365.subscriptions.deciding import Wish
from work365.subscriptions.ledger import Event, Source
from work365.subscriptions.scheduling import Scheduled, ScheduleState, Stop

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited
    from work365.money import Currency
    from work365.subscriptions.held import Held, Place

PLANNED = "w365_scheduledchange"
PLANNED_COLUMNS = (
    *("w365_scheduledchangeid", "_w365_subscription_value", "w365_event", "w365_dueon", "w365_quantity", "w365_unitprice"),
    *("_w365_product_value", "_w365_contract_value", "_w365_into_value", "w365_source", "w365_attempts", "w365_message"),
    *("w365_note", "w365_payby", "w365_refund", "statuscode", "createdon", "_modifiedonbehalfby_value"),
)
PLANNED_EXPAND = (
    f"w365_Subscription($select=w365_name,w365_printedname;$expand={CONTRACT_EXPAND}),{prepayments.EXPAND},"
    "modifiedby($select=systemuserid,applicationid)"
)
PLANNED_EVENT = {Event.UPGRADE: "Product"}
EVENT_PLANNED = {"Product": Event.UPGRADE}


def planned(row: Row, code_of: Callable[[str], Currency], inherited: Inherited) -> Scheduled:
    """A planned change."""
    label = choice_label(PLANNED, "w365_event", row["w365_event"])
    subscription, contract = row["w365_Subscription"], row["w365_Subscription"].get("w365_Contract")
    wish = Wish(
        EVENT_PLANNED.get(label) or Event(label),
        day(row["w365_dueon"]),
        row["w365_quantity"],
        maybe(Decimal, row["w365_unitprice"]),
        product=row["_w365_product_value"],
        contract=row["_w365_contract_value"],
        into=row["_w365_into_value"],
        source=Source(choice_label(PLANNED, "w365_source", row["w365_source"])),
        note=row["w365_note"] or "",
        refund=refund_of(PLANNED, row),
    )
    return Scheduled(
        row["w365_scheduledchangeid"],
        row["_w365_subscription_value"],
        str(subscription["w365_printedname"] or subscription["w365_name"] or row["_w365_subscription_value"]),
        wish,
        ScheduleState(status_label(PLANNED, row)),
        _place_if_whole(contract, code_of, inherited),
        row["w365_attempts"] or 0,
        row["w365_message"] or "",
        etag(row),
        prepayments.prepayment(row),
        maybe(day, row["w365_payby"]),
        instant(row["createdon"]),
        _editor(row),
    )


def _editor(row: Row) -> str:
    """The person who has just written it by hand; "" where an application wrote it last, for whomever."""
    by = row["modifiedby"] or {}
    return "" if by.get("applicationid") or row["_modifiedonbehalfby_value"] else str(by.get("systemuserid") or "")


def editor_kept(one: Scheduled) -> Row:
    """What is written along wherever the functions write on a planned change: who edited it by hand must not be forgotten."""
    return bind("w365_EditedBy", "systemuser", one.edited_by) if one.edited_by else {}


def _place_if_whole(row: Row | None, code_of: Callable[[str], Currency], inherited: Inherited) -> Place | None:
    """The contract; None when its row says too little, which is told when the change is due, and holds up no other."""
    try:
        return None if row is None else place(row, code_of, inherited)
    except (Refused, InvariantBroken):
        return None


def stopped(stop: Stop) -> Row:
    """The columns of a planned change that say for what it waits."""
    return {**status(PLANNED, stop.state.value), "w365_message": stop.text[:2000]}


def planned_row(one: Held, wish: Wish, pay_by: date | None = None, stop: Stop | None = None) -> Row:
    """A new planned change; one that waits for a payment has a day for it, one that something stops says what."""
    return {
        **edited_row(one.id, one.name, wish),
        "w365_event": choice_value(PLANNED, "w365_event", PLANNED_EVENT.get(wish.event, wish.event.value)),
        "w365_source": choice_value(PLANNED, "w365_source", wish.source.value),
        "w365_note": wish.note or None,
        "w365_payby": pay_by,
        **(status(PLANNED, ScheduleState.AWAITING.value) if pay_by else {}),
        **({} if stop is None else stopped(stop)),
        **bind("w365_Subscription", SUBSCRIPTION, one.id),
        **(bind("w365_Product", PRODUCT, wish.product) if wish.product else {}),
        **(bind("w365_Contract", CONTRACT, wish.contract) if wish.contract else {}),
        **(bind("w365_Into", SUBSCRIPTION, wish.into) if wish.into else {}),
    }


def edited_row(subscription: str, name: str, wish: Wish) -> Row:
    """The columns of a planned change that may be edited, with the name and the key that follow from them."""
    label = PLANNED_EVENT.get(wish.event, wish.event.value)
    return {
        "w365_name": f"{wish.on.isoformat()} {label}: {name}"[:200],
        "w365_key": f"{subscription}:{wish.on.isoformat()}:{label}",
        "w365_dueon": wish.on,
        "w365_quantity": wish.quantity,
        "w365_unitprice": wish.unit_price,
        "w365_refund": None if wish.refund is None else refund_choice(PLANNED, wish.refund),
    }


def released(one: Scheduled, state: ScheduleState, message: str) -> Row:
    """A planned change that is over: its day is free for another of its kind."""
    return {**status(PLANNED, state.value), "w365_message": message[:2000], "w365_key": one.id}
