"""Conditions of FetchXML, SQL and query expressions as SQL over one column.

Operators are FetchXML's; those that OData has as query functions (`last-x-days` is `LastXDays`) are run by functions.py.
Source: Microsoft Learn, "FetchXML operators".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Column, Kind
from local.dataverse import errors
from local.dataverse.expressions import Literal, Type
from local.dataverse.functions import Argument, call
from local.dataverse.literals import NEVER, bound, from_text
from local.dataverse.matching import fold

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.functions import Moment, Tested

COMPARED = {"eq": "=", "ne": "IS NOT", "neq": "IS NOT", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_NAMED = {
    "last-seven-days": "Last7Days",
    "next-seven-days": "Next7Days",
    "eq-userid": "EqualUserId",
    "ne-userid": "NotEqualUserId",
    "eq-businessid": "EqualBusinessId",
    "ne-businessid": "NotEqualBusinessId",
    "contain-values": "ContainValues",
    "not-contain-values": "DoesNotContainValues",
    "eq-useroruserteams": "EqualUserOrUserTeams",
    "eq-userteams": "EqualUserTeams",
    "eq-useroruserhierarchy": "EqualUserOrUserHierarchy",
    "eq-useroruserhierarchyandteams": "EqualUserOrUserHierarchyAndTeams",
    "eq-userlanguage": "EqualUserLanguage",
    "eq-or-above": "AboveOrEqual",
    "eq-or-under": "UnderOrEqual",
}
_FUNCTIONS = """
in not-in between not-between today yesterday tomorrow on not-on on-or-before on-or-after last-seven-days next-seven-days
last-week this-week next-week last-month this-month next-month last-year this-year next-year last-x-hours next-x-hours
last-x-days next-x-days last-x-weeks next-x-weeks last-x-months next-x-months last-x-years next-x-years olderthan-x-minutes
olderthan-x-hours olderthan-x-days olderthan-x-weeks olderthan-x-months olderthan-x-years eq-userid ne-userid eq-businessid
ne-businessid eq-userteams eq-useroruserteams eq-useroruserhierarchy eq-useroruserhierarchyandteams eq-userlanguage
this-fiscal-year this-fiscal-period next-fiscal-year next-fiscal-period last-fiscal-year last-fiscal-period
last-x-fiscal-years last-x-fiscal-periods next-x-fiscal-years next-x-fiscal-periods in-fiscal-year in-fiscal-period
in-fiscal-period-and-year in-or-before-fiscal-period-and-year in-or-after-fiscal-period-and-year under eq-or-under not-under
above eq-or-above contain-values not-contain-values
"""
_KNOWN = frozenset(_FUNCTIONS.split())
_PATTERNS = {"like": "{}", "begins-with": "{}%", "begin-with": "{}%", "ends-with": "%{}", "end-with": "%{}"}
"""Also behind `not-`; Fetch.xsd writes `begins-with` and `not-begin-with`."""
_LISTED = frozenset({"in", "not-in", "between", "not-between", "contain-values", "not-contain-values"})
_TEXTS = (Kind.STRING, Kind.MEMO)


def condition(tested: Tested, operator: str, values: tuple[str, ...], moment: Moment) -> tuple[str, list[Sql]]:
    """The SQL of one condition and its parameters. Errors: 400 for a value that does not fit; 501 by name."""
    sql, column = tested.sql, tested.column
    if operator in {"null", "not-null"}:
        if values:
            raise errors.bad(f"The condition operator '{operator}' takes no value.", "0x80040203")
        return f"{sql} IS {'NOT ' if operator == 'not-null' else ''}NULL", []
    bare = operator.removeprefix("not-")
    if bare in _PATTERNS:
        return _like(sql, column, operator, _PATTERNS[bare], values)
    if operator in COMPARED:
        return _compared(sql, column, "ne" if operator == "neq" else operator, _one(operator, values))
    if operator not in _KNOWN:
        raise errors.bad(f"'{operator}' is not a valid condition operator.", "0x80041102")
    name = _NAMED.get(operator) or "".join(part.capitalize() for part in operator.replace("olderthan", "older-than").split("-"))
    arguments: dict[str, Argument] = {}
    if operator in _LISTED:
        arguments["PropertyValues"] = tuple(Literal(Type.STRING, value) for value in values)
    elif operator.endswith("period-and-year"):
        arguments |= {f"PropertyValue{index}": Literal(Type.STRING, value) for index, value in enumerate(values, 1)}
    elif values:
        arguments["PropertyValue"] = Literal(Type.STRING, _one(operator, values))
    return call(name, tested, arguments, moment)


def _one(operator: str, values: tuple[str, ...]) -> str:
    if len(values) != 1:
        raise errors.bad(f"The condition operator '{operator}' needs one value; {len(values)} were given.", "0x80040203")
    return values[0]


def _like(sql: str, column: Column, operator: str, shape: str, values: tuple[str, ...]) -> tuple[str, list[Sql]]:
    if column.kind not in _TEXTS:
        raise errors.bad(f"The condition operator '{operator}' needs a text column; '{column.name}' is none.", "0x80040203")
    found = f"matches(?, {sql})"
    pattern = shape.format(_one(operator, values))
    return (f"NOT COALESCE({found}, 0)" if operator.startswith("not-") else found), [pattern]


def _compared(sql: str, column: Column, operator: str, text: str) -> tuple[str, list[Sql]]:
    real, value = bound(column, operator, from_text(column, text, operator))
    if value is NEVER or isinstance(value, bytes):
        return ("1" if operator == "ne" else "0"), []
    if column.kind in _TEXTS and isinstance(value, str):
        if not value:
            return {"eq": f"{sql} IS NULL", "ne": f"{sql} IS NOT NULL"}.get(real, "0"), []
        return f"fold({sql}) {COMPARED[real]} ?", [fold_text(value)]
    return f"{sql} {COMPARED[real]} ?", [value]


def fold_text(value: str) -> str:
    """A text as it compares."""
    return str(fold(value))
