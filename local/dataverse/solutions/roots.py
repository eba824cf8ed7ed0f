"""Root components: what the manifest lists must be in the package or in the tenant, and what is in the package must be listed.

Source: solution.xml of exported solutions; error texts of ImportMissingRootComponentEntry and ImportMissingComponent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import definitions
from local.dataverse.solutions import faults, kinds, rows

if TYPE_CHECKING:
    from local.dataverse.solutions.manifest import RootComponent
    from local.dataverse.solutions.package import Package
    from local.dataverse.storage import Storage

NAMED = {
    kinds.WEB_RESOURCE.number: "name",
    kinds.VARIABLE.number: "schemaname",
    kinds.SITE_MAP.number: "sitemapnameunique",
    kinds.APP.number: "uniquename",
    kinds.ROLE.number: "name",
}
BELOW_TABLE = {kinds.VIEW.number, kinds.FORM.number, kinds.CHART.number}
BELOW_OTHER = BELOW_TABLE | {kinds.VARIABLE_VALUE.number, kinds.STEP_IMAGE.number}


def check_listed(package: Package) -> None:
    """Errors: ImportFault for a component of the package that the manifest does not list."""
    names = {(root.kind, root.name.lower()) for root in package.manifest.roots if root.name}
    ids = {(root.kind, root.id) for root in package.manifest.roots if root.id}
    for table in package.tables:
        if (kinds.ENTITY.number, table.name) not in names:
            raise faults.not_declared(table.name, kinds.ENTITY.number)
    for name in package.choices:
        if (kinds.OPTION_SET.number, name.lower()) not in names:
            raise faults.not_declared(name, kinds.OPTION_SET.number)
    for part in package.parts:
        number = part.kind.number
        if number not in BELOW_OTHER and (number, part.id) not in ids and (number, part.name.lower()) not in names:
            raise faults.not_declared(part.name, number)


def object_id(storage: Storage, root: RootComponent) -> str:
    """The id of a root component in the tenant. Errors: ImportFault when it is not there, or of an unknown kind."""
    kind = kinds.BY_NUMBER.get(root.kind)
    if kind is None:
        raise faults.unsupported(f"root components of the type {root.kind}")
    if kind is kinds.ENTITY:
        if root.name.lower() in storage.catalog.by_name:
            return definitions.table_id(root.name.lower())
    elif kind is kinds.OPTION_SET:
        if root.name in storage.catalog.choices:
            return definitions.choice_id(root.name)
    elif kind.table:
        entity = storage.catalog[kind.table]
        found = storage.find(entity, root.id) if root.id else None
        if found is None and root.name and root.kind in NAMED:
            found = rows.find(storage, kind.table, NAMED[root.kind], root.name)
        if found is not None:
            return str(found[entity.primary_id])
    raise faults.not_there(root.name or root.id, root.kind)
