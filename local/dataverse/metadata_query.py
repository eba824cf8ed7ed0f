"""`$select`, `$filter` and `$expand` over definitions, which are plain JSON objects.

Metadata is never paged or ordered. Source: Microsoft Learn, "Query table definitions using the Web API": enum literals, complex
properties by `a/Value`, nested options in `$expand`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.dataverse import errors, filters, options
from local.dataverse.expressions import Both, Comparison, Either, Filter, Flag, Function, Literal, Not, Path, Text, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.dataverse.definitions import Definition

SUPPORTED = frozenset({"$select", "$filter", "$expand"})
_ALWAYS = frozenset({"MetadataId", "@odata.type"})
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
}


def checked(given: Mapping[str, str]) -> None:
    """Errors: 400 naming an option that metadata does not take."""
    for name in given:
        if name not in SUPPORTED:
            raise errors.bad(f"The query option '{name}' is not supported on metadata.")


def chosen(
    rows: list[Definition],
    given: Mapping[str, str],
    aliases: Mapping[str, str],
    kind: str,
    expandable: Mapping[str, Callable[[Definition], Any]],
) -> list[Definition]:
    """The rows that a filter finds, with the members that were selected and expanded. Errors: 400."""
    checked(given)
    wanted = options.read({name: text for name, text in given.items() if name in {"$select", "$expand"}}, {})
    tree = filters.parse(given["$filter"], aliases) if "$filter" in given else None
    found = [row for row in rows if tree is None or matches(tree, row, kind)]
    made = []
    for row in found:
        one = _selected(row, wanted.select, kind, expandable)
        for term in wanted.expand:
            if term.name not in expandable or term.is_reference:
                raise errors.no_property(term.name, kind)
            one[term.name] = _inner(expandable[term.name](row), dict(term.options))
        made.append(one)
    return made


def named(given: Mapping[str, str]) -> str:
    """What an answer's context says of the members that were chosen: `(LogicalName,Attributes(LogicalName))`, "" for all."""
    wanted = options.read({name: text for name, text in given.items() if name in {"$select", "$expand"}}, {})
    names = [*(wanted.select or ()), *(f"{term.name}{named(dict(term.options))}" for term in wanted.expand)]
    return f"({','.join(names)})" if names else ""


def _selected(row: Definition, select: tuple[str, ...] | None, kind: str, expandable: Mapping[str, object]) -> Definition:
    if select is None:
        return {name: value for name, value in row.items() if name not in expandable}
    for name in select:
        if name not in row or name in expandable:
            raise errors.no_property(name, kind)
    return {name: value for name, value in row.items() if name in _ALWAYS or name in select}


def _inner(value: Any, given: dict[str, str]) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, list):
        return chosen(value, given, {}, "MetadataBase", {})
    if isinstance(value, dict):
        return chosen([value], {name: text for name, text in given.items() if name == "$select"}, {}, "MetadataBase", {})[0]
    return value


def matches(tree: Filter, row: Definition, kind: str) -> bool:  # noqa: PLR0911  one return per node
    """Whether a definition passes a filter. Errors: 400; 501 for query functions and lambdas."""
    match tree:
        case Both(left, right):
            return matches(left, row, kind) and matches(right, row, kind)
        case Either(left, right):
            return matches(left, row, kind) or matches(right, row, kind)
        case Not(body):
            return not matches(body, row, kind)
        case Comparison(op, Path() as path, Literal() as literal):
            return _compare(op, _value(row, path, kind), literal)
        case Comparison(op, Literal() as literal, Path() as path):
            mirrored = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}.get(op, op)
            return _compare(mirrored, _value(row, path, kind), literal)
        case Text(name, path, Literal(value=str() as pattern)):
            return _text(name, _value(row, path, kind), pattern)
        case Function("In" | "NotIn" as name, arguments):
            return _within(name, dict(arguments), row, kind)
        case Flag(Path() as path):
            return _value(row, path, kind) is True
        case Flag(Literal(value=value)):
            return value is True
    raise errors.unsupported("this filter on metadata (comparisons, contains, startswith, endswith, and, or, not)")


def _within(name: str, given: dict[str, Literal | tuple[Literal, ...]], row: Definition, kind: str) -> bool:
    wanted, values = given.get("PropertyName"), given.get("PropertyValues")
    if not isinstance(wanted, Literal) or not isinstance(values, tuple):
        raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs PropertyName and PropertyValues.")
    found = _value(row, Path((str(wanted.value),)), kind)
    return any(_compare("eq", found, one) for one in values) == (name == "In")


def _value(row: Definition, path: Path, kind: str) -> Any:  # noqa: ANN401  JSON
    found: Any = row
    for part in path.parts:
        if not isinstance(found, dict) or part not in found:
            if found is None:
                return None
            raise errors.no_property(part, kind)
        found = found[part]
    return found


def _compare(op: str, found: Any, literal: Literal) -> bool:  # noqa: ANN401  JSON
    value = literal.value
    if isinstance(found, str) and isinstance(value, str):
        found, value = found.casefold(), value.casefold()
    if op in {"eq", "ne"}:
        return bool(found == value) == (op == "eq")
    numbers = isinstance(found, (int, Decimal)) and isinstance(value, (int, Decimal))
    texts = isinstance(found, str) and isinstance(value, str) and literal.type is not Type.ENUM
    return (numbers or texts) and _ORDERS[op](found, value)


def _text(name: str, found: Any, pattern: str) -> bool:  # noqa: ANN401  JSON
    text, wanted = str(found or "").casefold(), pattern.casefold()
    return {"contains": wanted in text, "startswith": text.startswith(wanted), "endswith": text.endswith(wanted)}[name]
