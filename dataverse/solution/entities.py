"""A table as its `Entity.xml`: what it is called, what it can do, its columns and keys.

A standard table that we give columns holds those columns and nothing else, marked as not changed otherwise, so that what other
publishers made of it stays theirs.

Source: CustomizationsSolution.xsd 9.0.0.2090 (EntityInfoType); unpacked solutions that Microsoft publishes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import PREFIX, Column, Key, Ownership, Table
from dataverse.schema.tables import STANDARD
from dataverse.solution.columns import attribute
from dataverse.solution.platform import NOT_EXPORTED, more_columns, physical_table
from dataverse.solution.publisher import FIRST_VERSION
from dataverse.solution.xml import Element, descriptions, flag, labels, node

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNERSHIP = {Ownership.USER: "UserOwned", Ownership.ORGANIZATION: "OrgOwned"}

_OFF = """
AutoRouteToOwnerQueue IsConnectionsEnabled IsDocumentManagementEnabled IsCollaboration AutoCreateAccessTeams IsActivity
IsActivityParty IsBusinessProcessEnabled IsInteractionCentricEnabled IsMailMergeEnabled IsKnowledgeManagementEnabled
IsOneNoteIntegrationEnabled IsDocumentRecommendationsEnabled IsBPFEntity IsSLAEnabled IsEnabledForExternalChannels IsReplicated
IsReplicationUserFiltered IsRequiredOffline IsReadOnlyInMobileClient IsOfflineInMobileClient EntityHelpUrlEnabled
EnforceStateTransitions
"""
_ON = """
IsDuplicateCheckSupported IsVisibleInMobileClient IsReadingPaneEnabled IsCustomizable IsRenameable IsMappable
CanModifyAuditSettings CanModifyMobileVisibility CanModifyMobileClientVisibility CanModifyMobileClientReadOnly
CanModifyMobileClientOffline CanModifyConnectionSettings CanModifyDuplicateDetectionSettings CanModifyMailMergeSettings
CanModifyQueueSettings CanCreateAttributes CanCreateForms CanCreateCharts CanCreateViews CanModifyAdditionalSettings
CanChangeHierarchicalRelationship CanChangeTrackingBeEnabled CanEnableSyncToExternalSearchIndex
"""


def extended() -> tuple[Table, ...]:
    """The standard tables that we give columns."""
    return tuple(table for table in STANDARD if any(column.name.startswith(PREFIX) for column in table.columns))


def exported_columns(table: Table) -> list[Column]:
    """The columns that the package holds for a table."""
    if table.standard:
        return [column for column in table.columns if column.name.startswith(PREFIX)]
    return [column for column in table.columns if column.name not in NOT_EXPORTED] + list(more_columns(table))


def entity(table: Table, *, icon: str = "", quick_create: bool = False) -> Element:
    """The file of one table.

    Shape: `icon` is the name of a web resource with its vector icon; `quick_create` says that it has a form for that.
    """
    columns = node("attributes", *(attribute(table, column) for column in sorted(exported_columns(table), key=_by_name)))
    if table.standard:
        inside = node("entity", columns, Name=physical_table(table), unmodified="1")
    else:
        inside = node("entity", *_traits(table, icon, quick_create=quick_create), _keys(table), columns, Name=table.schema)
    name = node("Name", physical_table(table), LocalizedName=table.label, OriginalName=table.label)
    return node("Entity", name, node("EntityInfo", inside))


def _by_name(column: Column) -> str:
    return column.name


def _traits(table: Table, icon: str, *, quick_create: bool) -> Iterator[Element | None]:
    yield node("EntitySetName", table.set_name)
    yield node("OwnershipTypeMask", OWNERSHIP[table.ownership])
    yield node("HasRelatedNotes", str(table.has_notes))
    yield node("HasRelatedActivities", str(table.has_activities))
    yield flag("IsAuditEnabled", table.audited)
    yield flag("ChangeTrackingEnabled", table.tracked)
    yield flag("IsQuickCreateEnabled", quick_create)
    yield labels("LocalizedNames", "LocalizedName", table.label)
    yield labels("LocalizedCollectionNames", "LocalizedCollectionName", table.plural)
    yield descriptions(table.description)
    if icon:
        yield node("IconVectorName", icon)
    for word in sorted([*_OFF.split(), *_ON.split()]):
        yield flag(word, word in _ON.split())
    yield node("IntroducedVersion", FIRST_VERSION)


def _keys(table: Table) -> Element | None:
    return node("EntityKeys", *(_key(table, key) for key in table.keys)) if table.keys else None


def _key(table: Table, key: Key) -> Element:
    label = " + ".join(table.by_name[name].label for name in key.columns)
    return node(
        "EntityKey",
        node("Name", key.name),
        node("LogicalName", key.name),
        node("IntroducedVersion", FIRST_VERSION),
        flag("IsCustomizable", value=True),
        labels("displaynames", "displayname", label),
        node("EntityKeyAttributes", *(node("AttributeName", name) for name in key.columns)),
    )
