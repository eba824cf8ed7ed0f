"""Charts as files: what is counted, and how it is drawn.

Source: VisualizationDataDescription.xsd and Fetch.xsd 9.0.0.2090; learn.microsoft.com, "Understand charts: underlying data and
chart representation"; unpacked solutions on GitHub.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.solution.content.charts import CHARTS, Chart
from dataverse.solution.publisher import FIRST_VERSION, component_id
from dataverse.solution.words import column_of, table_of
from dataverse.solution.xml import Element, descriptions, flag, names, node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.schema.model import Table

GROUP, MEASURE = "group_by", "measure"
"""The aliases that the query and the chart share."""
ROUND = "Doughnut"
FONT = "{0}, 14px"
INK, LINE, PAPER = "36, 36, 36", "209, 209, 209", "240, 240, 240"


def chart_id(table: Table, name: str) -> str:
    """The id of a chart, in braces."""
    return component_id("chart", table.name, name)


def charts_of(table: Table) -> Iterator[Chart]:
    """The declared charts of a table."""
    return (chart for chart in CHARTS if table_of(chart.table) is table)


def chart_file(chart: Chart) -> Element:
    """The file of one chart. Errors: UnknownWord."""
    table = table_of(chart.table)
    return node(
        "visualization",
        node("savedqueryvisualizationid", chart_id(table, chart.name)),
        names(chart.name),
        descriptions(chart.about),
        node("datadescription", _data(table, chart)),
        node("presentationdescription", _drawn(chart)),
        node("isdefault", "0"),
        flag("IsCustomizable", value=True),
        node("IntroducedVersion", FIRST_VERSION),
        flag("CanBeDeleted", value=True),
    )


def _data(table: Table, chart: Chart) -> Element:
    word, _, span = chart.by.partition("/")
    by = {"name": column_of(table, word).name, "groupby": "true", "alias": GROUP}
    if span:
        by["dategrouping"] = span
    aggregate, _, summed = chart.measure.partition(" ")
    measured = column_of(table, summed).name if summed else table.primary_id
    measure = {"name": measured, "aggregate": aggregate, "alias": MEASURE}
    top = {"count": str(chart.top)} if chart.top else {}
    order = node("order", alias=MEASURE, descending="true") if chart.top else None
    entity = node("entity", node("attribute", attributes=by), node("attribute", attributes=measure), order, name=table.name)
    fetch = node("fetch", entity, attributes={"mapping": "logical", "aggregate": "true", **top})
    category = node("category", node("measurecollection", node("measure", alias=MEASURE)), alias=GROUP)
    return node("datadefinition", node("fetchcollection", fetch), node("categorycollection", category))


def _drawn(chart: Chart) -> Element:
    series = node("Series", ChartType=chart.shape, IsValueShownAsLabel="True", Font=FONT, LabelForeColor=INK)
    area = node("ChartArea", *(() if chart.shape == ROUND else (_axis("AxisY"), _axis("AxisX"))), BorderColor="White")
    title = node("Title", Alignment="TopLeft", DockingOffset="-3", Font=FONT, ForeColor=INK)
    legend = node("Legend", Alignment="Center", LegendStyle="Table", Docking="right", Font=FONT, ForeColor=INK)
    return node(
        "Chart",
        node("Series", series),
        node("ChartAreas", area),
        node("Titles", title),
        node("Legends", legend) if chart.shape == ROUND else None,
    )


def _axis(tag: str) -> Element:
    return node(
        tag,
        node("MajorGrid", LineColor=PAPER),
        node("MajorTickMark", LineColor=LINE),
        node("LabelStyle", Font=FONT, ForeColor=INK),
        LabelAutoFitMinFontSize="8",
        TitleForeColor=INK,
        TitleFont=FONT,
        LineColor=LINE,
        IntervalAutoMode="VariableCount",
    )
