"""Audit records: who changed what, from what, to what.

A record is written where auditing is on for the organisation, the table and a column that has really changed; it is part of the
change's transaction. What is older than the organisation's retention goes with the next record. With user access auditing, a
user's first request in each interval leaves a record of its own.

Source: Microsoft Learn, "Retrieve the history of audited data changes", "Configure auditing". The texts in `changedata` are those
of exported logs: `True`, `717660001`, `account,<id>`; that a date is `09/26/2026 17:43:04` is from such logs as well.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from local.dataverse import audit_tables, codec
from local.dataverse.entities import is_polymorphic
from local.dataverse.fixed import fresh_id
from local.dataverse.made import MadeColumn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dataverse.schema.model import Column
    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Row, Storage
    from local.dataverse.writing import Change

NO_ID = "00000000-0000-0000-0000-000000000000"
OPERATIONS = {"Create": audit_tables.CREATE, "Update": audit_tables.UPDATE, "Delete": audit_tables.DELETE}
OWNER = frozenset({"ownerid", "owningbusinessunit"})
SETTINGS = tuple(column.name for column in audit_tables.SETTINGS)
CAP = 5000
INTERVAL_H, RETENTION_D = 4, 30
FOR_EVER = -1
MOMENT = "%m/%d/%Y %H:%M:%S"
LAST_ACCESS = "SELECT MAX(createdon) FROM audit WHERE operation = ? AND userid = ?"
SWITCHES = """
SELECT isauditenabled, isuseraccessauditenabled, useraccessauditinginterval, auditretentionperiodv2 FROM organization LIMIT 1
"""


def prepare(storage: Storage) -> None:
    """Make records quick to find. Call inside a transaction."""
    storage.db.execute('CREATE INDEX IF NOT EXISTS "audit.createdon" ON audit (createdon)')
    storage.db.execute('CREATE INDEX IF NOT EXISTS "audit.object" ON audit ("_objectid_value")')


def is_audited(entity: Entity) -> bool:
    """Whether auditing is on for a table."""
    return entity.table.audited


def is_on(column: Column, entity: Entity) -> bool:
    """Whether changes of a column are recorded; what Dataverse keeps itself never is."""
    own = column.read_only or column.name in {entity.primary_id, "overriddencreatedon"}
    return not own and (not isinstance(column, MadeColumn) or column.audited)


def record(storage: Storage, context: Context, change: Change) -> None:
    """Take note of one write. Call inside its transaction."""
    if change.entity.name == "organization" and change.message == "Update":
        changed = _changed(change, [change.entity.columns[name] for name in SETTINGS])
        if changed and (change.before.get("isauditenabled") or change.after.get("isauditenabled")):
            _write(storage, context, change, (audit_tables.UPDATE, audit_tables.ORGANIZATION_CHANGED), changed)
    elif change.message in OPERATIONS and is_audited(change.entity) and _switches(storage)[0]:
        changed = _changed(change, [column for column in change.entity.table.columns if is_on(column, change.entity)])
        if changed or change.message != "Update":
            operation = OPERATIONS[change.message]
            moved = change.message == "Update" and {column.name for column in changed} <= OWNER
            _write(storage, context, change, (operation, audit_tables.ASSIGN if moved else operation), changed)


def switched(storage: Storage, context: Context, entity: Entity, old: Entity, column: str = "") -> None:
    """Auditing of a table or one of its columns may have been switched on or off by a change of its definition."""
    if column:
        was, now = (is_on(one.columns[column], one) for one in (old, entity))
    else:
        was, now = is_audited(old), is_audited(entity)
    if was != now and _switches(storage)[0]:
        action = audit_tables.COLUMN_CHANGED if column else audit_tables.TABLE_CHANGED
        name = f"{column}.IsAuditEnabled" if column else "IsAuditEnabled"
        changed: list[dict[str, str | None]] = [{"logicalName": name, "oldValue": str(was), "newValue": str(now)}]
        _insert(storage, context, (audit_tables.UPDATE, action), (entity.name, NO_ID), {"changedata": _data(changed)})


def access(storage: Storage, context: Context) -> None:
    """Somebody sent a request."""
    with storage.lock:
        enabled, accesses, interval, _ = _switches(storage)
        if not enabled or not accesses:
            return
        caller = context.actor or context.user
        last = storage.rows(LAST_ACCESS, (audit_tables.ACCESS, caller.id))[0][0]
        since = codec.moment_sql(context.now - timedelta(hours=int(interval or INTERVAL_H)))
        if last is not None and str(last) > since:
            return
        with storage.transaction():
            what = (audit_tables.ACCESS, audit_tables.BY_WEB_SERVICES)
            _insert(storage, context, what, ("systemuser", caller.id), {"userid": caller.id, "callinguserid": None})


def _switches(storage: Storage) -> tuple[Sql, ...]:
    rows = storage.rows(SWITCHES)
    return rows[0] if rows else (0, 0, None, None)


def _changed(change: Change, columns: Iterable[Column]) -> list[Column]:
    return [column for column in columns if change.before.get(column.name) != change.after.get(column.name)]


def _write(storage: Storage, context: Context, change: Change, what: tuple[int, int], columns: list[Column]) -> None:
    pairs = [
        {
            "logicalName": column.name,
            "oldValue": text(column, change.before.get(column.name), change.before),
            "newValue": text(column, change.after.get(column.name), change.after),
        }
        for column in columns
    ]
    mask = ",".join(str(change.entity.position[column.name] + 1) for column in columns)
    _insert(storage, context, what, (change.entity.name, change.id), {"changedata": _data(pairs), "attributemask": mask})


def _data(pairs: list[dict[str, str | None]]) -> str:
    return json.dumps({"changedAttributes": pairs}, separators=(",", ":"), ensure_ascii=False)


def _insert(storage: Storage, context: Context, what: tuple[int, int], about: tuple[str, str], values: Row) -> None:
    _forget(storage, context)
    row: Row = {
        "auditid": fresh_id(),
        "operation": what[0],
        "action": what[1],
        "createdon": codec.moment_sql(context.now),
        "userid": context.user.id,
        "callinguserid": context.actor.id if context.actor else None,
        "objecttypecode": about[0],
        "_objectid_value": about[1],
        "transactionid": NO_ID,
        "versionnumber": storage.next_version(),
        **values,
    }
    storage.insert(storage.catalog["audit"], row)


def _forget(storage: Storage, context: Context) -> None:
    days = _switches(storage)[3]
    kept = RETENTION_D if days is None else int(days)
    if kept != FOR_EVER:
        storage.db.execute("DELETE FROM audit WHERE createdon < ?", (codec.moment_sql(context.now - timedelta(days=kept)),))


def text(column: Column, stored: Sql, row: Mapping[str, Sql]) -> str | None:
    """A value as records have it."""
    if stored is None:
        return None
    match column.kind:
        case Kind.LOOKUP:
            table = str(row.get(f"{column.name}~type") or "") if is_polymorphic(column) else column.targets[0]
            return f"{table},{stored}"
        case Kind.BOOLEAN:
            return str(bool(stored))
        case Kind.MONEY | Kind.DECIMAL:
            return f"{codec.as_decimal(column.kind, stored):f}"
        case Kind.DATE | Kind.DATETIME:
            return datetime.fromisoformat(str(stored)).strftime(MOMENT)
    shown = str(stored)
    return shown if len(shown) <= CAP else f"{shown[:CAP]}…"
