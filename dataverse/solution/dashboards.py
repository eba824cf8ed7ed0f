"""Dashboards as files: forms of a kind of their own, whose cells are charts and lists.

Source: FormXml.xsd 9.0.0.2090; learn.microsoft.com, "Understand dashboards: dashboard components and FormXML".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.solution.charts import chart_id
from dataverse.solution.controls import list_control
from dataverse.solution.publisher import FIRST_VERSION, component_id
from dataverse.solution.views import view_id
from dataverse.solution.words import table_of
from dataverse.solution.xml import Element, descriptions, flag, labels, names, node

if TYPE_CHECKING:
    from dataverse.solution.content.dashboards import Dashboard, Tile

TALL = 12


def dashboard_id(name: str) -> str:
    """The id of a dashboard, in braces."""
    return component_id("dashboard", name)


def dashboard_file(dashboard: Dashboard) -> Element:
    """The file of one dashboard. Errors: UnknownWord."""
    tabs = node("tabs", *(_tab(dashboard, number, tiles) for number, tiles in enumerate(dashboard.rows, 1)))
    return node(
        "Dashboard",
        names(dashboard.name),
        descriptions(dashboard.about),
        node("FormId", dashboard_id(dashboard.name)),
        flag("IsCustomizable", value=True),
        node("IsDefault", "0"),
        flag("CanBeDeleted", value=True),
        node("FormXml", node("forms", node("form", tabs), type="dashboard")),
        node("IntroducedVersion", FIRST_VERSION),
        node("IsTabletEnabled", "1"),
    )


def _tab(dashboard: Dashboard, number: int, tiles: tuple[Tile, ...]) -> Element:
    place = (dashboard.name, str(number))
    row = node("row", *(_cell(dashboard, number, column, tile) for column, tile in enumerate(tiles, 1)))
    section = node(
        "section",
        labels("labels", "label", f"Row {number}"),
        node("rows", row, *(node("row") for _ in range(TALL - 1))),
        id=component_id("dashboard section", *place),
        showlabel="false",
        showbar="false",
        columns="1" * len(tiles),
    )
    return node(
        "tab",
        labels("labels", "label", f"Row {number}"),
        node("columns", node("column", node("sections", section), width="100%")),
        id=component_id("dashboard tab", *place),
        showlabel="false",
        verticallayout="true",
    )


def _cell(dashboard: Dashboard, number: int, column: int, tile: Tile) -> Element:
    table = table_of(tile.table)
    chart = chart_id(table, tile.chart) if tile.chart else ""
    name = f"tile_{number}_{column}"
    return node(
        "cell",
        labels("labels", "label", tile.chart or tile.view),
        list_control(name, table.name, view_id(table, tile.view), chart=chart, rows=10),
        id=component_id("dashboard cell", dashboard.name, name),
        showlabel="true",
        colspan="1",
        rowspan=str(TALL),
        auto="false",
    )
