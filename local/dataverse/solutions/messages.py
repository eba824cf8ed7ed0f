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
import binascii
import json
from typing import TYPE_CHECKING, Any

from local.dataverse import bodies, codec, errors, keys
from local.dataverse.answers import empty, json_answer
from local.dataverse.fixed import fresh_id
from local.dataverse.solutions import exporting, guarding, kinds, merging, rehearsing, removing, rows
from local.dataverse.solutions.jobs import Operation, Order
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
FLAGS = ("OverwriteUnmanagedCustomizations", "PublishWorkflows")
"""What every import must say."""
IGNORED = (
    "ConvertToManaged",
    "SkipProductUpdateDependencies",
    "SkipQueueRibbonJob",
    "LayerDesiredOrder",
    "AsyncRibbonProcessing",
)
"""Obsolete, or for Microsoft's own use."""
IMPORT = (*FLAGS, *IGNORED, "CustomizationFile", "ImportJobId", "HoldingSolution", "ComponentParameters", "SolutionParameters")
VARIABLE_VALUE = "environmentvariablevalue"


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


def order(api: WebApi, given: Json, known: tuple[str, ...], name: str) -> Order:
    """What an import asks for. Errors: 400 naming what is missing or unknown; 501 for parameters that are not done here."""
    for one in given:
        if one not in known and not one.startswith("@"):
            raise errors.bad(f"The parameter '{one}' in the request payload is not a valid parameter for the operation '{name}'.")
    for one in known:
        must = one in FLAGS
        if (must or one == "HoldingSolution") and not isinstance(given.get(one, False if not must else None), bool):
            raise errors.bad(f"{name} needs '{one}', true or false.", "0x80040203")
    job = given.get("ImportJobId") or fresh_id()
    job_id = codec.guid(job) if isinstance(job, str) else None
    if job_id is None:
        raise errors.bad("ImportJobId must be an id.", "0x80040203")
    if api.storage.find(api.storage.catalog["importjob"], job_id) is not None:
        raise errors.duplicate_id()
    return Order(
        _file(api, given, name),
        job_id,
        merging.Rule(overwrite=given["OverwriteUnmanagedCustomizations"]),
        holding=given.get("HoldingSolution") is True,
        values=_values(given.get("ComponentParameters")),
    )


def _file(api: WebApi, given: Json, name: str) -> bytes:
    """The zip: in the request, or staged before."""
    told = given.get("SolutionParameters")
    staged = told.get("StageSolutionUploadId") if isinstance(told, dict) else None
    if isinstance(told, dict) and (unknown := {one for one in told if not one.startswith("@")} - {"StageSolutionUploadId"}):
        raise errors.unsupported(f"'{min(unknown)}' of SolutionParameters")
    if isinstance(staged, str) and staged:
        with api.storage.lock:
            data = rows.package(api.storage, f"stage:{staged.lower()}")
        if data is None:
            raise errors.DataverseError(404, "0x80040217", f"stagesolutionupload With Id = {staged} Does Not Exist")
        return data
    return decoded(given.get("CustomizationFile"), name)


def decoded(text: object, name: str) -> bytes:
    """A file in base64. Errors: 400."""
    try:
        return base64.b64decode(text if isinstance(text, str) else "!", validate=True)
    except (binascii.Error, ValueError):
        raise errors.bad(f"{name} needs 'CustomizationFile', a zip in base64.", "0x80040203") from None


def _values(given: object) -> tuple[tuple[str, str], ...]:
    """Values of environment variables that are to be set with the import. Errors: 400; 501 for other components."""
    if given is None:
        return ()
    if not isinstance(given, list):
        raise errors.bad("'ComponentParameters' must be a list.", "0x80040203")
    found = []
    for one in given:
        kind = one.get("@odata.type", "") if isinstance(one, dict) else ""
        if str(kind).removeprefix("#") != f"{CRM}{VARIABLE_VALUE}":
            raise errors.unsupported(f"component parameters of the type '{kind}'")
        name, value = one.get("schemaname"), one.get("value")
        if not isinstance(name, str) or not isinstance(value, str):
            raise errors.bad("An environmentvariablevalue needs schemaname and value.", "0x80040203")
        found.append((name, value))
    return tuple(found)


def _import(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(IMPORTING)
    api.jobs.now(context, order(api, given, IMPORT, "ImportSolution"))
    return empty()


def _import_async(api: WebApi, context: Context, given: Json) -> Response:
    context.access.need(IMPORTING)
    return _later(api, context, order(api, given, IMPORT, "ImportSolutionAsync"), Operation.IMPORT, "ImportSolutionAsync")


def _later(api: WebApi, context: Context, wanted: Order, operation: Operation, name: str) -> Response:
    job = api.jobs.later(context, wanted, operation)
    return _complex(context, name, {"ImportJobKey": wanted.job, "AsyncOperationId": job})


def _upgrade_order(api: WebApi, given: Json, name: str) -> Order:
    known = tuple(one for one in IMPORT if one != "HoldingSolution")
    wanted = order(api, given, known, name)
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
    data = decoded(given.get("CustomizationFile"), "StageSolution")
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
