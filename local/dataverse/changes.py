"""Change tracking: every row once, then only what changed or went.

A delta token is the row version and moment of the first page, `1000123!11/23/2026 17:00:00`; after seven days it has expired
and the caller must read everything again. Source: Microsoft Learn, "Use change tracking to synchronize data with external
systems".
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from local.dataverse import errors, paging
from local.dataverse.options import PAGE_SIZE, Options
from local.dataverse.projecting import projection
from local.dataverse.reading import next_link

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.storage import Storage
    from local.dataverse.urls import Address

DAYS = 7
_TOKEN = re.compile(r"(\d{1,18})!(\d\d)/(\d\d)/(\d{4}) (\d\d):(\d\d):(\d\d)\Z", re.ASCII)


def _write_token(version: int, now: datetime) -> str:
    moment = f"{now.astimezone(UTC):%m/%d/%Y %H:%M:%S}"
    encoded = quote(f"!{moment}", safe="")
    return f"{version}" + re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), encoded)


def _expiry(storage: Storage) -> timedelta:
    """How long a token is good: the organisation says it, 7 days unless it was changed."""
    days = storage.rows('SELECT expirechangetrackingindays FROM "organization" LIMIT 1')
    return timedelta(days=int(days[0][0] or 0) if days and days[0][0] is not None else DAYS)


def _read_token(storage: Storage, text: str, now: datetime) -> int:
    match = _TOKEN.match(text)
    if match is None:
        raise errors.bad(f"The delta token '{text}' is not valid.", "0x80044353")
    version, month, day, year, hour, minute, second = (int(part) for part in match.groups())
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise errors.bad(f"The delta token '{text}' is not valid.", "0x80044353") from None
    if now - moment > _expiry(storage):
        raise errors.bad("Version stamp associated with the client has expired. Please perform a full sync.", "0x80044352")
    return version


def _check(entity: Entity, options: Options) -> None:
    if not entity.table.tracked:
        raise errors.bad(f"Change tracking is not enabled for entity '{entity.name}'.", "0x80044354")
    given = {
        "filter": options.filter,
        "orderby": options.order,
        "expand": options.expand,
        "top": options.top,
        "apply": options.apply,
    }
    if any(value is not None and value != () for value in given.values()):
        raise errors.bad(
            'The "${filter|orderby|expand|top}" query parameter isn\'t supported when Change Tracking is enabled.', ""
        )


def _see_all(context: Context, entity: Entity) -> None:
    """Errors: 403 unless the caller reads every row: what he may not see could not be told from what was deleted."""
    if context.access.source(entity) != entity.sql:
        raise errors.DataverseError(
            403, "0x80040220", f"Change tracking needs organization level read access to the entity '{entity.name}'."
        )


def tracked(storage: Storage, context: Context, entity: Entity, options: Options, address: Address) -> str:
    """A page of a tracked query: the first pass when there is no token, what changed since when there is one. Errors: 400."""
    _check(entity, options)
    _see_all(context, entity)
    since = _read_token(storage, options.deltatoken, context.now) if options.deltatoken is not None else None
    names = ["versionnumber", entity.primary_id] if since is not None else [entity.primary_id]
    cookie = paging.read(options.skiptoken, names) if options.skiptoken is not None else None
    until = cookie.version if cookie and cookie.version is not None else storage.version
    size = context.preferences.page_size or PAGE_SIZE
    if options.count:
        raise errors.bad("The query option '$count' cannot be combined with change tracking; use the path segment /$count.")
    shape = projection(entity, storage, options.select, context.preferences)
    id_at = shape.place(entity.primary_id)
    rows = _rows(storage, entity, shape.columns_sql("t0"), since, cookie, size + 1)
    more = len(rows) > size
    rows = rows[:size]
    values = [shape.render(row) for row in rows]
    selected = f"({','.join(options.select)})" if options.select else ""
    suffix = "" if since is None else "/$delta"
    members = [f'"@odata.context":"{context.root}$metadata#{entity.set_name}{selected}{suffix}"']
    if more:
        ends = [[row[0], row[id_at]] if since is not None else [row[id_at]] for row in (rows[0], rows[-1])]
        token = paging.token((cookie.page if cookie else 1) + 1, names, ends[0], ends[1], until)
        kept = "" if options.deltatoken is None else f"&$deltatoken={quote(options.deltatoken, safe='')}"
        links = [f'"@odata.nextLink":"{next_link(context, entity.set_name, address, token)}{kept}"']
    else:
        fresh = _write_token(until, context.now)
        links = [f'"@odata.deltaLink":"{next_link(context, entity.set_name, address, fresh, "$deltatoken")}"']
        if since is not None:
            values += _deletions(storage, context, entity, since)
    return "{" + ",".join([*members, *links, f'"value":[{",".join(values)}]']) + "}"


def _rows(
    storage: Storage, entity: Entity, columns: str, since: int | None, cookie: paging.Cookie | None, limit: int
) -> list[tuple[Sql, ...]]:
    terms = [(f't0."{entity.primary_id}"', False)]
    conditions: list[str] = []
    values: list[Sql] = []
    if since is not None:
        terms.insert(0, ("t0.versionnumber", False))
        conditions.append("t0.versionnumber > ?")
        values.append(since)
    if cookie is not None:
        condition, more = paging.behind(terms, cookie.last)
        conditions.append(condition)
        values += more
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    order = ", ".join(sql for sql, _ in terms)
    return storage.rows(f"SELECT {columns} FROM {entity.sql} AS t0{where} ORDER BY {order} LIMIT ?", [*values, limit])


def _deletions(storage: Storage, context: Context, entity: Entity, since: int) -> list[str]:
    rows = storage.rows(
        'SELECT DISTINCT d.id FROM "~deleted" AS d WHERE d.entity = ? AND d.version > ? '
        f'AND NOT EXISTS (SELECT 1 FROM {entity.sql} AS t WHERE t."{entity.primary_id}" = d.id) ORDER BY d.version',
        (entity.name, since),
    )
    place = f"{context.root}$metadata#{entity.set_name}/$deletedEntity"
    return [f'{{"@odata.context":"{place}","id":"{row[0]}","reason":"deleted"}}' for row in rows]


def count(storage: Storage, context: Context, entity: Entity, options: Options) -> int:
    """`…/$count?$deltatoken=…`: how many rows a delta would bring. Errors: 400 for options that a delta does not take."""
    _check(entity, options)
    _see_all(context, entity)
    since = _read_token(storage, options.deltatoken or "", context.now)
    changed = storage.rows(f"SELECT COUNT(*) FROM {entity.sql} WHERE versionnumber > ?", (since,))[0][0]
    return int(changed or 0) + len(_deletions(storage, context, entity, since))
