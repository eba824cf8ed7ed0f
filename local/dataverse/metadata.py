"""Metadata reads: the service document, `$metadata`, and the definitions of tables, columns, keys, relationships and choices.

    EntityDefinitions · EntityDefinitions(LogicalName='x') · …/Attributes · …/Attributes(LogicalName='c')/cast/OptionSet · …/Keys
    …/OneToManyRelationships, ManyToOne…, ManyToMany… · RelationshipDefinitions[(SchemaName='r')][/cast]
    GlobalOptionSetDefinitions[(Name='g')][/cast]

Source: Microsoft Learn, "Query table definitions using the Web API"; requests of Microsoft's Python SDK, captured.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.dataverse import csdl, errors
from local.dataverse.answers import json_answer
from local.dataverse.attributes import NAVIGATIONS, attribute, cast_of
from local.dataverse.definitions import (
    choice_definition,
    choice_id,
    column_id,
    key,
    key_id,
    table,
    table_id,
)
from local.dataverse.metadata_query import chosen, named
from local.dataverse.relationships import all_relationships, many_to_many, many_to_one, one_to_many
from local.dataverse.urls import key_pairs
from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dataverse.schema.model import Column
    from local.dataverse.context import Context
    from local.dataverse.definitions import Definition
    from local.dataverse.entities import Catalog, Entity
    from local.dataverse.urls import Address, Segment

CAST = "Microsoft.Dynamics.CRM."
REFUSED = frozenset({"ManagedPropertyDefinitions"})
"""What Dataverse has besides."""
READS = REFUSED | {"EntityDefinitions", "RelationshipDefinitions", "GlobalOptionSetDefinitions", "$metadata"}
RELATIONSHIPS: dict[str, Callable[[Catalog, Entity], list[Definition]]] = {
    "OneToManyRelationships": one_to_many,
    "ManyToOneRelationships": many_to_one,
    "ManyToManyRelationships": many_to_many,
}


def service_document(catalog: Catalog, context: Context) -> Response:
    """`GET /api/data/v9.2/`."""
    value = [{"name": entity.set_name, "kind": "EntitySet", "url": entity.set_name} for entity in catalog]
    return json_answer(context, json.dumps({"@odata.context": f"{context.root}$metadata", "value": value}))


def read(catalog: Catalog, context: Context, address: Address) -> Response:
    """A read of metadata. Errors: 400, 404; 501 for what is not there."""
    head, rest = address.segments[0], address.segments[1:]
    if head.name in REFUSED:
        raise errors.unsupported(head.name)
    if head.name == "$metadata":
        if rest or head.key is not None:
            raise errors.no_segment(rest[0].name if rest else head.name)
        annotated = address.plain.get("annotations", "").lower() == "true" or "*" in context.preferences.annotations
        text = csdl.document(catalog, annotated=annotated)
        return Response(200, (("Content-Type", "application/xml"), ("OData-Version", "4.0")), text.encode())
    if head.name == "RelationshipDefinitions":
        return _listed(context, address, head, rest, all_relationships(catalog), "SchemaName")
    if head.name == "GlobalOptionSetDefinitions":
        found = [choice_definition(choice, name, is_global=True) for name, choice in catalog.choices.items()]
        return _listed(context, address, head, rest, found, "Name")
    if head.key is None:
        if rest:
            raise errors.no_segment(rest[0].name)
        return _many(context, address, "EntityDefinitions", [table(entity) for entity in catalog], _inside(catalog))
    return _table(catalog, context, address, find_table(catalog, head.key), rest)


def _listed(
    context: Context, address: Address, head: Segment, rest: tuple[Segment, ...], rows: list[Definition], name: str
) -> Response:
    """A set of definitions, or one of them, with or without a cast to its type."""
    if len(rest) > 1 or (rest and not rest[0].name.startswith(CAST)):
        raise errors.no_segment(rest[-1].name)
    if rest:
        rows = [row for row in rows if row["@odata.type"] == f"#{rest[0].name}"]
    if head.key is None:
        return _many(context, address, head.name, rows, {})
    return _one(context, address, head.name, find(rows, head.key, name), {})


def find(rows: list[Definition], text: str, name: str) -> Definition:
    """A definition by its metadata id or its name. Errors: 404."""
    given, value = key_pairs(text)[0]
    wanted = value.strip("'")
    if given not in {"", "MetadataId", name}:
        raise errors.bad(f"Definitions are found by MetadataId or {name}, not by '{given}'.")
    for row in rows:
        if (given == name and row[name] == wanted) or (given != name and row["MetadataId"] == wanted.lower()):
            return row
    raise errors.DataverseError(404, "0x80060888", f"Could not find a definition with {name} or id {wanted}.")


def find_table(catalog: Catalog, text: str) -> Entity:
    """A table by its logical name or metadata id. Errors: 404."""
    name, value = key_pairs(text)[0]
    wanted = value.strip("'")
    for entity in catalog:
        if (name == "LogicalName" and entity.name == wanted) or (
            name in {"", "MetadataId"} and table_id(entity.name) == wanted.lower()
        ):
            return entity
    raise errors.DataverseError(404, "0x80060888", f"Could not find an entity with name {wanted} and object id.")


def find_column(entity: Entity, text: str) -> Column:
    """A column by its logical name or metadata id. Errors: 404."""
    wanted = key_pairs(text)[0][1].strip("'")
    for column in entity.table.columns:
        if wanted in {column.name, column_id(entity.name, column.name)}:
            return column
    raise errors.DataverseError(404, "0x80060888", f"Could not find an attribute with specified name: {wanted}")


def find_key(entity: Entity, text: str) -> int:
    """The ordinal of an alternate key by its logical name or metadata id. Errors: 404."""
    wanted = key_pairs(text)[0][1].strip("'")
    for index, one in enumerate(entity.table.keys):
        if wanted in {one.name, one.name.lower(), key_id(entity.name, one.name)}:
            return index
    raise errors.DataverseError(404, "0x80060888", f"Could not find a key with name or id {wanted}.")


def find_choice(catalog: Catalog, text: str) -> str:
    """The name of a global choice by its name or metadata id. Errors: 404."""
    wanted = key_pairs(text)[0][1].strip("'")
    for name in catalog.choices:
        if wanted in {name, choice_id(name)}:
            return name
    raise errors.DataverseError(404, "0x80048403", f"Could not find optionset with name {wanted}.")


def _inside(catalog: Catalog) -> Mapping[str, Callable[[Definition], Any]]:
    """What can be expanded in the definition of a table."""

    def entity(row: Definition) -> Entity:
        return catalog[str(row["LogicalName"])]

    return {
        "Attributes": lambda row: [_bare(attribute(entity(row), column)) for column in entity(row).table.columns],
        "Keys": lambda row: [key(entity(row), index) for index in range(len(entity(row).table.keys))],
        "OneToManyRelationships": lambda row: one_to_many(catalog, entity(row)),
        "ManyToOneRelationships": lambda row: many_to_one(catalog, entity(row)),
        "ManyToManyRelationships": lambda row: many_to_many(catalog, entity(row)),
    }


def _bare(row: Definition) -> Definition:
    return {name: value for name, value in row.items() if name not in NAVIGATIONS}


def _table(  # noqa: PLR0911  one return per segment
    catalog: Catalog, context: Context, address: Address, entity: Entity, rest: tuple[Segment, ...]
) -> Response:
    if not rest:
        return _one(context, address, "EntityDefinitions", table(entity), _inside(catalog))
    place = f"EntityDefinitions('{entity.name}')/{rest[0].name}"
    if rest[0].name == "Attributes":
        return _attributes(context, address, entity, rest, place)
    if len(rest) == 1 and rest[0].name == "Keys":
        if rest[0].key is not None:
            return _one(context, address, place, key(entity, find_key(entity, rest[0].key)), {})
        return _many(context, address, place, [key(entity, index) for index in range(len(entity.table.keys))], {})
    if rest[0].name in RELATIONSHIPS and len(rest) == 1:
        rows = RELATIONSHIPS[rest[0].name](catalog, entity)
        if rest[0].key is not None:
            return _one(context, address, place, find(rows, rest[0].key, "SchemaName"), {})
        return _many(context, address, place, rows, {})
    whole = table(entity)
    if len(rest) == 1 and rest[0].key is None and rest[0].name in whole:
        answer = {"@odata.context": f"{context.root}$metadata#{place}", "value": whole[rest[0].name]}
        return json_answer(context, json.dumps(answer, default=str))
    raise errors.no_segment(rest[-1].name)


def _attributes(context: Context, address: Address, entity: Entity, rest: tuple[Segment, ...], place: str) -> Response:
    columns = list(entity.table.columns)
    head, tail = rest[0], rest[1:]
    if tail and tail[0].name.startswith(CAST):
        kind = tail[0].name.removeprefix(CAST).removesuffix("AttributeMetadata")
        columns = [column for column in columns if kind in {cast_of(column), ""}]
        tail = tail[1:]
    navigations: dict[str, Callable[[Definition], Any]] = {
        "OptionSet": lambda row: row.get("OptionSet"),
        "GlobalOptionSet": lambda row: row.get("GlobalOptionSet"),
    }
    if head.key is None:
        if tail:
            raise errors.no_segment(tail[0].name)
        return _many(context, address, place, [attribute(entity, column) for column in columns], navigations)
    column = find_column(entity, head.key)
    if column not in columns:
        raise errors.DataverseError(404, "0x80060888", f"The attribute '{column.name}' is not of the type that was asked for.")
    whole = attribute(entity, column)
    if not tail:
        return _one(context, address, place, whole, navigations)
    if len(tail) == 1 and tail[0].name in whole:
        inner = whole[tail[0].name]
        if tail[0].name in NAVIGATIONS and isinstance(inner, dict):
            return _one(context, address, f"{place}/{tail[0].name}", inner, {})
        answer = {"@odata.context": f"{context.root}$metadata#{place}/{tail[0].name}", "value": inner}
        return json_answer(context, json.dumps(answer, default=str))
    raise errors.no_segment(tail[-1].name)


def _many(
    context: Context,
    address: Address,
    place: str,
    rows: list[Definition],
    expandable: Mapping[str, Callable[[Definition], Any]],
) -> Response:
    value = chosen(rows, address.options, address.aliases, _kind(place), expandable)
    whole = {"@odata.context": f"{context.root}$metadata#{place}{named(address.options)}", "value": value}
    return json_answer(context, json.dumps(whole, default=str))


def _one(
    context: Context, address: Address, place: str, row: Definition, expandable: Mapping[str, Callable[[Definition], Any]]
) -> Response:
    given = {name: text for name, text in address.options.items() if name != "$filter"}
    made = chosen([row], given, address.aliases, _kind(place), expandable)[0]
    whole = {"@odata.context": f"{context.root}$metadata#{place}{named(given)}/$entity"} | made
    return json_answer(context, json.dumps(whole, default=str))


def _kind(place: str) -> str:
    if place.endswith("Attributes"):
        return "AttributeMetadata"
    return "EntityMetadata" if place == "EntityDefinitions" else "MetadataBase"
