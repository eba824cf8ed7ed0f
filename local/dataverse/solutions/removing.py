"""Taking a solution away again, or what its new version no longer has; and what stands in the way.

A managed solution goes with its tables and all their rows. It is refused while something that stays needs what would go:
everything is removed, what is broken afterwards and was not before is a dependency, and the transaction is rolled back.

Source: Microsoft Learn, "Uninstall or delete a solution", "Removing dependencies overview"; CannotUninstallWithDependencies.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from local.dataverse import definitions, errors, evolving
from local.dataverse.access import TOTAL
from local.dataverse.made import Intersect
from local.dataverse.solutions import checks, defining, kinds, layers, merging, notes, rows
from local.dataverse.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.solutions.kinds import ComponentType
    from local.dataverse.solutions.layers import Layer
    from local.dataverse.storage import Row, Storage
    from local.dataverse.writing import Listener

ON_TABLE = (
    ("savedquery", "returnedtypecode"),
    ("systemform", "objecttypecode"),
    ("savedqueryvisualization", "primaryentitytypecode"),
)
"""Rows that go with their table, whoever made them."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something that stays and needs what would go."""

    kind: ComponentType
    id: str
    why: str


def has_dependencies(found: Sequence[Dependency]) -> errors.DataverseError:
    """The refusal that lists them (CannotUninstallWithDependencies)."""
    listed = " ".join(f"DependentComponentObject details: Type: {one.kind.label}, Id: {one.id}: {one.why}" for one in found)
    text = f"Solution dependencies exist, cannot uninstall. DependencyCount : {len(found)} {listed}"
    return errors.DataverseError(400, "0x8004f01d", text)


class Remover:
    """Removes components. Must be used inside a transaction."""

    def __init__(self, storage: Storage, context: Context, listener: Listener) -> None:
        self._storage = storage
        self._writer = Writer(storage, replace(context, access=TOTAL), listener)

    def uninstall(self, solution: Row) -> list[Dependency]:
        """Remove a solution; what then is broken, for which the caller rolls back. An unmanaged one leaves its components."""
        name = str(solution["uniquename"])
        before = set(checks.broken(self._storage))
        found: list[Dependency] = []
        if solution["ismanaged"]:
            mine = layers.of(self._storage, name)
            found += self._shared(name, mine.values())
            for layer in reversed(mine.values()):
                self.component(name, layer)
        self._forget(solution)
        after = [one for one in checks.broken(self._storage) if one not in before]
        return found + [Dependency(*one) for one in after]

    def promote(self, name: str) -> str:
        """Put the waiting version in the place of the old one; the id of the solution. Errors: 400 without one."""
        old, new = rows.solution(self._storage, name), rows.solution(self._storage, f"{name}{rows.HOLDING}")
        if old is None or new is None:
            raise errors.bad(f"There is no version of the solution '{name}' that waits for its upgrade.", "0x80048033")
        before, after = layers.of(self._storage, name), layers.of(self._storage, str(new["uniquename"]))
        for key, layer in reversed(before.items()):
            if key not in after:
                self.component(name, layer)
            elif layer.kind is kinds.ENTITY:
                self._shrink(layer, after[key])
        data = rows.package(self._storage, str(new["uniquename"])) or b""
        publisher = self._storage.find(self._storage.catalog["publisher"], str(new["publisherid"])) or {}
        self._forget(old)
        layers.drop(self._storage, str(new["uniquename"]))
        for layer in after.values():
            layers.put(self._storage, name, str(publisher.get("uniquename")), layer)
        rows.drop_package(self._storage, str(new["uniquename"]))
        rows.keep_package(self._storage, name, data)
        self._writer.write(self._storage.catalog["solution"], new, {"uniquename": name})
        return str(new["solutionid"])

    def _forget(self, solution: Row) -> None:
        """The rows of a solution itself."""
        name = str(solution["uniquename"])
        layers.drop(self._storage, name)
        rows.drop_package(self._storage, name)
        self._storage.db.execute("DELETE FROM solutioncomponent WHERE solutionid = ?", (solution["solutionid"],))
        self._writer.delete(self._storage.catalog["solution"], solution)

    def _shared(self, name: str, mine: Iterable[Layer]) -> list[Dependency]:
        """Tables of ours that other solutions have given something."""
        others = layers.others(self._storage, name)
        return [
            Dependency(kinds.ENTITY, layer.id, f"Another solution has changed the table '{layer.name}'.")
            for layer in mine
            if layer.kind is kinds.ENTITY and layer.told["whole"] and layer.key in others
        ]

    def component(self, solution: str, layer: Layer) -> None:
        """Remove one component, unless another solution has it as well."""
        if layer.kind is kinds.ENTITY:
            self._table(solution, layer)
        elif layer.key in layers.others(self._storage, solution):
            return
        elif layer.kind is kinds.OPTION_SET:
            self._choice(layer.name)
        elif layer.kind is kinds.RELATIONSHIP:
            self._drop(layer.told["between"])
        elif layer.kind.table:
            self._row(layer)

    def _table(self, solution: str, layer: Layer) -> None:
        entity = self._storage.catalog.by_name.get(layer.name)
        if entity is None:
            return
        if layer.told["whole"]:
            self._drop(entity.name)
            return
        gone = defining.read(layer)
        theirs = [defining.read(one) for _, one in layers.elsewhere(self._storage, solution, layer.key)]
        names = {column.name for column in gone.columns}.difference(*(one.by_name for one in theirs))
        keys = {key.name for key in gone.keys}.difference(*({key.name for key in one.keys} for one in theirs))
        self._keep(entity, names, keys)

    def _shrink(self, old: Layer, new: Layer) -> None:
        """Columns and keys of a table that the new version no longer has."""
        entity = self._storage.catalog.by_name.get(old.name)
        if entity is None:
            return
        was, wanted = defining.read(old), defining.read(new)
        names = was.by_name.keys() - wanted.by_name.keys()
        self._keep(entity, set(names), {key.name for key in was.keys} - {key.name for key in wanted.keys})
        entity = self._storage.catalog[old.name]
        merged = merging.columns(was.columns, entity.table.columns, wanted.columns, merging.Rule(remove=True))
        if merged != entity.table.columns:
            evolving.define(self._storage, replace(entity.table, columns=merged))

    def _keep(self, entity: Entity, names: set[str], keys: set[str]) -> None:
        """A table without some columns and keys."""
        table = entity.table
        columns = tuple(column for column in table.columns if column.name not in names)
        left = tuple(key for key in table.keys if key.name not in keys and not names.intersection(key.columns))
        if columns != table.columns or left != table.keys:
            evolving.define(self._storage, replace(table, columns=columns, keys=left))

    def _drop(self, name: str) -> None:
        """A table with its rows, and everything that shows it."""
        storage = self._storage
        entity = storage.catalog.by_name.get(name)
        if entity is None:
            return
        for table, column in ON_TABLE:
            storage.db.execute(f'DELETE FROM "{table}" WHERE "{column}" = ?', (name,))
        storage.db.execute("DELETE FROM appmodulecomponent WHERE objectid = ?", (definitions.table_id(name),))
        notes.forget(storage, name)
        between = [one for one in storage.catalog if isinstance(one.table, Intersect) and name in one.table.ends]
        for one in between:
            evolving.drop(storage, storage.catalog[one.name])
        evolving.drop(storage, storage.catalog[name])
        suffix = entity.table.schema
        found = storage.rows("SELECT privilegeid, name FROM privilege WHERE name LIKE ?", (f"prv%{suffix}",))
        for key, privilege in found:
            if str(privilege).removesuffix(suffix) in _RIGHTS:
                storage.db.execute("DELETE FROM roleprivileges WHERE privilegeid = ?", (key,))
                storage.db.execute("DELETE FROM privilege WHERE privilegeid = ?", (key,))

    def _choice(self, name: str) -> None:
        used = any(getattr(column, "global_name", "") == name for one in self._storage.catalog for column in one.table.columns)
        if name in self._storage.catalog.choices and not used:
            evolving.keep_choice(self._storage, None, name)

    def _row(self, layer: Layer) -> None:
        entity = self._storage.catalog[layer.kind.table]
        row = self._storage.find(entity, layer.id)
        if row is None:
            return
        if layer.kind is kinds.APP:
            self._storage.db.execute("DELETE FROM appmodulecomponent WHERE appmoduleidunique = ?", (layer.id,))
        self._writer.delete(entity, row)


_RIGHTS = {f"prv{word}" for word in ("Create", "Read", "Write", "Delete", "Append", "AppendTo", "Assign", "Share")}


def told(found: Sequence[Dependency]) -> list[dict[str, object]]:
    """Dependencies as rows of the table `dependency`; what they need is in the sentence of a refused uninstallation."""
    return [
        {
            "dependencytype": 2,
            "dependentcomponenttype": one.kind.number,
            "dependentcomponentobjectid": one.id if "." not in one.id else definitions.column_id(*one.id.split(".", 1)),
        }
        for one in found
    ]
