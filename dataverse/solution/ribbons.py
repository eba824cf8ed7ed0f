"""Command bars as files: our buttons on a table's main form. A table of ours without any has an empty file, as in exports.

A button that is disabled is hidden in the command bar, so a rule of ours that says no hides it. Rules named `Mscrm.…` are the
platform's own.

Source: RibbonCore.xsd, RibbonTypes.xsd and RibbonWSS.xsd 9.0.0.2090; learn.microsoft.com, "Define ribbon enable rules" (what
enabled means), "Pass data from a page to a JavaScript action" (PrimaryControl); exported solutions, which hold this file for
every table of their own, and beside a standard table of which little else is theirs (the Media accelerator's `Entities/Contact`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.solution.content.commands import BUTTONS
from dataverse.solution.content.resources import COMMANDS
from dataverse.solution.words import table_of
from dataverse.solution.xml import LANGUAGE, Element, node

if TYPE_CHECKING:
    from dataverse.schema.model import Table
    from dataverse.solution.content.commands import Button

RESOURCE = "$webresource:"
LABEL = "$LocLabels:"
SAVED = "Mscrm.FormStateNotNew"
"""The platform's rule: the row of the form exists."""
TEMPLATE = "o1"
"""The display template of large buttons, which every group of the platform has."""


def buttons_of(table: Table) -> list[Button]:
    """Ours on the form of a table. Errors: UnknownWord."""
    return [button for button in BUTTONS if table_of(button.table) is table]


def ribbon_file(table: Table) -> Element:
    """The command bar of a table. Errors: UnknownWord."""
    buttons = buttons_of(table)
    return node(
        "RibbonDiffXml",
        node("CustomActions", *(_action(button) for button in buttons)),
        node("Templates", node("RibbonTemplates", Id="Mscrm.Templates")),
        node("CommandDefinitions", *(_command(button) for button in buttons)),
        node(
            "RuleDefinitions",
            node("TabDisplayRules"),
            node("DisplayRules", *(_may(button) for button in buttons)),
            node("EnableRules", *(_useful(button) for button in buttons)),
        ),
        node("LocLabels", *(label for button in buttons for label in _labels(button))),
    )


def _id(button: Button, what: str) -> str:
    return f"w365.{button.table}.{button.name}.{what}"


def _action(button: Button) -> Element:
    sequence = str(button.sequence)
    return node(
        "CustomAction",
        node(
            "CommandUIDefinition",
            node(
                "Button",
                Id=_id(button, "Button"),
                Command=_id(button, "Command"),
                LabelText=LABEL + _id(button, "Label"),
                Alt=LABEL + _id(button, "Label"),
                ToolTipTitle=LABEL + _id(button, "Label"),
                ToolTipDescription=LABEL + _id(button, "ToolTip"),
                Sequence=sequence,
                TemplateAlias=TEMPLATE,
                ModernImage=RESOURCE + button.icon,
            ),
        ),
        Id=_id(button, "CustomAction"),
        Location=f"Mscrm.Form.{table_of(button.table).name}.MainTab.Save.Controls._children",
        Sequence=sequence,
    )


def _command(button: Button) -> Element:
    return node(
        "CommandDefinition",
        node("EnableRules", node("EnableRule", Id=SAVED), node("EnableRule", Id=_id(button, "IsUseful"))),
        node("DisplayRules", node("DisplayRule", Id=_id(button, "May"))),
        node("Actions", _call("JavaScriptFunction", button.calls)),
        Id=_id(button, "Command"),
    )


def _call(tag: str, function: str) -> Element:
    return node(tag, node("CrmParameter", Value="PrimaryControl"), Library=RESOURCE + COMMANDS, FunctionName=function)


def _may(button: Button) -> Element:
    tables = (table_of(word).name for word in button.creates)
    rules = (node("EntityPrivilegeRule", EntityName=table, PrivilegeType="Create", PrivilegeDepth="Basic") for table in tables)
    return node("DisplayRule", *rules, Id=_id(button, "May"))


def _useful(button: Button) -> Element:
    return node("EnableRule", _call("CustomRule", button.shown_if), Id=_id(button, "IsUseful"))


def _labels(button: Button) -> tuple[Element, Element]:
    return _label(_id(button, "Label"), button.name), _label(_id(button, "ToolTip"), button.tooltip)


def _label(name: str, text: str) -> Element:
    return node("LocLabel", node("Titles", node("Title", description=text, languagecode=LANGUAGE)), Id=name)
