"""How files come: from the portal, through somebody's Excel, and from the Graph export."""

from __future__ import annotations

import csv
import gzip
import io
from decimal import Decimal
from typing import TYPE_CHECKING

from local.sample.microsoft import COLUMNS
from transport.exact import dumps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.sample.microsoft import Cell, Row

OLD_NAMES = {"MpnId": "MPNID", "Tier2MpnId": "ResellerMPNID", "ReferenceId": "ReferenceID", "PromotionId": "PromotionID"}
TEXTS_THAT_LOOK_LIKE_NUMBERS = ("SkuId", "MpnId", "Tier2MpnId")
ROWS_PER_MEMBER = 40
ONE = Decimal(1)


def table_csv(rows: Sequence[dict[str, str]]) -> bytes:
    """A table of the partner's own: UTF-8, comma, Unix line ends."""
    return _csv(list(rows[0]), rows, "\n")


def portal_csv(rows: Sequence[Row]) -> bytes:
    """As the portal gave it for years: 46 columns, older names, plain numbers, dates like 1/31/2026."""
    names = [name for name in COLUMNS if name != "ProductCategory"]
    shown = [{OLD_NAMES.get(name, name): _american(name, row[name]) for name in names} for row in rows]
    return _csv([OLD_NAMES.get(name, name) for name in names], shown, "\r\n")


def excel_csv(rows: Sequence[Row]) -> bytes:
    """After a visit to Excel: BOM, apostrophes before ids, 18 decimals, zeros as 0E-18, charge types with a capital."""
    shown = [{name: _excel(name, row[name]) for name in COLUMNS} for row in rows]
    return b"\xef\xbb\xbf" + _csv(COLUMNS, shown, "\r\n")


def graph_export(rows: Sequence[Row]) -> bytes:
    """As Microsoft Graph exports it: JSON lines, gzipped in several members."""
    lines = [dumps({name: _exact(value) for name, value in row.items() if value != ""}) + b"\n" for row in rows]
    parts = [b"".join(lines[start : start + ROWS_PER_MEMBER]) for start in range(0, len(lines), ROWS_PER_MEMBER)]
    return b"".join(gzip.compress(part, mtime=0) for part in parts)


def _csv(names: Sequence[str], rows: Sequence[dict[str, str]], end: str) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _plain(value: Cell) -> str:
    if isinstance(value, str):
        return value
    short = value.quantize(Decimal("1E-12")).normalize()
    return format(short.quantize(ONE) if short == short.to_integral_value() else short, "f")


def _american(name: str, value: Cell) -> str:
    text = _plain(value)
    if not name.endswith("Date") or not text:
        return text
    year, month, day = text[:10].split("-")
    return f"{int(month)}/{int(day)}/{year}"


def _excel(name: str, value: Cell) -> str:
    if name in TEXTS_THAT_LOOK_LIKE_NUMBERS:
        return f"'{value}"
    if name == "ChargeType":
        text = str(value)
        return text[0].upper() + text[1:]
    if isinstance(value, str) or name in ("Quantity", "BillableQuantity"):
        return _plain(value)
    return "0E-18" if not value else format(value.quantize(Decimal("1E-18")), "f")


def _exact(value: Cell) -> Cell:
    return value if isinstance(value, str) else Decimal(_plain(value))
