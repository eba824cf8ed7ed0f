"""`<Entity>`: a table of the package, whole, or only the columns that it adds to one that is there.

Source: entities of exported solutions; Microsoft Learn, "Table definitions" (what Dataverse adds to every table).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dataverse.schema.build import base_twins, platform_columns, states
from dataverse.schema.model import Column, Key, Kind, OnDelete, Ownership, Table
from local.dataverse.entities import relation_name
from local.dataverse.solutions import attributes, faults
from local.dataverse.solutions.relationships import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dataverse.schema.model import Choice
    from local.dataverse.solutions.attributes import Attribute
    from local.dataverse.solutions.nodes import Node
    from local.dataverse.solutions.relationships import OneToMany

OWNERS = {
    "UserOwned": Ownership.USER,
    "OrgOwned": Ownership.ORGANIZATION,
    "OrganizationOwned": Ownership.ORGANIZATION,
}
_ABSENT = """
importsequencenumber timezoneruleversionnumber utcconversiontimezonecode owningteam owninguser traversedpath processid stageid
"""
ABSENT = frozenset(_ABSENT.split())
"""Columns of the platform that exported tables list and this server has not."""
_DISPLAY = """
ExternalName ExternalCollectionName HasRelatedFeedback IsConnectionsEnabled IsDocumentManagementEnabled IsCollaboration
AutoRouteToOwnerQueue AutoCreateAccessTeams ActivityTypeMask DaysSinceRecordLastModified IsReplicated
IsReplicationUserFiltered IsRequiredOffline IsDuplicateCheckSupported IsBusinessProcessEnabled IsInteractionCentricEnabled
IsMailMergeEnabled IsVisibleInMobile MobileClientType IsVisibleInMobileClient IsReadOnlyInMobileClient
IsOfflineInMobileClient IsReadingPaneEnabled IsMapiGridEnabled IsCustomizable IsRenameable IsMappable
CanModifyConnectionSettings CanModifyAuditSettings CanModifyMobileVisibility CanModifyMobileClientVisibility
CanModifyMobileClientReadOnly CanModifyMobileClientOffline CanModifyDuplicateDetectionSettings CanModifyMailMergeSettings
CanModifyQueueSettings CanCreateAttributes CanBeRelatedEntityInRelationship CanBePrimaryEntityInRelationship
CanBeInManyToMany CanCreateForms CanCreateCharts CanCreateViews CanModifyAdditionalSettings EntityMask EntityHelpUrlEnabled
EntityHelpUrl IconLargeName IconMediumName IconSmallName IconVectorName IsQuickCreateEnabled IntroducedVersion
CanChangeHierarchicalRelationship IsKnowledgeManagementEnabled EntityColor CanChangeTrackingBeEnabled
IsOneNoteIntegrationEnabled IsDocumentRecommendationsEnabled SyncToExternalSearchIndex
CanEnableSyncToExternalSearchIndex IsEnabledForExternalChannels IsSLAEnabled MobileOfflineFilters CanTriggerWorkflow
IsMSTeamsIntegrationEnabled IsRetrieveAuditEnabled IsRetrieveMultipleAuditEnabled IsArchivalEnabled IsSolutionAware
LastUsedSchema settingOf IsPrivate IsStateModelAware IsAIRUpdated RecurrenceBaseEntityLogicalName
"""
DISPLAY = frozenset(_DISPLAY.split())
"""Settings of designers, of search, of mobile and offline clients: kept with the package, and of no effect here."""
REFUSED = ("IsActivity", "IsActivityParty", "EnforceStateTransitions", "IsBPFEntity")


@dataclass(frozen=True)
class TablePart:
    """A table of the package.

    Attributes:
        name: logical name.
        whole: the table, when the package brings it; else None.
        columns, keys: what it adds to a table that is there.
        relations: what is said of its lookups.
    """

    name: str
    whole: Table | None
    columns: tuple[Column, ...] = ()
    keys: tuple[Key, ...] = ()
    relations: tuple[OneToMany, ...] = ()
    place: str = ""


def read(node: Node, name: str, choices: Mapping[str, Choice], relations: Sequence[OneToMany]) -> TablePart:
    """Read `EntityInfo/entity`. Errors: ImportFault."""
    node.ignore_attributes("unmodified")
    if node.required("Name").lower() != name:
        raise node.fault(f"The entity is called '{node.attribute('Name')}' here and '{name}' above.")
    for one in REFUSED:
        if node.flag(one):
            raise faults.unsupported(f"'{one}' of tables ({node.place})")
    for one in ("DataProviderId", "DataSourceId"):
        if node.text(one):
            raise faults.unsupported(f"virtual tables ({node.place})")
    group = node.needed("attributes")
    found = [attributes.read(one, choices) for one in group.children("attribute")]
    group.done()
    names = [one.column.name for one in found]
    repeated = next((one for one in names if names.count(one) > 1), None)
    if repeated is not None:
        raise node.fault(f"The attribute '{repeated}' stands there twice.")
    mine = [one for one in relations if one.child == name]
    keys = tuple(_keys(node))
    part = _whole(node, name, found, mine, keys) if any(one.type == "primarykey" for one in found) else None
    added = part or _added(node, name, found, mine, keys)
    node.skip(DISPLAY)
    node.done()
    for key in keys:
        missing = next((column for column in key.columns if part is not None and column not in names), None)
        if missing is not None:
            raise node.fault(f"The key '{key.name}' has the column '{missing}', which is not there.")
    return added


def _keys(node: Node) -> list[Key]:
    group = node.child("EntityKeys")
    if group is None:
        return []
    found = []
    for one in group.children("EntityKey"):
        name = one.text("Name") or one.text("LogicalName")
        one.skip({"LogicalName", "IntroducedVersion", "IsCustomizable", "displaynames", "IsExportKey"})
        listed = one.needed("EntityKeyAttributes")
        columns = []
        for entry in listed.children("AttributeName"):
            entry.done()
            columns.append(entry.own_text.lower())
        listed.done()
        one.done()
        if not name or not columns:
            raise one.fault("A key needs a Name and columns.")
        found.append(Key(name, tuple(columns)))
    group.done()
    return found


def _own(found: Sequence[Attribute], system: set[str]) -> list[Attribute]:
    """What is neither the platform's nor a base amount."""
    return [one for one in found if one.column.name not in system and not one.base_of]


def _whole(node: Node, name: str, found: list[Attribute], relations: list[OneToMany], keys: tuple[Key, ...]) -> TablePart:
    given = {one.column.name: one for one in found}
    ownership = node.text("OwnershipTypeMask", "UserOwned")
    if ownership not in OWNERS:
        raise faults.unsupported(f"the ownership '{ownership}' ({node.place})")
    primary = next(one.column for one in found if one.type == "primarykey")
    called = [one.column.name for one in found if one.primary_name]
    if len(called) != 1 or given[called[0]].column.kind is not Kind.STRING:
        raise node.fault("A table needs one text column with PrimaryName in its DisplayMask.")
    currency = any(one.column.kind is Kind.MONEY for one in found) or "transactioncurrencyid" in given
    added = platform_columns(OWNERS[ownership], _status(given), currency=currency)
    system = {column.name for column in added} | ABSENT
    own = [with_relations(one.column, name, relations) for one in _own(found, system)]
    twins = base_twins(tuple(own))
    stray = next((one for one in found if one.base_of and one.column.name not in {twin.name for twin in twins}), None)
    if stray is not None:
        raise faults.invalid(stray.place, f"'{stray.base_of}' is no amount whose base amount '{stray.column.name}' can be.")
    label = node.label("LocalizedNames", "LocalizedName")
    table = Table(
        name=name,
        schema=node.attribute("Name"),
        set_name=node.needed("EntitySetName").own_text,
        label=label,
        plural=node.label("LocalizedCollectionNames", "LocalizedCollectionName") or label,
        primary_id=primary.name,
        primary_name=called[0],
        ownership=OWNERS[ownership],
        columns=(*own, *(_relabelled(column, given) for column in (*twins, *added))),
        keys=keys,
        tracked=node.flag("ChangeTrackingEnabled"),
        audited=node.flag("IsAuditEnabled"),
        has_notes=node.flag("HasRelatedNotes"),
        has_activities=node.flag("HasRelatedActivities"),
        description=node.label("Descriptions", "Description"),
    )
    named = tuple(named_relations(one, table, relations) if one in own else one for one in table.columns)
    return TablePart(name, replace(table, columns=named), relations=tuple(relations), place=node.place)


def _status(given: Mapping[str, Attribute]) -> tuple[Choice, Choice]:
    default = states("Active")
    found = []
    for name, usual in zip(("statecode", "statuscode"), default, strict=True):
        choice = given[name].column.choice if name in given else usual
        found.append(choice or usual)
    known = {option.value for option in found[0].options}
    astray = next((option for option in found[1].options if option.state not in known), None)
    if astray is not None:
        raise faults.invalid(given["statuscode"].place, f"The status {astray.value} belongs to the state {astray.state}.")
    return found[0], found[1]


def _relabelled(column: Column, given: Mapping[str, Attribute]) -> Column:
    """A column of the platform under the name that the package gives it."""
    found = given.get(column.name)
    if found is None:
        return column
    label, description = found.column.label or column.label, found.column.description or column.description
    return replace(column, label=label, description=description)


def _added(node: Node, name: str, found: list[Attribute], relations: list[OneToMany], keys: tuple[Key, ...]) -> TablePart:
    """Columns for a table that is there: those with a prefix, for the table's own ones belong to whoever made it."""
    for one in ("OwnershipTypeMask", "EntitySetName", "IsAuditEnabled", "ChangeTrackingEnabled"):
        node.text(one)
    node.skip({"LocalizedNames", "LocalizedCollectionNames", "Descriptions", "HasRelatedNotes", "HasRelatedActivities"})
    custom = [one for one in found if "_" in one.column.name and not one.base_of]
    added = tuple(with_relations(one.column, name, relations) for one in custom)
    return TablePart(name, None, added, keys, tuple(relations), node.place)


def with_relations(column: Column, table: str, relations: Sequence[OneToMany]) -> Column:
    """A lookup with its targets, and with what its relationships say beside the usual. Errors: ImportFault without any."""
    if column.kind is not Kind.LOOKUP:
        return column
    mine = [one for one in relations if one.column.lower() == column.name]
    if not mine:
        raise faults.invalid(f"{table}.{column.name}", "A lookup needs an EntityRelationship that says what it points to.")
    if len({one.cascade for one in mine}) > 1:
        raise faults.unsupported(f"different cascade rules for the targets of one lookup ({table}.{column.name})")
    rules = {event: action for event, action in mine[0].cascade if PLAIN[event] != action}
    column = replace(column, targets=tuple(one.parent for one in mine))
    delete = rules.pop("Delete", OnDelete.REMOVE_LINK.value)
    if not rules and delete in {one.value for one in OnDelete}:
        return replace(column, on_delete=OnDelete(delete))
    return attributes.made(column, cascade=mine[0].cascade)


def named_relations(column: Column, table: Table, relations: Sequence[OneToMany]) -> Column:
    """A lookup whose relationships have other names than those that this server would give them."""
    mine = [one for one in relations if one.child == table.name and one.column.lower() == column.name]
    if column.kind is not Kind.LOOKUP or all(one.name == relation_name(one.parent, table, column) for one in mine):
        return column
    return attributes.made(column, relations=tuple((one.parent, one.name) for one in mine))
