"""Where items that are billed once come from: one source per table, each with its question and its way to read a row.

A source is asked for a chunk's contracts in the same batch as everything else; its rows are marked as billed in the change set
that writes the document. A new kind of item is a new source in `SOURCES`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import both, eq, ne
from dataverse.rows import choice_value, day, etag, status
from dataverse.stores.billing_source import Source, complete, unbilled
from dataverse.stores.billing_supplied import SUPPLIED
from dataverse.stores.billing_time import TIME
from dataverse.stores.billing_usage import USAGE
from work365.errors import BadInput
from work365.invoicing.items import Item, Mark, one_day
from work365.invoicing.lines import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dataverse.webapi import Row

ONE_TIME = "w365_nonrecurringitem"
FEE = choice_value(ONE_TIME, "w365_source", "Fee")
_NEEDED = {"w365_servicedate": "service date", "w365_quantity": "quantity", "w365_unitprice": "price"}


def is_fee(row: Row) -> bool:
    """Whether a row is a late fee: a line of a kind of its own, which waits for the invoice of a cycle."""
    return bool(row["w365_source"] == FEE)


def one_time(rows: Sequence[Row]) -> Iterable[Item]:
    """Rows of one-time items, read with the columns of their source: late fees last, by their invoices, then by their steps.

    Errors: BadInput for one that says too little.
    """
    for row in sorted(rows, key=lambda row: (is_fee(row), row["w365_key"] if is_fee(row) else "")):
        who = f"the item '{row['w365_description']}'"
        complete(row, _NEEDED, who)
        product = row.get("w365_Product")
        if product is None:
            message = f"{who} has no product; choose one on its form, its tax category decides the tax."
            raise BadInput(message)
        yield Item(
            table=ONE_TIME,
            rows=(row["w365_nonrecurringitemid"],),
            key=f"item/{row['w365_nonrecurringitemid']}",
            kind=Kind.FEE if is_fee(row) else Kind.ONE_TIME,
            description=row["w365_description"],
            period=one_day(day(row["w365_servicedate"])),
            quantity=Decimal(row["w365_quantity"]),
            unit_price=Decimal(row["w365_unitprice"]),
            tax_category=product["w365_taxcategory"],
            product=product["w365_productid"],
            discount_percent=Decimal(row.get("w365_discountpercent") or 0),
            with_cycle=is_fee(row),
            marks=(Mark(row["w365_nonrecurringitemid"], etag(row)),),
        )


ITEMS = Source(
    table=ONE_TIME,
    columns=(
        *("w365_nonrecurringitemid", "w365_description", "w365_servicedate", "w365_quantity", "w365_unitprice"),
        *("w365_discountpercent", "w365_source", "w365_key"),
    ),
    unbilled=both(eq("statuscode", status(ONE_TIME, "Approved")["statuscode"]), unbilled(ONE_TIME)),
    day="w365_servicedate",
    read=lambda rows, _: one_time(rows),
    expand="w365_Product($select=w365_productid,w365_taxcategory)",
    order="w365_servicedate,w365_key",
    apart=ne("w365_source", FEE),
)
SOURCES: tuple[Source, ...] = (ITEMS, USAGE, TIME, SUPPLIED)
"""Items that are still drafts, or wait for approval, are not billed."""
