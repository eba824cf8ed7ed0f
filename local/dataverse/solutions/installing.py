"""Writing a package into a tenant: choices, tables, relationships, rows, then the record of what was installed.

Everything happens in the transaction of the caller, so a package is there as a whole or not at all.

Source: Microsoft Learn, "Import solutions", "Solution layers", "Work with solutions using the SDK"; exported solutions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from local.dataverse import definitions, errors, evolving, made, relationships, seed, ties
from local.dataverse.access import TOTAL
from local.dataverse.fixed import fresh_id
from local.dataverse.solutions import checks, defining, faults, kinds, layers, linking, merging, roots, rows
from local.dataverse.solutions.layers import Layer
from local.dataverse.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.solutions.merging import Rule
    from local.dataverse.solutions.package import Package
    from local.dataverse.solutions.parts import Part
    from local.dataverse.storage import Row, Storage
    from local.dataverse.writing import Listener


def admit(storage: Storage, package: Package, *, holding: bool) -> None:
    """Errors: ImportFault when this package must not be imported over what is installed."""
    given, old = package.manifest, rows.solution(storage, package.manifest.name)
    if holding and not given.managed:
        raise faults.unsupported("unmanaged solutions that wait for an upgrade (HoldingSolution)")
    if old is None:
        return
    if given.managed and not old["ismanaged"]:
        raise faults.managed_over_unmanaged()
    if old["ismanaged"] and not given.managed:
        raise faults.unmanaged_over_managed()
    installed = tuple(int(part) for part in str(old["version"]).split("."))
    if given.version < installed:
        raise faults.older(given.name, given.version_text, str(old["version"]))
    publisher = storage.find(storage.catalog["publisher"], str(old["publisherid"]))
    if publisher is not None and publisher["uniquename"] != given.publisher.name and given.managed:
        raise faults.other_publisher(given.name, str(publisher["uniquename"]), given.publisher.name)
    if holding and rows.solution(storage, f"{given.name}{rows.HOLDING}") is not None:
        raise faults.unsupported(f"a second version of '{given.name}' that waits for its upgrade; apply or delete the first")


class Installer:
    """One import. Must be used inside a transaction."""

    def __init__(
        self, storage: Storage, context: Context, listener: Listener, package: Package, rule: Rule, *, holding: bool = False
    ) -> None:
        self._storage = storage
        self._context = replace(context, access=TOTAL)
        self._writer = Writer(storage, self._context, listener)
        self._package = package
        self._rule = rule
        base = package.manifest.name
        self._base = layers.of(storage, base)
        waits = holding and rows.solution(storage, base) is not None
        self.name = f"{base}{rows.HOLDING}" if waits else base
        self._layers: list[Layer] = []

    def run(self, progress: Callable[[float], None]) -> None:
        """Do everything. `progress` hears of 0 to 100. Errors: ImportFault; the caller rolls back."""
        try:
            self._run(progress)
        except errors.DataverseError as error:
            raise faults.ImportFault(error.code or "0x80048033", error.message) from None

    def _run(self, progress: Callable[[float], None]) -> None:
        package = self._package
        roots.check_listed(package)
        defining.needed(self._storage, package)
        for name in package.choices:
            self._choice(name)
        total = len(package.tables) + len(package.parts) + 1
        for done, table in enumerate(package.tables):
            self._layers.append(defining.define(self._storage, table, self._base, self._rule))
            progress(100 * done / total)
        self._manys()
        seed.fill(self._storage, self._context.now)
        solution = rows.put_solution(
            self._storage, self._writer, self._context, package.manifest, self.name, fresh_id() if self._waits else None
        )
        for done, part in enumerate(package.parts):
            self._part(part, solution)
            progress(100 * (len(package.tables) + done) / total)
        self._check()
        self._record(solution)

    @property
    def _waits(self) -> bool:
        return self.name != self._package.manifest.name

    def _choice(self, name: str) -> None:
        new, current = self._package.choices[name], self._storage.catalog.choices.get(name)
        layer = Layer(kinds.OPTION_SET, definitions.choice_id(name), name, {"choice": defining.plain_choice(new)})
        base = self._base.get(layer.key)
        merged = (
            merging.choice(made.read_choice(base.told["choice"]) if base else None, current, new, self._rule) if current else new
        )
        if merged != current:
            evolving.keep_choice(self._storage, merged, name)
        self._layers.append(layer)

    def _manys(self) -> None:
        for many in self._package.manys:
            given = {
                "@odata.type": f"Microsoft.Dynamics.CRM.{ties.MANY}",
                "SchemaName": many.name,
                "IntersectEntityName": many.between,
                "Entity1LogicalName": many.ends[0],
                "Entity2LogicalName": many.ends[1],
                "Entity1NavigationPropertyName": many.navs[0],
                "Entity2NavigationPropertyName": many.navs[1],
            }
            if many.between not in self._storage.catalog.by_name:
                ties.post(self._storage, self._context, (), given)
            told = {"between": many.between}
            self._layers.append(Layer(kinds.RELATIONSHIP, relationships.relation_id(many.name), many.name, told))

    def _part(self, part: Part, solution: str) -> None:
        entity = self._storage.catalog[part.kind.table]
        old = self._found(entity, part)
        row_id = str(old[entity.primary_id]) if old else part.id
        values = {**part.values, **self._resolved(part)}
        layer = Layer(part.kind, row_id, part.name, {"values": values, "links": [list(link) for link in part.links]})
        base = self._base.get(layer.key)
        forced: dict[str, Sql] = {"ismanaged": int(self._package.manifest.managed), "componentstate": 0, "solutionid": solution}
        forced = {name: value for name, value in forced.items() if name in entity.columns}
        if old is None:
            rows.put(self._writer, entity, None, row_id, {**values, **forced, **self._first(part)})
        else:
            changes = merging.values(base.told["values"] if base else {}, old, values, self._rule)
            rows.put(self._writer, entity, old, row_id, {**changes, **forced})
        links = base.told["links"] if base else None
        if part.kind is kinds.ROLE:
            linking.put_privileges(self._storage, row_id, links, part.links, self._rule)
        elif part.kind is kinds.APP:
            linking.put_app_links(self._storage, row_id, links, part.links)
        self._layers.append(layer)

    def _found(self, entity: Entity, part: Part) -> Row | None:
        """The row of a component: by its id, or by its name where a tenant may have made it before."""
        old = self._storage.find(entity, part.id)
        if old is not None or not part.names:
            return old
        column, value = next(iter(part.names.items()))
        old = rows.find(self._storage, entity.name, column, str(value))
        if old is not None and part.kind is kinds.ROLE:
            raise faults.role_taken(part.name)
        return old

    def _resolved(self, part: Part) -> dict[str, Sql]:
        if part.kind is kinds.STEP:
            return linking.step_values(self._storage, part)
        if part.kind is kinds.VARIABLE_VALUE:
            definition = rows.find(self._storage, kinds.VARIABLE.table, "schemaname", part.name)
            return {"environmentvariabledefinitionid": definition["environmentvariabledefinitionid"]} if definition else {}
        return {}

    def _first(self, part: Part) -> dict[str, Sql]:
        """What only a new row gets."""
        if part.kind is not kinds.ROLE:
            return {}
        found = self._storage.rows("SELECT businessunitid FROM businessunit WHERE parentbusinessunitid IS NULL LIMIT 1")
        return {"businessunitid": found[0][0]}

    def _check(self) -> None:
        for part in self._package.parts:
            check = checks.CHECKS.get(part.kind)
            if check is not None:
                check(self._storage, self._storage.find(self._storage.catalog[part.kind.table], part.id) or {})

    def _record(self, solution: str) -> None:
        manifest = self._package.manifest
        for layer in self._layers:
            layers.put(self._storage, self.name, manifest.publisher.name, layer)
        if self._rule.remove and not self._waits:
            for key in self._base.keys() - {layer.key for layer in self._layers}:
                layers.drop(self._storage, self.name, key)
        listed = {(root.kind, roots.object_id(self._storage, root)): root.behavior for root in manifest.roots}
        below = {layer.key: 0 for layer in layers.of(self._storage, self.name).values() if layer.key not in listed}
        rows.put_components(self._storage, solution, ((*key, behavior) for key, behavior in (listed | below).items()))
        rows.keep_package(self._storage, self.name, self._package.data)
