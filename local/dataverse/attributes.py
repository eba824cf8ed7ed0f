"""What the metadata API says of a column.

Source: Microsoft Learn, "Web API AttributeMetadata EntityType" and the types derived from it, "Query table definitions using the
Web API".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import TYPE_CODES, Choice, Column, Kind, Option
from local.dataverse import binaries, codec
from local.dataverse.definitions import choice_definition, column_id, is_custom, managed
from local.dataverse.labels import label
from local.dataverse.made import MadeColumn

if TYPE_CHECKING:
    from local.dataverse.entities import Entity

Definition = dict[str, Any]
VIRTUAL = frozenset({"MultiSelectPicklist", binaries.FILE, binaries.IMAGE})
"""Types whose AttributeType is Virtual; AttributeTypeName tells them apart."""
CASTS = {"Owner": "Lookup", "Customer": "Lookup", "Uniqueidentifier": "UniqueIdentifier"}
"""Types whose definition is of a type with another name."""
CHOICES = frozenset({"Picklist", "State", "Status", "MultiSelectPicklist"})
NAVIGATIONS = ("OptionSet", "GlobalOptionSet")
"""Members that come only when they are expanded."""
DESCRIPTIVE = {
    "IsCustomizable": "iscustomizable",
    "IsRenameable": "isrenameable",
    "IsValidForAdvancedFind": "canmodifysearchsettings",
    "IsGlobalFilterEnabled": "canmodifyglobalfiltersettings",
    "IsSortableEnabled": "canmodifyissortablesettings",
    "CanModifyAdditionalSettings": "canmodifyadditionalsettings",
}
"""Managed properties that describe and do not act, with their logical names; a request may set them."""
YES_NO = Choice("yesno", (Option(1, "Yes"), Option(0, "No")))
_NUMBERS = {Kind.INTEGER, Kind.BIGINT, Kind.DECIMAL, Kind.MONEY}
_CUSTOMER = {"account", "contact"}


def type_of(column: Column) -> str:
    """A column's type as the metadata API names it."""
    if isinstance(column, MadeColumn) and column.type_name:
        return column.type_name
    if column.kind is Kind.LOOKUP and column.name == "ownerid":
        return "Owner"
    if column.kind is Kind.LOOKUP and set(column.targets) == _CUSTOMER:
        return "Customer"
    return TYPE_CODES[column.kind]


def cast_of(column: Column) -> str:
    """The name of the derived type of a column's definition, without `AttributeMetadata`."""
    kind = type_of(column)
    return CASTS.get(kind, kind)


def attribute(entity: Entity, column: Column) -> Definition:
    """The definition of one column, with its choice under `OptionSet` (given only when it is expanded)."""
    kind = type_of(column)
    made: Definition = {
        "@odata.type": f"#Microsoft.Dynamics.CRM.{cast_of(column)}AttributeMetadata",
        "MetadataId": column_id(entity.name, column.name),
        "HasChanged": None,
        "EntityLogicalName": entity.name,
        "LogicalName": column.name,
        "SchemaName": column.schema,
        "AttributeType": "Virtual" if kind in VIRTUAL else kind,
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "ColumnNumber": entity.position[column.name] + 1,
        **_general(entity, column),
        **_typed(column, kind),
        "DisplayName": label(column.label),
        "Description": label(column.description),
    }
    choice = column.choice or (YES_NO if column.kind is Kind.BOOLEAN else None)
    if choice is not None:
        made |= _chosen_of(entity, column, choice, kind)
    told = column.told if isinstance(column, MadeColumn) else ()
    return made | {name: json.loads(text) for name, text in told}


def _general(entity: Entity, column: Column) -> Definition:
    own = isinstance(column, MadeColumn)
    is_id, is_name = column.name == entity.primary_id, column.name == entity.table.primary_name
    system = column.read_only or is_id or column.kind in {Kind.STATE, Kind.STATUS}
    level = column.level if isinstance(column, MadeColumn) else "ApplicationRequired" if column.required else "None"
    return {
        "AttributeOf": (column.part_of or None) if isinstance(column, MadeColumn) else None,
        "IntroducedVersion": "1.0.0.0",
        "DeprecatedVersion": None,
        "IsCustomAttribute": (is_custom(entity) and not system) or own,
        "IsManaged": False,
        "IsLogical": isinstance(column, MadeColumn) and bool(column.part_of),
        "IsFilterable": False,
        "IsRetrievable": True,
        "IsSecured": False,
        "IsSearchable": False,
        "IsDataSourceSecret": False,
        "CanBeSecuredForRead": not system and not is_name,
        "CanBeSecuredForCreate": not system and not is_name,
        "CanBeSecuredForUpdate": not system and not is_name,
        "IsPrimaryId": is_id,
        "IsPrimaryName": is_name,
        "IsValidForCreate": not column.read_only,
        "IsValidForUpdate": not column.read_only and not is_id,
        "IsValidForRead": True,
        "IsValidForForm": not system,
        "IsRequiredForForm": False,
        "IsValidForGrid": not system,
        "IsValidODataAttribute": True,
        "SourceType": 0 if column.kind is not Kind.GUID else None,
        "LinkedAttributeId": None,
        "InheritsFrom": None,
        "ExternalName": None,
        "AutoNumberFormat": column.auto_number if isinstance(column, MadeColumn) else "",
        "RequiredLevel": managed("SystemRequired" if is_id else level, "canmodifyrequirementlevelsettings"),
        "IsAuditEnabled": managed(not isinstance(column, MadeColumn) or column.audited, "canmodifyauditsettings"),
        **{name: managed(name not in {"IsGlobalFilterEnabled", "IsSortableEnabled"}, DESCRIPTIVE[name]) for name in DESCRIPTIVE},
    }


def _typed(column: Column, kind: str) -> Definition:  # noqa: C901  one branch per type
    given = column.format if isinstance(column, MadeColumn) else ""
    found: Definition = {}
    if binaries.sort_of(column):
        found |= _binary(column, kind)
    elif column.kind in {Kind.STRING, Kind.MEMO} and column.choice is None:
        shape = given or ("Text" if column.kind is Kind.STRING else "TextArea")
        found |= {
            "MaxLength": column.max_length,
            "DatabaseLength": column.max_length * (2 if column.kind is Kind.STRING else 1),
            "Format": shape,
            "FormatName": {"Value": shape},
            "ImeMode": "Auto",
            "IsLocalizable": False,
        }
        found |= {"YomiOf": None, "FormulaDefinition": "", "SourceTypeMask": 0} if column.kind is Kind.STRING else {}
    if column.kind in _NUMBERS:
        low, high = _bounds(column)
        found |= {"MinValue": low, "MaxValue": high}
    if column.kind in {Kind.DECIMAL, Kind.MONEY}:
        found |= {"Precision": column.precision, "ImeMode": "Auto"}
    if column.kind is Kind.MONEY:
        found |= {
            "PrecisionSource": column.precision_source if isinstance(column, MadeColumn) else 0,
            "IsBaseCurrency": column.read_only,
            "CalculationOf": column.name.removesuffix("_base") if column.read_only else None,
        }
    if column.kind is Kind.INTEGER:
        found["Format"] = given or "None"
    if column.kind in {Kind.DATE, Kind.DATETIME}:
        found |= _moment(column, given)
    if column.kind is Kind.LOOKUP:
        found |= {"Targets": list(column.targets), "Format": "None"}
    if kind == "Boolean":
        found["DefaultValue"] = bool(column.default) if isinstance(column, MadeColumn) else False
    if kind in CHOICES:
        found["DefaultFormValue"] = column.default if isinstance(column, MadeColumn) and column.default is not None else -1
        found["ParentPicklistLogicalName"], found["ChildPicklistLogicalNames"] = None, []
    return found


def _binary(column: Column, kind: str) -> Definition:
    size = column.max_size_kb if isinstance(column, MadeColumn) else 0
    if kind == binaries.FILE:
        return {"MaxSizeInKB": size}
    return {"MaxSizeInKB": size, "MaxHeight": 144, "MaxWidth": 144, "CanStoreFullImage": True, "IsPrimaryImage": False}


def _moment(column: Column, given: str) -> Definition:
    behavior = "DateOnly" if column.kind is Kind.DATE else (isinstance(column, MadeColumn) and column.behavior) or "UserLocal"
    return {
        "Format": given or ("DateOnly" if column.kind is Kind.DATE else "DateAndTime"),
        "ImeMode": "Inactive",
        "DateTimeBehavior": {"Value": behavior},
        "CanChangeDateTimeBehavior": managed(behavior == "UserLocal", "canchangedatetimebehavior"),
        "MinSupportedValue": "1753-01-01T00:00:00Z",
        "MaxSupportedValue": "9999-12-30T23:59:59Z",
    }


def _bounds(column: Column) -> tuple[object, object]:
    if column.kind is Kind.INTEGER:
        low, high = codec.INT32
    elif column.kind is Kind.BIGINT:
        low, high = -(2**63), 2**63 - 1
    else:
        limit = codec.MONEY_LIMIT if column.kind is Kind.MONEY else codec.DECIMAL_LIMIT
        low, high = int(-limit), int(limit)
    return low if column.minimum is None else column.minimum, high if column.maximum is None else column.maximum


def _chosen_of(entity: Entity, column: Column, choice: Choice, kind: str) -> Definition:
    name = column.global_name if isinstance(column, MadeColumn) else ""
    whole = choice_definition(choice, name or f"{entity.name}_{column.name}", is_global=bool(name), kind=kind)
    return {"OptionSet": None if name else whole, "GlobalOptionSet": whole if name else None}
