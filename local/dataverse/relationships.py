"""Definitions of relationships, made from the lookups of the model and from the tables behind many-to-many ones.

Every lookup target is one one-to-many relationship; its schema name is that of the collection (entities.py). Source: Microsoft
Learn, "Query table definitions using the Web API" (relationships), "Configure table relationship cascading behavior".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.dataverse.definitions import managed
from local.dataverse.made import Intersect, MadeColumn
from local.dataverse.seed import fixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.dataverse.entities import Catalog, CollectionNav, Entity

Definition = dict[str, Any]
PARENTAL = frozenset({"regardingobjectid", "objectid"})


def all_relationships(catalog: Catalog) -> list[Definition]:
    """Every relationship of the tenant."""
    found = [one for entity in catalog for one in one_to_many(catalog, entity)]
    return found + [many(table) for table in intersects(catalog)]


def intersects(catalog: Catalog) -> list[Intersect]:
    """The tables behind many-to-many relationships."""
    return [entity.table for entity in catalog if isinstance(entity.table, Intersect)]


def one_to_many(catalog: Catalog, entity: Entity) -> list[Definition]:
    """Those in which a table is referenced."""
    return [_definition(catalog, entity, nav) for nav in entity.collections.values()]


def many_to_one(catalog: Catalog, entity: Entity) -> list[Definition]:
    """Those in which a table references another."""
    return [_definition(catalog, parent, nav) for parent, nav in _referenced(catalog, entity)]


def many_to_many(catalog: Catalog, entity: Entity) -> list[Definition]:
    """Those with a table between."""
    return [many(table) for table in intersects(catalog) if entity.name in table.ends]


def _referenced(catalog: Catalog, entity: Entity) -> Iterator[tuple[Entity, CollectionNav]]:
    for parent in catalog:
        for nav in parent.collections.values():
            if nav.child == entity.name:
                yield parent, nav


def relation_id(schema: str) -> str:
    """The metadata id of a relationship."""
    return fixed("relationship", schema)


def _base(schema: str, kind: str, custom: bool) -> Definition:
    return {
        "@odata.type": f"#Microsoft.Dynamics.CRM.{kind}Metadata",
        "MetadataId": relation_id(schema),
        "HasChanged": None,
        "SchemaName": schema,
        "RelationshipType": kind,
        "IsCustomRelationship": custom,
        "IsManaged": False,
        "IsValidForAdvancedFind": True,
        "IntroducedVersion": "1.0.0.0",
        "SecurityTypes": "Append",
        "IsCustomizable": managed(True, "iscustomizable"),
    }


def _definition(catalog: Catalog, parent: Entity, nav: CollectionNav) -> Definition:
    child = catalog[nav.child]
    back = next(one.name for one in child.singles.values() if one.column is nav.column and parent.name in one.targets)
    cascade = dict.fromkeys(("Assign", "Share", "Unshare", "Reparent", "Merge"), "NoCascade")
    cascade |= {"Delete": "Cascade" if nav.column.name in PARENTAL else nav.column.on_delete.value, "RollupView": "NoCascade"}
    if isinstance(nav.column, MadeColumn):
        cascade |= dict(nav.column.cascade)
    schema = dict(nav.column.relations).get(parent.name, nav.name) if isinstance(nav.column, MadeColumn) else nav.name
    return {
        **_base(schema, "OneToManyRelationship", not child.table.standard or isinstance(nav.column, MadeColumn)),
        "ReferencedEntity": parent.name,
        "ReferencedAttribute": parent.primary_id,
        "ReferencedEntityNavigationPropertyName": nav.name,
        "ReferencingEntity": child.name,
        "ReferencingAttribute": nav.column.name,
        "ReferencingEntityNavigationPropertyName": back,
        "IsHierarchical": False,
        "CascadeConfiguration": cascade,
    }


def many(table: Intersect) -> Definition:
    """The definition of a many-to-many relationship."""
    return {
        **_base(table.relation, "ManyToManyRelationship", custom=True),
        "Entity1LogicalName": table.ends[0],
        "Entity1IntersectAttribute": table.halves[0],
        "Entity1NavigationPropertyName": table.navs[0],
        "Entity2LogicalName": table.ends[1],
        "Entity2IntersectAttribute": table.halves[1],
        "Entity2NavigationPropertyName": table.navs[1],
        "IntersectEntityName": table.name,
    }
