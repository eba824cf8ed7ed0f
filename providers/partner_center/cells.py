"""Cells: numbers, days and references in the spellings that files use.

Source: reconciliation files in the field: Excel's apostrophes, 18 decimals, `0E-20`, dates with and without offset or time, in
American order, seven fractional digits, and since June 2026 a reference that is a JSON object.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from work365.errors import BadInput

_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{0,30})?([eE][+-]?\d{1,2})?|[+-]?\.\d{1,30}", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[. \u00a0\u202f]\d{3})+(?:,\d*)?", re.ASCII)
_BETWEEN_GROUPS = re.compile("[. \u00a0\u202f]")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AaPp][Mm])?)?", re.ASCII)
_SHOWN = 40
_BLANKS = "\ufeff\u200b\u00a0 \t\r\n\f\v"
_WRAPPING = frozenset(_BLANKS + "'=\"")
FIRST_YEAR = 1990
ONE_DAY = timedelta(days=1)


def clean(cell: str) -> str:
    """The text of a cell without what Excel put around it: blanks, an apostrophe in front, ="…" around."""
    if not cell or (cell[0] not in _WRAPPING and cell[-1] not in _WRAPPING):
        return cell
    text = cell.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.strip(_BLANKS).removeprefix("'").strip()


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def number(text: str, *, decimal_mark: str = ".") -> Decimal:
    """An exact number.

    Errors: BadInput for anything but digits, one decimal mark, a sign and an exponent. Beside a decimal comma points and blanks
    may stand between groups of three digits, and nowhere else: 12.5 is not 125.
    """
    comma = decimal_mark == ","
    plain = _plain(text) if comma else text
    if not _NUMBER.fullmatch(plain):
        written = "1234,56, or 1.234,56" if comma else "1234.56, without thousands separators"
        message = f"{_shown(text)} is not a number; write it like {written} and without currency signs"
        raise BadInput(message)
    return Decimal(plain)


def _plain(text: str) -> str:
    """A number with a decimal comma as one with a point; "" where its points do not stand between groups of three."""
    if _GROUPED.fullmatch(text):
        return _BETWEEN_GROUPS.sub("", text).replace(",", ".")
    return "" if "." in text else text.replace(",", ".")


def day(text: str, *, layout: str = "") -> date:
    """A day in UTC.

    Shape:  ISO with or without time and offset (without one it is UTC), or month/day/year; `layout` is strptime's, for others.
    Errors: BadInput for anything else, and for years that no invoice has.
    """
    try:
        found = datetime.strptime(text, layout).replace(tzinfo=UTC).date() if layout else _iso(text) or _american(text)
    except (ValueError, OverflowError):
        found = None
    if found is None or found.year < FIRST_YEAR:
        message = f"{_shown(text)} is not a date; write it like 2026-01-31" + ("" if layout else " or 1/31/2026 (month first)")
        raise BadInput(message)
    return found


def _iso(text: str) -> date | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    written, time, offset = match.groups()
    if time is None or offset in (None, "Z"):
        return date.fromisoformat(written)
    return datetime.fromisoformat(f"{written}T{time}{offset}").astimezone(UTC).date()


def _american(text: str) -> date | None:
    match = _AMERICAN.fullmatch(text)
    return None if match is None else date(int(match.group(3)), int(match.group(1)), int(match.group(2)))


def day_after(text: str, *, layout: str = "") -> date:
    """The first day after an inclusive end, however late on that day it is written."""
    last = day(text, layout=layout)
    if last == date.max:
        message = f"{_shown(text)} is not a date of a bill"
        raise BadInput(message)
    return last + ONE_DAY


def reference(text: str) -> str:
    """A transaction's id: a GUID, or since June 2026 a JSON object `{"osId": …, "id": …, "v": …}`.

    Errors: BadInput for an object without id.
    """
    if not text.startswith("{"):
        return text.replace(" ", "_")
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        fields = None
    names = {str(name).lower(): str(value) for name, value in fields.items()} if isinstance(fields, dict) else {}
    if not names.get("id"):
        message = f"{_shown(text)} is not a reference; it should be a GUID or an object with an id"
        raise BadInput(message)
    return "/".join(part for part in (names.get("osid", ""), names["id"]) if part).replace(" ", "_")
