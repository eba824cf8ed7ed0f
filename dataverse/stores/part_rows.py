"""Rows of parts into values, and what changes of a part into writes, whatever rule makes it. Pure: nothing here calls anybody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Create, Op, Update
from dataverse.rows import bind, day, etag, maybe, owned_by, status, status_label
from dataverse.stores import billing_rows
from dataverse.stores.contract_rows import end_of_contract
from dataverse.stores.log_entries import log_entry
from dataverse.stores.supply_rows import log_row
from dataverse.webapi import Ref
from work365.ports.parts import PartSeen, Payer, Sold
from work365.provisioning.holding import log_row_id
from work365.subscriptions.held import Status
from work365.subscriptions.ledger import Source, in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from dataverse.rows import Row
    from work365.periods import Frequency
    from work365.ports.parts import PartChange
    from work365.subscriptions.ledger import LogRow

SUBSCRIPTION, CHANGE, CONTRACT = "w365_subscription", "w365_changelog", "w365_billingcontract"
PART_COLUMNS = ("w365_subscriptionid", "w365_startdate", "w365_enddate", "w365_heldback", "w365_unitprice", "statuscode")
LOG_COLUMNS = (*billing_rows.CHANGE, "w365_reference")


def payer_of(contract: Row, frequency: Frequency) -> Payer:
    """A contract that pays, as it counts. Shape: read with its legal entity's team."""
    return Payer(
        contract["w365_billingcontractid"],
        contract["w365_number"],
        contract["_w365_account_value"],
        frequency,
        day(contract["w365_startdate"]),
        end_of_contract(contract),
        bool(contract["w365_pricesincludetax"]),
        contract["statecode"] != 0,
        contract["w365_LegalEntity"]["_w365_team_value"] or "",
    )


def sold_of(row: Row, contract: Row) -> Sold:
    """What a part takes over from its subscription; prices are in the contract's currency where the row says none."""
    return Sold(
        row["_w365_product_value"],
        row["w365_printedname"],
        row["_transactioncurrencyid_value"] or contract["_transactioncurrencyid_value"],
        row["w365_term"],
        row["w365_billingplan"],
        maybe(day, row["w365_pricedon"]),
        maybe(Decimal, row["w365_listprice"]),
    )


def ledger(log: Iterable[Row]) -> tuple[LogRow, ...]:
    """Rows of a log."""
    return tuple(map(log_row, log))


def part_of(row: Row, payer: str, logs: Mapping[str, Sequence[Row]]) -> PartSeen:
    """A part as it stands. Shape: `logs` by their subscription, in order."""
    return PartSeen(
        row["w365_subscriptionid"],
        payer,
        day(row["w365_startdate"]),
        maybe(day, row["w365_enddate"]),
        Status(status_label(SUBSCRIPTION, row)),
        ledger(logs.get(row["w365_subscriptionid"], ())),
        row["w365_heldback"] or "",
        etag(row),
        row["w365_unitprice"] is None,
    )


def part_writes(part: PartChange, link: str, now: datetime) -> list[Op]:
    """Everything that is written for one part; its version guards its log. `link` is its lookup to what it stands for."""
    log = in_order([*(part.seen.rows if part.seen else ()), *part.rows])
    row: Row = {
        "w365_startdate": part.start,
        "w365_enddate": part.end,
        "w365_quantity": log[-1].quantity,
        "w365_unitprice": None if part.listed else log[-1].unit_price,
        "w365_lastsequence": max(one.sequence for one in log),
        "w365_heldback": part.held_back or None,
    }
    standing = status(SUBSCRIPTION, part.status.value)
    entries = [
        logged(one, part.id, part.payer.id, now, note=reason, listed=part.listed, team=part.payer.team)
        for one, reason in zip(part.rows, part.why, strict=True)
    ]
    if part.seen is not None:
        return [Update(Ref(SUBSCRIPTION, part.id), {**row, **standing}, part.seen.version), *entries]
    fresh = {**row, **_taken_over(part), **bind(link, SUBSCRIPTION, part.whole), **owned_by(part.payer.team)}
    return [Create(SUBSCRIPTION, fresh, part.id), Update(Ref(SUBSCRIPTION, part.id), standing), *entries]


def _taken_over(part: PartChange) -> Row:
    sold = part.sold
    return {
        "w365_name": part.name[:200],
        "w365_billable": True,
        "w365_printedname": sold.printed_name,
        "w365_term": sold.term,
        "w365_billingplan": sold.plan,
        "w365_pricedon": sold.priced_on,
        "w365_listprice": sold.list_price,
        **bind("w365_Contract", CONTRACT, part.payer.id),
        **bind("w365_Account", "account", part.payer.account),
        **(bind("w365_Product", "w365_product", sold.product) if sold.product else {}),
        **(bind("transactioncurrencyid", "transactioncurrency", sold.currency) if sold.currency else {}),
    }


def logged(row: LogRow, subscription: str, contract: str, now: datetime, *, note: str, listed: bool, team: str = "") -> Create:
    """A row of a part's log, or of the log of the subscription that it stands for."""
    entry = log_entry(row, subscription, contract, source=Source.SCHEDULE, now=now, billable=True, note=note)
    priced = {**entry, "w365_unitprice": None} if listed else entry
    return Create(CHANGE, priced | owned_by(team), log_row_id(subscription, row.sequence))
