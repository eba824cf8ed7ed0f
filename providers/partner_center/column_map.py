"""A column map: how somebody else's file (a distributor's, an export of our own) says what Microsoft's columns say.

    {
      "columns":   {"CustomerId": "Tenant", "SubscriptionId": "Sub. No.", "BillableQuantity": "Seats", "ChargeStartDate": "From"},
      "constants": {"Currency": "EUR", "TermAndBillingCycle": "One-Month commitment for monthly billing"},
      "values":    {"ChargeType": {"Change": "addQuantity", "Stop": "cancelImmediate"}},
      "dates": "%d.%m.%Y", "decimal_mark": ",", "ends": "inclusive"
    }

JSON or TOML. Only `columns` is needed. Microsoft's names stand on the left; what a file lacks is a constant.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from providers.partner_center.columns import REQUIRED, SPELLING
from providers.partner_center.rows import Spelling
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

_OPTIONAL = {"effectiveunitprice": "unitprice", "skuid": "", "subtotal": ""}
_KEYS = {"columns", "constants", "values", "dates", "decimal_mark", "ends"}


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A map that was read and checked. Shape: all names in lower case, ours on the left."""

    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    spelling: Spelling = field(default_factory=Spelling)

    def check(self, names: Collection[str], file: str) -> None:
        """Refuse a file that lacks a mapped column. Errors: BadInput."""
        lacking = [theirs for theirs in self.columns.values() if theirs not in names]
        if lacking:
            message = f"The map names the column(s) {', '.join(lacking)}, which the file does not have"
            raise BadInput(message, file)

    def apply(self, cells: Mapping[str, str]) -> dict[str, str]:
        """The cells under Microsoft's names."""
        result = dict(self.constants)
        for ours, theirs in self.columns.items():
            text = cells.get(theirs, "")
            result[ours] = self.values.get(ours, {}).get(text.strip().lower(), text)
        result.setdefault("skuid", "-")
        result.setdefault("effectiveunitprice", result.get("unitprice", ""))
        return result


def read_map(path: Path) -> ColumnMap:
    """Read a column map. Errors: BadInput that names the key and what to write."""
    try:
        text = path.read_text("utf-8-sig")
        found = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except OSError as error:
        message = f"The map cannot be read ({error.strerror or error}); check its name and its rights"
        raise BadInput(message, str(path)) from error
    except (ValueError, RecursionError) as error:
        message = f"The map is not valid {'TOML' if path.suffix.lower() == '.toml' else 'JSON'}: {error}"
        raise BadInput(message, path.name) from error
    return _checked(found, path.name)


def _checked(found: Any, file: str) -> ColumnMap:  # noqa: ANN401  decoded JSON
    if not isinstance(found, dict) or not isinstance(found.get("columns"), dict):
        message = "The map needs an object \"columns\" with Microsoft's column names on the left and the file's on the right"
        raise BadInput(message, file)
    strange = sorted(set(found) - _KEYS)
    if strange:
        message = f"The map has unknown entries: {', '.join(map(str, strange))}; known are {', '.join(sorted(_KEYS))}"
        raise BadInput(message, file)
    columns = _names(found["columns"], file, "columns")
    constants = _names(found.get("constants", {}), file, "constants")
    missing = [n for n in REQUIRED if n.lower() not in columns and n.lower() not in constants and n.lower() not in _OPTIONAL]
    if missing:
        message = f"The map says nothing about {', '.join(missing)}; map each to a column, or give it as a constant"
        raise BadInput(message, file)
    values = found.get("values", {})
    if not isinstance(values, dict) or not all(isinstance(words, dict) for words in values.values()):
        message = 'In the map, "values" needs an object of words per column'
        raise BadInput(message, file)
    lowered = {
        str(name).lower(): {str(word).lower(): str(ours) for word, ours in words.items()} for name, words in values.items()
    }
    return ColumnMap({ours: theirs.lower() for ours, theirs in columns.items()}, constants, lowered, _spelling(found, file))


def _names(found: Any, file: str, where: str) -> dict[str, str]:  # noqa: ANN401  decoded JSON
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        message = f'In the map, "{where}" needs an object of texts'
        raise BadInput(message, file)
    unknown = [name for name in found if name.lower() not in SPELLING]
    if unknown:
        message = (
            f"The map names {', '.join(unknown)}, which no reconciliation file has; known are {', '.join(SPELLING.values())}"
        )
        raise BadInput(message, file)
    return {name.lower(): value.strip() for name, value in found.items()}


def _spelling(found: dict[str, Any], file: str) -> Spelling:
    mark, ends, dates = found.get("decimal_mark", "."), found.get("ends", "inclusive"), found.get("dates", "")
    if mark not in (".", ",") or ends not in ("inclusive", "exclusive") or not isinstance(dates, str):
        message = (
            'In the map, "decimal_mark" is "." or ",", "ends" is "inclusive" or "exclusive", "dates" is a pattern like %d.%m.%Y'
        )
        raise BadInput(message, file)
    return Spelling(mark, dates, ends == "inclusive")
