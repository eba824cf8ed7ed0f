"""Time entries into values, and the source that bills them. Pure: nothing here calls anybody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dataverse.query import both, eq
from dataverse.rows import choice_label, day, etag, maybe, status
from dataverse.stores.billing_source import Around, Source, complete, unbilled
from work365.timing.rolling_up import TABLE, Logged, RollUp, time_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dataverse.webapi import Row
    from work365.invoicing.items import Item

ROLL_UP = "w365_timerollup"
"""The contract's column that says how time is printed."""
COLUMNS = (
    *("w365_timelogid", "w365_resource", "w365_role", "w365_workedon", "w365_hours", "w365_priceperhour", "w365_description"),
)
_NEEDED = {"w365_workedon": "day", "w365_hours": "hours", "w365_priceperhour": "price per hour", "w365_Service": "service"}


def _logged(row: Row) -> Logged:
    complete(row, _NEEDED, f"the time of {row['w365_resource']} on {row['w365_workedon']}")
    service = row["w365_Service"]
    return Logged(
        id=row["w365_timelogid"],
        service=service["w365_productid"],
        name=service["w365_printedname"],
        tax_category=service["w365_taxcategory"],
        resource=row["w365_resource"],
        worked=day(row["w365_workedon"]),
        hours=Decimal(row["w365_hours"]),
        price=Decimal(row["w365_priceperhour"]),
        role=row["w365_role"] or "",
        description=row["w365_description"] or "",
        version=etag(row),
    )


def _read(rows: Sequence[Row], around: Around) -> Iterable[Item]:
    label = maybe(lambda value: choice_label("w365_billingcontract", ROLL_UP, value), around.row[ROLL_UP])
    return time_items(map(_logged, rows), around.contract, RollUp(label or "None"))


TIME = Source(
    table=TABLE,
    columns=COLUMNS,
    unbilled=both(eq("statuscode", status(TABLE, "Approved")["statuscode"]), unbilled(TABLE)),
    day="w365_workedon",
    read=_read,
    expand="w365_Service($select=w365_productid,w365_printedname,w365_taxcategory)",
    order="w365_workedon,w365_key",
)
"""Entries that are drafts, submitted or rejected are not billed."""
