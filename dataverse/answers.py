"""Reading what Dataverse answers: pages, ids of written rows, and the parts of a batch.

A batch answer that is cut off or has the wrong number of parts says nothing about the writes in it: OutcomeUnknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dataverse import multipart
from dataverse.batch import ChangeSet, Create, Done, Failed, Get, Op, Outcome, Part, Rows, content_ids
from dataverse.errors import SYSTEM, NotTried, refine
from dataverse.names import Ref
from transport.client import Answer
from transport.exact import loads
from transport.outcomes import lost, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from work365.errors import External

_ENTITY_ID = re.compile(r"\(([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\)\s*\Z")
BAD_REQUEST = 400
NEXT_LINK = "@odata.nextLink"
CONTEXT = "@odata.context"


def entity_id(headers: Mapping[str, str]) -> str:
    """The id in `OData-EntityId`; "" when it names the row by an alternate key."""
    match = _ENTITY_ID.search(headers.get("odata-entityid", ""))
    return match.group(1).lower() if match else ""


def row_of(body: Any) -> dict[str, Any]:  # noqa: ANN401  decoded JSON
    """One row without its context. Errors: ValueError when it is none."""
    if not isinstance(body, dict):
        message = "an object was expected"
        raise ValueError(message)  # noqa: TRY004  the caller treats every malformed answer alike
    return {name: value for name, value in body.items() if name != CONTEXT}


def page_of(body: Any) -> Rows:  # noqa: ANN401  decoded JSON
    """One page and the link to the next. Errors: ValueError when it is none."""
    values = body.get("value") if isinstance(body, dict) else None
    if not isinstance(values, list):
        message = "a list of rows was expected"
        raise ValueError(message)  # noqa: TRY004  the caller treats every malformed answer alike
    return Rows([dict(value) for value in values], str(body.get(NEXT_LINK) or ""))


def is_batch(answer: Answer | None) -> bool:
    """Whether an answer, good or bad, holds parts."""
    return answer is not None and answer.headers.get("content-type", "").lower().startswith("multipart/")


def outcomes(answer: Answer, asked: Sequence[Part], *, acting_for: str | None, now_s: float) -> list[Outcome]:
    """What became of each part of a batch, in order.

    Errors: OutcomeUnknown (Unavailable for a batch of reads) when the answer cannot be matched to what was asked.
    """
    reader = _Reader(acting_for, now_s)
    try:
        parts = multipart.split(answer.content, multipart.boundary_of(answer.headers.get("content-type", "")))
        read = [reader.outcome(part, want) for part, want in zip(parts, asked, strict=False)]
    except (ValueError, TypeError, AttributeError) as exc:
        raise _unreadable(answer) from exc
    missing = len(asked) - len(parts)
    stopped = answer.status >= BAD_REQUEST and bool(read) and isinstance(read[-1], Failed)
    if missing < 0 or (missing and not stopped):
        raise _unreadable(answer)
    text = "Dataverse: an earlier part of the batch failed, so this one was not begun"
    return read + [Failed(NotTried(text, system=SYSTEM))] * missing


def _unreadable(answer: Answer) -> External:
    return lost("Dataverse answered a batch with something that does not match what was asked", read=answer.read, system=SYSTEM)


class _Reader:
    """Reads parts for one caller."""

    def __init__(self, acting_for: str | None, now_s: float) -> None:
        self._acting_for, self._now_s = acting_for, now_s

    def outcome(self, part: multipart.Part, want: Part) -> Outcome:
        if not isinstance(want, ChangeSet):
            return self._rows(self._answer(part, read=True), one=isinstance(want, Get) and isinstance(want.source, Ref))
        if part.headers.get("content-type", "").lower().startswith("multipart/"):
            return self._done(part, want.ops, content_ids(want))
        answer = self._answer(part, read=False)
        if answer.good:
            message = "a change set was answered like a single request"
            raise ValueError(message)
        return Failed(self._error(answer))

    def _rows(self, answer: Answer, *, one: bool) -> Outcome:
        if not answer.good:
            return Failed(self._error(answer))
        body = loads(answer.content)
        return Rows([row_of(body)]) if one else page_of(body)

    def _done(self, part: multipart.Part, ops: Sequence[Op], ids: Sequence[int]) -> Outcome:
        inner = multipart.split(part.body, multipart.boundary_of(part.headers["content-type"]))
        answers = [self._answer(piece, read=False) for piece in inner]
        refused = next((answer for answer in answers if not answer.good), None)
        if refused is not None:
            return Failed(self._error(refused))
        by_id = {piece.headers.get("content-id", ""): answer for piece, answer in zip(inner, answers, strict=True)}
        if sorted(by_id) != sorted(str(number) for number in ids) or len(inner) != len(ops):
            message = "a change set was answered with other content ids than it has"
            raise ValueError(message)
        return Done([entity_id(by_id[str(number)].headers) or _own_id(op) for op, number in zip(ops, ids, strict=True)])

    def _answer(self, part: multipart.Part, *, read: bool) -> Answer:
        inner = multipart.response(part.body)
        return Answer(inner.status, inner.headers, inner.body, SYSTEM, read)

    def _error(self, answer: Answer) -> External:
        return refine(refusal(answer, now_s=self._now_s), acting_for=self._acting_for)


def _own_id(op: Op) -> str:
    return (op.id if isinstance(op, Create) else op.ref.id) or ""
