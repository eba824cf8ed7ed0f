"""Short words to write tables of the platform with, whose columns are called as their logical names say."""

from __future__ import annotations

from dataverse.schema.build import base_twins, platform_columns, states
from dataverse.schema.model import Choice, Column, Key, Kind, Option, Ownership, Table


def text(name: str, length: int = 256) -> Column:
    """A line of text."""
    return Column(name, name, Kind.STRING, name, max_length=length)


def memo(name: str, length: int = 1_048_576) -> Column:
    """Several lines of text."""
    return Column(name, name, Kind.MEMO, name, max_length=length)


def whole(name: str) -> Column:
    """A whole number."""
    return Column(name, name, Kind.INTEGER, name)


def flag(name: str) -> Column:
    """Yes or no."""
    return Column(name, name, Kind.BOOLEAN, name)


def instant(name: str) -> Column:
    """A moment in UTC."""
    return Column(name, name, Kind.DATETIME, name)


def lookup(name: str, *targets: str, schema: str | None = None) -> Column:
    """A reference to a row of another table."""
    return Column(name, schema or name, Kind.LOOKUP, name, targets=targets)


def choice(name: str, **options: int) -> Column:
    """One of several; a label with an underscore is shown with a space."""
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
    """A table that every Dataverse has, with the columns that Dataverse adds."""
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
