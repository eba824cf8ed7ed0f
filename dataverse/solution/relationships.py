"""Relationships: one per target of each of our lookups, and those that Dataverse makes with every table.

Files: `Other/Relationships.xml` lists all names, `Other/Relationships/<referenced table>.xml` holds the definitions. Nothing of a
row's owner or sharing travels through ours; deletion does what the column says.

Source: unpacked solutions that Microsoft publishes; learn.microsoft.com, "Configure table relationship cascading behavior".
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dataverse.schema.model import PREFIX, Column, Kind, Table
from dataverse.schema.relations import relation_name
from dataverse.solution.platform import Link, own_links, physical_table, physical_target
from dataverse.solution.publisher import FIRST_VERSION
from dataverse.solution.xml import Element, descriptions, flag, node

if TYPE_CHECKING:
    from collections.abc import Iterable

CASCADES = ("CascadeReparent", "CascadeShare", "CascadeUnshare")
LOOKUP_SIDE, COLLECTION_SIDE = "1", "0"


def relationships(tables: Iterable[Table]) -> dict[str, list[Element]]:
    """Every relationship by the physical name of the referenced table, each list in the order of names."""
    chosen = list(tables)
    custom = {table.name: table for table in chosen}
    found: dict[str, list[Element]] = defaultdict(list)
    for table in chosen:
        for column in table.columns:
            if column.kind is Kind.LOOKUP and column.name.startswith(PREFIX):
                for target in column.targets:
                    parent = physical_target(target, custom)
                    found[parent].append(_ours(table, column, target, parent))
        if not table.standard:
            for link in own_links(table):
                found[link.target].append(_platforms(table, link))
    return {parent: sorted(made, key=_name) for parent, made in sorted(found.items())}


def _name(made: Element) -> str:
    return made.get("Name", "")


def navigation(column: Column, target: str) -> str:
    """The navigation property of one target of a lookup."""
    return column.schema if len(column.targets) == 1 else f"{column.schema}_{target}"


def _ours(table: Table, column: Column, target: str, parent: str) -> Element:
    name = relation_name(table, column, target)
    roles = node(
        "EntityRelationshipRoles",
        node(
            "EntityRelationshipRole",
            node("NavPaneDisplayOption", "UseCollectionName"),
            node("NavPaneArea", "Details"),
            node("NavPaneOrder", "10000"),
            node("NavigationPropertyName", navigation(column, target)),
            node("RelationshipRoleType", LOOKUP_SIDE),
        ),
        node("EntityRelationshipRole", node("NavigationPropertyName", name), node("RelationshipRoleType", COLLECTION_SIDE)),
    )
    return _relationship(
        name,
        (physical_table(table), parent, column.schema),
        column.on_delete.value,
        node("CascadeRollupView", "NoCascade"),
        flag("IsValidForAdvancedFind", value=True),
        node("RelationshipDescription", descriptions(column.description) or node("Descriptions")),
        roles,
    )


def _platforms(table: Table, link: Link) -> Element:
    return _relationship(link.name, (table.schema, link.target, link.column), link.on_delete)


def _relationship(name: str, ends: tuple[str, str, str], on_delete: str, *more: Element) -> Element:
    child, parent, column = ends
    return node(
        "EntityRelationship",
        node("EntityRelationshipType", "OneToMany"),
        flag("IsCustomizable", value=True),
        node("IntroducedVersion", FIRST_VERSION),
        flag("IsHierarchical", value=False),
        node("ReferencingEntityName", child),
        node("ReferencedEntityName", parent),
        node("CascadeAssign", "NoCascade"),
        node("CascadeDelete", on_delete),
        *(node(word, "NoCascade") for word in CASCADES),
        node("ReferencingAttributeName", column),
        *more,
        Name=name,
    )
