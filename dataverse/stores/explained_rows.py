"""The rows that lines are made of: one-time items, suppliers' lines, usage records, time entries.

Items and suppliers' lines are named by the keys of their lines; usage and time by the document that billed them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, eq
from dataverse.rows import choice_label
from dataverse.stores.billing_items import ONE_TIME, is_fee
from dataverse.stores.billing_supplied import supplier_sentence
from dataverse.stores.costs import GUID_LENGTH
from dataverse.stores.explained_records import TIME, USAGE, logged_by, metered_by
from work365.explaining.subject import RowBehind
from work365.simulating.items import Part
from work365.supplied.charging import KEYS as SUPPLIED_KEYS
from work365.supplied.charging import TABLE as SUPPLIED_TABLE
from work365.timing.rolling_up import TABLE as TIME_TABLE
from work365.usage.charging import TABLE as USAGE_TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dataverse.webapi import Row, WebApi

ITEM_KEYS, USAGE_KEYS, TIME_KEYS = "item/", "usage/", "time/"
ONCE_KEYS = (ITEM_KEYS, USAGE_KEYS, TIME_KEYS, SUPPLIED_KEYS)
"""How the keys of what is billed once begin; the id of a row, or of several, follows."""
ITEMS = (
    *("w365_nonrecurringitemid", "w365_importfile", "w365_importrow", "w365_source", "w365_quantity", "w365_discountpercent"),
    "w365_note",
)
SUPPLIED = (
    *("w365_providerinvoicelineid", "w365_linereference", "w365_part", "w365_chargetype", "w365_quantity", "w365_subtotal"),
    *("w365_costcurrency", "w365_markuppercent", "w365_billedrate"),
)
SUPPLIED_BILL = "w365_ProviderInvoice($select=w365_number)"
SOURCES = {
    "Staff": "A person entered it on the contract.",
    "Portal": "The customer ordered it in the portal.",
    "Import": "It was imported.",
    "Time": "It stems from time that was worked.",
    "Fee": "It is a fee.",
    "Plan": "It is an instalment of a plan, due on that day.",
    "One-off": "A person asked for it outside the cycle.",
    "Prepayment": "Seats that were ordered come once it is paid; then it is taken off again.",
}
"""Where an item comes from."""
TAKEN_OFF = {"Prepayment": "What was paid before the seats came is taken off: the seats are billed themselves, or do not come."}
"""The same of one that gives back, where that is something else."""


@dataclass(frozen=True, slots=True)
class RowsBehind:
    """What lines are made of, by their keys.

    Attributes:
        sentences: where a one-time or a supplier's charge comes from.
        discounts: what an item has off by itself, in percent.
        rows: the rows of which a line is the sum.
    """

    sentences: Mapping[str, str] = field(default_factory=dict)
    discounts: Mapping[str, Decimal] = field(default_factory=dict)
    rows: Mapping[str, tuple[RowBehind, ...]] = field(default_factory=dict)


NO_ROWS = RowsBehind()


def rows_behind(api: WebApi, invoice: str, lines: Sequence[Row]) -> RowsBehind:
    """What the lines of a document are made of; one batch where there is something to ask."""
    of = {start: [line for line in lines if billed_once(line["w365_key"]) == start] for start in ONCE_KEYS}
    if not any(of.values()):
        return NO_ROWS
    billed = eq("_w365_invoice_value", invoice)
    items, supplied, usage, time = api.rows(
        Get(Query(ONE_TIME, ITEMS, filter=any_of("w365_nonrecurringitemid", map(_id, of[ITEM_KEYS])))),
        Get(
            Query(
                SUPPLIED_TABLE,
                SUPPLIED,
                filter=any_of("w365_providerinvoicelineid", map(_id, of[SUPPLIED_KEYS])),
                expand=SUPPLIED_BILL,
            )
        ),
        Get(Query(USAGE_TABLE, USAGE, filter=billed if of[USAGE_KEYS] else any_of("w365_usageid", ()))),
        Get(Query(TIME_TABLE, TIME, filter=billed if of[TIME_KEYS] else any_of("w365_timelogid", ()))),
    )
    written = {row["w365_nonrecurringitemid"]: row for row in items}
    charged = {row["w365_providerinvoicelineid"]: row for row in supplied}
    found = {line["w365_key"]: written[_id(line)] for line in of[ITEM_KEYS] if _id(line) in written}
    costs = {line["w365_key"]: charged[_id(line)] for line in of[SUPPLIED_KEYS] if _id(line) in charged}
    return RowsBehind(
        {key: _source(row) for key, row in found.items()} | {key: supplier_sentence(row) for key, row in costs.items()},
        {key: Decimal(row["w365_discountpercent"] or 0) for key, row in found.items()},
        {
            **metered_by(of[USAGE_KEYS], list(usage)),
            **logged_by(of[TIME_KEYS], list(time)),
            **{key: (_charged(row),) for key, row in costs.items()},
        },
    )


def billed_once(key: str) -> str:
    """How the key of a line that bills something once begins; "" for every other line, also for discounts on it."""
    start = next((one for one in ONCE_KEYS if key.startswith(one)), "")
    return start if start and key[len(start) + GUID_LENGTH :].startswith(".") else ""


def _id(line: Row) -> str:
    key: str = line["w365_key"]
    return key.partition("/")[2][:GUID_LENGTH]


def _source(item: Row) -> str:
    if item["w365_importfile"]:
        return f"It was imported from row {item['w365_importrow']} of {item['w365_importfile']}."
    if is_fee(item):
        return item["w365_note"] or SOURCES["Fee"]
    label = choice_label(ONE_TIME, "w365_source", item["w365_source"])
    return SOURCES[label] if item["w365_quantity"] > 0 else TAKEN_OFF.get(label, SOURCES[label])


def _charged(row: Row) -> RowBehind:
    """What the supplier billed, as the amount is made of it; its sentence says the same in words."""
    cost, markup = Decimal(row["w365_subtotal"]), Decimal(row["w365_markuppercent"] or 0)
    rate = Decimal(row["w365_billedrate"] or 1)
    return RowBehind(Part(row["w365_providerinvoicelineid"], cost=cost, rate=rate, markup_percent=markup), "")
