"""Where items that are billed once come from: one source per table, each with its question and its way to read a row.

A source is asked for a chunk's contracts in the same batch as everything else; its rows are marked as billed in the change set
that writes the document. A new kind of item is a new source in `SOURCES`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import both, eq
from dataverse.rows import day, etag, status
from dataverse.stores.billing_source import Around, Source, complete, unbilled
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
_NEEDED = {"w365_servicedate": "service date", "w365_quantity": "quantity", "w365_unitprice": "price"}


def _one_time(rows: Sequence[Row], _: Around) -> Iterable[Item]:
    for row in rows:
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
            kind=Kind.ONE_TIME,
            description=row["w365_description"],
            period=one_day(day(row["w365_servicedate"])),
            quantity=Decimal(row["w365_quantity"]),
            unit_price=Decimal(row["w365_unitprice"]),
            tax_category=product["w365_taxcategory"],
            product=product["w365_productid"],
            discount_percent=Decimal(row.get("w365_discountpercent") or 0),
            marks=(Mark(row["w365_nonrecurringitemid"], etag(row)),),
        )


SOURCES: tuple[Source, ...] = (
    Source(
        table=ONE_TIME,
        columns=(
            *("w365_nonrecurringitemid", "w365_description", "w365_servicedate", "w365_quantity", "w365_unitprice"),
            "w365_discountpercent",
        ),
        unbilled=both(eq("statuscode", status(ONE_TIME, "Approved")["statuscode"]), unbilled(ONE_TIME)),
        day="w365_servicedate",
        read=_one_time,
        expand="w365_Product($select=w365_productid,w365_taxcategory)",
        order="w365_servicedate,w365_key",
    ),
    USAGE,
    TIME,
    SUPPLIED,
)
"""Items that are still drafts, or wait for approval, are not billed."""
