"""Imports as jobs: one at a time, in the foreground or in the background, each with its rows.

A job in the background is a row of `asyncoperation` that goes from Ready (0/0) to In Progress (2/20) to Succeeded (3/30) or
Failed (3/31), and a row of `importjob` with progress and results. The package is written in one transaction; the rows of the
job are written beside it, so a failure is told and nothing of the package is left.

Source: Microsoft Learn, "Solution staging, with asynchronous import and export", asyncoperation table reference (operationtype),
"Concurrent solution operation failures".
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

import sqlite3
import sys
import threading
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from local.dataverse import errors
from local.dataverse.access import TOTAL
from local.dataverse.solutions import faults, installing, merging, package, removing, variables
from local.dataverse.solutions.job_rows import IN_PROGRESS, JobRows, Operation
from local.dataverse.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from local.dataverse.context import Context
    from local.dataverse.events import Events
    from local.dataverse.solutions.faults import ImportFault
    from local.dataverse.solutions.package import Package
    from local.dataverse.solutions.removing import Dependency
    from local.dataverse.storage import Row, Storage

CLOSE_WAIT_S = 2.0


@dataclass(frozen=True)
class Order:
    """An import that was asked for. `values` are those of environment variables that it is to set."""

    data: bytes
    job: str
    rule: merging.Rule = field(default_factory=merging.Rule)
    holding: bool = False
    promote: bool = False
    values: tuple[tuple[str, str], ...] = ()


class _Undo(Exception):
    """Ends a rehearsal."""


def _outcome(do: Callable[[], object]) -> ImportFault | None:
    """Do it; why it failed, if it did. A defect must end the job, too, not leave it running for ever."""
    try:
        found = do()
    except errors.DataverseError as error:
        return faults.ImportFault(error.code or "0x80048033", error.message)
    except sqlite3.ProgrammingError:
        raise
    except Exception:  # noqa: BLE001  it is printed, and the job says that it failed
        traceback.print_exc(file=sys.stderr)
        return faults.ImportFault("0x80040216", "An unexpected error occurred.")
    return found if isinstance(found, faults.ImportFault) else None


def _undo() -> None:
    raise _Undo


def locked(wanted: str, running: str) -> errors.DataverseError:
    """The refusal of a second operation (CustomizationLockException)."""
    return errors.DataverseError(
        429,
        "0x80071151",
        f"Cannot start the requested operation [{wanted}] because there is another [{running}] running at this moment. "
        "Use Solution History for more details. -- The solution installation or removal failed due to the installation or "
        "removal of another solution at the same time. Please try again later.",
    )


class Jobs:
    """What is done to solutions, one after another."""

    def __init__(self, storage: Storage, events: Events, now: Callable[[], datetime]) -> None:
        self.storage = storage
        self._events = events
        self._now = now
        self.rows = JobRows(storage, now)
        self._running = ""
        self._lock = threading.Lock()
        self._go = threading.Event()
        self._go.set()
        self._closed = False
        self._threads: list[threading.Thread] = []

    def hold(self, *, held: bool) -> None:
        """Let jobs in the background wait at Ready, or go on."""
        if held:
            self._go.clear()
        else:
            self._go.set()

    def check(self, wanted: str) -> None:
        """Errors: 429 while another operation is running."""
        if self._running:
            raise locked(wanted, self._running)

    @contextmanager
    def alone(self, wanted: str) -> Iterator[None]:
        """While nothing else is done to solutions. Errors: 429."""
        self._begin(wanted)
        try:
            yield
        finally:
            self._running = ""

    def _begin(self, wanted: str) -> None:
        with self._lock:
            self.check(wanted)
            self._running = wanted

    def now(self, context: Context, order: Order) -> None:
        """Import while the caller waits. Errors: 400 in a sentence; 429."""
        with self.alone("Import"):
            self.rows.begin_import(context, order.job)
            fault = self._import(context, order)
        if fault is not None:
            raise fault.refusal()

    def later(self, context: Context, order: Order, operation: Operation) -> str:
        """Import in the background; the id of the system job. Errors: 429."""

        def do() -> ImportFault | None:
            return self._import(context, order)

        self.check("Import")
        self.rows.begin_import(context, order.job)
        return self.background(context, operation, "Import", do)

    def background(self, context: Context, operation: Operation, wanted: str, do: Callable[[], object]) -> str:
        """Do something in the background; the id of its system job. Errors: 429."""
        self._begin(wanted)
        job = self.rows.begin(context, operation)
        thread = threading.Thread(target=self._run, args=(job, do), name="solutions", daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()
        return job

    def _run(self, job: str, do: Callable[[], object]) -> None:
        try:
            self._go.wait()
            if self._closed:
                return
            self.rows.state(job, IN_PROGRESS)
            found = _outcome(do)
            self._running = ""  # before the job says that it is done: who sees it may begin the next operation
            self.rows.finish(job, found)
        except sqlite3.ProgrammingError:
            return  # the database was closed meanwhile: the next start calls the job failed

    def drain(self, timeout_s: float) -> bool:
        """Wait for jobs in the background; whether all are done. Those that are held are not waited for."""
        if self._go.is_set():
            for thread in list(self._threads):
                thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    def close(self) -> None:
        """Begin nothing any more."""
        self._closed = True
        self._go.set()
        for thread in self._threads:
            thread.join(CLOSE_WAIT_S)

    def recover(self) -> None:
        """Call failed what an earlier process left unfinished."""
        numbers = ", ".join(str(int(one)) for one in Operation)
        sql = f"SELECT asyncoperationid FROM asyncoperation WHERE statecode <> 3 AND operationtype IN ({numbers})"
        with self.storage.lock:
            left = [str(row[0]) for row in self.storage.rows(sql)]
        for job in left:
            self.rows.finish(
                job, faults.ImportFault("0x80048033", "The operation was interrupted by a restart; nothing was changed.")
            )

    def _import(self, context: Context, order: Order) -> ImportFault | None:
        """Read, check and write a package; why not, if not."""
        started = self._now()
        whole: Package | None = None
        fault: ImportFault | None = None
        try:
            whole = package.read(order.data, self.storage.catalog.choices)
            self.rows.progress(order.job, 10, whole.manifest.name)
            with self.storage.transaction():
                self.write(context, whole, order)
        except faults.ImportFault as error:
            fault = error
        except errors.DataverseError as error:
            fault = faults.ImportFault(error.code or "0x80048033", error.message)
        self.rows.end_import(order.job, started, whole, fault)
        return fault

    def write(self, context: Context, whole: Package, order: Order) -> None:
        """The writing of an import, inside a transaction. Errors: ImportFault."""
        installing.admit(self.storage, whole, holding=order.holding)
        installer = installing.Installer(self.storage, context, self._events, whole, order.rule, holding=order.holding)
        installer.run(lambda _: None)
        if order.promote and installer.name != whole.manifest.name:
            removing.Remover(self.storage, context, self._events).promote(whole.manifest.name)
        variables.put_values(self.storage, Writer(self.storage, replace(context, access=TOTAL), self._events), order.values)

    def rehearse(self, context: Context, whole: Package, order: Order) -> None:
        """Write a package and undo it. Errors: ImportFault."""
        with self._undone():
            self.write(context, whole, order)

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """A transaction that leaves nothing."""
        try:
            with self.storage.transaction():
                yield
                _undo()
        except _Undo:
            pass
        except errors.DataverseError as error:
            raise faults.ImportFault(error.code or "0x80048033", error.message) from None

    def promote(self, context: Context, name: str) -> str:
        """Apply a waiting upgrade; the id of the solution. Errors: 400."""
        with self.storage.transaction():
            return removing.Remover(self.storage, context, self._events).promote(name)

    def uninstall(self, context: Context, solution: Row) -> None:
        """Remove a solution. Errors: 400 with what depends on it; nothing is removed then."""
        with self.storage.transaction():
            found = removing.Remover(self.storage, context, self._events).uninstall(solution)
            if found:
                raise removing.has_dependencies(found)

    def dependencies(self, context: Context, solution: Row) -> list[Dependency]:
        """What stands in the way of removing a solution."""
        found: list[Dependency] = []
        with self._undone():
            found += removing.Remover(self.storage, context, self._events).uninstall(solution)
        return found
