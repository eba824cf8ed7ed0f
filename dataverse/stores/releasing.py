"""What a cancelled document had billed, as unbilled again: changes, one-time items, usage, time. Pure: calls nobody.

Usage that names the document as what billed its former version bills in full: what it was to be set off against is given back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.batch import Get, Op, Update
from dataverse.query import Query, both, eq
from dataverse.rows import bind, choice_value, status
from dataverse.stores.billing_items import SOURCES
from dataverse.webapi import Ref
from work365.timing.rolling_up import TABLE as TIME
from work365.usage.charging import TABLE as USAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataverse.webapi import Row

INVOICE = "w365_invoice"
HOLDERS = ("w365_changelog", *(source.table for source in SOURCES))
"""Tables whose rows a document bills: each has a billing state and names the document."""


def _more(table: str) -> Row:
    """What else its bill wrote on a row of a table."""
    own: dict[str, Row] = {USAGE: {"w365_claim": None, "w365_billedamount": None}, TIME: status(TIME, "Approved")}
    return own.get(table, {})


def held_by(invoice: str) -> list[Get]:
    """The questions for what a document has billed, table by table, and then for later versions of its usage that wait."""
    waiting = both(eq("_w365_priorinvoice_value", invoice), _state(USAGE, "Unbilled"))
    return [
        *(
            Get(Query(table, (f"{table}id",), filter=both(eq("_w365_invoice_value", invoice), _state(table, "Billed"))))
            for table in HOLDERS
        ),
        Get(Query(USAGE, ("w365_usageid",), filter=waiting)),
    ]


def restated(invoice: str) -> Get:
    """The question for later versions of a document's usage that another document has billed."""
    billed = both(eq("_w365_priorinvoice_value", invoice), _state(USAGE, "Billed"))
    return Get(Query(USAGE, ("w365_usageid",), filter=billed, expand="w365_Invoice($select=w365_number)", top=1))


def released(found: Sequence[Sequence[Row]]) -> list[Op]:
    """The writes for what `held_by` found."""
    ops: list[Op] = []
    for table, rows in zip(HOLDERS, found, strict=False):
        free = {"w365_billingstate": choice_value(table, "w365_billingstate", "Unbilled"), **bind("w365_Invoice", INVOICE, None)}
        ops += [Update(Ref(table, row[f"{table}id"]), {**free, **_more(table)}) for row in rows]
    whole = {"w365_prioramount": None, **bind("w365_PriorInvoice", INVOICE, None)}
    return [*ops, *(Update(Ref(USAGE, row["w365_usageid"]), whole) for row in found[-1])]


def _state(table: str, label: str) -> str:
    return eq("w365_billingstate", choice_value(table, "w365_billingstate", label))
