"""File and image columns, and the columns that Dataverse adds beside them.

| column | property | beside it |
|---|---|---|
| File `csp_doc` | the file's id, set by uploads only | `csp_doc_name`, read-only |
| Image `csp_photo` | the picture, base64 in a body | `csp_photoid`, `csp_photo_timestamp`, `csp_photo_url`, read-only |

Source: Microsoft Learn, "Use file column data" (File name column), "Use image column data", "Work with file / image column
definitions by using code" (sizes in KB).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from local.dataverse import errors
from local.dataverse.made import MadeColumn

if TYPE_CHECKING:
    from dataverse.schema.model import Column

FILE, IMAGE = "File", "Image"
KINDS = {FILE: Kind.GUID, IMAGE: Kind.MEMO}
_SIZES_KB = {FILE: (32_768, 10_485_760), IMAGE: (10_240, 30_720)}
"""Default and largest."""


def sort_of(column: Column) -> str:
    """`FILE`, `IMAGE`, or "" for every other column."""
    name = column.type_name if isinstance(column, MadeColumn) else ""
    return name if name in KINDS else ""


def sized(column: MadeColumn, given: object) -> MadeColumn:
    """The column with its size as `MaxSizeInKB` gives it. Errors: 400."""
    default, largest = _SIZES_KB[column.type_name]
    size = default if given is None else given
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= largest:
        raise errors.bad(f"MaxSizeInKB of '{column.schema}' must be a whole number from 1 to {largest}.", "0x80048403")
    if column.type_name == FILE:
        return replace(column, max_size_kb=size, read_only=True)
    return replace(column, max_size_kb=size, max_length=size * 1024 * 4 // 3 + 4)


def companions(column: Column) -> tuple[MadeColumn, ...]:
    """What Dataverse adds beside a file or image column."""
    if sort_of(column) == FILE:
        return (_beside(column, "_name", "_Name", Kind.STRING),)
    if sort_of(column) == IMAGE:
        return (
            _beside(column, "id", "Id", Kind.GUID),
            _beside(column, "_timestamp", "_Timestamp", Kind.BIGINT),
            _beside(column, "_url", "_URL", Kind.STRING),
        )
    return ()


def _beside(column: Column, tail: str, schema: str, kind: Kind) -> MadeColumn:
    return MadeColumn(
        name=f"{column.name}{tail}",
        schema=f"{column.schema}{schema}",
        kind=kind,
        label=column.label,
        max_length=512,
        read_only=True,
        part_of=column.name,
    )
