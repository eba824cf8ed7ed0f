"""The body of a webhook: RemoteExecutionContext.

Source: Microsoft Learn, "Use webhooks to create external handlers" and "Synchronize agent presence status" (2024 shape); over
256 KB ParentContext, InputParameters and both images are left out. The published bodies are of asynchronous steps; that a
synchronous one has its own stage, Mode 0 and, inside the transaction, a parent of stage 30 is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.dataverse import encoding, images, pipeline, seed
from local.dataverse.pipeline import NO_ID
from local.dataverse.steps import ASYNCHRONOUS, POST_OPERATION, PRE_VALIDATION, SYNCHRONOUS

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.encoding import Json
    from local.dataverse.pipeline import Event
    from local.dataverse.steps import Step
    from local.dataverse.writing import Change

LIMIT = 256 * 1024
MAIN_OPERATION = 30
LEFT_OUT = ("ParentContext", "InputParameters", "PreEntityImages", "PostEntityImages")
DEFAULT_IMAGE = "AsynchronousStepPrimaryName"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one step for one event. `operation_id` is the system job's; a synchronous call has none."""

    context: Context
    event: Event
    step: Step
    operation_id: str = field(default=NO_ID)

    @property
    def is_background(self) -> bool:
        """Whether it goes out after the request."""
        return self.step.mode == ASYNCHRONOUS


def body(call: Call) -> tuple[bytes, bool]:
    """The bytes of a webhook body, and whether parts were left out because it was too long."""
    outer = _frame(call, call.step.stage, completed=call.step.stage != PRE_VALIDATION)
    if call.step.stage != PRE_VALIDATION:
        outer["ParentContext"] = _frame(call, MAIN_OPERATION, completed=False)
    change = call.event.change if call.event.message not in pipeline.MULTIPLE else None
    after = images.after(call.step.images, change) if call.step.stage == POST_OPERATION else {}
    if call.is_background and change is not None and change.message != "Delete":
        after = {DEFAULT_IMAGE: _name(change), **after}
    outer["PreEntityImages"] = encoding.pairs(images.before(call.step.images, change))
    outer["PostEntityImages"] = encoding.pairs(after)
    text = encoding.encoded(outer)
    if len(text) <= LIMIT:
        return text, False
    for name in LEFT_OUT:
        del outer[name]
    return encoding.encoded(outer), True


def _frame(call: Call, stage: int, *, completed: bool) -> Json:
    context, event, step = call.context, call.event, call.step
    caller, user = context.actor or context.user, step.user or context.user
    outputs = pipeline.outputs(event) if stage == POST_OPERATION else {}
    return {
        "BusinessUnitId": user.unit or NO_ID,
        "CorrelationId": context.correlation_id,
        "Depth": 1,
        "InitiatingUserAgent": context.headers.get("user-agent", ""),
        "InitiatingUserAzureActiveDirectoryObjectId": caller.object_id or NO_ID,
        "InitiatingUserId": caller.id,
        "InputParameters": encoding.pairs(pipeline.inputs(event, completed=completed)),
        "IsExecutingOffline": False,
        "IsInTransaction": step.mode == SYNCHRONOUS and stage != PRE_VALIDATION,
        "IsOfflinePlayback": False,
        "IsolationMode": 1,
        "MessageName": event.message,
        "Mode": step.mode,
        "OperationCreatedOn": f"/Date({encoding.milliseconds(context.now)}+0000)/",
        "OperationId": call.operation_id,
        "OrganizationId": seed.ORGANIZATION_ID,
        "OrganizationName": seed.ORGANIZATION_NAME,
        "OutputParameters": encoding.pairs(outputs),
        "OwningExtension": encoding.bare_reference("sdkmessageprocessingstep", step.id),
        "ParentContext": None,
        "PostEntityImages": [],
        "PreEntityImages": [],
        "PrimaryEntityId": event.id,
        "PrimaryEntityName": event.table,
        "RequestId": context.request_id,
        "SecondaryEntityName": pipeline.NO_TABLE,
        "SharedVariables": encoding.pairs(_variables(context)),
        "Stage": stage,
        "UserAzureActiveDirectoryObjectId": user.object_id or NO_ID,
        "UserId": user.id,
    }


def _variables(context: Context) -> Json:
    tag = {} if context.tag is None else {"tag": context.tag}
    return {"IsAutoTransact": True, "AcceptLang": "", **tag}


def _name(change: Change) -> Json:
    name, key = change.entity.table.primary_name, change.entity.primary_id
    values = {part: change.after[part] for part in (name, key) if change.after.get(part) is not None}
    return encoding.row(change.entity, change.id, values, change.after)
