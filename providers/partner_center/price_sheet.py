"""Price sheets of new-commerce licences: one row per product, term, billing plan and tier.

`UnitPrice` is what the partner pays, per billing-plan period (an annual row holds the annual price); `ERP Price` is what
Microsoft suggests to charge. Promotions are never in a sheet.

Source: Partner Center, "Get a price sheet" (view updatedlicensebased); rows that are unchanged keep their EffectiveStartDate.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from providers.partner_center.cells import clean, day, number
from providers.partner_center.records import records
from work365.catalogue.list_changes import SheetRow
from work365.errors import BadInput
from work365.provisioning.terms import Plan, Terms
from work365.provisioning.wording import broken_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal
    from pathlib import Path

    from work365.findings import Finding

NEEDED = ("productid", "skuid", "termduration", "billingplan", "currency", "unitprice", "effectivestartdate", "erp price")
PLANS = {plan.value.lower(): plan for plan in Plan}
TERMS = ("P1M", "P1Y", "P3Y")
ENDLESS = 9000
"""Sheets write the year 9999 for a price without an end."""
END_OF_DAY = ("11:59", "23:59")


def read_sheet(path: Path) -> Iterator[SheetRow | Finding]:
    """The prices of a sheet in its order; a row that cannot be read is a finding in its place.

    Rows that are no licence (perpetual or one-time, without a term) are left out. Errors: BadInput for a file that is no sheet.
    """
    for record in records(path):
        if record.header:
            lacking = [name for name in NEEDED if name not in record.cells]
            if lacking:
                message = f"The file is no price sheet: it lacks the column(s) {', '.join(lacking)}"
                raise BadInput(message, path.name)
            continue
        if record.problem:
            yield broken_row(path.name, record.line, "", record.problem)
            continue
        try:
            row = _row(record.cells, record.line)
        except BadInput as error:
            yield broken_row(path.name, record.line, error.path, error.message)
            continue
        if row is not None:
            yield row


def _row(cells: Mapping[str, str], line: int) -> SheetRow | None:
    term, plan = clean(cells["termduration"]).upper(), PLANS.get(clean(cells["billingplan"]).lower())
    if term not in TERMS or plan is None:
        return None
    tier = clean(cells.get("pricingtierrangemin", ""))
    return SheetRow(
        number=f"{clean(cells['productid'])}:{clean(cells['skuid'])}",
        terms=Terms(term, plan),
        tier_from=max(1, whole(tier)) if tier else 1,
        valid_from=day(clean(cells["effectivestartdate"])),
        amount=price(clean(cells["erp price"])),
        currency=clean(cells["currency"]).upper(),
        cost=price(clean(cells["unitprice"])),
        valid_to=_end(clean(cells.get("effectiveenddate", ""))),
        market=clean(cells.get("market", "")).upper(),
        segment=clean(cells.get("segment", "")),
        line=line,
    )


def _end(text: str) -> date | None:
    """The first day without the price: the day of the end, or the one after it when it is the last minute of a day."""
    if not text:
        return None
    found = day(text)
    if found.year >= ENDLESS:
        return None
    return found + timedelta(days=1) if any(mark in text and not text.upper().endswith("AM") for mark in END_OF_DAY) else found


def price(text: str) -> Decimal:
    """A price of a file. Errors: BadInput for anything but a number of zero or more."""
    found = number(text)
    if found < 0:
        message = f"a price of {text} is not possible; write 0 or more"
        raise BadInput(message)
    return found


def whole(text: str) -> int:
    """A quantity of a file. Errors: BadInput for anything but a whole number."""
    found = number(text)
    if found != int(found):
        message = f"{text} is not a whole number of units"
        raise BadInput(message)
    return int(found)
