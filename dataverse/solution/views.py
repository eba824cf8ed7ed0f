"""Views: those that every table has, those that are declared, and their files.

Source: learn.microsoft.com, "savedquery table reference" (query types), "Customize table views"; unpacked solutions that
Microsoft publishes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from dataverse.schema.model import PREFIX, Kind, Ownership
from dataverse.schema.tables import CUSTOM
from dataverse.solution.content.view_columns import COLUMNS
from dataverse.solution.content.views import VIEWS
from dataverse.solution.fetch import fetch, finder, grid, listed, where
from dataverse.solution.publisher import FIRST_VERSION, component_id
from dataverse.solution.words import table_of
from dataverse.solution.xml import Element, descriptions, flag, names, node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.schema.model import Table


class Query(IntEnum):
    """What a view is for."""

    PUBLIC = 0
    ADVANCED_FIND = 1
    ASSOCIATED = 2
    QUICK_FIND = 4
    LOOKUP = 64


@dataclass(frozen=True, slots=True)
class View:
    """One view.

    Attributes:
        columns: as in content/view_columns.py.
        where: as in content/views.py.
        default: the one that is shown first of its query type.
    """

    table: Table
    name: str
    columns: str
    where: str = ""
    about: str = ""
    query: Query = Query.PUBLIC
    default: bool = False

    @property
    def id(self) -> str:
        """Its id in braces."""
        return view_id(self.table, self.name)


def view_id(table: Table, name: str) -> str:
    """The id of a view of one of our tables."""
    return component_id("view", table.name, name)


def columns_of(table: Table) -> str:
    """The columns that the lists of a table show."""
    return COLUMNS[table.name.removeprefix(PREFIX)]


def associated_name(table: Table) -> str:
    """The view of a table that stands under the rows it points to."""
    return f"{table.plural}: associated view"


def active_name(table: Table) -> str:
    """The view that a table opens with."""
    return f"Active {_small(table.plural)}"


def _small(label: str) -> str:
    return label[0].lower() + label[1:]


def every_view() -> dict[str, list[View]]:
    """All views by logical table name: what every table has, then what is declared. Errors: UnknownWord."""
    found: dict[str, list[View]] = defaultdict(list)
    for table in CUSTOM:
        found[table.name] = list(_general(table))
    for one in VIEWS:
        table = table_of(one.table)
        found[table.name].append(View(table, one.name, columns_of(table), one.where, one.about))
    return dict(found)


def _general(table: Table) -> Iterator[View]:
    columns, plural = columns_of(table), _small(table.plural)
    yield View(table, active_name(table), columns, "state eq Active", default=True)
    yield View(table, f"Inactive {plural}", columns, "state eq Inactive")
    yield View(table, f"All {plural}", columns)
    if table.ownership is Ownership.USER:
        yield View(table, f"My {plural}", columns, "state eq Active; owner eq-userid")
    finders = (
        (Query.ADVANCED_FIND, f"{table.plural}: advanced find"),
        (Query.ASSOCIATED, associated_name(table)),
        (Query.QUICK_FIND, f"{table.plural}: quick find"),
        (Query.LOOKUP, f"{table.plural}: lookup"),
    )
    for query, name in finders:
        yield View(table, name, _with_name(table, columns) if query is Query.LOOKUP else columns, query=query, default=True)


def _with_name(table: Table, columns: str) -> str:
    """A lookup shows what rows are called first."""
    shown = [column.name for column, _, _ in listed(table, columns)]
    return columns if table.primary_name in shown else f"name {columns}"


def found_by(view: View) -> list[str]:
    """What a quick find looks into: the name and the texts that the list shows."""
    table = view.table
    shown = [column for column, _, _ in listed(table, view.columns) if column.kind is Kind.STRING]
    return list(dict.fromkeys([table.primary_name, *(column.name for column in shown)]))


def view_file(view: View) -> Element:
    """The file of one view."""
    table = view.table
    quick = view.query is Query.QUICK_FIND
    found = finder([table.by_name[name] for name in found_by(view)]) if quick else None
    return node(
        "savedqueries",
        node(
            "savedquery",
            flag("IsCustomizable", value=True),
            flag("CanBeDeleted", not view.default),
            flag("isquickfindquery", quick),
            flag("isprivate", value=False),
            flag("isdefault", view.default),
            node("savedqueryid", view.id),
            node("layoutxml", grid(table, view.columns)),
            node("querytype", str(int(view.query))),
            node("fetchxml", fetch(table, view.columns, where(table, view.where), found)),
            node("IntroducedVersion", FIRST_VERSION),
            names(view.name),
            descriptions(view.about),
        ),
    )
