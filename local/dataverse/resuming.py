"""System jobs in the hands of an administrator: cancel, pause, resume.

    PATCH asyncoperations(id) {"statecode": 0}                      a suspended or failed job runs again: its webhook is sent anew
                              {"statecode": 1}                      a job that waits is suspended
                              {"statecode": 3, "statuscode": 32}    one that waits or is suspended is cancelled

Nobody creates jobs; of their columns only state and status can be written. Source: Microsoft Learn, "Asynchronous service".
That a failed job can be set to Ready as well is inferred from what administrators report; a succeeded or cancelled one cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import errors
from local.dataverse.pipeline import STATE

if TYPE_CHECKING:
    from local.dataverse.delivery import Courier
    from local.dataverse.storage import Storage
    from local.dataverse.writing import Change

JOBS = "asyncoperation"
READY, SUSPENDED, LOCKED, COMPLETED = range(4)
SUCCEEDED, FAILED, CANCELED = 30, 31, 32
ALLOWED = {
    READY: {(SUSPENDED, 10), (COMPLETED, FAILED)},
    SUSPENDED: {(READY, 0)},
    COMPLETED: {(READY, 0), (SUSPENDED, 10)},
}
"""Which state and status a job must have for each new state."""


def check(change: Change) -> None:
    """Errors: 400 for what cannot be done with a job."""
    if change.message == "Create":
        raise errors.bad("System jobs cannot be created with code.", "0x80040203")
    if change.message != "Update":
        return
    other = change.given.keys() - STATE - {change.entity.primary_id}
    if "postponeuntil" in other:
        raise errors.unsupported("postponing system jobs")
    if other:
        raise errors.bad(f"The column '{min(other)}' of a system job cannot be updated.", "0x80040203")
    state, status = change.after.get("statecode"), change.after.get("statuscode")
    before = (change.before.get("statecode"), change.before.get("statuscode"))
    if (state, status) == before:
        return
    allowed = ALLOWED.get(state, set()) if isinstance(state, int) else set()
    if before not in allowed or (state == COMPLETED and status != CANCELED):
        raise errors.bad(f"The system job cannot go from state {before[0]} to state {state}.", "0x80040203")


def follow(storage: Storage, courier: Courier, change: Change) -> None:
    """What a changed or deleted job means for its webhook."""
    if change.message == "Update" and change.after.get("statecode") == READY:
        courier.expect(change.id)
    elif change.message == "Delete" or change.after.get("statuscode") == CANCELED:
        storage.db.execute('DELETE FROM "~outbox" WHERE id = ?', (change.id,))
