"""The solution package and its imports. Implements work365.ports.installing.Solutions.

An import is named by an id that stems from the package and the number of the attempt, so that every later run knows what became
of exactly this package: the row of that import job says so.

Source: Microsoft Learn, "ImportSolutionAsync action" (CustomizationFile, ImportJobId; answers AsyncOperationId), "asyncoperation"
(operationtype 203, Import Solution Async Operation; statuscode 30 to 32), "importjob" (progress, data).
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from dataverse.query import Query, any_of, both, eq, ne
from dataverse.solution.publisher import SOLUTION as NAME
from dataverse.webapi import Ref
from work365.errors import NotFound
from work365.ids import derived
from work365.installing.seen import ImportProgress, SolutionSeen

if TYPE_CHECKING:
    from dataverse.rows import Row
    from dataverse.webapi import WebApi

IMPORT_OPERATION = 203
COMPLETED, SUCCEEDED = 3, 30
ATTEMPTS_MAX = 50
WORDS_MAX = 600


class DataverseSolutions:
    """One package and one environment. `version` is the package's, with four numbers."""

    def __init__(self, api: WebApi, package: bytes, version: str) -> None:
        self._api, self._package = api, package
        self.version = version
        self._content = hashlib.sha256(package).hexdigest()

    def look(self) -> SolutionSeen:
        """The version that is installed, whether our package gave it, and an import under way."""
        row = self._api.first(Query("solution", ("version",), filter=eq("uniquename", NAME)))
        version = str(row["version"]) if row else ""
        return SolutionSeen(version, version == self.version and self._imported(), self._running())

    def start(self) -> str:
        """Send the package. An attempt that failed left its job behind, so the next one has another id."""
        body = {
            "OverwriteUnmanagedCustomizations": False,
            "PublishWorkflows": True,
            "CustomizationFile": base64.b64encode(self._package).decode(),
            "ImportJobId": self._job(len(self._jobs())),
        }
        return str(self._api.action("ImportSolutionAsync", body)["AsyncOperationId"])

    def progress(self, operation: str) -> ImportProgress:
        """How far a system job is; its percentage comes from the newest import job that is not done."""
        columns = ("statecode", "statuscode", "friendlymessage", "message")
        row = self._api.read(Ref("asyncoperation", operation), select=columns)
        if row["statecode"] != COMPLETED:
            return ImportProgress(self._percent())
        if row["statuscode"] == SUCCEEDED:
            return ImportProgress(100, done=True)
        return ImportProgress(self._percent(), failed=True, words=self._words() or _line(row))

    def _running(self) -> str:
        open_ones = both(eq("operationtype", IMPORT_OPERATION), ne("statecode", COMPLETED))
        row = self._api.first(Query("asyncoperation", ("asyncoperationid",), filter=open_ones, order="createdon"))
        return str(row["asyncoperationid"]) if row else ""

    def _job(self, attempt: int) -> str:
        return derived("solution import", self._content, str(attempt))

    def _jobs(self) -> list[Row]:
        """What became of this very package, the first attempt first."""
        ids = [self._job(attempt) for attempt in range(ATTEMPTS_MAX)]
        columns = ("importjobid", "progress", "completedon")
        found = self._api.find(Query("importjob", columns, filter=any_of("importjobid", ids)))
        return sorted(found, key=lambda row: ids.index(str(row["importjobid"])))

    def _imported(self) -> bool:
        jobs = [job for job in self._jobs() if job["completedon"] is not None]
        return bool(jobs) and not self._faults(jobs[-1]["importjobid"])

    def _percent(self) -> int:
        jobs = self._jobs()
        return int(jobs[-1]["progress"] or 0) if jobs else 0

    def _words(self) -> str:
        jobs = self._jobs()
        return "; ".join(self._faults(jobs[-1]["importjobid"]))[:WORDS_MAX] if jobs else ""

    def _faults(self, job: str) -> list[str]:
        """What an import's report calls failures, with the part that they are about."""
        try:
            report = self._api.read(Ref("importjob", job), select=("data",))["data"]
        except NotFound:
            return []
        return faults(str(report or ""))


def faults(report: str) -> list[str]:
    """Failures in an import job's `data`: every `result` that is one, with the name of what it belongs to."""
    try:
        root = ET.fromstring(report) if report else ET.Element("empty")  # noqa: S314  the tenant's own report
    except ET.ParseError:
        return []
    parents = {child: parent for parent in root.iter() for child in parent}
    found = [result for result in root.iter("result") if result.get("result") == "failure"]
    return list(dict.fromkeys(_fault(result, parents[result]) for result in found))


def _fault(result: ET.Element, parent: ET.Element) -> str:
    name = parent.get("LocalizedName") or parent.get("name") or parent.get("id") or parent.tag
    return f"{name}: {result.get('errortext') or result.get('errorcode') or 'no reason given'}"


def _line(row: Row) -> str:
    return str(row["friendlymessage"] or row["message"] or "").strip().split("\n")[0][:WORDS_MAX]
