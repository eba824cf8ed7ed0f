"""The doors of solutions: actions, functions, and what happens to rows of `solutions` themselves.

| message | answer |
|---|---|
| ImportSolution, StageAndUpgrade | 204, when it is done |
| ImportSolutionAsync, StageAndUpgradeAsync | `AsyncOperationId`, `ImportJobKey` |
| StageSolution | `StageSolutionResults`: a rehearsal, whose upload can be imported by its id |
| DeleteAndPromote, DeleteAndPromoteAsync | `SolutionId`; `AsyncOperationId` |
| ExportSolution | `ExportSolutionFile` |
| ExportSolutionAsync, then DownloadSolutionExportData | `AsyncOperationId`, `ExportJobId`; `ExportSolutionFile` |
| UninstallSolutionAsync, DELETE solutions(id) | `AsyncOperationId`; 204 |
| RetrieveSolutionImportResult(ImportJobId=…) | `SolutionOperationResult` |
| RetrieveMissingDependencies, RetrieveDependenciesForUninstall (SolutionUniqueName='…') | `value` |

Source: Microsoft Learn, Web API reference of each.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from local.dataverse import bodies, codec, errors, keys
from local.dataverse.answers import empty, json_answer
from local.dataverse.fixed import fresh_id
from local.dataverse.solutions import exporting, guarding, kinds, orders, rehearsing, removing, rows
from local.dataverse.solutions.job_rows import Operation
from local.dataverse.solutions.jobs import Order
from local.dataverse.urls import key_pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.context import Context
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row
    from local.dataverse.urls import Address, Segment
    from local.http import Response

Json = dict[str, Any]
CRM = "Microsoft.Dynamics.CRM."
IMPORTING = "prvImportCustomization"
EXPORTING = "prvExportCustomization"


def answer(api: WebApi, context: Context, method: str, address: Address, body: bytes) -> Response | None:
    """Do what concerns solutions; None for anything else. Errors: each message's own."""
    if len(address.segments) != 1:
        return None
    head = address.segments[0]
    name = head.name.removeprefix(CRM)
    if name in _FUNCTIONS:
        if method != "GET":
            raise _not_allowed(method)
        return _FUNCTIONS[name](api, context, _arguments(head, address))
    if name in _ACTIONS and not head.key:
        if method != "POST":
            raise _not_allowed(method)
        return _ACTIONS[name](api, context, bodies.as_object(bodies.decode(body), name) if body.strip() else {})
    if head.name == "solutions" and head.key:
        return _row(api, context, method, head.key)
    if method == "DELETE" and head.key:
        _guard(api, head.name, head.key)
    return None


def _guard(api: WebApi, set_name: str, key: str) -> None:
    """Errors: 400 when the row to delete is a managed component."""
    with api.storage.lock:
        entity = api.storage.catalog.by_set.get(set_name)
        kind = kinds.BY_TABLE.get(entity.name) if entity is not None else None
        row = keys.find(api.storage, entity, keys.parse(entity, key)) if entity is not None and kind is not None else None
    if entity is not None and kind is not None and row is not None:
        guarding.check_row(row, kind, str(row[entity.primary_id]))


def _not_allowed(method: str) -> errors.DataverseError:
    return errors.DataverseError(405, "0x80060888", f"The requested resource does not support http method '{method}'.")


def _arguments(head: Segment, address: Address) -> dict[str, str]:
    """The parameters of a function, aliases put in."""
    found = {}
    for name, value in key_pairs(head.key) if head.key else ():
        found[name] = address.aliases.get(value, value) if value.startswith("@") else value
    return {name: value.strip("'") for name, value in found.items()}


def _complex(context: Context, name: str, value: Json) -> Response:
    return json_answer(context, json.dumps({"@odata.context": f"{context.root}$metadata#{CRM}{name}Response", **value}))


def _import(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(IMPORTING)
    api.jobs.now(context, orders.order(api, given, orders.IMPORT, "ImportSolution"))
    return empty()


def _import_async(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(IMPORTING)
    return _later(
        api, context, orders.order(api, given, orders.IMPORT, "ImportSolutionAsync"), Operation.IMPORT, "ImportSolutionAsync"
    )


def _later(api: WebApi, context: Context, wanted: Order, operation: Operation, name: str) -> Response:
    job = api.jobs.later(context, wanted, operation)
    return _complex(context, name, {"ImportJobKey": wanted.job, "AsyncOperationId": job})


def _upgrade_order(api: WebApi, given: Json, name: str) -> Order:
    known = tuple(one for one in orders.IMPORT if one != "HoldingSolution")
    wanted = orders.order(api, given, known, name)
    return Order(wanted.data, wanted.job, wanted.rule, holding=True, promote=True, values=wanted.values)


def _upgrade(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(IMPORTING)
    api.jobs.now(context, _upgrade_order(api, given, "StageAndUpgrade"))
    return empty()


def _upgrade_async(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(IMPORTING)
    name = "StageAndUpgradeAsync"
    return _later(api, context, _upgrade_order(api, given, name), Operation.STAGE_AND_UPGRADE, name)


def _stage(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(IMPORTING)
    data = orders.decoded(given.get("CustomizationFile"), "StageSolution")
    with api.jobs.alone("Import"):
        found = rehearsing.stage(api.jobs, context, data)
    return _complex(context, "StageSolution", {"StageSolutionResults": found})


def _name(given: Json, word: str, message: str) -> str:
    found = given.get(word)
    if not isinstance(found, str) or not found:
        raise errors.bad(f"{message} needs '{word}', a text.", "0x80040203")
    return found


def _promote(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(IMPORTING)
    name = _name(given, "UniqueName", "DeleteAndPromote")
    with api.jobs.alone("Uninstall"):
        solution = api.jobs.promote(context, name)
    return _complex(context, "DeleteAndPromote", {"SolutionId": solution})


def _promote_async(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(IMPORTING)
    name = _name(given, "UniqueName", "DeleteAndPromoteAsync")
    job = api.jobs.background(context, Operation.PROMOTE, "Uninstall", lambda: api.jobs.promote(context, name))
    return _complex(context, "DeleteAndPromoteAsync", {"AsyncOperationId": job})


def _uninstall_async(api: WebApi, context: Context, given: Json) -> Response:
    row = _solution(api, _name(given, "SolutionUniqueName", "UninstallSolutionAsync"))
    context.access.need("prvDeleteSolution")
    job = api.jobs.background(context, Operation.UNINSTALL, "Uninstall", lambda: api.jobs.uninstall(context, row))
    return _complex(context, "UninstallSolutionAsync", {"AsyncOperationId": job})


def _row(api: WebApi, context: Context, method: str, key: str) -> Response | None:
    """Deleting a solution uninstalls it; a managed one cannot be changed."""
    if method not in {"DELETE", "PATCH"}:
        return None
    entity = api.storage.catalog["solution"]
    with api.storage.lock:
        row = keys.find(api.storage, entity, keys.parse(entity, key))
    if row is None:
        return None
    if method == "PATCH":
        if row["ismanaged"]:
            text = f"Cannot update solution '{row['uniquename']}' because it is a managed solution."
            raise errors.DataverseError(400, "0x8004f024", text)
        return None
    context.access.need("prvDeleteSolution")
    with api.jobs.alone("Uninstall"):
        api.jobs.uninstall(context, row)
    return empty()


def _solution(api: WebApi, name: str) -> Row:
    """A solution by its unique name. Errors: 404."""
    with api.storage.lock:
        row = rows.solution(api.storage, name)
    if row is None:
        raise errors.DataverseError(404, "0x80040217", f"The solution '{name}' does not exist.")
    return row


def _result(api: WebApi, context: Context, given: dict[str, str]) -> Response:
    job = codec.guid(given.get("ImportJobId", ""))
    entity = api.storage.catalog["importjob"]
    with api.storage.lock:
        row = api.storage.find(entity, job) if job else None
    if row is None:
        raise errors.DataverseError(404, "0x80040217", f"importjob With Id = {given.get('ImportJobId')} Does Not Exist")
    return _complex(context, "RetrieveSolutionImportResult", {"SolutionOperationResult": rehearsing.outcome(row)})


def _for_uninstall(api: WebApi, context: Context, given: dict[str, str]) -> Response:
    row = _solution(api, given.get("SolutionUniqueName", ""))
    if not row["ismanaged"]:
        raise errors.bad("Only a managed solution is uninstalled with its components.", "0x80040203")
    found = removing.told(api.jobs.dependencies(context, row))
    return json_answer(context, json.dumps({"@odata.context": f"{context.root}$metadata#dependencies", "value": found}))


def _missing(api: WebApi, context: Context, given: dict[str, str]) -> Response:
    row = _solution(api, given.get("SolutionUniqueName", ""))
    found = removing.told(rehearsing.missing(api.storage, str(row["uniquename"])))
    return json_answer(context, json.dumps({"@odata.context": f"{context.root}$metadata#dependencies", "value": found}))


def _export(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(EXPORTING)
    data = exporting.exported(api.storage, given, "ExportSolution")
    return _complex(context, "ExportSolution", {"ExportSolutionFile": base64.b64encode(data).decode()})


def _export_async(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(EXPORTING)
    key = fresh_id()

    def do() -> None:
        data = exporting.exported(api.storage, given, "ExportSolutionAsync")
        with api.storage.transaction():
            rows.keep_package(api.storage, f"export:{key}", data)

    job = api.jobs.background(context, Operation.EXPORT, "Export", do)
    return _complex(context, "ExportSolutionAsync", {"AsyncOperationId": job, "ExportJobId": key})


def _download(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(EXPORTING)
    key = _name(given, "ExportJobId", "DownloadSolutionExportData")
    with api.storage.lock:
        data = rows.package(api.storage, f"export:{key.lower()}")
    if data is None:
        raise errors.DataverseError(404, "0x80040217", f"exportsolutionupload With Id = {key} Does Not Exist")
    return _complex(context, "DownloadSolutionExportData", {"ExportSolutionFile": base64.b64encode(data).decode()})


_ACTIONS: dict[str, Callable[[WebApi, Context, Json], Response]] = {
    "ImportSolution": _import,
    "ImportSolutionAsync": _import_async,
    "StageSolution": _stage,
    "StageAndUpgrade": _upgrade,
    "StageAndUpgradeAsync": _upgrade_async,
    "DeleteAndPromote": _promote,
    "DeleteAndPromoteAsync": _promote_async,
    "UninstallSolutionAsync": _uninstall_async,
    "ExportSolution": _export,
    "ExportSolutionAsync": _export_async,
    "DownloadSolutionExportData": _download,
}
_FUNCTIONS: dict[str, Callable[[WebApi, Context, dict[str, str]], Response]] = {
    "RetrieveSolutionImportResult": _result,
    "RetrieveDependenciesForUninstall": _for_uninstall,
    "RetrieveMissingDependencies": _missing,
}
