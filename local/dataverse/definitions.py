"""What the metadata API says of a table, a column, a key, a choice.

Source: Microsoft Learn, "Web API EntityMetadata / AttributeMetadata EntityType" and "Query table definitions using the Web API".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Choice, Column, Kind, Option
from local.dataverse import codec
from local.dataverse.made import Intersect, MadeColumn
from local.dataverse.seed import fixed

if TYPE_CHECKING:
    from local.dataverse.entities import Entity

Definition = dict[str, Any]
TYPES = {
    Kind.STRING: "String",
    Kind.MEMO: "Memo",
    Kind.INTEGER: "Integer",
    Kind.BIGINT: "BigInt",
    Kind.DECIMAL: "Decimal",
    Kind.MONEY: "Money",
    Kind.BOOLEAN: "Boolean",
    Kind.DATE: "DateTime",
    Kind.DATETIME: "DateTime",
    Kind.CHOICE: "Picklist",
    Kind.STATE: "State",
    Kind.STATUS: "Status",
    Kind.LOOKUP: "Lookup",
    Kind.GUID: "Uniqueidentifier",
}
LANGUAGE = 1033
_NUMBERS = {Kind.INTEGER, Kind.BIGINT, Kind.DECIMAL, Kind.MONEY}
_FIRST_CODE = 10_000
_CODES = {"account": 1, "contact": 2, "opportunity": 3, "lead": 4, "systemuser": 8, "team": 9, "businessunit": 10, "task": 4212}
YES_NO = Choice("yesno", (Option(1, "Yes"), Option(0, "No")))
NAVIGATIONS = ("OptionSet", "GlobalOptionSet")
"""Members that come only when they are expanded."""


def label(text: str) -> Definition:
    """A localised label."""
    if not text:
        return {"LocalizedLabels": [], "UserLocalizedLabel": None}
    one = {"Label": text, "LanguageCode": LANGUAGE, "IsManaged": False, "MetadataId": fixed("label", text), "HasChanged": None}
    return {"LocalizedLabels": [one], "UserLocalizedLabel": one}


def managed(value: object, name: str) -> Definition:
    """A managed property."""
    return {"Value": value, "CanBeChanged": True, "ManagedPropertyLogicalName": name}


def table_id(name: str) -> str:
    """The metadata id of a table."""
    return fixed("table", name)


def column_id(table: str, name: str) -> str:
    """The metadata id of a column."""
    return fixed("column", table, name)


def key_id(table: str, name: str) -> str:
    """The metadata id of an alternate key."""
    return fixed("key", table, name)


def choice_id(name: str) -> str:
    """The metadata id of a global choice."""
    return fixed("choice", name)


def is_custom(entity: Entity) -> bool:
    """Whether somebody made the table, the model included."""
    return not entity.table.standard


def table(entity: Entity) -> Definition:
    """The definition of one table."""
    model = entity.table
    custom = is_custom(entity)
    return {
        "MetadataId": table_id(model.name),
        "HasChanged": None,
        "LogicalName": model.name,
        "SchemaName": model.schema,
        "EntitySetName": model.set_name,
        "LogicalCollectionName": model.set_name,
        "CollectionSchemaName": f"{model.schema}s",
        "ObjectTypeCode": _CODES.get(model.name, _FIRST_CODE + int(fixed("code", model.name)[:4], 16) % 10_000),
        "PrimaryIdAttribute": model.primary_id,
        "PrimaryNameAttribute": model.primary_name or None,
        "PrimaryImageAttribute": None,
        "OwnershipType": model.ownership.value,
        "TableType": "Standard",
        "IntroducedVersion": "1.0.0.0",
        "ActivityTypeMask": 0,
        "IsCustomEntity": custom,
        "IsManaged": False,
        "IsPrivate": False,
        "IsIntersect": isinstance(model, Intersect),
        "IsLogicalEntity": False,
        "IsActivity": model.name == "task",
        "IsActivityParty": False,
        "IsOptimisticConcurrencyEnabled": True,
        "IsBusinessProcessEnabled": False,
        "IsImportable": True,
        "IsQuickCreateEnabled": False,
        "IsValidForAdvancedFind": not isinstance(model, Intersect),
        "HasNotes": model.has_notes,
        "HasActivities": model.has_activities,
        "ChangeTrackingEnabled": model.tracked,
        "EntityColor": "",
        "IsAuditEnabled": managed(model.audited, "canmodifyauditsettings"),
        "IsCustomizable": managed(True, "iscustomizable"),
        "IsRenameable": managed(True, "isrenameable"),
        "IsDuplicateDetectionEnabled": managed(False, "canmodifyduplicatedetectionsettings"),
        "IsConnectionsEnabled": managed(False, "canmodifyconnectionsettings"),
        "CanCreateAttributes": managed(not isinstance(model, Intersect), "cancreateattributes"),
        "CanCreateForms": managed(True, "cancreateforms"),
        "CanCreateViews": managed(True, "cancreateviews"),
        "CanModifyAdditionalSettings": managed(True, "canmodifyadditionalsettings"),
        "DisplayName": label(model.label),
        "DisplayCollectionName": label(model.plural),
        "Description": label(model.description),
    }


def type_of(column: Column) -> str:
    """A column's type as the metadata API names it."""
    if isinstance(column, MadeColumn) and column.type_name:
        return column.type_name
    if column.kind is Kind.LOOKUP and column.name == "ownerid":
        return "Owner"
    return TYPES[column.kind]


def attribute(entity: Entity, column: Column) -> Definition:
    """The definition of one column, with its choice under `OptionSet` (given only when it is expanded)."""
    kind = type_of(column)
    cast = "Lookup" if kind == "Owner" else kind
    system = column.read_only or column.name == entity.primary_id or column.kind in {Kind.STATE, Kind.STATUS}
    level = column.level if isinstance(column, MadeColumn) else "ApplicationRequired" if column.required else "None"
    made: Definition = {
        "@odata.type": f"#Microsoft.Dynamics.CRM.{cast}AttributeMetadata",
        "MetadataId": column_id(entity.name, column.name),
        "HasChanged": None,
        "EntityLogicalName": entity.name,
        "LogicalName": column.name,
        "SchemaName": column.schema,
        "AttributeOf": None,
        "AttributeType": "Virtual" if kind == "MultiSelectPicklist" else kind,
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "ColumnNumber": entity.position[column.name] + 1,
        "IntroducedVersion": "1.0.0.0",
        "IsCustomAttribute": (is_custom(entity) and not system) or isinstance(column, MadeColumn),
        "IsManaged": False,
        "IsLogical": False,
        "IsFilterable": False,
        "IsSecured": False,
        "IsSearchable": False,
        "IsPrimaryId": column.name == entity.primary_id,
        "IsPrimaryName": column.name == entity.table.primary_name,
        "IsValidForCreate": not column.read_only,
        "IsValidForUpdate": not column.read_only and column.name != entity.primary_id,
        "IsValidForRead": True,
        "IsValidODataAttribute": True,
        "SourceType": 0 if column.kind is not Kind.GUID else None,
        "RequiredLevel": managed(
            "SystemRequired" if column.name == entity.primary_id else level, "canmodifyrequirementlevelsettings"
        ),
        "IsAuditEnabled": managed(not isinstance(column, MadeColumn) or column.audited, "canmodifyauditsettings"),
        "IsCustomizable": managed(True, "iscustomizable"),
        "IsRenameable": managed(True, "isrenameable"),
        "IsValidForAdvancedFind": managed(True, "canmodifysearchsettings"),
        "DisplayName": label(column.label),
        "Description": label(column.description),
    }
    made |= _typed(column, kind)
    choice = column.choice or (YES_NO if column.kind is Kind.BOOLEAN else None)
    if choice is not None:
        made |= _chosen_of(entity, column, choice, kind)
    return made


def _typed(column: Column, kind: str) -> Definition:
    given = column.format if isinstance(column, MadeColumn) else ""
    found: Definition = {}
    if column.kind in {Kind.STRING, Kind.MEMO} and column.choice is None:
        found |= {
            "MaxLength": column.max_length,
            "DatabaseLength": column.max_length * (2 if column.kind is Kind.STRING else 1),
            "Format": given or ("Text" if column.kind is Kind.STRING else "TextArea"),
            "FormatName": {"Value": given or ("Text" if column.kind is Kind.STRING else "TextArea")},
            "ImeMode": "Auto",
        }
    if column.kind in _NUMBERS:
        low, high = _bounds(column)
        found |= {"MinValue": low, "MaxValue": high}
    if column.kind in {Kind.DECIMAL, Kind.MONEY}:
        found |= {"Precision": column.precision, "ImeMode": "Auto"}
    if column.kind is Kind.MONEY:
        found |= {
            "PrecisionSource": 0,
            "IsBaseCurrency": column.read_only,
            "CalculationOf": column.name.removesuffix("_base") if column.read_only else None,
        }
    if column.kind is Kind.INTEGER:
        found["Format"] = given or "None"
    if column.kind in {Kind.DATE, Kind.DATETIME}:
        found |= {
            "Format": given or ("DateOnly" if column.kind is Kind.DATE else "DateAndTime"),
            "ImeMode": "Inactive",
            "DateTimeBehavior": {"Value": "DateOnly" if column.kind is Kind.DATE else "UserLocal"},
        }
    if column.kind is Kind.LOOKUP:
        found["Targets"] = list(column.targets)
    if kind == "Boolean":
        found["DefaultValue"] = bool(column.default) if isinstance(column, MadeColumn) else False
    if kind in {"Picklist", "State", "Status", "MultiSelectPicklist"}:
        found["DefaultFormValue"] = column.default if isinstance(column, MadeColumn) and column.default is not None else -1
    return found


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


def choice_definition(choice: Choice, name: str, *, is_global: bool, kind: str = "Picklist") -> Definition:
    """The definition of a choice: its options, or for yes/no the two words."""
    base: Definition = {
        "MetadataId": choice_id(name),
        "HasChanged": None,
        "Name": name,
        "DisplayName": label(choice.name),
        "Description": label(""),
        "IsCustomOptionSet": True,
        "IsGlobal": is_global,
        "IsManaged": False,
        "IsCustomizable": managed(True, "iscustomizable"),
        "OptionSetType": "Picklist" if kind == "MultiSelectPicklist" else kind,
    }
    if kind == "Boolean":
        words = {option.value: _option(option, kind) for option in choice.options}
        return {
            "@odata.type": "#Microsoft.Dynamics.CRM.BooleanOptionSetMetadata",
            **base,
            "TrueOption": words.get(1),
            "FalseOption": words.get(0),
        }
    return {
        "@odata.type": "#Microsoft.Dynamics.CRM.OptionSetMetadata",
        **base,
        "Options": [_option(option, kind) for option in choice.options],
    }


def _option(option: Option, kind: str) -> Definition:
    extra: Definition = {}
    if kind == "Status":
        extra = {"@odata.type": "#Microsoft.Dynamics.CRM.StatusOptionMetadata", "State": option.state, "TransitionData": None}
    if kind == "State":
        extra = {"@odata.type": "#Microsoft.Dynamics.CRM.StateOptionMetadata", "InvariantName": option.label}
    return {
        **extra,
        "Value": option.value,
        "Label": label(option.label),
        "Description": label(""),
        "Color": None,
        "IsManaged": False,
        "ExternalValue": "",
        "MetadataId": None,
        "HasChanged": None,
    }


def key(entity: Entity, index: int) -> Definition:
    """The definition of one alternate key. Its index is ready at once."""
    one = entity.table.keys[index]
    return {
        "MetadataId": key_id(entity.name, one.name),
        "HasChanged": None,
        "EntityLogicalName": entity.name,
        "LogicalName": one.name.lower(),
        "SchemaName": one.name,
        "KeyAttributes": list(one.columns),
        "EntityKeyIndexStatus": "Active",
        "IsManaged": False,
        "IsSynchronous": False,
        "IntroducedVersion": "1.0.0.0",
        "AsyncJob": None,
        "IsCustomizable": managed(True, "iscustomizable"),
        "DisplayName": label(one.name),
    }
