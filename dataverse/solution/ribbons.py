"""Command bars as files. None of our tables changes its command bar yet; the empty file is what a change is made in.

Source: RibbonCore.xsd 9.0.0.2090; exported solutions, which hold this file for every table.
"""

from __future__ import annotations

from dataverse.solution.xml import Element, node


def ribbon_file() -> Element:
    """A command bar as Dataverse makes it."""
    return node(
        "RibbonDiffXml",
        node("CustomActions"),
        node("Templates", node("RibbonTemplates", Id="Mscrm.Templates")),
        node("CommandDefinitions"),
        node("RuleDefinitions", node("TabDisplayRules"), node("DisplayRules"), node("EnableRules")),
        node("LocLabels"),
    )
