"""Questions to one table, with filters that no value can break out of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.names import Ref, Value, holds_ids, literal, logical, set_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

__all__ = ["PAGE_LIMIT", "Query", "Ref", "any_of", "both", "either", "eq", "ge", "gt", "is_null", "le", "lt", "ne", "not_null"]

PAGE_LIMIT = 5000


@dataclass(frozen=True, slots=True)
class Query:
    """Rows of one table.

    Attributes:
        table: logical name.
        select, filter, order, expand: in the API's names (`_w365_contract_value`); filters come from the functions below.
        top: at most so many rows in all; None means all of them, page by page.
        annotations: ask for formatted values (labels, names of lookups) beside the values.
    """

    table: str
    select: tuple[str, ...]
    filter: str = ""
    order: str = ""
    expand: str = ""
    top: int | None = None
    page_size: int = PAGE_LIMIT
    annotations: bool = False

    @property
    def path(self) -> str:
        """The entity set."""
        return set_of(self.table)

    @property
    def options(self) -> list[tuple[str, str]]:
        """The query options, not yet percent-encoded."""
        pairs = [
            ("$select", ",".join(self.select)),
            ("$filter", self.filter),
            ("$orderby", self.order),
            ("$expand", self.expand),
            ("$top", "" if self.top is None else str(self.top)),
        ]
        return [(name, text) for name, text in pairs if text]


def eq(name: str, value: Value) -> str:
    """The property has this value; None asks for rows without one."""
    return _compare(name, "eq", value)


def typed(name: str, text: str) -> str:
    """The property has this text, which a person typed: an empty one means nothing, and not the rows that have no text."""
    return eq(name, text) if text else both(eq(name, text), not_null(name))


def ne(name: str, value: Value) -> str:
    """The property has another value; None asks for rows with one."""
    return _compare(name, "ne", value)


def lt(name: str, value: Value) -> str:
    """The property is less than this."""
    return _compare(name, "lt", value)


def le(name: str, value: Value) -> str:
    """The property is this or less."""
    return _compare(name, "le", value)


def gt(name: str, value: Value) -> str:
    """The property is more than this."""
    return _compare(name, "gt", value)


def ge(name: str, value: Value) -> str:
    """The property is this or more."""
    return _compare(name, "ge", value)


def _compare(name: str, operator: str, value: Value) -> str:
    return f"{name} {operator} {literal(value, name)}"


def is_null(name: str) -> str:
    """The property has no value."""
    return f"{name} eq null"


def not_null(name: str) -> str:
    """The property has a value."""
    return f"{name} ne null"


def both(*filters: str) -> str:
    """Every one of these holds; empty ones say nothing."""
    return _joined("and", filters)


def either(*filters: str) -> str:
    """At least one of these holds; empty ones say nothing."""
    return _joined("or", filters)


def _joined(word: str, filters: Sequence[str]) -> str:
    said = [part for part in filters if part]
    return said[0] if len(said) == 1 else f" {word} ".join(f"({part})" for part in said)


def any_of(name: str, values: Iterable[str | int | Decimal]) -> str:
    """The property has one of these values; no values match no row.

    Source: Microsoft.Dynamics.CRM.In takes the column's logical name, also for a lookup; its values are a JSON list of strings.
    """
    wanted = [_member(name, value) for value in dict.fromkeys(values)]
    if not wanted:
        return f"{name} eq null and {name} ne null"
    listed = json.dumps(wanted, ensure_ascii=False, separators=(",", ":"))
    return f"Microsoft.Dynamics.CRM.In(PropertyName='{logical(name)}',PropertyValues={listed})"


def _member(name: str, value: str | int | Decimal) -> str:
    if isinstance(value, str) and not holds_ids(name):
        return value
    return literal(value, name)
