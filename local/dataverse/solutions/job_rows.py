"""The rows of jobs: `asyncoperation` with its state, `importjob` with its progress and results.

Source: Microsoft Learn, asyncoperation table reference (statecode, statuscode, operationtype), importjob table reference.
"""

from __future__ import annotations

from decimal import Decimal
from enum import IntEnum
from typing import TYPE_CHECKING

from local.dataverse import codec, seed
from local.dataverse.fixed import fresh_id
from local.dataverse.solutions import results, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.solutions.faults import ImportFault
    from local.dataverse.solutions.package import Package
    from local.dataverse.storage import Storage

WAITING, IN_PROGRESS, SUCCEEDED, FAILED = (0, 0), (2, 20), (3, 30), (3, 31)


class Operation(IntEnum):
    """Types of system jobs."""

    EXPORT = 202
    IMPORT = 203
    PROMOTE = 207
    UNINSTALL = 208
    STAGE_AND_UPGRADE = 211


def _percent(value: float) -> str:
    return codec.decimal_sql(Decimal(f"{value:g}"))


class JobRows:
    """Writes them, each in a transaction of its own."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self.storage = storage
        self._now = now

    def begin_import(self, context: Context, job: str) -> None:
        """An import begins: its row, at nothing."""
        now = codec.moment_sql(context.now)
        row: dict[str, Sql] = {
            "importjobid": job,
            "name": "Customizations",
            "progress": _percent(0),
            "startedon": now,
            "createdon": now,
            "modifiedon": now,
            "createdby": context.user.id,
            "modifiedby": context.user.id,
            "statecode": 0,
            "statuscode": 1,
        }
        with self.storage.transaction():
            self.storage.insert(self.storage.catalog["importjob"], {**row, "versionnumber": self.storage.next_version()})

    def progress(self, job: str, percent: float, name: str) -> None:
        """How far an import is, 0 to 100, and of which solution."""
        with self.storage.transaction():
            self._change("importjob", job, {"progress": _percent(percent), "solutionname": name})

    def end_import(self, job: str, started: datetime, whole: Package | None, fault: ImportFault | None) -> None:
        """An import is over: its results as XML, and its solution if there is one."""
        now = self._now()
        percent = 100.0 if fault is None else 10.0 if whole is not None else 0.0
        manifest = whole.manifest if whole is not None else None
        text = results.data(started, now, manifest=manifest, package=whole, fault=fault, progress=percent)
        with self.storage.transaction():
            changes: dict[str, Sql] = {"progress": _percent(percent), "data": text, "completedon": codec.moment_sql(now)}
            found = rows.solution(self.storage, manifest.name) if manifest is not None else None
            if manifest is not None:
                changes |= {"solutionname": manifest.name, "solutionid": found["solutionid"] if found and fault is None else None}
            self._change("importjob", job, changes)

    def begin(self, context: Context, operation: Operation) -> str:
        """A system job waits; its id."""
        job, now = fresh_id(), codec.moment_sql(context.now)
        row: dict[str, Sql] = {
            "asyncoperationid": job,
            "name": operation.name.replace("_", " ").capitalize(),
            "operationtype": int(operation),
            "ownerid": context.user.id,
            "ownerid~type": "systemuser",
            "owningbusinessunit": context.user.unit or seed.UNIT_ID,
            "statecode": WAITING[0],
            "statuscode": WAITING[1],
            "createdon": now,
            "modifiedon": now,
            "createdby": context.user.id,
            "modifiedby": context.user.id,
        }
        with self.storage.transaction():
            self.storage.insert(self.storage.catalog["asyncoperation"], {**row, "versionnumber": self.storage.next_version()})
        return job

    def state(self, job: str, state: tuple[int, int]) -> None:
        """A system job goes on."""
        with self.storage.transaction():
            now = codec.moment_sql(self._now())
            self._change("asyncoperation", job, {"statecode": state[0], "statuscode": state[1], "startedon": now})

    def finish(self, job: str, fault: ImportFault | None) -> None:
        """A system job has succeeded, or failed for a reason."""
        state = SUCCEEDED if fault is None else FAILED
        changes: dict[str, Sql] = {
            "statecode": state[0],
            "statuscode": state[1],
            "completedon": codec.moment_sql(self._now()),
            "message": fault.message if fault else None,
            "friendlymessage": fault.message if fault else None,
            "errorcode": fault.number if fault else None,
        }
        with self.storage.transaction():
            self._change("asyncoperation", job, changes)

    def _change(self, table: str, row_id: str, changes: dict[str, Sql]) -> None:
        stamped = {**changes, "modifiedon": codec.moment_sql(self._now()), "versionnumber": self.storage.next_version()}
        self.storage.update(self.storage.catalog[table], row_id, stamped)
