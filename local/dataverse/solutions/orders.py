"""What an import asks for: the body of ImportSolution and its kin, read.

Source: Microsoft Learn, Web API reference of ImportSolution, ImportSolutionAsync, StageAndUpgrade, SolutionParameters.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from local.dataverse import codec, errors
from local.dataverse.fixed import fresh_id
from local.dataverse.solutions import merging, rows
from local.dataverse.solutions.jobs import Order

if TYPE_CHECKING:
    from local.dataverse.resources import WebApi

Json = dict[str, Any]
CRM = "Microsoft.Dynamics.CRM."
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
