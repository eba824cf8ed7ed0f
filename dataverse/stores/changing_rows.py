"""Rows of subscriptions, logs and planned changes into values, and changes into writes. Pure: nothing here calls anybody."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from dataverse.batch import Create, Op, Update
from dataverse.rows import bind, choice_label, choice_value, day, etag, instant, maybe, status, status_label
from dataverse.stores import billing_rows
from dataverse.stores import prepayment_rows as prepayments
from dataverse.stores.billing_source import complete
from dataverse.stores.contract_rows import CONTRACT as CONTRACT_NEEDS
from dataverse.stores.contract_rows import contract_of
from dataverse.stores.exposure_rows import guarded
from dataverse.stores.hold_rows import hold_of, limit_rule, overridden
from dataverse.stores.inheriting import Above
from dataverse.stores.log_entries import asked_on, log_entry, refund_choice, refund_of, refund_value
from dataverse.stores.payment_rule_rows import ACCOUNT_RULE, agreed, ruled
from dataverse.stores.subscription_rows import end_of, schedules_of
from dataverse.stores.supply_rows import CHANGE_COLUMNS, log_row
from dataverse.webapi import Ref
from work365.errors import BadInput, InvariantBroken, Refused
from work365.ids import derived
from work365.ports.changing import row_id
from work365.subscriptions.deciding import Wish
from work365.subscriptions.held import Agreed, Entry, Held, Place, Status, Supplied, opening
from work365.subscriptions.ledger import Event, Source
from work365.subscriptions.scheduling import Scheduled, ScheduleState, Stop
from work365.terms.coterm import Neighbour
from work365.terms.renewal import AtEnd, PriceRule, Uplifts
from work365.terms.said import said
from work365.terms.term import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from dataverse.rows import Row
    from dataverse.stores.inheriting import Inherited
    from work365.money import Currency
    from work365.ports.changing import Recorded
    from work365.subscriptions.deciding import Decision
    from work365.subscriptions.ledger import LogRow
    from work365.subscriptions.moving import Fresh

SUBSCRIPTION, CHANGE, PLANNED, CONTRACT = "w365_subscription", "w365_changelog", "w365_scheduledchange", "w365_billingcontract"
PRODUCT = "w365_product"
CODE_ID = "_transactioncurrencyid_value"
CONTRACT_COLUMNS = (*billing_rows.CONTRACT, "w365_pausestops", "statecode")
CONTRACT_ENTITY = "w365_LegalEntity($select=w365_timezone,_w365_team_value)"
CONTRACT_OWNERS = f"{CONTRACT_ENTITY},{ACCOUNT_RULE},{ruled(billing_rows.CONTRACT_PRICE_LIST)}"
CONTRACT_EXPAND = f"w365_Contract($select={','.join(CONTRACT_COLUMNS)};$expand={CONTRACT_OWNERS})"
PRODUCT_EXPAND = (
    f"{billing_rows.SUBSCRIPTION_PRODUCT.removesuffix(')')},w365_billingtype,w365_extendedpercent,w365_extendedannualpercent)"
)
BUNDLE_EXPAND = "w365_Parent($select=w365_subscriptionid,w365_name,w365_printedname)"
HELD_EXPAND = f"{CONTRACT_EXPAND},{PRODUCT_EXPAND},{BUNDLE_EXPAND}"
SUBSCRIPTION_COLUMNS = (
    *("w365_subscriptionid", "w365_name", "w365_printedname", "_w365_account_value", "_w365_product_value", "statuscode"),
    *("w365_quantity", "w365_unitprice", "w365_startdate", "w365_billable", "w365_lastsequence"),
    *(
        "w365_term",
        "w365_termstart",
        "w365_commitmentend",
        "w365_atend",
        "w365_renewalprice",
        "w365_renewalpercent",
        "w365_extended",
    ),
    *("w365_supplierwindows", "_w365_provider_value", "_w365_provideraccount_value", "w365_externalid", "w365_billingplan"),
    *("w365_unitcost", "w365_extended", "_transactioncurrencyid_value", "_w365_splitof_value", "w365_splitfrom"),
    "_w365_parent_value",
    "_w365_tierof_value",
    *("w365_pricedon", "w365_ownpricefrom", "w365_enddate"),
    *("w365_frequency", "w365_frequencycount", "w365_cycleanchor", "w365_schedules"),
)
NEIGHBOUR = ("w365_name", "w365_printedname", "w365_term", "w365_commitmentend")
LOG_COLUMNS = (*CHANGE_COLUMNS, "w365_changelogid", "w365_recordedon", "w365_askedon")
PLANNED_COLUMNS = (
    *("w365_scheduledchangeid", "_w365_subscription_value", "w365_event", "w365_dueon", "w365_quantity", "w365_unitprice"),
    *("_w365_product_value", "_w365_contract_value", "_w365_into_value", "w365_source", "w365_attempts", "w365_message"),
    *("w365_note", "w365_payby", "w365_refund", "statuscode", "createdon"),
)
PLANNED_EXPAND = f"w365_Subscription($select=w365_name,w365_printedname;$expand={CONTRACT_EXPAND}),{prepayments.EXPAND}"
PLANNED_EVENT = {Event.UPGRADE: "Product"}
EVENT_PLANNED = {"Product": Event.UPGRADE}


def place(own: Row, code_of: Callable[[str], Currency], inherited: Inherited) -> Place:
    """The contract that a subscription is on. Errors: BadInput when its row says too little."""
    row = inherited.terms(own)
    complete(row, CONTRACT_NEEDS, f"contract {row['w365_number']}")
    rule = agreed(row["w365_Account"], row.get("w365_PriceList"))
    above = Above(own["_w365_account_value"], own["_w365_legalentity_value"])
    return Place(
        contract_of(row, code_of(row[CODE_ID])),
        row["w365_number"],
        row["_w365_account_value"],
        row["w365_LegalEntity"]["w365_timezone"],
        pause_stops=bool(row["w365_pausestops"]),
        next_invoice_date=maybe(day, row["w365_nextinvoicedate"]),
        ended=row["statecode"] != 0,
        price_list=row["_w365_pricelist_value"],
        entity=row["_w365_legalentity_value"],
        paid_monthly_percent=rule.paid_monthly_percent or Decimal(0),
        paid_first=bool(rule.paid_first),
        hold=hold_of(own["w365_Account"], above, inherited),
        limit_rule=limit_rule(above, inherited),
    )


def held(row: Row, log: Iterable[Row], code_of: Callable[[str], Currency], inherited: Inherited) -> Held:
    """A subscription. Errors: BadInput when it is on no contract, or its rows say too little."""
    name = called(row)
    if row.get("w365_Contract") is None:
        message = f"{name} is on no contract; choose one on its form"
        raise BadInput(message)
    found = list(log)
    entries = [Entry(log_row(one), one["w365_changelogid"], asked_on(one)) for one in found]
    first = None
    if not entries and row["w365_quantity"]:
        first = opening(day(row["w365_startdate"]), row["w365_quantity"], Decimal(row["w365_unitprice"] or 0))
        entries = [Entry(first, "")]
    return Held(
        id=row["w365_subscriptionid"],
        name=name,
        place=place(row["w365_Contract"], code_of, inherited),
        product=row["_w365_product_value"],
        status=Status(status_label(SUBSCRIPTION, row)),
        quantity=row["w365_quantity"],
        unit_price=Decimal(row["w365_unitprice"] or 0),
        start=day(row["w365_startdate"]),
        entries=tuple(sorted(entries, key=lambda entry: entry.row.sequence)),
        agreed=_agreed(row),
        supplied=_supplied(row),
        printed_name=row["w365_printedname"],
        currency=row[CODE_ID],
        billable=bool(row["w365_billable"]),
        listed=row["w365_unitprice"] is None and all(one["w365_unitprice"] is None for one in found),
        bound_to_list=_bound_to_list(row),
        own_from=maybe(day, row["w365_ownpricefrom"]),
        opening=first,
        part=row["_w365_splitof_value"] is not None or row["_w365_tierof_value"] is not None,
        split=row["w365_splitfrom"] is not None,
        schedules=schedules_of(row),
        ends=end_of(row),
        bundle=None if row["_w365_parent_value"] is None else called(row["w365_Parent"]),
        etag=etag(row),
    )


def _bound_to_list(row: Row) -> str:
    """Why what its price list prices cannot have a price of its own, in words; "" where it can."""
    if (row.get("w365_Product") or {}).get("w365_tiermodel") is not None:
        return "its product is priced by tiers or packages"
    if row[CODE_ID] not in (None, row["w365_Contract"][CODE_ID]):
        return "its own currency is another than its contract's; empty it on the form first"
    return "its seats are split over several payers" if row["w365_splitfrom"] is not None else ""


def neighbour(row: Row) -> Neighbour | None:
    """A subscription as far as its end matters to another; None when its term is not one that we know."""
    term = Term.named(row["w365_term"])
    return None if term is None else Neighbour(called(row), day(row["w365_commitmentend"]), term)


def called(row: Row) -> str:
    """What a person calls a subscription."""
    product = (row.get("w365_Product") or {}).get("w365_printedname")
    return str(row["w365_printedname"] or product or row["w365_name"] or row.get("w365_subscriptionid"))


def _agreed(row: Row) -> Agreed | None:
    term, end = Term.named(row["w365_term"]), maybe(day, row["w365_commitmentend"])
    if term is None or end is None:
        return None
    at_end, rule = row["w365_atend"], row["w365_renewalprice"]
    return Agreed(
        term,
        maybe(day, row["w365_termstart"]),
        end,
        None if at_end is None else AtEnd(choice_label(SUBSCRIPTION, "w365_atend", at_end)),
        PriceRule.KEEP if rule is None else PriceRule(choice_label(SUBSCRIPTION, "w365_renewalprice", rule)),
        Decimal(row["w365_renewalpercent"] or 0),
        said(row["w365_supplierwindows"]),
        _uplifts(row.get("w365_Product") or {}),
        extended=bool(row["w365_extended"]),
    )


def _uplifts(product: Row) -> Uplifts:
    """Those of the product; what Microsoft announced where it says nothing."""
    own = {"monthly": product.get("w365_extendedpercent"), "annual": product.get("w365_extendedannualpercent")}
    return replace(Uplifts(), **{name: Decimal(value) for name, value in own.items() if value is not None})


def _supplied(row: Row) -> Supplied:
    plan, cost = row["w365_billingplan"], row["w365_unitcost"]
    return Supplied(
        row["_w365_provider_value"],
        row["_w365_provideraccount_value"],
        row["w365_externalid"],
        None if plan is None else choice_label(SUBSCRIPTION, "w365_billingplan", plan),
        maybe(Decimal, cost),
    )


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
    )


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


def writes(change: Recorded) -> list[Op]:
    """Everything that one change writes; the versions of the subscriptions guard their logs."""
    more: Row = {"w365_externalid": None} if _gone(change) else {}
    if change.agreed is not None:
        more |= agreed_row(change.agreed)
    found = _side(change, change.held, change.decision, more)
    if change.into is not None:
        found += _side(change, *change.into, {})
    if change.fresh is not None:
        found += _started(change, change.fresh)
    for part in change.parts:
        more = {} if part.agreed is None else agreed_row(part.agreed)
        noted = replace(change, wish=replace(change.wish, note=part.note or change.wish.note))
        found += _side(noted, part.held, part.decision, more)
    if change.planned is not None:
        done = released(change.planned, ScheduleState.DONE, change.decision.sentence)
        row = {**done, **bind("w365_Change", CHANGE, row_id(change.key, change.held.id, 0))}
        found.append(Update(Ref(PLANNED, change.planned.id), row, change.planned.etag))
        found += prepayments.settled(change.planned, change.wish.on)
    if change.override:
        found.append(overridden(change))
    return [*found, *(guarded(guard, change.key) for guard in change.guards)]


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
        _Side(held.id, held.place.contract.id, _new(held, decision), held.opening is not None)
        for held, decision in touched
        if held.billable
    ]
    if change.fresh is not None and change.held.billable:
        begun = [(row, row.unit_price) for row in change.fresh.decision.rows]
        sides.append(_Side(fresh_id(change), change.fresh.place.contract.id, begun))
    return sides


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


def _gone(change: Recorded) -> bool:
    """The supplier's id goes along with all of the seats."""
    return change.fresh is not None and change.fresh.whole


def _side(change: Recorded, one: Held, decision: Decision, more: Row) -> list[Op]:
    row = {
        "w365_quantity": decision.quantity,
        "w365_unitprice": None if one.listed and not decision.owned else decision.unit_price,
        "w365_lastsequence": decision.rows[-1].sequence,
        **({"w365_ownpricefrom": decision.rows[0].effective} if decision.owned else {}),
        **(status(SUBSCRIPTION, decision.status.value) if decision.status is not one.status else {}),
        **more,
    }
    return [Update(Ref(SUBSCRIPTION, one.id), row, one.etag), *_log(change, one.id, one.place, _new(one, decision), one.billable)]


def _new(one: Held, decision: Decision) -> list[tuple[LogRow, Decimal | None]]:
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


def _log(
    change: Recorded, subscription: str, on: Place, rows: Iterable[tuple[LogRow, Decimal | None]], billable: bool
) -> list[Create]:
    wish = change.wish
    return [
        Create(
            CHANGE,
            log_entry(
                row,
                subscription,
                on.contract.id,
                source=wish.source,
                now=change.now,
                billable=billable,
                note=wish.note,
                refund=wish.refund,
                asked=change.asked,
            )
            | {"w365_unitprice": price},
            row_id(change.key, subscription, index),
        )
        for index, (row, price) in enumerate(rows)
    ]


def _started(change: Recorded, fresh: Fresh) -> list[Op]:
    """A subscription that goes on with the seats of another, under the same term."""
    one, decision = change.held, fresh.decision
    identity, agreed, supplied = fresh_id(change), one.agreed, one.supplied
    row: Row = {
        "w365_name": one.name[:200],
        "w365_startdate": change.wish.on,
        "w365_quantity": decision.quantity,
        "w365_unitprice": decision.unit_price,
        "w365_billable": one.billable,
        "w365_lastsequence": decision.rows[-1].sequence,
        "w365_printedname": one.printed_name if fresh.product == one.product else None,
        "w365_unitcost": supplied.unit_cost if fresh.product == one.product else None,
        **bind("w365_Contract", CONTRACT, fresh.place.contract.id),
        **bind("w365_Account", "account", fresh.place.account),
        **bind("w365_ContinuedFrom", SUBSCRIPTION, one.id),
        **(bind("w365_Product", PRODUCT, fresh.product) if fresh.product else {}),
        **(bind("w365_Provider", "w365_provider", supplied.provider) if supplied.provider else {}),
        **(bind("w365_ProviderAccount", "w365_provideraccount", supplied.tenant) if supplied.tenant else {}),
        **(bind("transactioncurrencyid", "transactioncurrency", one.currency) if one.currency else {}),
    }
    if fresh.whole and supplied.external_id:
        row["w365_externalid"] = supplied.external_id
    if supplied.plan is not None:
        row["w365_billingplan"] = choice_value(SUBSCRIPTION, "w365_billingplan", supplied.plan)
    if agreed is not None:
        row |= agreed_row(agreed)
    rows = ((begun, begun.unit_price) for begun in decision.rows)
    return [Create(SUBSCRIPTION, row, identity), *_log(change, identity, fresh.place, rows, one.billable)]


def agreed_row(agreed: Agreed) -> Row:
    """The columns of a term and of what happens at its end."""
    at_end = None if agreed.at_end is None else choice_value(SUBSCRIPTION, "w365_atend", agreed.at_end.value)
    return {
        "w365_term": agreed.term.value,
        "w365_termstart": agreed.start,
        "w365_commitmentend": agreed.end,
        "w365_atend": at_end,
        "w365_renewalprice": choice_value(SUBSCRIPTION, "w365_renewalprice", agreed.rule.value),
        "w365_renewalpercent": agreed.percent,
        "w365_extended": agreed.extended,
    }
