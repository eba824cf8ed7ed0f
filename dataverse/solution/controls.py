"""What stands in a cell of a form or dashboard: the control of a column, a list of rows, a glance at another row, notes.

Source: FormXml.xsd 9.0.0.2090; learn.microsoft.com, "Form XML schema" (class ids of controls); unpacked solutions that Microsoft
publishes.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from dataverse.schema.relations import relation_name
from dataverse.solution.xml import Element, node

if TYPE_CHECKING:
    from dataverse.solution.sketch import Field, Rows

CLASSES = {
    Kind.STRING: "{4273EDBD-AC1D-40D3-9FB2-095C621B552D}",
    Kind.MEMO: "{E0DECE4B-6FC8-4A8F-A065-082708572369}",
    Kind.INTEGER: "{C6D124CA-7EDA-4A60-AEA9-7FB8D318B68F}",
    Kind.DECIMAL: "{C3EFE0C3-0EC6-42BE-8349-CBD9079DFD8E}",
    Kind.MONEY: "{533B9E00-756B-4312-95A0-DC888637AC78}",
    Kind.BOOLEAN: "{67FAC785-CD58-4F9F-ABB3-4B7DDC6ED5ED}",
    Kind.DATE: "{5B773807-9FB2-42DB-97C3-7A91EFF8ADFF}",
    Kind.DATETIME: "{5B773807-9FB2-42DB-97C3-7A91EFF8ADFF}",
    Kind.CHOICE: "{3EF39988-22BB-4F0B-BBBE-64B5A3748AEE}",
    Kind.STATE: "{3EF39988-22BB-4F0B-BBBE-64B5A3748AEE}",
    Kind.STATUS: "{5D68B988-0661-4DB2-BC3E-17598AD3BE6C}",
    Kind.LOOKUP: "{270BD3DB-D9AF-4782-9025-509E298DEC0A}",
}
"""The class of the control by type of column."""
LIST = "{E7A81278-8635-4D9E-8D4D-59480B391C5B}"
GLANCE = "{5C5600E0-1D6E-4205-A272-BE80DA87FD42}"
NOTES = "{06375649-C143-495E-A496-C962E5B4488E}"


def column_control(field: Field, prefix: str = "") -> Element:
    """The control of a column."""
    column = field.column
    return node(
        "control",
        id=f"{prefix}{column.name}",
        classid=CLASSES[column.kind],
        datafieldname=column.name,
        disabled=str(field.locked or column.read_only).lower(),
    )


def list_control(name: str, table: str, view: str, *, relation: str = "", chart: str = "", rows: int = 8) -> Element:
    """A list of rows in a view, or a chart of them.

    Shape: `view` and `chart` are ids in braces; `relation` restricts the rows to those that point to the form's row.
    """
    parameters = node(
        "parameters",
        node("ViewId", view),
        node("IsUserView", "false"),
        node("RelationshipName", relation) if relation else None,
        node("TargetEntityType", table),
        node("AutoExpand", "Fixed"),
        node("EnableQuickFind", "false"),
        node("EnableViewPicker", str(not relation).lower()),
        node("EnableJumpBar", "false"),
        node("ChartGridMode", "Chart" if chart else "Grid"),
        node("VisualizationId", chart) if chart else None,
        node("IsUserChart", "false"),
        node("EnableChartPicker", str(bool(chart)).lower()),
        node("RecordsPerPage", str(rows)),
    )
    return node("control", parameters, id=name, classid=LIST, indicationOfSubgrid="true")


def rows_control(name: str, rows: Rows, parent: str, view: str) -> Element:
    """The rows that point to the form's row."""
    return list_control(name, rows.table.name, view, relation=relation_name(rows.table, rows.lookup, parent))


def glance_control(name: str, lookup: str, table: str, form: str) -> Element:
    """A few columns of the row that a lookup points to; `form` is the quick form that shows them."""
    forms = node("QuickFormIds", node("QuickFormId", form.strip("{}"), entityname=table))
    parameters = node("parameters", node("QuickForms", ET.tostring(forms, encoding="unicode")), node("ControlMode", "Edit"))
    return node("control", parameters, id=name, classid=GLANCE, datafieldname=lookup, disabled="true")


def notes_control() -> Element:
    """The notes of a row."""
    return node("control", id="notescontrol", classid=NOTES)
