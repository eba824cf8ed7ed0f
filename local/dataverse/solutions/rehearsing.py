"""Looking before and after: staging a package, the outcome of an import, and what a solution lacks.

Source: Microsoft Learn, Web API reference of StageSolutionResults, SolutionValidationResult, MissingDependency, SolutionDetails
and SolutionOperationResult.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from local.dataverse.fixed import fresh_id
from local.dataverse.solutions import checks, faults, layers, package, rows
from local.dataverse.solutions.jobs import Order
from local.dataverse.solutions.removing import Dependency

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.solutions.faults import ImportFault
    from local.dataverse.solutions.jobs import Jobs
    from local.dataverse.solutions.package import Package
    from local.dataverse.storage import Row, Storage

_PAIR = re.compile(r"<MissingDependency>.*?</MissingDependency>", re.DOTALL)
_MISSING = "0x8004801d"


def stage(jobs: Jobs, context: Context, data: bytes) -> dict[str, Any]:
    """Do the whole import and undo it; keep the zip under an upload id when it would succeed."""
    whole: Package | None = None
    fault: ImportFault | None = None
    try:
        whole = package.read(data, jobs.storage.catalog.choices)
        jobs.rehearse(context, whole, Order(data, ""))
    except faults.ImportFault as error:
        fault = error
    upload = fresh_id()
    if fault is None:
        with jobs.storage.transaction():
            rows.keep_package(jobs.storage, f"stage:{upload}", data)
    return {
        "StageSolutionUploadId": upload if fault is None else None,
        "StageSolutionStatus": "Passed" if fault is None else "Failed",
        "SolutionValidationResults": [] if fault is None or fault.code == _MISSING else [_validation(fault)],
        "MissingDependencies": _pairs(fault) if fault is not None and fault.code == _MISSING else [],
        "SolutionDetails": _details(whole),
        "SolutionComponentsDetails": [],
    }


def _validation(fault: ImportFault) -> dict[str, Any]:
    return {
        "SolutionValidationResultType": "Error",
        "Message": fault.message,
        "ErrorCode": fault.number,
        "AdditionalInfo": None,
    }


def _pairs(fault: ImportFault) -> list[dict[str, Any]]:
    """The missing dependencies of a refusal, one by one."""
    found = []
    for text in _PAIR.findall(fault.message):
        required, dependent = ET.fromstring(text)  # noqa: S314  our own sentence
        made: dict[str, Any] = {"CanResolveMissingDependency": False, "MissingPackages": []}
        for word, one in (("Required", required), ("Dependent", dependent)):
            made |= {
                f"{word}ComponentType": one.get("type"),
                f"{word}ComponentSchemaName": one.get("schemaName"),
                f"{word}ComponentDisplayName": one.get("displayName"),
                f"{word}ComponentParentSchemaName": one.get("parentSchemaName"),
            }
        found.append(made)
    return found


def _details(whole: Package | None) -> dict[str, Any] | None:
    if whole is None:
        return None
    manifest = whole.manifest
    return {
        "SolutionUniqueName": manifest.name,
        "SolutionFriendlyName": manifest.label,
        "SolutionDescription": manifest.description,
        "SolutionVersion": manifest.version_text,
        "IsManaged": manifest.managed,
        "PublisherUniqueName": manifest.publisher.name,
    }


def outcome(row: Row) -> dict[str, Any]:
    """What an import job came to."""
    text = row.get("data")
    failures = [] if text is None else _failures(str(text))
    status = "Failed" if failures else "Passed"
    return {
        "Type": "Import",
        "Status": status if text is not None else "None",
        "ErrorMessages": failures,
        "WarningMessages": [],
        "ActionLink": None,
    }


def _failures(text: str) -> list[str]:
    root = ET.fromstring(text)  # noqa: S314  our own document
    return [one.get("errortext", "") for one in root.iter("result") if one.get("result") == "failure"]


def missing(storage: Storage, name: str) -> list[Dependency]:
    """Components of a solution that no longer fit what is there."""
    with storage.lock:
        mine = layers.of(storage, name)
        return [Dependency(*one) for one in checks.broken(storage) if (one[0].number, one[1]) in mine]
