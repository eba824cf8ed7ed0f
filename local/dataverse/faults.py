"""Faults that a test asks for: throttling, server errors, lost requests and lost answers.

| kind | what happens to a request that matches |
|---|---|
| requests, time, concurrency | 429 of that kind with `Retry-After: retry_after_s`; nothing is done |
| error | `status`; nothing is done |
| error-after | `status`, although everything is done and committed |
| drop-before | no answer, and nothing is done |
| drop-after | no answer, although everything is done and committed |

Without an answer the connection is cut after `wait_s`; let that be longer than a client's patience and the client sees a timeout.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from local.dataverse import control_bodies
from local.dataverse.errors import DataverseError
from local.dataverse.protection import CONCURRENCY, REQUESTS, TIME, throttled
from local.faults import AnswerLost, NotReached

if TYPE_CHECKING:
    from local.http import Request, Response

LEAST_STATUS, MOST_STATUS = 400, 599


class Kind(Enum):
    """What goes wrong."""

    REQUESTS = REQUESTS
    TIME = TIME
    CONCURRENCY = CONCURRENCY
    ERROR = "error"
    ERROR_AFTER = "error-after"
    DROP_BEFORE = "drop-before"
    DROP_AFTER = "drop-after"


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault for the next `count` requests whose `METHOD /path` matches."""

    kind: Kind
    count: int = 1
    match: str = ""
    status: int = 500
    retry_after_s: int = 5
    wait_s: float = 0.0


def read(body: dict[str, Any]) -> Planned:
    """A fault from the control surface. Errors: 400."""
    control_bodies.only(body, "kind", "count", "match", "status", "retry_after_s", "wait_s")
    kinds = {kind.value: kind for kind in Kind}
    kind = kinds.get(control_bodies.text(body, "kind"))
    if kind is None:
        raise control_bodies.refused(f"There is no fault '{body['kind']}'; there are {', '.join(kinds)}.")
    match = control_bodies.text(body, "match", "")
    try:
        re.compile(match)
    except (re.error, RecursionError, OverflowError) as error:
        raise control_bodies.refused(f"'match' must be a regular expression: {error}.") from None
    return Planned(
        kind,
        control_bodies.whole(body, "count", 1, least=1),
        match,
        control_bodies.whole(body, "status", 500, least=LEAST_STATUS, most=MOST_STATUS),
        control_bodies.whole(body, "retry_after_s", 5),
        control_bodies.seconds(body, "wait_s", 0),
    )


class Faults:
    """Those still to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.planned: list[Planned] = []

    def add(self, planned: Planned) -> None:
        """Plan one."""
        with self._lock:
            self.planned.append(planned)

    def clear(self) -> None:
        """Plan none."""
        with self._lock:
            self.planned.clear()

    def take(self, request: Request) -> Planned | None:
        """The fault of this request, if one is planned for it."""
        line = f"{request.method} {request.path}"
        with self._lock:
            for index, planned in enumerate(self.planned):
                if re.search(planned.match, line):
                    if planned.count > 1:
                        self.planned[index] = replace(planned, count=planned.count - 1)
                    else:
                        del self.planned[index]
                    return planned
        return None


def before(planned: Planned | None) -> None:
    """What goes wrong before anything is done. Errors: 429, 5xx, a connection never made."""
    if planned is None:
        return
    if planned.kind in {Kind.REQUESTS, Kind.TIME, Kind.CONCURRENCY}:
        raise throttled(planned.kind.value, planned.retry_after_s)
    if planned.kind is Kind.ERROR:
        retry = (("Retry-After", str(planned.retry_after_s)),) if planned.status == 503 else ()
        raise DataverseError(planned.status, "0x80040216", "An unexpected error occurred.", retry)
    if planned.kind is Kind.DROP_BEFORE:
        raise NotReached("the request was dropped before it was read", wait_s=planned.wait_s)


def after(planned: Planned | None, response: Response) -> Response:
    """What goes wrong when everything is done and committed. Errors: 5xx, an answer that never comes."""
    if planned is not None and planned.kind is Kind.ERROR_AFTER:
        raise DataverseError(planned.status, "0x80040216", "An unexpected error occurred.")
    if planned is not None and planned.kind is Kind.DROP_AFTER:
        raise AnswerLost("the answer was dropped after the commit", wait_s=planned.wait_s)
    return response
