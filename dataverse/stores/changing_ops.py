"""What a change writes: subscriptions under the versions that guard their logs, what is appended, what is begun. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.batch import Create, Op, Update
from dataverse.rows import bind, choice_value, status
from dataverse.stores import prepayment_rows as prepayments
from dataverse.stores.changed_logs import appended, fresh_id
from dataverse.stores.changing_rows import CHANGE, CONTRACT, PRODUCT, SUBSCRIPTION
from dataverse.stores.exposure_rows import guarded
from dataverse.stores.hold_rows import overridden
from dataverse.stores.log_entries import log_entry
from dataverse.stores.planned_rows import PLANNED, released
from dataverse.webapi import Ref
from work365.ports.changing import row_id
from work365.subscriptions.scheduling import ScheduleState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from dataverse.rows import Row
    from work365.ports.changing import Recorded
    from work365.subscriptions.deciding import Decision
    from work365.subscriptions.held import Agreed, Held, Place
    from work365.subscriptions.ledger import LogRow
    from work365.subscriptions.moving import Fresh


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
    return [
        Update(Ref(SUBSCRIPTION, one.id), row, one.etag),
        *_log(change, one.id, one.place, appended(one, decision), one.billable),
    ]


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
