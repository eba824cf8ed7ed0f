"""What the texts and attributes of a package look like: ids, flags, numbers, versions, and words of closed lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dataverse.solution.columns import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.solution.xml import Element

GUID = r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?"
VERSION = r"[0-9]+(\.[0-9]+){1,3}"
WHOLE = r"[0-9]+"
NUMBER = r"-?[0-9]+"
FLAG = r"[01]"
BOOLEAN = r"true|false"
ONE_LANGUAGE = "1033"

TEXTS = {
    GUID: """
formid savedqueryid savedqueryvisualizationid FormId WebResourceId SdkMessageId EventHandler ViewId VisualizationId
""",
    VERSION: "IntroducedVersion Version introducedversion",
    FLAG: """
IsCustomizable CanBeDeleted isquickfindquery isprivate isdefault IsDefault IsTabletEnabled IsHidden IsAuditEnabled IsSecured
IsCustomField ValidForUpdateApi ValidForReadApi ValidForCreateApi IsRenameable IsHierarchical IsValidForAdvancedFind
ChangeTrackingEnabled IsQuickCreateEnabled AsyncAutoDelete CanChangeDateTimeBehavior IsEnabledForMobileClient
IsAvailableForMobileOffline iscustomizable isrequired secretstore IsBPFEntity IsActivity
""",
    WHOLE: """
MaxLength Length Accuracy AccuracySource NavPaneOrder RelationshipRoleType RecordsPerPage WebResourceType Mode Rank Stage
EventHandlerTypeCode Contract AuthType MessageFormat FormFactor ClientType type Language
""",
    NUMBER: "MinValue MaxValue AppDefaultValue",
    BOOLEAN: "IsUserView EnableQuickFind EnableViewPicker EnableJumpBar IsUserChart EnableChartPicker",
    "True|False": "HasRelatedNotes HasRelatedActivities",
    "0|1|2|4|64": "querytype",
    "UserOwned|OrgOwned": "OwnershipTypeMask",
    "none|recommended|required|systemrequired": "RequiredLevel",
    "NoCascade|RemoveLink|Restrict|Cascade": "CascadeDelete",
    "NoCascade": "CascadeAssign CascadeShare CascadeUnshare CascadeReparent CascadeRollupView",
    "OneToMany": "EntityRelationshipType",
    "bit|picklist|state|status": "OptionSetType",
    "[12]": "Behavior",
    "Chart|Grid": "ChartGridMode",
    "Fixed": "AutoExpand",
    "[0-2]": "Managed",
    "|".join([*TYPES.values(), "owner", "primarykey"]): "Type",
}
"""Texts of elements by what they look like."""

VALUES = {
    GUID: "id classid DefaultDashboard SdkMessageProcessingStepId ServiceEndpointId",
    WHOLE: "type width behavior count state colspan rowspan labelwidth locklevel",
    NUMBER: "value defaultstatus",
    BOOLEAN: "descending disabled showlabel showbar expanded verticallayout indicationOfSubgrid auto aggregate groupby",
    ONE_LANGUAGE: "languagecode LCID",
    "Basic|Local|Deep|Global": "level",
    "and|or": "type of filter",
    "main|quick|quickCreate|card|dashboard": "type of forms",
    "day|week|month|quarter|year": "dategrouping",
    "1": "unmodified select icon preview isquickfindfields",
    "(100|[0-9]{1,2})%": "width of column",
    "[^\\s].*": "description of LocalizedName, description of displayname, description of LocalizedCollectionName, Title",
    "[A-Za-z0-9_]+": "Id",
    "[A-Za-z0-9_.]+": (
        "Id of CustomAction, Id of Button, Id of RibbonTemplates, Id of CommandDefinition, Id of EnableRule, Id of DisplayRule, "
        "Id of LocLabel, Command, Location"
    ),
    r"\$LocLabels:[A-Za-z0-9_.]+": "LabelText, Alt, ToolTipTitle, ToolTipDescription",
    r"\$webresource:w365_/[a-z/.]+": "ModernImage, Library",
    r"[A-Za-z_$][A-Za-z_$0-9.]*": "FunctionName of JavaScriptFunction, FunctionName of CustomRule",
    "PrimaryControl": "Value of CrmParameter",
    "Create|Read|Write|Delete|Assign|Share|Append|AppendTo": "PrivilegeType of EntityPrivilegeRule",
    "None|Basic|Local|Deep|Global": "PrivilegeDepth of EntityPrivilegeRule",
    "[0-9]{1,4}": "Sequence of CustomAction, Sequence of Button",
    "sum|count|avg|min|max": "aggregate of attribute",
    "HighWithControls": "headerdensity",
}
"""Attributes by what they look like; `name of element` holds for that element only, several are separated by commas."""

FREE = frozenset({("control", "id"), ("condition", "value"), ("row", "id")})
"""Attributes whose name has another meaning there."""


def _texts() -> dict[str, str]:
    return {name: pattern for pattern, listed in TEXTS.items() for name in listed.split()}


def _values() -> dict[str, str]:
    found: dict[str, str] = {}
    for pattern, listed in VALUES.items():
        names = [listed] if " of " in listed and "," not in listed else listed.split(", " if "," in listed else None)
        found |= dict.fromkeys(names, pattern)
    return found


_TEXT_OF = _texts()
_VALUE_OF = _values()


def refused_text(element: Element) -> Iterator[str]:
    """A sentence when the text of an element does not look as it should."""
    pattern = _TEXT_OF.get(element.tag)
    text = element.text or ""
    if pattern and not re.fullmatch(pattern, text):
        yield f"{element.tag} is '{text}'; it looks like {pattern}"


def refused_value(tag: str, name: str, value: str) -> Iterator[str]:
    """A sentence when an attribute does not look as it should."""
    pattern = _VALUE_OF.get(f"{name} of {tag}") or ("" if (tag, name) in FREE else _VALUE_OF.get(name))
    if pattern and not re.fullmatch(pattern, value):
        yield f"{tag} has {name} '{value}'; it looks like {pattern}"
