"""The body of a webhook: RemoteExecutionContext as .NET's DataContract serializer writes it.

Source: Microsoft Learn, "Use webhooks to create external handlers" and "Synchronize agent presence status" (2024 shape):
`__type` tags, `/Date(ms)/`, every slash escaped; over 256 KB ParentContext, InputParameters and both images are left out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Column, Kind
from local.dataverse import codec, seed
from local.dataverse.entities import is_polymorphic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.writing import Change

LIMIT = 256 * 1024
CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
NO_ID = "00000000-0000-0000-0000-000000000000"
Json = dict[str, Any]


def body(context: Context, change: Change, step_id: str, operation_id: str) -> tuple[bytes, bool]:
    """The bytes of a webhook body, and whether parts were left out because it was too long."""
    inner = _frame(context, change, step_id, operation_id, 30, {**change.given})
    outer = _frame(context, change, step_id, operation_id, 40, {**change.given, **change.added})
    outer["ParentContext"] = inner
    if change.message != "Delete":
        outer["PostEntityImages"] = [{"key": "AsynchronousStepPrimaryName", "value": _image(change)}]
    text = encoded(outer)
    if len(text) <= LIMIT:
        return text, False
    for name in ("ParentContext", "InputParameters", "PreEntityImages", "PostEntityImages"):
        del outer[name]
    return encoded(outer), True


def _frame(context: Context, change: Change, step_id: str, operation_id: str, stage: int, values: Mapping[str, Sql]) -> Json:
    caller = context.actor or context.user
    variables = [{"key": "IsAutoTransact", "value": True}, {"key": "AcceptLang", "value": ""}]
    if context.tag is not None:
        variables.append({"key": "tag", "value": context.tag})
    return {
        "BusinessUnitId": context.user.unit or NO_ID,
        "CorrelationId": context.correlation_id,
        "Depth": 1,
        "InitiatingUserAgent": context.headers.get("user-agent", ""),
        "InitiatingUserAzureActiveDirectoryObjectId": caller.object_id or NO_ID,
        "InitiatingUserId": caller.id,
        "InputParameters": [{"key": "Target", "value": _target(change, values)}] if change.id else [],
        "IsExecutingOffline": False,
        "IsInTransaction": False,
        "IsOfflinePlayback": False,
        "IsolationMode": 1,
        "MessageName": change.message,
        "Mode": 1,
        "OperationCreatedOn": f"/Date({_milliseconds(context.now)}+0000)/",
        "OperationId": operation_id,
        "OrganizationId": seed.ORGANIZATION_ID,
        "OrganizationName": seed.ORGANIZATION_NAME,
        "OutputParameters": [{"key": "id", "value": change.id}] if change.message == "Create" and stage == 40 else [],
        "OwningExtension": _reference("sdkmessageprocessingstep", step_id, tagged=False),
        "ParentContext": None,
        "PostEntityImages": [],
        "PreEntityImages": [],
        "PrimaryEntityId": change.id or NO_ID,
        "PrimaryEntityName": change.entity.name,
        "RequestId": context.request_id,
        "SecondaryEntityName": "none",
        "SharedVariables": variables,
        "Stage": stage,
        "UserAzureActiveDirectoryObjectId": context.user.object_id or NO_ID,
        "UserId": context.user.id,
    }


def _target(change: Change, values: Mapping[str, Sql]) -> Json:
    if change.message == "Delete":
        return _reference(change.entity.name, change.id, tagged=True)
    made = {"__type": f"Entity:{CONTRACTS}", **_entity(change.entity, change.id, values, change.after)}
    made["RowVersion"] = str(change.after.get("versionnumber"))
    return made


def _image(change: Change) -> Json:
    name, key = change.entity.table.primary_name, change.entity.primary_id
    values = {part: change.after[part] for part in (name, key) if change.after.get(part) is not None}
    return _entity(change.entity, change.id, values, change.after)


def _entity(entity: Entity, row_id: str, values: Mapping[str, Sql], row: Mapping[str, Sql]) -> Json:
    attributes = [
        {"key": name, "value": _value(entity.columns[name], value, row)}
        for name, value in values.items()
        if name in entity.columns and name != "versionnumber"
    ]
    return {
        "Attributes": attributes,
        "EntityState": None,
        "FormattedValues": [],
        "Id": row_id,
        "KeyAttributes": [],
        "LogicalName": entity.name,
        "RelatedEntities": [],
        "RowVersion": None,
    }


def _reference(table: str, row_id: str, *, tagged: bool) -> Json:
    made: Json = {"__type": f"EntityReference:{CONTRACTS}"} if tagged else {}
    return {**made, "Id": row_id, "KeyAttributes": [], "LogicalName": table, "Name": None, "RowVersion": None}


def _value(column: Column, stored: Sql, row: Mapping[str, Sql]) -> object:  # noqa: PLR0911  one return per type
    """One attribute's value. Source: the encodings seen in published webhook bodies."""
    if stored is None:
        return None
    match column.kind:
        case Kind.LOOKUP:
            table = str(row.get(f"{column.name}~type") or "") if is_polymorphic(column) else column.targets[0]
            return _reference(table, str(stored), tagged=True)
        case Kind.CHOICE | Kind.STATE | Kind.STATUS:
            return {"__type": f"OptionSetValue:{CONTRACTS}", "Value": stored}
        case Kind.MONEY:
            return {"__type": f"Money:{CONTRACTS}", "Value": codec.as_decimal(column.kind, stored)}
        case Kind.DECIMAL:
            return codec.as_decimal(column.kind, stored)
        case Kind.BOOLEAN:
            return bool(stored)
        case Kind.DATE | Kind.DATETIME:
            return f"/Date({_milliseconds(datetime.fromisoformat(str(stored)).replace(tzinfo=UTC))})/"
    return stored


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def encoded(value: object) -> bytes:
    """JSON with exact numbers and every slash escaped."""
    return _text(value).replace("/", "\\/").encode()


def _text(value: object) -> str:  # noqa: PLR0911  one return per type
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return encode_basestring_ascii(value)
        case dict():
            return "{" + ",".join(f"{encode_basestring_ascii(name)}:{_text(item)}" for name, item in value.items()) + "}"
        case list():
            return "[" + ",".join(_text(item) for item in value) + "]"
        case Decimal():
            return f"{value:f}"
    return str(value)
