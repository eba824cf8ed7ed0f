"""Reading the sketches of forms (content/forms/) into tabs, sections and what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataverse.solution.words import column_of, table_of

if TYPE_CHECKING:
    from dataverse.schema.model import Column, Table

MOST_IN_HEADER = 4
LOCK = "!"
_ROWS = re.compile(r"(?P<table>\w+) by (?P<lookup>\w+)(?: in (?P<view>.+))?")


class BadSketch(ValueError):
    """A line of a sketch that says nothing readable."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column on a form; `locked` shows it without letting anybody change it."""

    column: Column
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """A section of columns."""

    label: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A section that lists rows of another table which point here through a lookup, in one of its views or the associated one."""

    label: str
    table: Table
    lookup: Column
    view: str = ""


@dataclass(frozen=True, slots=True)
class Glance:
    """A section that shows a few columns of the row that a lookup points to."""

    label: str
    lookup: Column


@dataclass(frozen=True, slots=True)
class Notes:
    """A section with the notes of a row."""

    label: str


Section = Fields | Rows | Glance | Notes


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab with its sections."""

    label: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """A form: the columns of its header, and its tabs."""

    header: tuple[Field, ...]
    tabs: tuple[Tab, ...]

    def placed(self) -> set[str]:
        """The columns that some section shows."""
        sections = [section for tab in self.tabs for section in tab.sections]
        return {field.column.name for section in sections if isinstance(section, Fields) for field in section.fields}


def fields_of(table: Table, words: str) -> tuple[Field, ...]:
    """Columns from words. Errors: UnknownWord."""
    return tuple(Field(column_of(table, word.removesuffix(LOCK)), word.endswith(LOCK)) for word in words.split())


def read_sketch(table: Table, text: str) -> Sketch:
    """A sketch of a table's form. Errors: BadSketch, UnknownWord."""
    header: tuple[Field, ...] = ()
    tabs: list[tuple[str, list[Section]]] = []
    for line in text.strip().splitlines():
        if line.startswith("header:"):
            header = fields_of(table, line.removeprefix("header:"))
        elif line.startswith("# "):
            tabs.append((line.removeprefix("# "), []))
        elif tabs:
            tabs[-1][1].append(_section(table, line))
        else:
            message = f"{table.name}: '{line}' stands before the first tab"
            raise BadSketch(message)
    if not 1 <= len(header) <= MOST_IN_HEADER:
        message = f"{table.name}: a header has one to {MOST_IN_HEADER} columns, not {len(header)}"
        raise BadSketch(message)
    return Sketch(header, tuple(Tab(label, tuple(sections)) for label, sections in tabs))


def _section(table: Table, line: str) -> Section:
    if ": " in line:
        label, _, words = line.partition(": ")
        return Fields(label, fields_of(table, words))
    if " @ " in line:
        label, _, word = line.partition(" @ ")
        return Glance(label, column_of(table, word))
    label, _, told = line.partition(" = ")
    found = _ROWS.fullmatch(told)
    if found is None:
        message = f"{table.name}: '{line}' is no section"
        raise BadSketch(message)
    child = table_of(found["table"])
    lookup = column_of(child, found["lookup"])
    if table.name not in lookup.targets:
        message = f"{table.name}: {child.name}.{lookup.name} does not point here"
        raise BadSketch(message)
    return Rows(label, child, lookup, found["view"] or "")
