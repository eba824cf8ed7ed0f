"""Daily rated usage files: what Microsoft metered and charges us for it, read one row at a time.

Source: Partner Center, "Daily rated usage reconciliation file" and "Get invoice billed/unbilled consumption line items" (names of
v1 and v2 differ in letter case, and in `unitOfMeasure` / `Unit`); Microsoft Graph partner billing, usage export with attribute
set `full`. A row of the billed file has an invoice number, one of the unbilled file has none.

A row has no id of its own, so it gets one from what it is about: subscription, entitlement, day, product, SKU, meter, resource,
charge type and benefit. The attribute set `basic` has no meter: its rows would get other ids and be billed twice, so it is
refused.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from providers.partner_center.records import records
from providers.partner_center.rows import Row, Spelling
from work365.errors import BadInput
from work365.money import ten_places
from work365.provisioning.wording import broken_row
from work365.usage.importing import UsageLine, written_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal
    from pathlib import Path

    from providers.partner_center.records import Record
    from work365.findings import Finding

REQUIRED = (
    *("SubscriptionId", "UsageDate", "MeterId", "MeterName", "Quantity", "UnitPrice", "BillingPreTaxTotal", "BillingCurrency"),
    *("ResourceURI", "InvoiceNumber"),
)
ABOUT = (
    *("SubscriptionId", "EntitlementId", "ProductId", "SkuId", "MeterId", "ResourceURI", "ChargeType"),
    "BenefitOrderId",
)
"""What a row is about besides its day; the same words in a later file mean the same line."""
SEEN_DIGITS = 15
"""Hexadecimal digits of a row's id that are remembered, so that millions of rows take little memory. Two rows that share them by
chance are numbered as if they were one, which changes nothing that is counted."""
TAGS_LIMIT = 4000
NO_TAGS = frozenset(("", "null", "[]", '""'))
"""How exports write that a resource has no tags."""
LAST_YEAR = 2100
"""A later day is a slip, and no contract has a cycle for it."""


def read_usage(path: Path) -> Iterator[UsageLine | Finding]:
    """The usage lines of a file in its order; a broken row is a finding in its place.

    Errors: BadInput for a file that is none, is empty or cut off, or lacks a column.
    """
    seen: Counter[int] = Counter()
    first, read = True, 0
    for record in records(path):
        if first:
            first = False
            _check(record, path.name)
            if record.header:
                continue
        read += 1
        yield _translated(record, path.name, seen)
    if not read:
        message = "The file has a header but no usage; download it again"
        raise BadInput(message, path.name)


def _check(record: Record, file: str) -> None:
    missing = [name for name in REQUIRED if name.lower() not in record.cells]
    if missing:
        message = (
            f"The file lacks {', '.join(missing)}; it should be a daily rated usage file, exported with the attribute set 'full'"
        )
        raise BadInput(message, file)


def _translated(record: Record, file: str, seen: Counter[int]) -> UsageLine | Finding:
    if record.problem:
        return broken_row(file, record.line, "", record.problem)
    try:
        return _line(Row(record.cells, Spelling()), seen)
    except BadInput as error:
        return broken_row(file, record.line, error.path, error.message)


def _line(row: Row, seen: Counter[int]) -> UsageLine:
    used = row.day("UsageDate", required=True)
    assert used is not None  # noqa: S101  required
    if used.year > LAST_YEAR:
        message = f"'{used}' is no day on which anything was used"
        raise BadInput(message, "UsageDate")
    about = hashlib.sha256("\n".join((used.isoformat(), *(row.text(name).lower() for name in ABOUT))).encode()).hexdigest()
    line = UsageLine(
        line_id=about,
        subscription=row.text("SubscriptionId", required=True, limit=100),
        used=used,
        meter=_first(row, "MeterName", "SkuName", "MeterId")[:200],
        category=row.text("MeterCategory")[:100],
        region=_first(row, "MeterRegion", "ResourceLocation", required=False)[:60],
        resource_group=row.text("ResourceGroup")[:200],
        resource=row.text("ResourceURI")[:500],
        tags=_tags(row),
        quantity=_ten(row, "Quantity"),
        unit=_first(row, "UnitOfMeasure", "Unit", "UnitType", required=False)[:60] or "unit",
        unit_cost=_ten(row, "UnitPrice"),
        cost=_ten(row, "BillingPreTaxTotal"),
        currency=row.currency("BillingCurrency"),
        confirmed=bool(row.text("InvoiceNumber")),
    )
    short = int(about[:SEEN_DIGITS], 16)
    seen[short] += 1
    return line.numbered(seen[short])


def _first(row: Row, *names: str, required: bool = True) -> str:
    found = next((text for text in (row.text(name) for name in names) if text), "")
    if required and not found:
        message = "The cell is empty"
        raise BadInput(message, names[0])
    return found


def _ten(row: Row, name: str) -> Decimal:
    """A number to ten decimals: no column of the tenant keeps more."""
    return ten_places(Fraction(row.number(name)))


def _tags(row: Row) -> Mapping[str, str]:
    """The tags. Some exports leave out the braces around them."""
    text = row.text("Tags", limit=TAGS_LIMIT)
    if text in NO_TAGS:
        return {}
    try:
        found = json.loads(text if text.startswith("{") else f"{{{text}}}")
    except (ValueError, RecursionError):
        message = f"'{text[:40]}' are not tags; they should be a JSON object of names and values"
        raise BadInput(message, "Tags") from None
    tags = {str(name): str(value) for name, value in found.items()}
    if len(written_tags(tags)) > TAGS_LIMIT:
        message = f"the tags have {len(written_tags(tags))} characters; at most {TAGS_LIMIT} are possible"
        raise BadInput(message, "Tags")
    return tags
