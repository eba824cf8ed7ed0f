"""Faults that a test asks for: throttling, server errors, lost requests and lost answers."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from local.dataverse.errors import DataverseError, bad
from local.dataverse.protection import CONCURRENCY, REQUESTS, TIME, throttled
from local.faults import AnswerLost, NotReached

if TYPE_CHECKING:
    from local.http import Request, Response


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
    after_s: int = 5


def read(body: dict[str, Any]) -> Planned:
    """A fault from the control surface. Errors: 400."""
    try:
        planned = Planned(
            Kind(body["kind"]),
            int(body.get("count", 1)),
            str(body.get("match", "")),
            int(body.get("status", 500)),
            int(body.get("retry_after_s", 5)),
        )
        re.compile(planned.match)
    except (KeyError, ValueError, TypeError, re.error) as error:
        kinds = ", ".join(kind.value for kind in Kind)
        raise bad(f"A fault is {{kind, count, match, status, retry_after_s}} with kind one of {kinds}: {error}.") from None
    return planned


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
        raise throttled(planned.kind.value, planned.after_s)
    if planned.kind is Kind.ERROR:
        retry = (("Retry-After", str(planned.after_s)),) if planned.status == 503 else ()
        raise DataverseError(planned.status, "0x80040216", "An unexpected error occurred.", retry)
    if planned.kind is Kind.DROP_BEFORE:
        raise NotReached("the request was dropped before it was read")


def after(planned: Planned | None, response: Response) -> Response:
    """What goes wrong when everything is done and committed. Errors: 5xx, an answer that never comes."""
    if planned is not None and planned.kind is Kind.ERROR_AFTER:
        raise DataverseError(planned.status, "0x80040216", "An unexpected error occurred.")
    if planned is not None and planned.kind is Kind.DROP_AFTER:
        raise AnswerLost("the answer was dropped after the commit")
    return response
