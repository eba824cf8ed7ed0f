"""Short words to write the platform's own tables with: logical names that are schema names too, no prefix.

Source: Microsoft Learn, "Dataverse table/entity reference", where standard columns are named in lower case.
"""

from __future__ import annotations

from dataverse.schema.build import base_twins, platform_columns, states
from dataverse.schema.model import Choice, Column, Key, Kind, Option, Ownership, Table


def text(name: str, length: int = 256) -> Column:
    """A line of text."""
    return Column(name, name, Kind.STRING, name, max_length=length)


def memo(name: str, length: int = 1_048_576) -> Column:
    """Several lines of text."""
    return Column(name, name, Kind.MEMO, name, max_length=length)


def guid(name: str) -> Column:
    """An id that is no lookup."""
    return Column(name, name, Kind.GUID, name)


def whole(name: str) -> Column:
    """A whole number."""
    return Column(name, name, Kind.INTEGER, name)


def flag(name: str) -> Column:
    """Yes or no."""
    return Column(name, name, Kind.BOOLEAN, name)


def instant(name: str) -> Column:
    """A moment."""
    return Column(name, name, Kind.DATETIME, name)


def lookup(name: str, *targets: str, schema: str | None = None) -> Column:
    """A reference; `schema` is its schema name where that is another."""
    return Column(name, schema or name, Kind.LOOKUP, name, targets=targets)


def choice(name: str, **options: int) -> Column:
    """A choice of its own; underscores in labels are blanks."""
    labels = tuple(Option(value, label.replace("_", " ")) for label, value in options.items())
    return Column(name, name, Kind.CHOICE, name, choice=Choice(name, labels))


def table(
    name: str,
    set_name: str,
    primary_name: str,
    columns: tuple[Column, ...],
    *,
    primary_id: str | None = None,
    ownership: Ownership = Ownership.ORGANIZATION,
    status: tuple[Choice, Choice] | None = None,
    currency: bool = False,
    tracked: bool = False,
    keys: tuple[Key, ...] = (),
) -> Table:
    """A table of the platform, with the columns that Dataverse gives every table."""
    key = primary_id or f"{name}id"
    own = (Column(key, key, Kind.GUID, name), *columns, *base_twins(columns))
    added = platform_columns(ownership, status or states("Active"), currency=currency)
    return Table(
        name,
        name,
        set_name,
        name,
        set_name,
        key,
        primary_name,
        ownership,
        own + tuple(column for column in added if column.name != key),
        keys=keys,
        standard=True,
        tracked=tracked,
    )
