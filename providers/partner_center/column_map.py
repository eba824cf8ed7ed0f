"""A column map: how somebody else's file (a distributor's, an export of our own) says what Microsoft's columns say.

    {
      "columns":   {"CustomerId": "Tenant", "SubscriptionId": "Sub. No.", "BillableQuantity": "Seats", "ChargeStartDate": "From"},
      "constants": {"Currency": "EUR", "TermAndBillingCycle": "One-Month commitment for monthly billing"},
      "values":    {"ChargeType": {"Change": "addQuantity", "Stop": "cancelImmediate"}},
      "dates": "%d.%m.%Y", "decimal_mark": ",", "ends": "inclusive"
    }

JSON or TOML. Only `columns` is needed. Our names stand on the left (Microsoft's, for a reconciliation file); what a file lacks is
a constant.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from providers.partner_center.columns import KNOWN, REQUIRED
from providers.partner_center.rows import Spelling
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

_KEYS = ("columns", "constants", "values", "dates", "decimal_mark")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The columns that a kind of file has in our words: what stands on the left of a map.

    Attributes:
        file: the kind of file, as in "which no reconciliation file has".
        known, required: as they are spelled.
        constants: what a map need not say, by lower-case name.
        instead: the column that is read in place of one that a map does not name.
        periods: its rows have a last day, so a map says whether that is inclusive.
    """

    file: str
    known: tuple[str, ...]
    required: tuple[str, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    periods: bool = False

    @property
    def keys(self) -> set[str]:
        """The entries that a map may have."""
        return {*_KEYS, *(("ends",) if self.periods else ())}


RECONCILIATION = Vocabulary(
    "reconciliation file",
    KNOWN,
    tuple(name for name in REQUIRED if name not in ("EffectiveUnitPrice", "SkuId", "Subtotal")),
    constants={"skuid": "-"},
    instead={"effectiveunitprice": "unitprice"},
    periods=True,
)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A map that was read and checked. Shape: all names in lower case, ours on the left."""

    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    spelling: Spelling = field(default_factory=Spelling)
    instead: Mapping[str, str] = field(default_factory=dict)

    def check(self, names: Collection[str], file: str) -> None:
        """Refuse a file that lacks a mapped column. Errors: BadInput."""
        lacking = [theirs for theirs in self.columns.values() if theirs not in names]
        if lacking:
            message = f"The map names the column(s) {', '.join(lacking)}, which the file does not have"
            raise BadInput(message, file)

    def apply(self, cells: Mapping[str, str]) -> dict[str, str]:
        """The cells under our names."""
        result = dict(self.constants)
        for ours, theirs in self.columns.items():
            text = cells.get(theirs, "")
            result[ours] = self.values.get(ours, {}).get(text.strip().lower(), text)
        for ours, other in self.instead.items():
            result.setdefault(ours, result.get(other, ""))
        return result


def read_map(path: Path, vocabulary: Vocabulary = RECONCILIATION) -> ColumnMap:
    """Read a column map. Errors: BadInput that names the key and what to write."""
    return map_of(map_file(path), path.name, vocabulary)


def map_file(path: Path) -> Any:  # noqa: ANN401  decoded JSON
    """What a map's file says, not checked yet. Errors: BadInput when it is neither JSON nor TOML."""
    try:
        text = path.read_text("utf-8-sig")
        return tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except OSError as error:
        message = f"The map cannot be read ({error.strerror or error}); check its name and its rights"
        raise BadInput(message, str(path)) from error
    except (ValueError, RecursionError) as error:
        message = f"The map is not valid {'TOML' if path.suffix.lower() == '.toml' else 'JSON'}: {error}"
        raise BadInput(message, path.name) from error


def map_of(found: Any, name: str, vocabulary: Vocabulary) -> ColumnMap:  # noqa: ANN401  decoded JSON
    """A map out of what its file, or its row in the tenant, says. Errors: BadInput that names the key and what to write."""
    if not isinstance(found, dict) or not isinstance(found.get("columns"), dict):
        message = (
            f'The map needs an object "columns" with the {vocabulary.file}\'s column names on the left and yours on the right'
        )
        raise BadInput(message, name)
    strange = sorted(set(found) - vocabulary.keys)
    if strange:
        message = f"The map has unknown entries: {', '.join(map(str, strange))}; known are {', '.join(sorted(vocabulary.keys))}"
        raise BadInput(message, name)
    columns = _names(found["columns"], name, "columns", vocabulary)
    constants = {**vocabulary.constants, **_names(found.get("constants", {}), name, "constants", vocabulary)}
    missing = [known for known in vocabulary.required if known.lower() not in columns and known.lower() not in constants]
    if missing:
        message = f"The map says nothing about {', '.join(missing)}; map each to a column, or give it as a constant"
        raise BadInput(message, name)
    values = found.get("values", {})
    if not isinstance(values, dict) or not all(isinstance(words, dict) for words in values.values()):
        message = 'In the map, "values" needs an object of words per column'
        raise BadInput(message, name)
    lowered = {
        str(ours).lower(): {str(word).lower(): str(said) for word, said in words.items()} for ours, words in values.items()
    }
    theirs = {ours: column.lower() for ours, column in columns.items()}
    return ColumnMap(theirs, constants, lowered, _spelling(found, name), vocabulary.instead)


def _names(found: Any, file: str, where: str, vocabulary: Vocabulary) -> dict[str, str]:  # noqa: ANN401  decoded JSON
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        message = f'In the map, "{where}" needs an object of texts'
        raise BadInput(message, file)
    spelled = {name.lower() for name in vocabulary.known}
    unknown = [name for name in found if name.lower() not in spelled]
    if unknown:
        message = f"The map names {', '.join(unknown)}, which no {vocabulary.file} has; known are {', '.join(vocabulary.known)}"
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
