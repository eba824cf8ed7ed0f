"""The suppliers' lines behind the lines of documents, read when somebody asks: one request."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import Query, any_of, both, either, gt, lt
from dataverse.rows import choice_label, day, maybe
from dataverse.stores.billing_supplied import printed_reference
from dataverse.stores.supplier_bill_rows import charge_days, kept
from work365.money import currency
from work365.periods import Period
from work365.supplied.charging import KEYS, TABLE
from work365.supplied.costing import CostLine, CostShare, costs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dataverse.webapi import Row, WebApi

GUID_LENGTH = 36
COLUMNS = (
    *("w365_providerinvoicelineid", "w365_linereference", "w365_part", "w365_chargetype", "w365_chargestart", "w365_chargeend"),
    *("w365_quantity", "w365_unitcost", "w365_exchangerateused", "w365_subtotal", "w365_costcurrency", "w365_billingstate"),
    "_w365_subscription_value",
)
EXPAND = "w365_ProviderInvoice($select=w365_number),w365_Subscription($select=w365_name,w365_printedname)"
BEHIND = ("_w365_splitof_value", "_w365_tierof_value", "_w365_parent_value")
"""What a subscription may be a part of: what its supplier bills stands there then."""


def costs_behind(api: WebApi, lines: Sequence[Row]) -> dict[str, tuple[CostShare, ...]]:
    """By the keys of lines that a supplier bills for; nothing is asked where there are none.

    Shape: rows of lines with their days and quantity, and their subscriptions expanded with `BEHIND` and the supplier's id.
    """
    by_row = {one["w365_key"]: row for one in lines if (row := supplier_row(one["w365_key"]))}
    about = {one["w365_key"]: ids for one in lines if (ids := subscriptions_behind(one))}
    if not by_row and not about:
        return {}
    dated = [one for one in lines if one["w365_key"] in about]
    found = list(api.find(_question(by_row.values(), dated, {one for ids in about.values() for one in ids})))
    costs, rows = cost_lines(found), {one["w365_providerinvoicelineid"]: one for one in found}
    billed = {key: _whole(rows[row]) for key, row in by_row.items() if row in rows}
    return billed | {one["w365_key"]: _behind(one, about[one["w365_key"]], costs) for one in dated}


def supplier_row(key: str) -> str:
    """The supplier's line that a line bills, by the key that billing made from it; "" for a line that bills none."""
    return key[len(KEYS) :][:GUID_LENGTH] if key.startswith(KEYS) else ""


def _whole(row: Row) -> tuple[CostShare, ...]:
    """A supplier's line that is billed itself: the whole of it."""
    line = _cost_line([row])
    return (CostShare(line, line.period.days),)


def _behind(line: Row, subscriptions: Sequence[str], costs: Mapping[str, Sequence[CostLine]]) -> tuple[CostShare, ...]:
    own, *above = ([*costs.get(one, ())] for one in subscriptions)
    charged = [*(replace(one, of="") for one in own), *(one for some in above for one in some)]
    period = Period(day(line["w365_periodstart"]), day(line["w365_periodend"]))
    quantity = abs(Decimal(line["w365_quantity"]))
    return costs_of(period, -quantity if line["w365_amount"] < 0 else quantity, charged)


def subscriptions_behind(line: Row) -> list[str]:
    """The subscriptions whose suppliers' lines are about a line, its own first; none for what no supplier bills."""
    own = line.get("w365_Subscription")
    if not own:
        return []
    above = [own[column] for column in BEHIND if own.get(column)]
    return [line["_w365_subscription_value"], *above] if own.get("w365_externalid") or above else []


def _question(rows: Iterable[str], lines: Sequence[Row], subscriptions: Iterable[str]) -> Query:
    """These rows, and everything about these subscriptions from the first to the last day of the lines."""
    asked = any_of("w365_providerinvoicelineid", sorted(rows))
    if lines:
        first, last = min(one["w365_periodstart"] for one in lines), max(one["w365_periodend"] for one in lines)
        days = both(lt("w365_chargestart", day(last)), gt("w365_chargeend", day(first)))
        asked = either(asked, both(any_of("_w365_subscription_value", sorted(subscriptions)), days))
    return Query(TABLE, COLUMNS, filter=asked, expand=EXPAND, order="w365_chargestart,w365_linereference")


def cost_lines(rows: Iterable[Row]) -> dict[str, list[CostLine]]:
    """By subscription, each with its corrections in it; a row without days or currency says no cost of any day."""
    parts: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["w365_chargestart"] and row["w365_chargeend"] and row["w365_costcurrency"]:
            held = kept(row)
            parts[row["_w365_subscription_value"] or "", held.invoice, held.reference].append(row)
    found: dict[str, list[CostLine]] = defaultdict(list)
    for (subscription, _, _), some in parts.items():
        found[subscription].append(_cost_line(sorted(some, key=lambda row: row["w365_part"] or 1)))
    return found


def _cost_line(parts: Sequence[Row]) -> CostLine:
    """Shape: the rows of one line, the newest last, which says what the line is now."""
    first, now = parts[0], parts[-1]
    about = now.get("w365_Subscription") or {}
    return CostLine(
        id=first["w365_providerinvoicelineid"],
        bill=first["w365_ProviderInvoice"]["w365_number"].removeprefix("~"),
        reference=printed_reference(first["w365_linereference"]),
        charge=choice_label(TABLE, "w365_chargetype", now["w365_chargetype"]),
        period=charge_days(now),
        quantity=Decimal(now["w365_quantity"]),
        unit_cost=maybe(Decimal, now["w365_unitcost"]),
        rate=Decimal(now["w365_exchangerateused"] or 1),
        subtotal=sum((Decimal(one["w365_subtotal"]) for one in parts), Decimal(0)),
        currency=currency(now["w365_costcurrency"]),
        of=about.get("w365_printedname") or about.get("w365_name") or "",
    )
