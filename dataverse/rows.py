"""Values of a row, in both directions: lookups, choices, states, days, instants and amounts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from dataverse.names import Ref, guid, set_of, table_of
from work365.errors import InvariantBroken
from work365.money import Currency, Money, exactly

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]
"""One row as the Web API says it: JSON values, numbers as int or Decimal."""

T = TypeVar("T")
FORMATTED = "@OData.Community.Display.V1.FormattedValue"


def bind(navigation: str, table: str, to: str | Ref | None) -> Row:
    """The property that sets a lookup, or clears it with None.

    Shape: `navigation` is the schema name (`w365_Contract`), letter case counts; `to` is an id, or a Ref by key or content id.
    """
    if to is None:
        return {f"{navigation}@odata.bind": None}
    if isinstance(to, Ref):
        path = to.path
        return {f"{navigation}@odata.bind": path if path.startswith("$") else f"/{path}"}
    return {f"{navigation}@odata.bind": f"/{set_of(table)}({guid(to)})"}


def owned_by(team: str) -> Row:
    """The property that gives a row to a team; none for "", which leaves it to whoever writes it.

    Errors: the tenant refuses a team that may not read the table.
    """
    return bind("ownerid", "team", team) if team else {}


def choice_value(table: str, column: str, label: str) -> int:
    """The number of a choice's option."""
    return table_of(table).choice(column).value(label)


def choice_label(table: str, column: str, value: int) -> str:
    """The label of a choice's number."""
    return table_of(table).choice(column).label(value)


def status(table: str, label: str) -> Row:
    """The state and status reason that a label means: `{"statecode": 0, "statuscode": 365000002}`."""
    choice = table_of(table).choice("statuscode")
    value = choice.value(label)
    state = next(option.state for option in choice.options if option.value == value)
    return {"statecode": state, "statuscode": value}


def status_label(table: str, row: Row) -> str:
    """The label of a row's status reason."""
    return choice_label(table, "statuscode", row["statuscode"])


def day(text: str) -> date:
    """A date column's value."""
    return date.fromisoformat(text)


def instant(text: str) -> datetime:
    """A moment in UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def decimal(value: Decimal | int) -> Decimal:
    """An exact number; the Web API writes whole ones without a point.

    Errors: InvariantBroken for anything else: a binary fraction must never have come this far.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        message = f"{value!r} is not an exact number"
        raise InvariantBroken(message)
    return Decimal(value)


def amount(value: Decimal | int, code: Currency) -> Money:
    """A money column's value in the row's currency. Errors: BadInput when it has more places than the currency."""
    return exactly(decimal(value), code)


def maybe(read: Callable[[Any], T], value: object) -> T | None:
    """`read(value)`, or None for an empty column: `maybe(day, row["w365_paidon"])`."""
    return None if value is None else read(value)


def formatted(row: Row, name: str) -> str:
    """What a person sees for a property; the query must have asked for annotations."""
    return str(row.get(f"{name}{FORMATTED}") or "")


def etag(row: Row) -> str:
    """The row's version when it was read."""
    return str(row["@odata.etag"])
