"""Query functions `Microsoft.Dynamics.CRM.X(PropertyName='…',PropertyValue=…)`.

| functions | parameters beside PropertyName | where |
|---|---|---|
| In, NotIn, Between, NotBetween, ContainValues, DoesNotContainValues | PropertyValues | here |
| On, NotOn, OnOrAfter, OnOrBefore | PropertyValue, a date | here |
| Today, LastWeek, ThisFiscalYear, … | none | spans.py |
| LastXDays, NextXHours, OlderThanXMonths, LastXFiscalPeriods, … | PropertyValue, a number | spans.py |
| InFiscalYear, InFiscalPeriod | PropertyValue | fiscal.py |
| InFiscalPeriodAndYear, InOrBefore…, InOrAfterFiscalPeriodAndYear | PropertyValue1 (period), PropertyValue2 (year) | fiscal.py |
| Above, AboveOrEqual, Under, UnderOrEqual, NotUnder | PropertyValue, an id | hierarchy.py |
| EqualUserId, EqualUserTeams, EqualUserLanguage, … | none | callers.py |

Source: Microsoft Learn, "Web API query function reference"; NotOn is FetchXML's alone there and is taken here as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from dataverse.schema.model import Column, Kind
from local.dataverse import callers, codec, errors, fiscal, hierarchy
from local.dataverse.access import TOTAL, Access
from local.dataverse.expressions import Literal, Type
from local.dataverse.literals import NEVER, bound, from_text
from local.dataverse.matching import fold
from local.dataverse.spans import COUNTED, HOURLY, SPANS, Range, day_span, fiscal_span
from local.dataverse.zones import UTC_CODE, zone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.entities import Catalog, Entity

Argument = Literal | tuple[Literal, ...]
Piece = tuple[str, list["Sql"]]
MAX_X = 100_000
_DATES = frozenset({Kind.DATE, Kind.DATETIME})
_TEXTS = frozenset({Kind.STRING, Kind.MEMO})


@dataclass(frozen=True, slots=True)
class Moment:
    """When, by whom and in which time zone (its code) a query is asked."""

    now: datetime
    user: str = ""
    unit: str = ""
    access: Access = TOTAL
    zone: int = UTC_CODE


@dataclass(frozen=True, slots=True)
class Tested:
    """The column that a condition is about: its SQL, and for a text its SQL without letter case, for comparing with a list."""

    sql: str
    column: Column
    entity: Entity
    catalog: Catalog
    folded: str

    def needs(self, name: str, kinds: frozenset[Kind], what: str) -> None:
        """Errors: 400 unless the column is of one of these kinds."""
        if self.column.kind not in kinds:
            raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs {what}; '{self.column.api_name}' is none.")


def call(name: str, tested: Tested, arguments: Mapping[str, Argument], moment: Moment) -> Piece:
    """The condition of one function and its parameters.

    Errors: 404 for an unknown name; 400 for wrong arguments; 501 by name for what is not made here.
    """
    for names, run in _FAMILIES:
        if name in names:
            return run(name, tested, arguments, moment)
    if name in _UNSUPPORTED:
        raise errors.unsupported(f"the query function 'Microsoft.Dynamics.CRM.{name}'")
    raise errors.no_segment(f"Microsoft.Dynamics.CRM.{name}")


def _exactly(name: str, arguments: Mapping[str, Argument], *wanted: str) -> None:
    if set(arguments) == set(wanted):
        return
    listed = " and ".join(("PropertyName", *wanted)) if wanted else "only PropertyName"
    raise errors.bad(
        f"The function 'Microsoft.Dynamics.CRM.{name}' needs {listed}{', a list' if 'PropertyValues' in wanted else ''}."
    )


def _value(name: str, arguments: Mapping[str, Argument]) -> str:
    _exactly(name, arguments, "PropertyValue")
    return _single(name, arguments, "PropertyValue")


def _single(name: str, arguments: Mapping[str, Argument], parameter: str) -> str:
    value = arguments[parameter]
    if not isinstance(value, Literal) or value.type is Type.NULL:
        raise errors.bad(f"The parameter '{parameter}' of 'Microsoft.Dynamics.CRM.{name}' must be a single value.")
    return str(value.value)


def _values(name: str, arguments: Mapping[str, Argument]) -> list[str]:
    _exactly(name, arguments, "PropertyValues")
    values = arguments["PropertyValues"]
    if not isinstance(values, tuple) or any(value.type is Type.NULL for value in values):
        raise errors.bad(f"The parameter 'PropertyValues' of 'Microsoft.Dynamics.CRM.{name}' must be a list of values.")
    return [str(value.value) for value in values]


def _whole(name: str, text: str, least: int, most: int = MAX_X) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6 or not least <= int(text) <= most:
        raise errors.bad(f"A PropertyValue of 'Microsoft.Dynamics.CRM.{name}' must be a whole number from {least} to {most}.")
    return int(text)


def _listed(name: str, tested: Tested, arguments: Mapping[str, Argument], _: Moment) -> Piece:
    return _LISTS[name](name, tested, _values(name, arguments))


def _in(name: str, tested: Tested, texts: list[str]) -> Piece:
    column, values = tested.column, list[codec.Sql]()
    for text in texts:
        _, value = bound(column, "eq", from_text(column, text, "eq"))
        if value is not NEVER and not isinstance(value, bytes):
            values.append(str(fold(value)) if column.kind in _TEXTS else value)
    condition = f"{tested.folded} IN ({', '.join('?' for _ in values)})"
    return (f"NOT COALESCE({condition}, 0)" if name == "NotIn" else condition), values


def _between(name: str, tested: Tested, texts: list[str]) -> Piece:
    column = tested.column
    if len(texts) != 2 or column.kind in _TEXTS | {Kind.BOOLEAN, Kind.GUID, Kind.LOOKUP}:
        raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs a number or date column and two values.")
    pieces: list[str] = []
    values: list[Sql] = []
    for op, text in zip(("ge", "le"), texts, strict=True):
        real, value = bound(column, op, from_text(column, text, op))
        if isinstance(value, bytes):
            return "0", []
        pieces.append(f"{tested.sql} {'>' if real == 'gt' else '>=' if real == 'ge' else '<='} ?")
        values.append(value)
    condition = f"({' AND '.join(pieces)})"
    return (f"NOT COALESCE({condition}, 0)" if name == "NotBetween" else condition), values


def _contain(name: str, tested: Tested, texts: list[str]) -> Piece:
    if tested.column.kind is not Kind.STRING or tested.column.choice is None or not texts:
        raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs a multi-select choice and its values.")
    condition = " OR ".join(f"',' || {tested.sql} || ',' LIKE ?" for _ in texts)
    values: list[Sql] = [f"%,{text.replace('%', '').replace('_', '')},%" for text in texts]
    return (f"({condition})" if name == "ContainValues" else f"NOT COALESCE(({condition}), 0)"), values


def _on(name: str, tested: Tested, arguments: Mapping[str, Argument], moment: Moment) -> Piece:
    known = codec.instant(_value(name, arguments))
    tested.needs(name, _DATES, "a date column")
    if known is None:
        raise errors.bad(f"The PropertyValue of 'Microsoft.Dynamics.CRM.{name}' must be a date.")
    day = day_span(datetime.fromisoformat(known[:10]).replace(tzinfo=zone(moment.zone)))
    span = {"OnOrAfter": Range(day.start, None), "OnOrBefore": Range(None, day.end)}.get(name, day)
    condition, values = _within(tested, span)
    return (f"NOT COALESCE({condition}, 0)" if name == "NotOn" else condition), values


def _spanned(name: str, tested: Tested, arguments: Mapping[str, Argument], moment: Moment) -> Piece:
    now = moment.now.astimezone(UTC if name in HOURLY else zone(moment.zone))
    if name in SPANS:
        _exactly(name, arguments)
        span = SPANS[name](now)
    else:
        span = COUNTED[name](now, _whole(name, _value(name, arguments), 1))
    tested.needs(name, _DATES, "a date column")
    if tested.column.kind is Kind.DATE and ("Hours" in name or "Minutes" in name):
        text = f"The function 'Microsoft.Dynamics.CRM.{name}' is not valid for the date-only column '{tested.column.api_name}'."
        raise errors.bad(text)
    return _within(tested, span)


def _fiscal(name: str, tested: Tested, arguments: Mapping[str, Argument], moment: Moment) -> Piece:
    two = name.endswith("PeriodAndYear")
    names = ("PropertyValue1", "PropertyValue2") if two else ("PropertyValue",)
    _exactly(name, arguments, *names)
    numbers = [_whole(name, _single(name, arguments, one), 0) for one in names]
    tested.needs(name, _DATES, "a date column")
    if name == "InFiscalPeriod":
        month = f"CAST(substr({tested.sql}, 6, 2) AS INTEGER)"
        return f"(({month} - 1) / {fiscal.MONTHS} + 1) = ?", [numbers[0]]
    span = fiscal_span(zone(moment.zone), numbers[-1], numbers[0] if two else None)
    if span is None:
        return "0", []
    if name.startswith("InOr"):
        span = Range(None, span.end) if "Before" in name else Range(span.start, None)
    return _within(tested, span)


def _related(name: str, tested: Tested, arguments: Mapping[str, Argument], _: Moment) -> Piece:
    return hierarchy.related(name, tested.sql, tested.column, tested.entity, tested.catalog, _value(name, arguments))


def _called(name: str, tested: Tested, arguments: Mapping[str, Argument], moment: Moment) -> Piece:
    _exactly(name, arguments)
    return callers.asked(name, tested.sql, tested.column, moment.user, moment.unit, tested.catalog)


def _full_text(name: str, tested: Tested, arguments: Mapping[str, Argument], _: Moment) -> Piece:
    _value(name, arguments)
    raise errors.bad(
        f"The function 'Microsoft.Dynamics.CRM.{name}' needs a column with a full-text index, which "
        f"'{tested.column.api_name}' has not; use contains."
    )


def _within(tested: Tested, span: Range) -> Piece:
    conditions: list[str] = []
    values: list[Sql] = []
    if span.start is not None:
        conditions.append(f"{tested.sql} >= ?")
        values.append(_edge(tested.column, span.start))
    if span.end is not None:
        inclusive = tested.column.kind is Kind.DATE and span.end.time() != time()
        conditions.append(f"{tested.sql} {'<=' if inclusive else '<'} ?")
        values.append(_edge(tested.column, span.end))
    return f"({' AND '.join(conditions)})", values


def _edge(column: Column, moment: datetime) -> str:
    if column.kind is Kind.DATE:
        return moment.date().isoformat()
    try:
        return codec.moment_sql(moment)
    except OverflowError:  # the first or last day that there is, in a zone that is ahead or behind
        return f"{moment.date().isoformat()}T00:00:00"


_LISTS: dict[str, Callable[[str, Tested, list[str]], Piece]] = {
    "In": _in,
    "NotIn": _in,
    "Between": _between,
    "NotBetween": _between,
    "ContainValues": _contain,
    "DoesNotContainValues": _contain,
}
_FISCAL = """
InFiscalPeriod InFiscalYear InFiscalPeriodAndYear InOrBeforeFiscalPeriodAndYear InOrAfterFiscalPeriodAndYear
"""
_FAMILIES: tuple[tuple[frozenset[str], Callable[[str, Tested, Mapping[str, Argument], Moment], Piece]], ...] = (
    (frozenset(_LISTS), _listed),
    (frozenset({"On", "NotOn", "OnOrAfter", "OnOrBefore"}), _on),
    (frozenset(SPANS) | frozenset(COUNTED), _spanned),
    (frozenset(_FISCAL.split()), _fiscal),
    (hierarchy.FUNCTIONS, _related),
    (callers.FUNCTIONS, _called),
    (frozenset({"Contains"}), _full_text),
)
_UNSUPPORTED = frozenset({"EqualRoleBusinessId"})
NAMES = frozenset().union(*(names for names, _ in _FAMILIES))
"""Every function that is made here."""
