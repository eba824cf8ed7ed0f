"""Query functions `Microsoft.Dynamics.CRM.X(PropertyName='…',PropertyValue=…)`.

Relative dates are days and hours of UTC; weeks begin on Sunday. Hierarchies, teams and fiscal years are refused by name.
Source: Microsoft Learn, "Web API query function reference", FetchXML operators ("Last X days: from midnight X days ago until
now").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from dataverse.schema.model import Column, Kind
from local.dataverse import codec, errors
from local.dataverse.access import TOTAL, Access
from local.dataverse.expressions import Literal, Type
from local.dataverse.literals import NEVER, bound, from_text
from local.dataverse.matching import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.dataverse.codec import Sql

Argument = Literal | tuple[Literal, ...]
Piece = tuple[str, list["Sql"]]
MAX_X = 100_000


@dataclass(frozen=True, slots=True)
class Moment:
    """When and by whom a query is asked."""

    now: datetime
    user: str = ""
    unit: str = ""
    access: Access = TOTAL


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of time; `end` is exclusive; None is open."""

    start: datetime | None
    end: datetime | None


def call(name: str, sql: str, column: Column, arguments: Mapping[str, Argument], moment: Moment, *, folded: str = "") -> Piece:
    """The condition of one function and its parameters.

    Shape:  `folded` is the SQL of a text column without letter case, for comparing with a list.
    Errors: 404 for an unknown name; 400 for wrong arguments; 501 by name for what is not made yet.
    """
    if name in {"In", "NotIn"}:
        return _in(name, folded or sql, column, _values(name, arguments))
    if name in _LISTS:
        return _LISTS[name](name, sql, column, _values(name, arguments))
    if name in _DAYS:
        return _on(name, sql, column, _value(name, arguments))
    if name in _USERS:
        return _user(name, sql, column, moment)
    counted = name in _COUNTED
    if counted or name in _SPANS:
        if column.kind not in {Kind.DATE, Kind.DATETIME}:
            raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs a date column; '{column.api_name}' is none.")
        if column.kind is Kind.DATE and ("Hours" in name or "Minutes" in name):
            raise errors.bad(
                f"The function 'Microsoft.Dynamics.CRM.{name}' is not valid for the date-only column '{column.api_name}'."
            )
        now = moment.now.astimezone(UTC)
        span = _COUNTED[name](now, _count(name, arguments)) if counted else _SPANS[name](now)
        return _within(sql, column, span)
    if name in _KNOWN:
        raise errors.unsupported(f"the query function 'Microsoft.Dynamics.CRM.{name}'")
    raise errors.no_segment(f"Microsoft.Dynamics.CRM.{name}")


def _value(name: str, arguments: Mapping[str, Argument]) -> str:
    value = arguments.get("PropertyValue")
    if set(arguments) != {"PropertyValue"} or not isinstance(value, Literal) or value.type is Type.NULL:
        raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs PropertyName and PropertyValue.")
    return str(value.value)


def _values(name: str, arguments: Mapping[str, Argument]) -> list[str]:
    values = arguments.get("PropertyValues")
    if set(arguments) != {"PropertyValues"} or not isinstance(values, tuple) or any(value.type is Type.NULL for value in values):
        raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs PropertyName and PropertyValues, a list.")
    return [str(value.value) for value in values]


def _count(name: str, arguments: Mapping[str, Argument]) -> int:
    text = _value(name, arguments)
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= MAX_X or len(text) > 6:
        raise errors.bad(f"The PropertyValue of 'Microsoft.Dynamics.CRM.{name}' must be a whole number from 1 to {MAX_X}.")
    return int(text)


def _in(name: str, sql: str, column: Column, texts: list[str]) -> Piece:
    values: list[Sql] = []
    for text in texts:
        _, value = bound(column, "eq", from_text(column, text, "eq"))
        if value is not NEVER and not isinstance(value, bytes):
            values.append(str(fold(value)) if column.kind in {Kind.STRING, Kind.MEMO} else value)
    condition = f"{sql} IN ({', '.join('?' for _ in values)})"
    return (f"NOT COALESCE({condition}, 0)" if name == "NotIn" else condition), values


def _between(name: str, sql: str, column: Column, texts: list[str]) -> Piece:
    if len(texts) != 2 or column.kind in {Kind.STRING, Kind.MEMO, Kind.BOOLEAN, Kind.GUID, Kind.LOOKUP}:
        raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs a number or date column and two values.")
    pieces: list[str] = []
    values: list[Sql] = []
    for op, text in zip(("ge", "le"), texts, strict=True):
        real, value = bound(column, op, from_text(column, text, op))
        if isinstance(value, bytes):
            return "0", []
        pieces.append(f"{sql} {'>' if real == 'gt' else '>=' if real == 'ge' else '<='} ?")
        values.append(value)
    condition = f"({' AND '.join(pieces)})"
    return (f"NOT COALESCE({condition}, 0)" if name == "NotBetween" else condition), values


def _contain(name: str, sql: str, column: Column, texts: list[str]) -> Piece:
    if column.kind is not Kind.STRING or column.choice is None or not texts:
        raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs a multi-select choice and its values.")
    condition = " OR ".join(f"',' || {sql} || ',' LIKE ?" for _ in texts)
    values: list[Sql] = [f"%,{text.replace('%', '').replace('_', '')},%" for text in texts]
    return (f"({condition})" if name == "ContainValues" else f"NOT COALESCE(({condition}), 0)"), values


_LISTS: dict[str, Callable[[str, str, Column, list[str]], Piece]] = {
    "Between": _between,
    "NotBetween": _between,
    "ContainValues": _contain,
    "DoesNotContainValues": _contain,
}
_DAYS = frozenset({"On", "OnOrAfter", "OnOrBefore", "NotOn"})
_USERS = {
    "EqualUserId": ("=", "user"),
    "NotEqualUserId": ("IS NOT", "user"),
    "EqualBusinessId": ("=", "unit"),
    "NotEqualBusinessId": ("IS NOT", "unit"),
}


def _on(name: str, sql: str, column: Column, text: str) -> Piece:
    known = codec.instant(text)
    if column.kind not in {Kind.DATE, Kind.DATETIME} or known is None:
        raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs a date column and a date.")
    start = datetime.fromisoformat(f"{known[:10]}T00:00:00+00:00")
    end = start + timedelta(days=1) if start.year < 9999 else start
    span = {"OnOrAfter": Range(start, None), "OnOrBefore": Range(None, end)}.get(name, Range(start, end))
    condition, values = _within(sql, column, span)
    return (f"NOT COALESCE({condition}, 0)" if name == "NotOn" else condition), values


def _user(name: str, sql: str, column: Column, moment: Moment) -> Piece:
    op, who = _USERS[name]
    if column.kind is not Kind.LOOKUP and column.kind is not Kind.GUID:
        raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs a lookup column.")
    return f"{sql} {op} ?", [moment.user if who == "user" else moment.unit]


def _within(sql: str, column: Column, span: Range) -> Piece:
    conditions: list[str] = []
    values: list[Sql] = []
    if span.start is not None:
        conditions.append(f"{sql} >= ?")
        values.append(_edge(column, span.start))
    if span.end is not None:
        inclusive = column.kind is Kind.DATE and span.end.time() != time()
        conditions.append(f"{sql} {'<=' if inclusive else '<'} ?")
        values.append(_edge(column, span.end))
    return f"({' AND '.join(conditions)})", values


def _edge(column: Column, moment: datetime) -> str:
    return moment.date().isoformat() if column.kind is Kind.DATE else codec.moment_sql(moment)


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.date(), time(), UTC)


def _days(now: datetime, first: int, last: int) -> Range:
    """From the first midnight to the last, counted from today's."""
    today = _midnight(now)
    return Range(_shift(today, first), _shift(today, last))


def _shift(moment: datetime, days: int) -> datetime:
    try:
        return moment + timedelta(days=days)
    except OverflowError:
        return datetime(1753 if days < 0 else 9999, 1, 1, tzinfo=UTC)


def _months(moment: datetime, count: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    if not 1753 <= year <= 9999:
        return datetime(1753 if count < 0 else 9999, 1, 1, tzinfo=UTC)
    last = (datetime(year + month // 11, (month + 1) % 12 + 1, 1, tzinfo=UTC) - timedelta(days=1)).day if year < 9999 else 28
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _month_span(now: datetime, first: int, last: int) -> Range:
    begin = _midnight(now).replace(day=1)
    return Range(_months(begin, first), _months(begin, last))


def _year_span(now: datetime, first: int, last: int) -> Range:
    begin = _midnight(now).replace(month=1, day=1)
    return Range(_months(begin, 12 * first), _months(begin, 12 * last))


def _week_span(now: datetime, first: int, last: int) -> Range:
    sunday = _midnight(now) - timedelta(days=(now.weekday() + 1) % 7)
    return Range(_shift(sunday, 7 * first), _shift(sunday, 7 * last))


_SPANS: dict[str, Callable[[datetime], Range]] = {
    "Today": lambda now: _days(now, 0, 1),
    "Yesterday": lambda now: _days(now, -1, 0),
    "Tomorrow": lambda now: _days(now, 1, 2),
    "Last7Days": lambda now: Range(_shift(_midnight(now), -7), now),
    "Next7Days": lambda now: Range(now, _shift(_midnight(now), 8)),
    "LastWeek": lambda now: _week_span(now, -1, 0),
    "ThisWeek": lambda now: _week_span(now, 0, 1),
    "NextWeek": lambda now: _week_span(now, 1, 2),
    "LastMonth": lambda now: _month_span(now, -1, 0),
    "ThisMonth": lambda now: _month_span(now, 0, 1),
    "NextMonth": lambda now: _month_span(now, 1, 2),
    "LastYear": lambda now: _year_span(now, -1, 0),
    "ThisYear": lambda now: _year_span(now, 0, 1),
    "NextYear": lambda now: _year_span(now, 1, 2),
}
_COUNTED: dict[str, Callable[[datetime, int], Range]] = {
    "LastXHours": lambda now, x: Range(now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=x), now),
    "NextXHours": lambda now, x: Range(now, now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=x + 1)),
    "LastXDays": lambda now, x: Range(_shift(_midnight(now), -x), now),
    "NextXDays": lambda now, x: Range(now, _shift(_midnight(now), x + 1)),
    "LastXWeeks": lambda now, x: Range(_shift(_midnight(now), -7 * x), now),
    "NextXWeeks": lambda now, x: Range(now, _shift(_midnight(now), 7 * x + 1)),
    "LastXMonths": lambda now, x: Range(_months(_midnight(now), -x), now),
    "NextXMonths": lambda now, x: Range(now, _shift(_months(_midnight(now), x), 1)),
    "LastXYears": lambda now, x: Range(_months(_midnight(now), -12 * x), now),
    "NextXYears": lambda now, x: Range(now, _shift(_months(_midnight(now), 12 * x), 1)),
    "OlderThanXMinutes": lambda now, x: Range(None, now - timedelta(minutes=x)),
    "OlderThanXHours": lambda now, x: Range(None, now - timedelta(hours=x)),
    "OlderThanXDays": lambda now, x: Range(None, _shift(now, -x)),
    "OlderThanXWeeks": lambda now, x: Range(None, _shift(now, -7 * x)),
    "OlderThanXMonths": lambda now, x: Range(None, _months(now, -x)),
    "OlderThanXYears": lambda now, x: Range(None, _months(now, -12 * x)),
}
_KNOWN_NAMES = """
Above AboveOrEqual Under UnderOrEqual NotUnder EqualUserOrUserHierarchy EqualUserOrUserHierarchyAndTeams EqualUserOrUserTeams
EqualUserTeams EqualUserLanguage EqualRoleBusinessId InFiscalPeriod InFiscalPeriodAndYear InFiscalYear
InOrAfterFiscalPeriodAndYear InOrBeforeFiscalPeriodAndYear LastFiscalPeriod LastFiscalYear LastXFiscalPeriods LastXFiscalYears
NextFiscalPeriod NextFiscalYear NextXFiscalPeriods NextXFiscalYears ThisFiscalPeriod ThisFiscalYear
"""
_KNOWN = frozenset(_KNOWN_NAMES.split())
"""Functions of Dataverse that are refused by name."""
