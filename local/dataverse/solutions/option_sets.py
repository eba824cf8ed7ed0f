"""Choices of a package: options with our numbers, states with their status reasons, the two words of a yes/no column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Choice, Option
from local.dataverse.solutions import nodes

if TYPE_CHECKING:
    from local.dataverse.solutions.nodes import Node

DISPLAY = {"IntroducedVersion", "IsCustomizable", "displaynames", "Descriptions", "OptionSetType", "IsGlobal", "ExternalTypeName"}
ATTRIBUTES = ("Name", "localizedName", "description", "unmodified")
USUAL = {1: "Yes", 0: "No"}
OPTION = ("id", "ExternalValue", "Color", "addedby", "IsHidden", "ordinalvalue", "TransitionData", "solutionaction")


def choice(node: Node, name: str) -> Choice:
    """The options of an option set, whatever its type. Errors: ImportFault, also for a value that stands there twice."""
    node.ignore_attributes(*ATTRIBUTES)
    node.skip(DISPLAY)
    found = [*_options(node, "options", "option"), *_options(node, "states", "state"), *_options(node, "statuses", "status")]
    node.done()
    values = [option.value for option in found]
    repeated = next((value for value in values if values.count(value) > 1), None)
    if repeated is not None:
        raise node.fault(f"The option set '{name}' has the value {repeated} twice.")
    return Choice(name, tuple(found))


def _options(node: Node, group: str, one: str) -> list[Option]:
    listed = node.child(group)
    if listed is None:
        return []
    found = []
    for entry in listed.children(one):
        value = nodes.number(entry, "value", entry.required("value"))
        state = entry.attribute("state") if one == "status" else ""
        entry.ignore_attributes(*OPTION, "defaultstatus", "invariantname")
        label = entry.label("labels", "label")
        entry.skip({"Descriptions", "Colors"})
        entry.done()
        found.append(Option(value, label, nodes.number(entry, "state", state) if state else None))
    listed.done()
    return found


def yes_no(node: Node, name: str) -> Choice | None:
    """The two words of a yes/no column, None for yes and no. Errors: ImportFault for other values."""
    found = choice(node, name)
    if {option.value for option in found.options} != {0, 1}:
        raise node.fault(f"The option set '{name}' of a two-option column must have the values 0 and 1.")
    return None if {option.value: option.label for option in found.options} == USUAL else found


def global_label(node: Node) -> str:
    """What a global option set is called."""
    return node.label("displaynames", "displayname")
