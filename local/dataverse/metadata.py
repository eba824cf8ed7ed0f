"""Metadata reads: the service document and the definitions of tables, columns and keys.

What clients ask for before they work: the entity set of a table, its columns, choices and keys. Writing metadata and
`$metadata` are refused by name. Source: Microsoft Learn, "Query table definitions using the Web API"; requests of Microsoft's
Python SDK, captured.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Column, Kind
from local.dataverse import errors, filters, options
from local.dataverse.answers import json_answer
from local.dataverse.expressions import Both, Comparison, Either, Filter, Literal, Not, Path
from local.dataverse.relationships import Definition, all_relationships, many_to_one, one_to_many
from local.dataverse.seed import fixed
from local.dataverse.urls import key_pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.context import Context
    from local.dataverse.entities import Catalog, Entity
    from local.dataverse.urls import Address, Segment
    from local.http import Response

ROOTS = frozenset({"EntityDefinitions", "RelationshipDefinitions", "GlobalOptionSetDefinitions", "$metadata", "CreateEntities"})
_CAST = "Microsoft.Dynamics.CRM."
_TYPES = {
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
_RELATIONSHIPS: dict[str, Callable[[Catalog, Entity], list[Definition]]] = {
    "OneToManyRelationships": one_to_many,
    "ManyToOneRelationships": many_to_one,
    "ManyToManyRelationships": lambda _catalog, _entity: [],
}


def service_document(catalog: Catalog, context: Context) -> Response:
    """`GET /api/data/v9.2/`."""
    value = [{"name": entity.set_name, "kind": "EntitySet", "url": entity.set_name} for entity in catalog]
    return json_answer(context, json.dumps({"@odata.context": f"{context.root}$metadata", "value": value}))


def answer(catalog: Catalog, context: Context, method: str, address: Address) -> Response:
    """A read of metadata. Errors: 501 for what is not there yet."""
    head = address.segments[0]
    if head.name == "RelationshipDefinitions" and method == "GET" and head.key is None and len(address.segments) == 1:
        return _many(context, head.name, all_relationships(catalog), address)
    if head.name != "EntityDefinitions" or method != "GET":
        raise errors.unsupported(f"{method} {head.name} (metadata)")
    if head.key is None:
        if len(address.segments) > 1:
            raise errors.no_segment(address.segments[1].name)
        return _many(context, "EntityDefinitions", [table(entity) for entity in catalog], address)
    entity = _entity(catalog, head.key)
    rest = address.segments[1:]
    if not rest:
        return json_answer(
            context,
            json.dumps(
                {"@odata.context": f"{context.root}$metadata#EntityDefinitions/$entity"} | _chosen(table(entity), address)
            ),
        )
    if rest[0].name == "Keys" and len(rest) == 1:
        return _many(context, "Keys", [_key(entity, index) for index in range(len(entity.table.keys))], address)
    if rest[0].name == "Attributes":
        return _attributes(context, entity, rest, address)
    if rest[0].name in _RELATIONSHIPS and len(rest) == 1:
        return _many(context, rest[0].name, _RELATIONSHIPS[rest[0].name](catalog, entity), address)
    raise errors.unsupported(f"EntityDefinitions(…)/{rest[0].name} (metadata)")


def _entity(catalog: Catalog, key: str) -> Entity:
    name, value = key_pairs(key)[0]
    text = value.strip("'")
    for entity in catalog:
        if (name == "LogicalName" and entity.name == text) or (
            name in {"", "MetadataId"} and fixed("table", entity.name) == text.lower()
        ):
            return entity
    raise errors.DataverseError(404, "0x80060888", f"Could not find an entity with name {text} and object id.")


def _attributes(context: Context, entity: Entity, rest: tuple[Segment, ...], address: Address) -> Response:
    columns = list(entity.table.columns)
    tail = rest[-1].name if rest[-1].name.startswith(_CAST) else ""
    if tail:
        kind = tail.removeprefix(_CAST).removesuffix("AttributeMetadata")
        columns = [column for column in columns if _TYPES[column.kind] == kind]
    if rest[0].key is None:
        return _many(
            context, f"EntityDefinitions('{entity.name}')/Attributes", [_attribute(entity, column) for column in columns], address
        )
    wanted = key_pairs(rest[0].key)[0][1].strip("'")
    for column in columns:
        if wanted in {column.name, fixed("column", entity.name, column.name)}:
            return json_answer(
                context,
                json.dumps(
                    {"@odata.context": f"{context.root}$metadata#Attributes/$entity"}
                    | _chosen(_attribute(entity, column), address)
                ),
            )
    raise errors.DataverseError(404, "0x80060888", f"Could not find an attribute with specified name: {wanted}")


def table(entity: Entity) -> Definition:
    """The definition of one table."""
    model = entity.table
    return {
        "MetadataId": fixed("table", model.name),
        "LogicalName": model.name,
        "SchemaName": model.schema,
        "EntitySetName": model.set_name,
        "LogicalCollectionName": model.set_name,
        "PrimaryIdAttribute": model.primary_id,
        "PrimaryNameAttribute": model.primary_name,
        "OwnershipType": model.ownership.value,
        "IsCustomEntity": not model.standard,
        "IsPrivate": False,
        "IsActivity": model.name == "task",
        "IsOptimisticConcurrencyEnabled": True,
        "ChangeTrackingEnabled": model.tracked,
        "DisplayName": _label(model.label),
        "DisplayCollectionName": _label(model.plural),
        "Description": _label(model.description),
    }


def _label(text: str) -> Definition:
    label = {"Label": text, "LanguageCode": 1033, "IsManaged": False}
    return {"LocalizedLabels": [label], "UserLocalizedLabel": label}


def _attribute(entity: Entity, column: Column) -> Definition:
    kind = _TYPES[column.kind]
    made: Definition = {
        "@odata.type": f"#Microsoft.Dynamics.CRM.{kind}AttributeMetadata",
        "MetadataId": fixed("column", entity.name, column.name),
        "EntityLogicalName": entity.name,
        "LogicalName": column.name,
        "SchemaName": column.schema,
        "AttributeType": kind,
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "IsPrimaryId": column.name == entity.primary_id,
        "IsPrimaryName": column.name == entity.table.primary_name,
        "IsValidForCreate": not column.read_only,
        "IsValidForUpdate": not column.read_only and column.name != entity.primary_id,
        "IsValidForRead": True,
        "RequiredLevel": {"Value": "ApplicationRequired" if column.required else "None"},
        "DisplayName": _label(column.label),
    }
    if column.kind in {Kind.STRING, Kind.MEMO}:
        made["MaxLength"] = column.max_length
    if column.kind in {Kind.DECIMAL, Kind.MONEY}:
        made["Precision"] = column.precision
    if column.kind in {Kind.DATE, Kind.DATETIME}:
        made["DateTimeBehavior"] = {"Value": "DateOnly" if column.kind is Kind.DATE else "UserLocal"}
    if column.kind is Kind.LOOKUP:
        made["Targets"] = list(column.targets)
    if column.choice is not None:
        made["OptionSet"] = {
            "Name": f"{entity.name}_{column.name}",
            "IsGlobal": False,
            "Options": [
                {"Value": option.value, "Label": _label(option.label)} | ({} if option.state is None else {"State": option.state})
                for option in column.choice.options
            ],
        }
    return made


def _key(entity: Entity, index: int) -> Definition:
    key = entity.table.keys[index]
    return {
        "MetadataId": fixed("key", entity.name, key.name),
        "EntityLogicalName": entity.name,
        "LogicalName": key.name,
        "SchemaName": key.name,
        "KeyAttributes": list(key.columns),
        "EntityKeyIndexStatus": "Active",
        "DisplayName": _label(key.name),
    }


def _many(context: Context, name: str, rows: list[Definition], address: Address) -> Response:
    if "$filter" in address.options:
        tree = filters.parse(address.options["$filter"], address.aliases)
        rows = [row for row in rows if _matches(tree, row)]
    value = [_chosen(row, address) for row in rows]
    return json_answer(context, json.dumps({"@odata.context": f"{context.root}$metadata#{name}", "value": value}))


def _chosen(row: Definition, address: Address) -> Definition:
    for name in address.options:
        if name not in {"$select", "$filter", "$expand"}:
            raise errors.bad(f"The query option '{name}' is not supported on metadata.")
    wanted = options.read({name: text for name, text in address.options.items() if name == "$select"}, {}).select
    expanded = {part.partition("(")[0].strip() for part in address.options.get("$expand", "").split(",")}
    if wanted is None:
        return {name: value for name, value in row.items() if name != "OptionSet" or name in expanded}
    for name in wanted:
        if name not in row:
            raise errors.no_property(name, "EntityMetadata")
    kept = {*wanted, "MetadataId", "@odata.type", *expanded}
    return {name: value for name, value in row.items() if name in kept}


def _matches(tree: Filter, row: Definition) -> bool:
    match tree:
        case Both(left, right):
            return _matches(left, row) and _matches(right, row)
        case Either(left, right):
            return _matches(left, row) or _matches(right, row)
        case Not(body):
            return not _matches(body, row)
        case Comparison(op, Path() as path, Literal(value=value)) if op in {"eq", "ne"}:
            found: Any = row
            for part in path.parts:
                if not isinstance(found, dict) or part not in found:
                    raise errors.no_property(part, "EntityMetadata")
                found = found[part]
            return bool(found == value) == (op == "eq")
    raise errors.unsupported("this filter on metadata (only eq, ne, and, or, not)")
