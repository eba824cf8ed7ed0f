"""What can be asked in one `$batch`, how it is written, and how its answer is read.

Reads stand alone; writes stand in change sets, each of which happens wholly or not at all. Inside a change set an operation may
name the row that an earlier one creates: by `Ref(table, content_id=1)`, in its address or in a bind.

Source: learn.microsoft.com, "Execute batch operations using the Web API".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlencode

from dataverse import multipart
from dataverse.names import Ref, guid, table_of
from dataverse.query import Query
from transport.exact import dumps
from work365.errors import BadInput, InvariantBroken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dataverse.rows import Row
    from work365.errors import External

T = TypeVar("T")
LIMIT = 1000
FORMATTED = 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"'
PATH_SAFE = "/$(),='@:!*-._~"
QUERY_SAFE = "$,()'@:/*"
WRITTEN_BEFORE = 1024
"""Queries that are kept percent-encoded: each is measured before it is sent, and many are asked again."""


@dataclass(frozen=True, slots=True)
class Get:
    """Rows of a query, all pages of them; or one row, with what to select and expand."""

    source: Query | Ref
    select: Sequence[str] = ()
    expand: str = ""
    annotations: bool = False


@dataclass(frozen=True, slots=True)
class Create:
    """A new row. `id` sends the primary key: a second copy meets the first. `content_id` lets later operations name it."""

    table: str
    row: Row
    id: str | None = None
    content_id: int | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """New values for a row that is there; with `etag`, only if nobody wrote it since."""

    ref: Ref
    row: Row
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Upsert:
    """New values for a row that may be there or not."""

    ref: Ref
    row: Row


@dataclass(frozen=True, slots=True)
class InsertOnly:
    """A new row at a given address; Conflict when it is there."""

    ref: Ref
    row: Row


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a row; with `etag`, only if nobody wrote it since."""

    ref: Ref
    etag: str | None = None


Op = Create | Update | Upsert | InsertOnly | Delete


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Writes that happen wholly or not at all."""

    ops: Sequence[Op]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a Get found; `more` is the link to the next page, which `WebApi.batch` has followed already."""

    rows: list[Row]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A change set happened. One id per operation; "" where Dataverse names the row by an alternate key only."""

    ids: list[str]


@dataclass(frozen=True, slots=True)
class Failed:
    """This part did not happen, or for OutcomeUnknown may have happened; the error says which."""

    error: External


Outcome = Rows | Done | Failed


def rows_of(outcome: Outcome) -> list[Row]:
    """The rows of a read. Errors: what the read failed with; InvariantBroken when it was answered as a write."""
    match outcome:
        case Rows():
            return outcome.rows
        case Failed():
            raise outcome.error
        case Done():
            message = "Dataverse answered a read as if it had been a write"
            raise InvariantBroken(message)


def raise_failed(outcome: Outcome) -> None:
    """Raise what a part failed with, if it failed."""
    if isinstance(outcome, Failed):
        raise outcome.error


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request to the Web API; `path` and `query` are not yet percent-encoded."""

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None


Part = Get | ChangeSet | Call
"""What one outcome answers; a bare Call asks for one page of rows."""


def get_call(get: Get) -> Call:
    """The request of a read."""
    source = get.source
    if isinstance(source, Query):
        prefer = [f"odata.maxpagesize={source.page_size}"] if source.top is None else []
        prefer += [FORMATTED] if source.annotations else []
        return Call("GET", source.path, source.options, {"prefer": ",".join(prefer)} if prefer else {})
    options = [("$select", ",".join(get.select)), ("$expand", get.expand)]
    return Call("GET", source.path, [pair for pair in options if pair[1]], {"prefer": FORMATTED} if get.annotations else {})


def op_call(op: Op, tag: str = "") -> Call:
    """The request of a write. `tag` marks it as ours, so that our own webhooks can tell."""
    match op:
        case Create():
            table = table_of(op.table)
            own = {} if op.id is None else {table.primary_id: guid(op.id)}
            return Call("POST", table.set_name, tagged(tag), {}, {**own, **op.row})
        case Delete():
            return Call("DELETE", op.ref.path, tagged(tag), {"if-match": op.etag or "*"})
        case _:
            headers = _condition(op)
            named = op.ref.content_id is not None
            return Call("PATCH", op.ref.path, [] if named else tagged(tag), {} if named else headers, op.row)


def _condition(op: Update | Upsert | InsertOnly) -> dict[str, str]:
    match op:
        case Update():
            return {"if-match": op.etag or "*"}
        case InsertOnly():
            return {"if-none-match": "*"}
        case Upsert():
            return {}


def tagged(tag: str) -> list[tuple[str, str]]:
    """The query option that marks a write as ours."""
    return [("tag", tag)] if tag else []


def size(parts: Sequence[Part]) -> int:
    """How many requests the parts count for against Dataverse's limit of 1000 in a batch."""
    return sum(len(part.ops) if isinstance(part, ChangeSet) else 1 for part in parts)


def packed(items: Iterable[T], size_of: Callable[[T], int], limit: int = LIMIT) -> Iterator[list[T]]:
    """Items in as few requests as a limit of operations allows, in their order; no item, such as a change set, is torn."""
    pack: list[T] = []
    held = 0
    for item in items:
        if pack and held + size_of(item) > limit:
            yield pack
            pack, held = [], 0
        pack.append(item)
        held += size_of(item)
    if pack:
        yield pack


def in_parts(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """A sequence in slices of at most so many, in their order; none for an empty one."""
    return (items[start : start + most] for start in range(0, len(items), most))


def check_size(count: int) -> None:
    """Refuse more than one request may carry."""
    if not 0 < count <= LIMIT:
        message = f"{count} operations in one request to Dataverse; it takes 1 to {LIMIT}, so split them"
        raise BadInput(message)


def encode(parts: Sequence[Part], root: str, tag: str = "") -> tuple[str, bytes]:
    """The content type and body of a batch. `root` is the service root's path, e.g. `/api/data/v9.2/`."""
    encoded = [_part(part, root, tag) for part in parts]
    mark = multipart.boundary("batch", [part.body for part in encoded])
    return f'multipart/mixed; boundary="{mark}"', multipart.join(encoded, mark)


def _part(part: Part, root: str, tag: str) -> multipart.Part:
    match part:
        case ChangeSet():
            return _change_set(part, root, tag)
        case Get():
            return _http_part(get_call(part), root)
        case Call():
            return _http_part(part, root)


def _change_set(change_set: ChangeSet, root: str, tag: str) -> multipart.Part:
    ids = content_ids(change_set)
    parts = [_http_part(op_call(op, tag), root, content_id) for op, content_id in zip(change_set.ops, ids, strict=True)]
    mark = multipart.boundary("changeset", [part.body for part in parts])
    return multipart.Part({"Content-Type": f'multipart/mixed; boundary="{mark}"'}, multipart.join(parts, mark))


def content_ids(change_set: ChangeSet) -> list[int]:
    """One number per operation: its own if it has one, else the next free."""
    own = [op.content_id if isinstance(op, Create) else None for op in change_set.ops]
    taken = [number for number in own if number is not None]
    if len(set(taken)) != len(taken) or not change_set.ops:
        message = f"a change set needs operations with content ids that differ; got {own}"
        raise InvariantBroken(message)
    following = iter(number for number in range(1, LIMIT + len(taken) + 1) if number not in taken)
    return [next(following) if number is None else number for number in own]


def _http_part(call: Call, root: str, content_id: int | None = None) -> multipart.Part:
    head = {"Content-Type": "application/http", "Content-Transfer-Encoding": "binary"}
    if content_id is not None:
        head["Content-ID"] = str(content_id)
    body = b"" if call.body is None else dumps(call.body)
    inner = {"Accept": "application/json", **call.headers}
    if call.body is not None:
        inner |= {"Content-Type": "application/json; type=entry", "Content-Length": str(len(body))}
    return multipart.Part(head, multipart.message(f"{call.method} {address(call, root)} HTTP/1.1", inner, body))


def address(call: Call, root: str) -> str:
    """The percent-encoded address of a request; a content id and a link that Dataverse gave us stay as they are."""
    if call.path.startswith(("https://", "http://")) or (call.path.startswith("$") and call.path[1:].isdigit()):
        return call.path
    options = _encoded(tuple(call.query))
    return f"{root}{quote(call.path, safe=PATH_SAFE)}{'?' if options else ''}{options}"


@lru_cache(WRITTEN_BEFORE)
def _encoded(query: tuple[tuple[str, str], ...]) -> str:
    return urlencode(query, quote_via=quote, safe=QUERY_SAFE)
