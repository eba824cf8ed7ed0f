"""`$batch`: many requests in one; change sets are atomic.

Source: Microsoft Learn, "Execute batch operations using the Web API": at most 1000 requests, no nested batch, no GET in a
change set, `Content-ID` required in a change set, `$n` usable in bodies and addresses once declared; without
`odata.continue-on-error` the first failure ends the batch, and the outer status is that failure's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from local.dataverse import errors, keys, multipart, urls
from local.dataverse.answers import error_answer
from local.dataverse.errors import DataverseError
from local.dataverse.fixed import fresh_id
from local.dataverse.options import details_wanted, preferences
from local.http import Response

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.multipart import Inner, Part
    from local.dataverse.resources import WebApi

MAX_REQUESTS = 1000
IMPERSONATION = ("callerobjectid", "mscrmcallerid")
_OWN = frozenset({"if-match", "if-none-match", "prefer", "content-type", "content-id", "accept"})


class _Failed(Exception):
    """Carries a failed part's answer out of the transaction."""

    def __init__(self, response: Response, content_id: str | None) -> None:
        super().__init__(response.status)
        self.response = response
        self.content_id = content_id


@dataclass(frozen=True, slots=True)
class _ChangeSet:
    requests: tuple[Inner, ...]


@dataclass(slots=True)
class _Run:
    written: list[bytes] = field(default_factory=list)
    status: int = 200


def answer(api: WebApi, context: Context, body: bytes) -> Response:
    """Run a batch. Errors: 400 when it cannot be read at all; each request's own failure is in its part."""
    mark = multipart.boundary(context.headers.get("content-type", ""))
    if mark is None:
        raise errors.bad("The Content-Type of a batch must be multipart/mixed with a boundary.", "0x80048d19")
    pieces = [_piece(part) for part in multipart.parts(body, mark)]
    size = sum(len(piece.requests) if isinstance(piece, _ChangeSet) else 1 for piece in pieces)
    if not pieces:
        raise errors.bad("The batch has no request.", "0x80048d19")
    if size > MAX_REQUESTS:
        raise errors.bad(f"The number of requests in the batch exceeds the maximum of {MAX_REQUESTS}.", "0x80048d19")
    api.counts["inner_requests"] += size
    run = _Run()
    for piece in pieces:
        failed = (
            _run_change_set(api, context, piece, run) if isinstance(piece, _ChangeSet) else _run_one(api, context, piece, run)
        )
        if failed and not context.preferences.continue_on_error:
            run.status = failed
            break
    outer = f"batchresponse_{UUID(fresh_id())}"
    headers = (("Content-Type", f"multipart/mixed; boundary={outer}"), ("OData-Version", "4.0"))
    return Response(run.status, headers, multipart.write(outer, run.written))


def _piece(part: Part) -> Inner | _ChangeSet:
    mark = multipart.boundary(part.headers.get("content-type", ""))
    if mark is None:
        return multipart.inner(part)
    inside = multipart.parts(part.content, mark)
    if any(multipart.boundary(one.headers.get("content-type", "")) for one in inside):
        raise errors.bad("A change set cannot contain another change set.", "0x80048d19")
    return _ChangeSet(tuple(multipart.inner(one) for one in inside))


def _run_one(api: WebApi, context: Context, request: Inner, run: _Run) -> int:
    """One request outside a change set; returns its status if it failed."""
    response = _answer(api, context, request)
    run.written.append(multipart.write_response(response, request.content_id))
    return response.status if response.status >= 400 else 0


def _run_change_set(api: WebApi, context: Context, change_set: _ChangeSet, run: _Run) -> int:
    """All of a change set or none of it; a failure is answered by one part alone."""
    written: list[bytes] = []
    try:
        with api.storage.transaction():
            declared: dict[str, str] = {}
            written.extend(_change(api, context, request, declared) for request in change_set.requests)
    except _Failed as failure:
        run.written.append(multipart.write_response(failure.response, failure.content_id))
        return failure.response.status
    mark = f"changesetresponse_{UUID(fresh_id())}"
    content = multipart.write(mark, written)
    run.written.append(multipart.CRLF.join([f"Content-Type: multipart/mixed; boundary={mark}".encode(), b"", content]))
    return 0


def _change(api: WebApi, context: Context, request: Inner, declared: dict[str, str]) -> bytes:
    refusal = None
    if request.method == "GET":
        refusal = errors.bad("GET requests are not allowed in a change set.", "0x80048d19")
    elif request.content_id is None:
        refusal = errors.bad("Content-ID header not present for request in change set.", "0x80060888")
    elif request.content_id in declared:
        refusal = errors.bad(f"The Content-ID '{request.content_id}' is used twice in the change set.", "0x80060888")
    if refusal is not None:
        raise _Failed(error_answer(refusal, fresh_id()), request.content_id)
    response = _answer(api, replace(context, references=declared), request)
    if response.status >= 400:
        raise _Failed(response, request.content_id)
    _declare(api, context, request, response, declared)
    return multipart.write_response(response, request.content_id)


def _declare(api: WebApi, context: Context, request: Inner, response: Response, declared: dict[str, str]) -> None:
    """Remember what `$n` stands for from here on."""
    address = dict(response.headers).get("OData-EntityId", "")
    if not address and request.method == "POST" and response.status == 201:
        address = _created(api, context, request, response)
    if address and request.content_id is not None:
        declared[request.content_id] = address.removeprefix(context.root)


def _created(api: WebApi, context: Context, request: Inner, response: Response) -> str:
    below = urls.relative(urlsplit(request.target).path) or request.target
    entity = api.storage.catalog.by_set.get(urls.read(below, "").segments[0].name)
    if entity is None:
        return ""
    marker = f'"{entity.primary_id}":"'.encode()
    start = response.body.find(marker) + len(marker)
    return f"{context.root}{entity.set_name}({response.body[start : start + 36].decode()})"


def _answer(api: WebApi, context: Context, request: Inner) -> Response:
    """One inner request; its refusal becomes its answer."""
    headers = {name: value for name, value in context.headers.items() if name not in _OWN} | request.headers
    prefer = headers.get("prefer", "")
    try:
        if any(request.headers.get(name, context.headers.get(name)) != context.headers.get(name) for name in IMPERSONATION):
            raise errors.unsupported("impersonating in a part of a batch; put the header on the batch")
        inside = replace(context, headers=headers, preferences=preferences(prefer), in_batch=True)
        target = keys.dereferenced(inside, request.target)
        path, _, query = target.partition("?")
        if path.startswith(("http://", "https://")):
            path = urlsplit(path).path
        below = urls.relative(path)
        below = keys.dereferenced(inside, path.lstrip("/") if below is None else below)
        if below.startswith("$batch"):
            raise errors.bad("A batch cannot contain another batch.", "0x80048d19")
        return api.answer(inside, request.method, below, query, request.body)
    except DataverseError as error:
        return error_answer(error, fresh_id(), annotated=details_wanted(prefer))
