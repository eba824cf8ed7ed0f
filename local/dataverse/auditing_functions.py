"""The history of a row, of one of its columns, and the details of one audit record.

    RetrieveRecordChangeHistory(Target=@t,PagingInfo=@p)
    RetrieveAttributeChangeHistory(Target=@t,AttributeLogicalName='…',PagingInfo=@p)
    audits(id)/Microsoft.Dynamics.CRM.RetrieveAuditDetails

The newest change comes first. Source: Microsoft Learn, "Retrieve the history of audited data changes". The privileges are
prvReadRecordAuditHistory for a row's history, prvReadAuditSummary for records; a row that is there must be readable as well.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dataverse.schema.model import Kind
from dataverse.security.model import Right
from local.dataverse import auditing, errors, parameters, row_parameters
from local.dataverse.answers import complex_answer
from local.dataverse.parameters import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dataverse.schema.model import Column
    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row
    from local.dataverse.urls import Address
    from local.http import Response

Json = dict[str, Any]
RECORD, ATTRIBUTE, DETAILS = "RetrieveRecordChangeHistory", "RetrieveAttributeChangeHistory", "RetrieveAuditDetails"
HISTORY_PRIVILEGE = "prvReadRecordAuditHistory"
ROW = re.compile(r"(?:.*/)?(\w+)\(([0-9a-fA-F-]{36})\)")
PAGE = 5000
_TARGET = Part("Target", "EntityReference")
_PAGING = Part("PagingInfo", "Entity", optional=True)
HISTORY = """
SELECT changedata FROM audit WHERE objecttypecode = ? AND "_objectid_value" = ? AND operation < 4
ORDER BY createdon DESC, versionnumber DESC
"""


def _record_history(api: WebApi, context: Context, address: Address) -> Response:
    given = parameters.called(RECORD, (_TARGET, _PAGING), address.segments[0], address.aliases)
    return _history(api, context, RECORD, given["Target"], given.get("PagingInfo", {}))


def _attribute_history(api: WebApi, context: Context, address: Address) -> Response:
    parts = (_TARGET, Part("AttributeLogicalName", "String"), _PAGING)
    given = parameters.called(ATTRIBUTE, parts, address.segments[0], address.aliases)
    return _history(api, context, ATTRIBUTE, given["Target"], given.get("PagingInfo", {}), str(given["AttributeLogicalName"]))


def _history(api: WebApi, context: Context, name: str, target: object, paging: object, column: str = "") -> Response:
    entity, row_id = _target(api, target)
    if column and column not in entity.columns:
        raise errors.bad(f"'{entity.name}' entity doesn't contain attribute with Name = '{column}'.", "0x80041103")
    context.access.need(HISTORY_PRIVILEGE)
    row = api.storage.find(entity, row_id)
    context.access.allow(entity, Right.READ)
    if row is not None:
        context.access.check(entity, row, Right.READ)
    found = [_changes(data) for (data,) in api.storage.rows(HISTORY, (entity.name, row_id))]
    if column:
        found = [kept for pairs in found if (kept := [pair for pair in pairs if pair["logicalName"] == column])]
    page, size, counted = _page(paging)
    shown = found[(page - 1) * size : page * size]
    collection = {
        "MoreRecords": page * size < len(found),
        "PagingCookie": f'<cookie page="{page}" />' if page * size < len(found) else "",
        "TotalRecordCount": len(found) if counted else -1,
        "AuditDetails": [_detail(entity, pairs) for pairs in shown],
    }
    return complex_answer(context, name, {"AuditDetailCollection": collection})


def _target(api: WebApi, target: object) -> tuple[Entity, str]:
    """Table and id of a row, which may be gone. Errors: 400."""
    address = target.get("@odata.id") if isinstance(target, dict) else None
    match = ROW.fullmatch(address) if isinstance(address, str) else None
    entity = api.storage.catalog.by_set.get(match[1]) if match else None
    if match is None or entity is None:
        raise errors.bad("Target must be a reference such as {'@odata.id':'accounts(id)'}.", "0x80048d19")
    return entity, match[2].lower()


def _page(paging: object) -> tuple[int, int, bool]:
    given: Json = paging if isinstance(paging, dict) else {"PageNumber": None}
    page, size = (given.get(name, default) for name, default in (("PageNumber", 1), ("Count", PAGE)))
    known = {"PageNumber", "Count", "ReturnTotalRecordCount", "PagingCookie"}
    if set(given) - known or type(page) is not int or type(size) is not int or page < 1 or size < 1:
        raise errors.bad("PagingInfo has PageNumber, Count, ReturnTotalRecordCount and PagingCookie.", "0x80048d19")
    return page, min(size, PAGE), given.get("ReturnTotalRecordCount") is True


def details(api: WebApi, context: Context, row: Row) -> Response:
    """What one record says, typed. Errors: 403."""
    context.access.allow(api.storage.catalog["audit"], Right.READ)
    entity = api.storage.catalog.by_name.get(str(row["objecttypecode"]))
    if entity is None or row["changedata"] is None:
        return complex_answer(context, DETAILS, {"AuditDetail": {"@odata.type": f"#{row_parameters.SPACE}AuditDetail"}})
    return complex_answer(context, DETAILS, {"AuditDetail": _detail(entity, _changes(row["changedata"]))})


def _changes(data: Sql) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = json.loads(str(data))["changedAttributes"] if data else []
    return found


def _detail(entity: Entity, pairs: list[dict[str, str | None]]) -> Json:
    gone = [pair["logicalName"] for pair in pairs if pair["logicalName"] not in entity.columns]
    return {
        "@odata.type": f"#{row_parameters.SPACE}AttributeAuditDetail",
        "InvalidNewValueAttributes": [],
        "LocLabelLanguageCode": 0,
        "DeletedAttributes": {"Count": len(gone), "Keys": list(range(len(gone))), "Values": gone},
        "OldValue": _entity(entity, {str(pair["logicalName"]): pair["oldValue"] for pair in pairs}),
        "NewValue": _entity(entity, {str(pair["logicalName"]): pair["newValue"] for pair in pairs}),
    }


def _entity(entity: Entity, values: Mapping[str, str | None]) -> Json:
    made: Json = {"@odata.type": f"#{row_parameters.SPACE}{entity.name}"}
    for name, value in values.items():
        column = entity.columns.get(name)
        if column is not None and value is not None:
            made |= _typed(column, value)
    return made


def _typed(column: Column, value: str) -> Json:  # noqa: PLR0911  one return per type
    match column.kind:
        case Kind.LOOKUP:
            table, _, row_id = value.partition(",")
            return {f"{column.api_name}@Microsoft.Dynamics.CRM.lookuplogicalname": table, column.api_name: row_id}
        case Kind.BOOLEAN:
            return {column.name: value == "True"}
        case Kind.CHOICE | Kind.STATE | Kind.STATUS | Kind.INTEGER | Kind.BIGINT:
            return {column.name: int(value)}
        case Kind.MONEY | Kind.DECIMAL:
            return {column.name: float(value)}
        case Kind.DATE:
            return {column.name: datetime.strptime(value, auditing.MOMENT).date().isoformat()}  # noqa: DTZ007  UTC, as all here
        case Kind.DATETIME:
            return {column.name: f"{datetime.strptime(value, auditing.MOMENT).isoformat()}Z"}  # noqa: DTZ007  UTC, as all here
    return {column.name: value}


FUNCTIONS: dict[str, Callable[[WebApi, Context, Address], Response]] = {
    RECORD: _record_history,
    ATTRIBUTE: _attribute_history,
}
