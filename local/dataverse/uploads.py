"""Uploads in pieces: begun, filled in any order, and finished by the piece that makes the file whole.

    PATCH set(key)/col          x-ms-transfer-mode: chunked, x-ms-file-name → 200, Location, x-ms-chunk-size
    PATCH <Location>            Content-Range: bytes 0-4194303/9000000 → 206, and 204 for the last

What was uploaded is part of the database, so an upload goes on after a restart.

Source: Microsoft Learn, "Use file column data" (upload files in chunks using Web API).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local.dataverse import errors
from local.dataverse.fixed import fresh_id
from local.http import Response

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.references import Below
    from local.dataverse.storage import Storage

TOKEN = "filecontinuationtoken"  # noqa: S105  the name of a query option
CHUNK = 4 * 1024 * 1024
MOST = 1024 * 1024 * 1024
"""What one file may have here; SQLite holds no more in one value."""
_RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})\Z", re.ASCII)


def begin(storage: Storage, context: Context, below: Below, row_id: str, name: str) -> Response:
    """Answer where the pieces of a new upload go."""
    token = fresh_id()
    storage.db.execute('INSERT INTO "~upload" VALUES (?, ?, ?)', (token, _place(below, row_id), name))
    address = f"{context.root}{below.entity.set_name}({row_id})/{below.rest[0].name}?FileContinuationToken={token}"
    headers = (("OData-Version", "4.0"), ("Location", address), ("x-ms-chunk-size", str(CHUNK)), ("Accept-Ranges", "bytes"))
    return Response(200, headers)


def _place(below: Below, row_id: str) -> str:
    return f"{row_id}/{below.rest[0].name}"


def take(storage: Storage, context: Context, below: Below, row_id: str, token: str) -> tuple[str, bytes | None]:
    """Keep a piece; the name, and the whole content once nothing is missing. Errors: 400 for a piece that does not fit."""
    found = storage.db.execute('SELECT row, name FROM "~upload" WHERE token = ?', (token,)).fetchone()
    if found is None or found[0] != _place(below, row_id):
        raise errors.bad(f"The FileContinuationToken '{token}' is not that of an upload to this column.", "0x80040203")
    first, last, total = _range(context, len(below.body))
    others = storage.db.execute(
        'SELECT first, last, total FROM "~piece" WHERE token = ? AND first <> ? ORDER BY first', (token, first)
    ).fetchall()
    if any(other[2] != total or (other[0] <= last and other[1] >= first) for other in others):
        raise errors.bad("The pieces of an upload must not overlap and must agree on the size of the whole.", "0x80040203")
    storage.db.execute('INSERT OR REPLACE INTO "~piece" VALUES (?, ?, ?, ?, ?)', (token, first, last, total, below.body))
    if sum(other[1] - other[0] + 1 for other in others) + last - first + 1 < total:
        return str(found[1]), None
    pieces = storage.db.execute('SELECT content FROM "~piece" WHERE token = ? ORDER BY first', (token,)).fetchall()
    for table in ("~upload", "~piece"):
        storage.db.execute(f'DELETE FROM "{table}" WHERE token = ?', (token,))  # noqa: S608  names of this module
    return str(found[1]), b"".join(bytes(piece[0]) for piece in pieces)


def _range(context: Context, length: int) -> tuple[int, int, int]:
    match = _RANGE.match(context.headers.get("content-range", "").strip())
    first, last, total = (int(part) for part in match.groups()) if match else (0, -1, 0)
    if match is None or not first <= last < total <= MOST or last - first + 1 != length:
        raise errors.bad(
            "A piece needs 'Content-Range: bytes first-last/total' that agrees with the length of its body.", "0x80040203"
        )
    if length > CHUNK:
        raise errors.bad(f"A piece has {length} bytes; x-ms-chunk-size allows {CHUNK}.", "0x80040203")
    return first, last, total
