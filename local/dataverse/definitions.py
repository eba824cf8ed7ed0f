"""What the metadata API says of a table, a key, a choice; of a column, see attributes.py.

Source: Microsoft Learn, "Web API EntityMetadata EntityType" and "Query table definitions using the Web API".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.dataverse.fixed import fixed
from local.dataverse.labels import label
from local.dataverse.made import Intersect, MadeOption, MadeTable

if TYPE_CHECKING:
    from dataverse.schema.model import Choice, Option
    from local.dataverse.entities import Entity

Definition = dict[str, Any]
_FIRST_CODE = 10_000
_CODES = {"account": 1, "contact": 2, "opportunity": 3, "lead": 4, "systemuser": 8, "team": 9, "businessunit": 10, "task": 4212}


DESCRIPTIVE: dict[str, tuple[object, str]] = {
    "IsCustomizable": (True, "iscustomizable"),
    "IsRenameable": (True, "isrenameable"),
    "IsMappable": (True, "ismappable"),
    "IsDuplicateDetectionEnabled": (False, "canmodifyduplicatedetectionsettings"),
    "IsConnectionsEnabled": (False, "canmodifyconnectionsettings"),
    "IsMailMergeEnabled": (False, "canmodifymailmergesettings"),
    "IsValidForQueue": (False, "canmodifyqueuesettings"),
    "IsVisibleInMobile": (False, "canmodifymobilevisibility"),
    "IsVisibleInMobileClient": (True, "canmodifymobileclientvisibility"),
    "IsReadOnlyInMobileClient": (False, "canmodifymobileclientreadonly"),
    "IsOfflineInMobileClient": (False, "canmodifymobileclientoffline"),
    "CanCreateForms": (True, "cancreateforms"),
    "CanCreateViews": (True, "cancreateviews"),
    "CanCreateCharts": (True, "cancreatecharts"),
    "CanBeRelatedEntityInRelationship": (True, "canberelatedentityinrelationship"),
    "CanBePrimaryEntityInRelationship": (True, "canbeprimaryentityinrelationship"),
    "CanBeInManyToMany": (True, "canbeinmanytomany"),
    "CanBeInCustomEntityAssociation": (True, "canbeincustomentityassociation"),
    "CanEnableSyncToExternalSearchIndex": (True, "canenablesynctoexternalsearchindex"),
    "CanModifyAdditionalSettings": (True, "canmodifyadditionalsettings"),
    "CanChangeHierarchicalRelationship": (True, "canchangehierarchicalrelationship"),
    "CanChangeTrackingBeEnabled": (True, "canchangetrackingbeenabled"),
}
"""Managed properties of a table that describe and do not act: value and logical name; a request may set them."""
FLAGS = frozenset({"IsQuickCreateEnabled", "IsDocumentManagementEnabled", "IsSLAEnabled", "IsKnowledgeManagementEnabled"}) | {
    "AutoCreateAccessTeams",
    "AutoRouteToOwnerQueue",
    "EntityHelpUrlEnabled",
    "HasFeedback",
    "IsBusinessProcessEnabled",
    "IsInteractionCentricEnabled",
    "IsMSTeamsIntegrationEnabled",
    "IsOneNoteIntegrationEnabled",
    "IsReadingPaneEnabled",
    "IsRetrieveAuditEnabled",
    "IsRetrieveMultipleAuditEnabled",
    "SyncToExternalSearchIndex",
}
"""Plain yes-or-no members of the same kind, no by default."""
_CONSTANT: Definition = {
    "TableType": "Standard",
    "ActivityTypeMask": 0,
    "DataProviderId": None,
    "DataSourceId": None,
    "DaysSinceRecordLastModified": 0,
    "EnforceStateTransitions": False,
    "EntityColor": "",
    "EntityHelpUrl": "",
    "ExternalCollectionName": None,
    "ExternalName": None,
    "HasEmailAddresses": False,
    "IconLargeName": "",
    "IconMediumName": "",
    "IconSmallName": "",
    "IconVectorName": "",
    "IsAIRUpdated": False,
    "IsActivityParty": False,
    "IsAvailableOffline": False,
    "IsBPFEntity": False,
    "IsChildEntity": False,
    "IsEnabledForCharts": True,
    "IsEnabledForExternalChannels": False,
    "IsEnabledForTrace": False,
    "IsImportable": True,
    "IsLogicalEntity": False,
    "IsOptimisticConcurrencyEnabled": True,
    "IsPrivate": False,
    "IsSolutionAware": False,
    "IsStateModelAware": False,
    "MobileOfflineFilters": "",
    "PrimaryImageAttribute": None,
    "RecurrenceBaseEntityLogicalName": None,
    "SettingOf": None,
    "UsesBusinessDataLabelTable": False,
}


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
    found = {
        "MetadataId": table_id(model.name),
        "HasChanged": None,
        "LogicalName": model.name,
        "SchemaName": model.schema,
        "EntitySetName": model.set_name,
        "LogicalCollectionName": model.set_name,
        "CollectionSchemaName": f"{model.schema}s",
        "ReportViewName": f"Filtered{model.schema}",
        "ObjectTypeCode": _CODES.get(model.name, _FIRST_CODE + int(fixed("code", model.name)[:4], 16) % 10_000),
        "PrimaryIdAttribute": model.primary_id,
        "PrimaryNameAttribute": model.primary_name or None,
        "OwnershipType": model.ownership.value,
        "IntroducedVersion": "1.0.0.0",
        "IsCustomEntity": custom,
        "IsManaged": False,
        "IsIntersect": isinstance(model, Intersect),
        "IsActivity": model.name == "task",
        "IsValidForAdvancedFind": not isinstance(model, Intersect),
        "HasNotes": model.has_notes,
        "HasActivities": model.has_activities,
        "ChangeTrackingEnabled": model.tracked,
        "IsAuditEnabled": managed(model.audited, "canmodifyauditsettings"),
        "CanCreateAttributes": managed(not isinstance(model, Intersect), "cancreateattributes"),
        "DisplayName": label(model.label),
        "DisplayCollectionName": label(model.plural),
        "Description": label(model.description),
        **_CONSTANT,
        **{name: managed(value, rule) for name, (value, rule) in DESCRIPTIVE.items()},
        **dict.fromkeys(FLAGS, False),
    }
    return found | {name: json.loads(text) for name, text in (model.told if isinstance(model, MadeTable) else ())}


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
    told = option if isinstance(option, MadeOption) else MadeOption(option.value, option.label)
    if kind == "Status":
        extra = {"@odata.type": "#Microsoft.Dynamics.CRM.StatusOptionMetadata", "State": option.state, "TransitionData": None}
    if kind == "State":
        extra = {"@odata.type": "#Microsoft.Dynamics.CRM.StateOptionMetadata", "InvariantName": option.label}
    return {
        **extra,
        "Value": option.value,
        "Label": label(option.label),
        "Description": label(told.description),
        "Color": told.color,
        "IsManaged": False,
        "ExternalValue": told.external,
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
