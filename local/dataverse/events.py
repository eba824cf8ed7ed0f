"""The event pipeline: calls synchronous webhooks around each write, puts asynchronous ones into the outbox.

Before a write the steps of stages 10 and 20 run, after it those of stage 40, all inside its transaction; a receiver that does not
answer 2xx ends the request with 400, and what was written is rolled back. What has been sent by then is not recalled.

Source: Microsoft Learn, "Register a webhook" (synchronous mode), "Event framework". That the error reaches the caller as a 400
with the webhook's own code is inferred.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local.dataverse import bypassing, codec, contexts, errors, images, marks, pipeline, resuming, seed, steps
from local.dataverse.contexts import Call
from local.dataverse.fixed import fresh_id
from local.dataverse.pipeline import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.dataverse.bypassing import Bypass
    from local.dataverse.context import Context
    from local.dataverse.delivery import Courier
    from local.dataverse.entities import Entity
    from local.dataverse.steps import Step
    from local.dataverse.storage import Storage
    from local.dataverse.writing import Change

OPERATION_TYPE = 1
BEFORE = (steps.PRE_VALIDATION, steps.PRE_OPERATION)
AFTER = (steps.POST_OPERATION,)


class Events:
    """Hears of every write, inside its transaction."""

    def __init__(self, storage: Storage, courier: Courier) -> None:
        self._storage = storage
        self._courier = courier
        self._mark: object = None
        self._steps: list[Step] = []

    def before(self, context: Context, change: Change) -> None:
        """A write is about to happen. Errors: 400 when a webhook refuses it; 400, 501 for a registration that cannot be."""
        if change.entity.name in marks.GROUPS[marks.STEPS]:
            steps.check(self._storage, change)
        elif change.entity.name == resuming.JOBS:
            resuming.check(change)
        bypass = bypassing.asked(context)
        if known := self._current():
            self._run(context, bypass, known, pipeline.events(change, single=not context.many), BEFORE)

    def __call__(self, context: Context, change: Change) -> None:
        """A write has happened. Errors: 400 when a webhook refuses it."""
        if change.entity.name == resuming.JOBS:
            resuming.follow(self._storage, self._courier, change)
        elif change.entity.name == "sdkmessageprocessingstep" and change.message == "Delete":
            images.forget(self._storage, change.id)
        bypass = bypassing.asked(context)
        if known := self._current():
            self._run(context, bypass, known, pipeline.events(change, single=not context.many), AFTER)

    def raise_message(self, context: Context, event: Event) -> None:
        """A message that is no write of a row happened, or is about to: all its steps run. Call inside its transaction."""
        bypass = bypassing.asked(context)
        if known := self._current():
            self._run(context, bypass, known, [event], BEFORE + AFTER)

    def _current(self) -> list[Step]:
        mark = marks.mark(self._storage, marks.STEPS)
        if mark != self._mark:
            self._mark, self._steps = mark, steps.read(self._storage)
        return self._steps

    def _run(
        self, context: Context, bypass: Bypass, known: list[Step], happening: Iterable[Event], stages: tuple[int, ...]
    ) -> None:
        matching = [(step, event) for event in happening for step in known if step.id not in bypass.steps and step.matches(event)]
        for stage in stages:
            for step, event in matching:
                if step.stage == stage and step.mode == steps.SYNCHRONOUS and not bypass.synchronous:
                    self._call(Call(context, event, step))
        for step, event in matching:
            if step.stage in stages and step.mode == steps.ASYNCHRONOUS and not bypass.asynchronous:
                self._put(Call(context, event, step, fresh_id()))

    def _call(self, call: Call) -> None:
        body, shortened = contexts.body(call)
        outcome = self._courier.call(call.step.id, body, _headers(call, shortened=shortened))
        if not outcome.is_success:
            raise errors.bad(outcome.message, outcome.code)

    def _put(self, call: Call) -> None:
        context, operation_id = call.context, call.operation_id
        body, shortened = contexts.body(call)
        headers = json.dumps(_headers(call, shortened=shortened))
        now = codec.moment_sql(context.now)
        self._storage.insert(
            self._storage.catalog["asyncoperation"],
            {
                "asyncoperationid": operation_id,
                "name": call.step.name,
                "operationtype": OPERATION_TYPE,
                "messagename": call.event.message,
                "primaryentitytype": call.event.table,
                "owningextensionid": call.step.id,
                "_regardingobjectid_value": None if call.event.id == pipeline.NO_ID else call.event.id,
                "depth": 1,
                "iswaitingforevent": 0,
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
        self._storage.db.execute('INSERT INTO "~outbox" VALUES (?, ?, ?)', (operation_id, body, headers))
        self._courier.expect(operation_id)


def message(
    name: str,
    inputs: Mapping[str, object],
    outputs: Mapping[str, object] | None = None,
    *,
    entity: Entity | None = None,
    row_id: str = pipeline.NO_ID,
) -> Event:
    """The event of a custom message (a Custom API's, say), bound to a row or to none.

    Shape: values are JSON values; rows and references as encoding.py makes them.
    """
    return Event(name, entity.name if entity else pipeline.NO_TABLE, row_id, inputs=inputs, outputs=outputs or {})


def _headers(call: Call, *, shortened: bool) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "x-request-id": call.context.request_id,
        "x-ms-dynamics-organization": urlsplit(call.context.base).netloc,
        "x-ms-dynamics-entity-name": call.event.table,
        "x-ms-dynamics-request-name": call.event.message,
        "x-ms-correlation-request-id": call.context.correlation_id,
    }
    return {**headers, "x-ms-dynamics-msg-size-exceeded": "true"} if shortened else headers
