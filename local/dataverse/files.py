"""Contents of file and image columns: uploaded whole or in pieces, downloaded whole or in part, deleted.

    PATCH  set(key)/col                     the content; its name in `x-ms-file-name` (head or query)
    PATCH  set(key)/col                     `x-ms-transfer-mode: chunked`: answers `Location`, where the pieces go (uploads.py)
    GET    set(key)/col/$value              the content; with `Range: bytes=a-b` 206 and that part
    GET    set(key)/col                     the same as JSON: the content in base64 under `value`
    DELETE set(key)/col

The row holds the file's id and, in `col_name`, its name. An image is held in its row as base64 and goes the same ways.

Source: Microsoft Learn, "Use file column data", "Use image column data", "Block certain file types" (default list).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from dataverse.security.model import Right
from local.dataverse import binaries, errors, keys, uploads
from local.dataverse.answers import JSON_TYPE, Headers, empty
from local.dataverse.fixed import fresh_id
from local.dataverse.made import MadeColumn
from local.http import Response

if TYPE_CHECKING:
    from dataverse.schema.model import Column
    from local.dataverse.context import Context
    from local.dataverse.references import Below
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row, Storage

SINGLE_LIMIT = 128 * 1024 * 1024
OCTETS = "application/octet-stream"
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})\Z", re.ASCII)
_BLOCKED = """
ade adp app asa ashx asmx asp bas bat cdx cer chm class cmd com config cpl crt csh dll exe fxp hlp hta htr htw ida idc
idq inf ins isp its jar js jse ksh lnk mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh
msh1 msh1xml msh2 msh2xml mshxml msi msp mst ops pcd pif prf prg printer pst reg rem scf scr sct shb shs shtm shtml
soap stm svc tmp url vb vbe vbs vsmacros vss vst vsw ws wsc wsf wsh
"""
BLOCKED = frozenset(_BLOCKED.split())
"""Endings that a tenant blocks from the start."""


def is_binary(column: Column | None) -> bool:
    """Whether a column holds a file or an image."""
    return column is not None and binaries.sort_of(column) != ""


def answer(api: WebApi, context: Context, below: Below) -> Response:
    """Do what a request for a file or image column asks. Errors: 400, 404, 405, 412 as documented."""
    column = below.entity.columns[below.rest[0].name]
    if len(below.rest) > 2 or (below.tail and below.tail != "$value"):
        raise errors.no_segment(below.rest[-1].name)
    with api.storage.transaction():
        row = keys.required(api.storage, below.entity, below.which)
        if below.method == "GET":
            context.access.check(below.entity, row, Right.READ)
            return _download(api.storage, context, below, column, row)
        if below.tail or below.method not in {"PATCH", "PUT", "DELETE"}:
            raise errors.DataverseError(
                405, "0x80060888", f"The requested resource does not support http method '{below.method}'."
            )
        api.check_version(context, row)
        if below.method == "DELETE":
            _keep(api, context, below, row, None)
            return empty()
        return _upload(api, context, below, column, row)


def _upload(api: WebApi, context: Context, below: Below, column: Column, row: Row) -> Response:
    plain = {name.lower(): value for name, value in below.address.plain.items()}
    token = plain.get(uploads.TOKEN)
    name = unquote(context.headers.get("x-ms-file-name", "")) or plain.get("x-ms-file-name", "")
    if token is None:
        _check_name(name)
        if context.headers.get("if-none-match", "").strip() == "*" and row.get(column.name) is not None:
            raise errors.exists()
        if context.headers.get("x-ms-transfer-mode", "").lower() == "chunked":
            context.access.check(below.entity, row, Right.WRITE)
            return uploads.begin(api.storage, context, below, str(row[below.entity.primary_id]), name)
        content: bytes | None = below.body
    else:
        name, content = uploads.take(api.storage, context, below, str(row[below.entity.primary_id]), token)
    if content is None:
        return Response(206, (("OData-Version", "4.0"),))
    limit = min(
        column.max_size_kb * 1024 if isinstance(column, MadeColumn) and column.max_size_kb else SINGLE_LIMIT, uploads.MOST
    )
    if len(content) > limit or (token is None and len(content) > SINGLE_LIMIT):
        raise errors.bad("Attachment file size is too big.", "0x80044a02")
    _keep(api, context, below, row, (name, content))
    return empty()


def _check_name(name: str) -> None:
    if not name or len(name) > 255:
        raise errors.bad("The upload of a file needs its name: the header x-ms-file-name, at most 255 characters.", "0x80040203")
    if name.rpartition(".")[2].lower() in BLOCKED and "." in name:
        raise errors.bad(
            "The attachment is either not a valid type or is too large. It cannot be uploaded or downloaded.", "0x80043e09"
        )


def _keep(api: WebApi, context: Context, below: Below, row: Row, file: tuple[str, bytes] | None) -> None:
    """Put a content, or none, into the column of a row."""
    entity, column = below.entity, below.entity.columns[below.rest[0].name]
    writer = api.writer(context)
    if binaries.sort_of(column) == binaries.IMAGE:
        writer.update(entity, row, {column.name: base64.b64encode(file[1]).decode() if file else None})
        return
    api.storage.db.execute('DELETE FROM "~file" WHERE id = ?', (row.get(column.name),))
    file_id = fresh_id() if file else None
    if file:
        values = (file_id, row[entity.primary_id], file[0], file[1])
        api.storage.db.execute('INSERT INTO "~file" (id, row, name, content) VALUES (?, ?, ?, ?)', values)
    writer.write(entity, row, {column.name: file_id, f"{column.name}_name": file[0] if file else None})


def _download(storage: Storage, context: Context, below: Below, column: Column, row: Row) -> Response:
    if below.address.plain.get("size", "full") != "full":  # npm dynamics-web-api sends it for every column
        raise errors.bad("The query option 'size' of a file or image is 'full'.")
    found = _content(storage, column, row)
    if found is None:
        text = f"No file attachment found for attribute: {column.name} EntityId: {row[below.entity.primary_id]}."
        raise errors.DataverseError(404, "0x80040217", text)
    name, content = found
    headers = (
        ("OData-Version", "4.0"),
        ("Content-Disposition", f'attachment; filename="{quote(name, safe=" .-_()")}"'),
        ("x-ms-file-name", quote(name, safe=" .-_()")),
        ("x-ms-file-size", str(len(content))),
        ("x-ms-chunk-size", str(uploads.CHUNK)),
        ("Accept-Ranges", "bytes"),
    )
    wanted = _RANGE.match(context.headers.get("range", "").strip())
    if wanted is None:
        return _sent(context, below, row, 200, headers, content)
    first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
    if first > last:
        raise errors.DataverseError(416, "0x80060888", f"The range {wanted[0]} is outside the file of {len(content)} bytes.")
    part = ("Content-Range", f"bytes {first}-{last}/{len(content)}")
    return _sent(context, below, row, 206, (*headers, part), content[first : last + 1])


def _sent(context: Context, below: Below, row: Row, status: int, headers: Headers, content: bytes) -> Response:
    """The content itself under `$value`; without that, the property: JSON with base64, and where more of it is."""
    if below.tail:
        return Response(status, (("Content-Type", OCTETS), *headers), content)
    place = f"{below.entity.set_name}({row[below.entity.primary_id]})/{below.rest[0].name}"
    whole = {"@odata.context": f"{context.root}$metadata#{place}", "value": base64.b64encode(content).decode()}
    named = (("Content-Type", JSON_TYPE), ("Location", f"{context.root}{place}"), *headers)
    return Response(status, named, json.dumps(whole).encode())


def _content(storage: Storage, column: Column, row: Row) -> tuple[str, bytes] | None:
    stored = row.get(column.name)
    if stored is None:
        return None
    if binaries.sort_of(column) == binaries.IMAGE:
        try:
            return f"{column.name}.jpg", base64.b64decode(str(stored), validate=True)
        except binascii.Error:
            raise errors.bad(f"The image '{column.name}' is not base64.", "0x80048d19") from None
    found = storage.db.execute('SELECT name, content FROM "~file" WHERE id = ?', (stored,)).fetchone()
    return (str(found[0]), bytes(found[1])) if found else None
