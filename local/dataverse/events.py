"""Which webhooks a write sets off: rows of `sdkmessageprocessingstep` against messages, tables and changed columns.

Only asynchronous post-operation steps that lead to a webhook are run; others are refused when they are registered.
A step fires when its message and table match, it is enabled, and, for Update, one of its filtering attributes was in the update.
Source: Microsoft Learn, "Register a webhook", "Register a plug-in" (filtering attributes).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local.dataverse import codec, contexts, errors, seed
from local.dataverse.writing import fresh_id

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.delivery import Courier
    from local.dataverse.storage import Storage
    from local.dataverse.writing import Change

REGISTRATION = frozenset({"serviceendpoint", "sdkmessageprocessingstep", "sdkmessage", "sdkmessagefilter"})
OPERATION_TYPE = 1
WEBHOOK_CONTRACT = 8

_STEPS = """
SELECT s.sdkmessageprocessingstepid, m.name, f.primaryobjecttypecode, s.filteringattributes, s.name
FROM sdkmessageprocessingstep AS s
JOIN sdkmessage AS m ON m.sdkmessageid = s.sdkmessageid
LEFT JOIN sdkmessagefilter AS f ON f.sdkmessagefilterid = s.sdkmessagefilterid
WHERE s.statecode = 0 AND s.eventhandler IS NOT NULL
ORDER BY s.rank, s.sdkmessageprocessingstepid
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One registered step."""

    id: str
    message: str
    table: str | None
    attributes: frozenset[str]
    name: str

    def matches(self, change: Change) -> bool:
        """Whether a write sets it off."""
        if self.message.lower() != change.message.lower() or self.table not in {None, "none", change.entity.name}:
            return False
        return change.message != "Update" or not self.attributes or not self.attributes.isdisjoint(change.given)


class Events:
    """Hears of every write, inside its transaction, and puts webhooks into the outbox."""

    def __init__(self, storage: Storage, courier: Courier) -> None:
        self._storage = storage
        self._courier = courier
        self._steps: list[Step] | None = None

    def forget(self) -> None:
        """Read the steps again before the next write; they may have changed."""
        self._steps = None

    def __call__(self, context: Context, change: Change) -> None:
        """Take note of one write."""
        if change.entity.name in REGISTRATION:
            self._check(change)
            self.forget()
        if context.bypass_async:
            return
        if self._steps is None:
            self._steps = self._read()
        for step in self._steps:
            if step.matches(change):
                self._put(context, change, step)

    def _read(self) -> list[Step]:
        found = []
        for row in self._storage.rows(_STEPS):
            names = frozenset(part.strip() for part in str(row[3] or "").split(",") if part.strip())
            found.append(Step(str(row[0]), str(row[1]), None if row[2] is None else str(row[2]), names, str(row[4] or "")))
        return found

    def _check(self, change: Change) -> None:
        """Errors: 501 for kinds of steps that are not run here, so that none is registered and then silent."""
        row = change.after
        if change.message == "Delete":
            return
        if change.entity.name == "serviceendpoint" and row.get("contract") != WEBHOOK_CONTRACT:
            raise errors.unsupported("service endpoints other than webhooks (contract 8)")
        if change.entity.name == "sdkmessageprocessingstep":
            if row.get("sdkmessageid") is None:
                raise errors.bad("A step needs a message: bind sdkmessageid.", "0x80040203")
            if row.get("mode") != 1:
                raise errors.unsupported("synchronous steps (mode 0)")
            if row.get("stage") != 40:
                raise errors.bad("Asynchronous steps must be registered in the post-operation stage (40).", "0x80044184")

    def _put(self, context: Context, change: Change, step: Step) -> None:
        operation_id = fresh_id()
        body, shortened = contexts.body(context, change, step.id, operation_id)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "x-request-id": context.request_id,
            "x-ms-dynamics-organization": urlsplit(context.base).netloc,
            "x-ms-dynamics-entity-name": change.entity.name,
            "x-ms-dynamics-request-name": change.message,
            "x-ms-correlation-request-id": context.correlation_id,
        }
        if shortened:
            headers["x-ms-dynamics-msg-size-exceeded"] = "true"
        now = codec.moment_sql(context.now)
        self._storage.insert(
            self._storage.catalog["asyncoperation"],
            {
                "asyncoperationid": operation_id,
                "name": step.name,
                "operationtype": OPERATION_TYPE,
                "messagename": change.message,
                "primaryentitytype": change.entity.name,
                "owningextensionid": step.id,
                "correlationid": codec.guid(context.correlation_id),
                "requestid": codec.guid(context.request_id),
                "ownerid": context.user.id,
                "ownerid~type": "systemuser",
                "owningbusinessunit": context.user.unit or seed.UNIT_ID,
                "statecode": 0,
                "statuscode": 0,
                "createdon": now,
                "modifiedon": now,
                "startedon": now,
                "createdby": context.user.id,
                "modifiedby": context.user.id,
                "versionnumber": self._storage.next_version(),
            },
        )
        self._storage.db.execute('INSERT INTO "~outbox" VALUES (?, ?, ?)', (operation_id, body, json.dumps(headers)))
        self._courier.expect(operation_id)
