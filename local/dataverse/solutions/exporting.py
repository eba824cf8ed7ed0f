"""ExportSolution: the package of an unmanaged solution, as it was imported.

A solution that was changed since would have to be written anew; that is refused, for a package that says something else than the
tenant would be worse than none.

Source: Microsoft Learn, "ExportSolution action", "Work with solutions using the SDK"; ExportManagedSolutionError.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.dataverse import errors, made
from local.dataverse.solutions import defining, kinds, layers, rows

if TYPE_CHECKING:
    from local.dataverse.solutions.layers import Layer
    from local.dataverse.storage import Storage

Json = dict[str, Any]
EXTRAS = (
    "ExportAutoNumberingSettings",
    "ExportCalendarSettings",
    "ExportCustomizationSettings",
    "ExportEmailTrackingSettings",
    "ExportGeneralSettings",
    "ExportMarketingSettings",
    "ExportOutlookSynchronizationSettings",
    "ExportRelationshipRoles",
    "ExportIsvConfig",
    "ExportSales",
    "ExportExternalApplications",
)


def exported(storage: Storage, given: Json, message: str) -> bytes:
    """The zip. Errors: 400 for a managed or an unknown solution; 501 for a changed one, for settings, for a managed package."""
    name = given.get("SolutionName")
    if not isinstance(name, str) or not isinstance(given.get("Managed"), bool):
        raise errors.bad(f"{message} needs SolutionName and Managed.", "0x80040203")
    for one, value in given.items():
        if one in EXTRAS and value:
            raise errors.unsupported(f"'{one}' of {message}")
        if one not in {"SolutionName", "Managed", *EXTRAS}:
            raise errors.bad(
                f"The parameter '{one}' in the request payload is not a valid parameter for the operation '{message}'."
            )
    with storage.lock:
        row = rows.solution(storage, name)
        if row is None:
            text = "An error occurred while exporting a solution. The solution does not exist in this system."
            raise errors.bad(text, "0x80048037")
        if row["ismanaged"]:
            text = "An error occurred while exporting a solution. Managed solutions cannot be exported."
            raise errors.bad(text, "0x80048036")
        data = rows.package(storage, str(row["uniquename"]))
        changed = next(
            (layer.name for layer in layers.of(storage, str(row["uniquename"])).values() if _changed(storage, layer)), None
        )
    if data is None:
        raise errors.unsupported("the export of a solution that was not imported from a package")
    if changed is not None:
        raise errors.unsupported(f"the export of a solution that was changed since its import ('{changed}')")
    if given["Managed"]:
        raise errors.unsupported("the export of an unmanaged solution as a managed package")
    return data


def _changed(storage: Storage, layer: Layer) -> bool:
    """Whether a component says something else than its package did."""
    if layer.kind is kinds.ENTITY:
        entity = storage.catalog.by_name.get(layer.name)
        told = defining.read(layer)
        if entity is None:
            return True
        if layer.told["whole"]:
            return bool(json.loads(made.write_table(entity.table)) != layer.told["table"])
        return any(entity.columns.get(column.name) != column for column in told.columns)
    if layer.kind is kinds.OPTION_SET:
        choice = storage.catalog.choices.get(layer.name)
        return choice is None or bool(defining.plain_choice(choice) != layer.told["choice"])
    if layer.kind is kinds.RELATIONSHIP:
        return str(layer.told["between"]) not in storage.catalog.by_name
    row = storage.find(storage.catalog[layer.kind.table], layer.id)
    return row is None or any(row.get(name) != value for name, value in layer.told["values"].items())
