"""What a managed solution brought cannot be deleted by hand: it goes when its solution is uninstalled or upgraded.

Source: Microsoft Learn, "Managed properties"; CannotDeleteMetadata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import definitions, errors, metadata, relationships
from local.dataverse.solutions import defining, kinds, layers, rows

if TYPE_CHECKING:
    from local.dataverse.solutions.kinds import ComponentType
    from local.dataverse.storage import Row, Storage
    from local.dataverse.urls import Segment


def managed(kind: ComponentType, key: str) -> errors.DataverseError:
    """The refusal of a deletion."""
    return errors.DataverseError(
        400,
        "0x8004f032",
        f"The 'Delete' operation on the current component(name='{kind.label}', id='{key}') failed during managed property "
        "evaluation of condition: 'Managed Property Name: iscustomizableanddeletable'",
    )


def check_row(row: Row, kind: ComponentType, key: str) -> None:
    """Errors: 400 for the row of a managed component."""
    if row.get("ismanaged"):
        raise managed(kind, key)


def check_definition(storage: Storage, segments: tuple[Segment, ...]) -> None:
    """Errors: 400 for a table, column, key, relationship or choice of a managed solution; 404 for a table that is not there."""
    names = tuple(segment.name for segment in segments)
    key = segments[-1].key
    if key is None:
        return
    if names == ("GlobalOptionSetDefinitions",):
        name = metadata.find_choice(storage.catalog, key)
        _check(storage, kinds.OPTION_SET, definitions.choice_id(name))
    elif names == ("RelationshipDefinitions",):
        found = metadata.find(relationships.all_relationships(storage.catalog), key, "SchemaName")
        _check(storage, kinds.RELATIONSHIP, found["MetadataId"])
        if "ReferencingAttribute" in found:
            _check_column(storage, found["ReferencingEntity"], found["ReferencingAttribute"])
    elif names[0] == "EntityDefinitions" and segments[0].key is not None:
        _check_table(storage, segments, key)


def _check_table(storage: Storage, segments: tuple[Segment, ...], key: str) -> None:
    entity = metadata.find_table(storage.catalog, segments[0].key or "")
    below = segments[1].name if len(segments) > 1 else ""
    if below == "Attributes":
        _check_column(storage, entity.name, metadata.find_column(entity, key).name)
    elif below == "Keys":
        name = entity.table.keys[metadata.find_key(entity, key)].name
        if any(name in {one.name for one in defining.read(layer).keys} for layer in _layers(storage, entity.name)):
            raise managed(kinds.ENTITY_KEY, definitions.key_id(entity.name, name))
    elif any(layer.told["whole"] for layer in _layers(storage, entity.name)):
        raise managed(kinds.ENTITY, definitions.table_id(entity.name))


def _check_column(storage: Storage, table: str, name: str) -> None:
    if any(name in defining.read(layer).by_name for layer in _layers(storage, table)):
        raise managed(kinds.ATTRIBUTE, definitions.column_id(table, name))


def _check(storage: Storage, kind: ComponentType, key: str) -> None:
    if _managed(storage, kind, key):
        raise managed(kind, key)


def _layers(storage: Storage, table: str) -> list[layers.Layer]:
    """What managed solutions have brought of a table."""
    return _managed(storage, kinds.ENTITY, definitions.table_id(table))


def _managed(storage: Storage, kind: ComponentType, key: str) -> list[layers.Layer]:
    """The layers of a component that belong to managed solutions."""
    found = layers.elsewhere(storage, "", (kind.number, key))
    return [layer for name, layer in found if (rows.solution(storage, name) or {}).get("ismanaged")]
