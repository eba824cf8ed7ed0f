"""Lookups that lead to several tables: made at once with a relationship to each, and one relationship more or less later.

    POST CreateCustomerRelationships, CreatePolymorphicLookupAttribute {"OneToManyRelationships": […], "Lookup": {…}}
    POST RelationshipDefinitions with the schema name of such a lookup: one more table

Source: Microsoft Learn, "Multi-table lookups", "Create and update column definitions using the Web API" (customer lookup). Not in
the sources, so refused: different cascade rules behind one lookup, and a lookup of several tables that is left with one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local.dataverse import column_bodies, columns, definitions, errors, making, relationships
from local.dataverse.answers import complex_answer
from local.dataverse.entities import is_polymorphic
from local.dataverse.made import MadeColumn
from local.dataverse.relation_bodies import LOOKUP, effective, pointing, read_relation

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.relation_bodies import Relation
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Storage
    from local.http import Response

Json = dict[str, Any]
CUSTOMERS = frozenset({"account", "contact"})


def create_customer(api: WebApi, context: Context, given: Json) -> Response:
    """A lookup to accounts and contacts. Errors: 400 unless it names exactly these two."""
    named = {str(one.get("ReferencedEntity")).lower() for one in making.objects(given, "OneToManyRelationships")}
    if named != CUSTOMERS:
        raise errors.bad("A customer lookup has two relationships: one to account and one to contact.", making.BAD)
    return _create(api, context, given, "CreateCustomerRelationships")


def create_polymorphic(api: WebApi, context: Context, given: Json) -> Response:
    """A lookup to two or more tables. Errors: 400 for fewer."""
    if len(making.objects(given, "OneToManyRelationships")) < len(CUSTOMERS):
        raise errors.bad("A lookup of several tables needs at least two relationships.", making.BAD)
    return _create(api, context, given, "CreatePolymorphicLookupAttribute")


def _create(api: WebApi, context: Context, given: Json, name: str) -> Response:
    storage = api.storage
    lookup = making.member(given, "Lookup", dict, name)
    told = [read_relation(storage, one, lookup) for one in making.objects(given, "OneToManyRelationships")]
    if len({one.child.name for one in told}) != 1 or len({one.parent.name for one in told}) != len(told):
        raise errors.bad(
            "The relationships of one lookup have the same ReferencingEntity and different ReferencedEntity.", making.BAD
        )
    if len({effective(one.cascade) for one in told}) != 1:
        raise errors.unsupported("different cascade rules in the relationships of one lookup")
    made = column_bodies.column({"@odata.type": LOOKUP, **lookup}, {})
    columns.add(storage, told[0].child, pointing(made, told))
    ids = [relationships.relation_id(one.schema) for one in told]
    attribute = definitions.column_id(told[0].child.name, made.name)
    return complex_answer(context, name, {"RelationshipIds": ids, "AttributeId": attribute})


def extend(storage: Storage, column: MadeColumn, relation: Relation) -> None:
    """One more table for a lookup of several. Errors: 400 for one that it has; 501 for other cascade rules."""
    if relation.parent.name in column.targets:
        raise errors.bad(f"The lookup '{column.name}' leads to '{relation.parent.name}' already.", "0x80044153")
    if effective(relation.cascade) != effective(column.cascade):
        raise errors.unsupported("different cascade rules in the relationships of one lookup")
    added = pointing(column, [relation])
    changed = replace(
        added,
        targets=column.targets + added.targets,
        relations=column.relations + added.relations,
        navs=column.navs + added.navs,
        collections=column.collections + added.collections,
        cascade=column.cascade,
    )
    columns.swap(storage, relation.child, {column.name: changed})


def reduce(storage: Storage, child: Entity, column: MadeColumn, target: str) -> None:
    """One table less for a lookup of several; rows that pointed there point nowhere. Errors: 501 when one would be left."""
    if len(column.targets) <= len(CUSTOMERS):
        raise errors.unsupported("a lookup of several tables that is left with one; delete the column instead")
    storage.db.execute(
        f'UPDATE {child.sql} SET "{column.name}" = NULL, "{column.name}~type" = NULL WHERE "{column.name}~type" = ?',  # noqa: S608  names of the model
        (target,),
    )
    changed = replace(
        column,
        targets=tuple(one for one in column.targets if one != target),
        relations=tuple(one for one in column.relations if one[0] != target),
        navs=tuple(one for one in column.navs if one[0] != target),
        collections=tuple(one for one in column.collections if one[0] != target),
    )
    columns.swap(storage, child, {column.name: changed})


def is_shared(column: object) -> bool:
    """Whether a lookup was made here and leads to several tables."""
    return isinstance(column, MadeColumn) and is_polymorphic(column)
