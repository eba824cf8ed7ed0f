"""Tables of a package in the tenant: made, or merged with what is there."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from dataverse.schema.build import base_twins
from dataverse.schema.model import Kind
from local.dataverse import definitions, evolving, made
from local.dataverse.solutions import faults, kinds, merging, notes
from local.dataverse.solutions.layers import Layer
from local.dataverse.solutions.table_parts import named_relations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataverse.schema.model import Choice, Table
    from local.dataverse.solutions.layers import Key
    from local.dataverse.solutions.merging import Rule
    from local.dataverse.solutions.package import Package
    from local.dataverse.solutions.table_parts import TablePart
    from local.dataverse.storage import Storage


def plain_choice(choice: Choice) -> dict[str, Any]:
    """A choice as JSON, decoded."""
    return asdict(choice)


def needed(storage: Storage, package: Package) -> None:
    """Errors: ImportFault that lists every table that the package points to and nobody has, and what it calls missing."""
    mine = {part.name for part in package.tables if part.whole is not None}
    there = storage.catalog.by_name.keys() | mine
    pairs = [pair for pair in package.manifest.missing if not _is_there(pair[0], there)]
    for part in package.tables:
        if part.whole is None and part.name not in storage.catalog.by_name:
            pairs.append((_entity(part.name), _entity(part.name)))
        for column in part.whole.columns if part.whole is not None else part.columns:
            absent = [target for target in column.targets if target not in there]
            pairs += [(_entity(target), _attribute(part.name, column.name)) for target in absent]
    if pairs:
        raise faults.missing(package.manifest.name, pairs)


def _is_there(required: dict[str, str], there: set[str]) -> bool:
    """Whether a component that the manifest calls missing is there after all; only tables can be told by their name."""
    return required.get("type") == "1" and required.get("schemaName", "").lower() in there


def _entity(name: str) -> dict[str, str]:
    return {"type": "1", "schemaName": name, "displayName": name, "solution": "Active"}


def _attribute(table: str, name: str) -> dict[str, str]:
    return {"type": "2", "schemaName": name, "displayName": name, "parentSchemaName": table, "parentDisplayName": table}


def define(storage: Storage, part: TablePart, base: Mapping[Key, Layer], rule: Rule) -> Layer:
    """Make or change one table; its new layer. Errors: ImportFault."""
    current = storage.catalog.by_name.get(part.name)
    before = base.get((kinds.ENTITY.number, definitions.table_id(part.name)))
    old = read(before) if before is not None else None
    if part.whole is not None:
        wanted = part.whole
        merged = _merged(old, current.table, wanted, rule) if current is not None else _new(storage, wanted)
    else:
        table = storage.catalog[part.name].table
        wanted = replace(table, columns=_added(table, part), keys=part.keys)
        merged = replace(
            table,
            columns=merging.columns(old.columns if old else (), table.columns, wanted.columns, rule),
            keys=merging.keys(old.keys if old else (), table.keys, wanted.keys, rule),
        )
    if current is not None:
        _same_types(current.table, merged)
    if current is None or merged != current.table:
        evolving.define(storage, merged)
    if merged.has_notes and not merged.standard:
        notes.allow(storage, part.name)
    told = {"whole": part.whole is not None, "table": json.loads(made.write_table(wanted))}
    return Layer(kinds.ENTITY, definitions.table_id(part.name), part.name, told)


def read(layer: Layer) -> Table:
    """The table of a layer."""
    return made.read_table(json.dumps(layer.told["table"]))


def _new(storage: Storage, wanted: Table) -> Table:
    taken = storage.catalog.by_set.get(wanted.set_name)
    if taken is not None:
        raise faults.invalid(wanted.name, f"The EntitySetName '{wanted.set_name}' belongs to the table '{taken.name}'.")
    return wanted


def _merged(old: Table | None, current: Table, wanted: Table, rule: Rule) -> Table:
    if current.standard or isinstance(current, made.Intersect):
        raise faults.ImportFault(
            "0x8004810c",
            f"This import has failed because a different entity with the identical name, {wanted.name}, already exists in the "
            "target organization.",
        )
    if current.ownership is not wanted.ownership or current.primary_name != wanted.primary_name:
        raise faults.invalid(wanted.name, "The ownership and the primary column of a table cannot be changed.")
    return merging.table(old, current, wanted, rule)


def _added(table: Table, part: TablePart) -> tuple[Any, ...]:
    found = tuple(named_relations(column, table, part.relations) for column in part.columns)
    if any(column.kind is Kind.MONEY for column in found) and "transactioncurrencyid" not in table.by_name:
        raise faults.unsupported(f"amounts for a table without a currency ({part.place})")
    return (*found, *base_twins(found))


def _same_types(current: Table, merged: Table) -> None:
    for column in merged.columns:
        mine = current.by_name.get(column.name)
        if mine is not None and mine.kind is not column.kind:
            raise faults.ImportFault(
                "0x80044157", f"The type of the attribute '{column.name}' of '{merged.name}' cannot be changed."
            )
