"""Definitions of relationships, made from the lookups of the model.

Every lookup target is one one-to-many relationship; its schema name is that of the collection (entities.py). There are no
many-to-many ones. Source: Microsoft Learn, "Query table definitions using the Web API" (relationships).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.dataverse.seed import fixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.dataverse.entities import Catalog, CollectionNav, Entity

Definition = dict[str, Any]
PARENTAL = frozenset({"regardingobjectid", "objectid"})


def all_relationships(catalog: Catalog) -> list[Definition]:
    """Every relationship of the tenant."""
    return [one for entity in catalog for one in one_to_many(catalog, entity)]


def one_to_many(catalog: Catalog, entity: Entity) -> list[Definition]:
    """Those in which a table is referenced."""
    return [_definition(catalog, entity, nav) for nav in entity.collections.values()]


def many_to_one(catalog: Catalog, entity: Entity) -> list[Definition]:
    """Those in which a table references another."""
    return [_definition(catalog, parent, nav) for parent, nav in _referenced(catalog, entity)]


def _referenced(catalog: Catalog, entity: Entity) -> Iterator[tuple[Entity, CollectionNav]]:
    for parent in catalog:
        for nav in parent.collections.values():
            if nav.child == entity.name:
                yield parent, nav


def _definition(catalog: Catalog, parent: Entity, nav: CollectionNav) -> Definition:
    child = catalog[nav.child]
    back = next(one.name for one in child.singles.values() if one.column is nav.column and parent.name in one.targets)
    cascade = "Cascade" if nav.column.name in PARENTAL else "RemoveLink"
    return {
        "@odata.type": "#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
        "MetadataId": fixed("relationship", parent.name, child.name, nav.column.name),
        "SchemaName": nav.name,
        "RelationshipType": "OneToManyRelationship",
        "IsCustomRelationship": not child.table.standard,
        "ReferencedEntity": parent.name,
        "ReferencedAttribute": parent.primary_id,
        "ReferencedEntityNavigationPropertyName": nav.name,
        "ReferencingEntity": child.name,
        "ReferencingAttribute": nav.column.name,
        "ReferencingEntityNavigationPropertyName": back,
        "CascadeConfiguration": {"Delete": cascade, "Assign": "NoCascade", "Share": "NoCascade", "Reparent": "NoCascade"},
    }
