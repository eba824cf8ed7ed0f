"""The local Dataverse: one callable from request to response.

    path → control | Web API: count, fault, who is calling, protection → batch or single operation → answer → webhooks

Anything unforeseen would be a 500; a fuzz test holds that there is none.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

import json
import sqlite3
import sys
import threading
import time
import traceback
from collections import deque
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from local.dataverse import auditing, batches, faults, platform, seed, template, urls
from local.dataverse.answers import error_answer
from local.dataverse.context import Context, User
from local.dataverse.control import PREFIX, Control
from local.dataverse.custom_apis import register
from local.dataverse.delivery import Courier, Webhook, post
from local.dataverse.errors import DataverseError, no_segment
from local.dataverse.events import Events
from local.dataverse.fixed import fresh_id
from local.dataverse.options import Preferences, details_wanted, preferences
from local.dataverse.projecting import projection
from local.dataverse.protection import Protection
from local.dataverse.resources import WebApi
from local.dataverse.security import Caller, Guard
from local.dataverse.solutions.jobs import Jobs
from local.faults import AnswerLost, NotReached
from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from dataverse.schema.model import Table
    from local.dataverse.access import Access
    from local.dataverse.custom_apis import CustomApi
    from local.http import Request

TRACE_LENGTH = 2000


def _utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  a stand-in has a clock of its own unless it is given one


class DataverseApp:
    """A tenant's Dataverse.

    Attributes:
        path: SQLite file, or ":memory:".
        clock: what time it is; `set_clock` moves it.
        authorize: what a bearer token says about its bearer, None for an invalid one.
        any_token: accept every token (tests only; see security.py).
        directory: the object id of an application's service principal, which an application user is given; None for one that
            the directory does not know. Without it application users keep what the request says.
        deliver: sends one webhook and returns the status of its answer; called on the thread of the request, after its commit.
            Without it webhooks go out over HTTP in the background. `background=True` sends yours in the background too.
        tables: what exists; `platform.WITHOUT_SOLUTION` is a tenant before installation.
        custom_apis: actions and functions with their handlers in Python (custom_apis.py).
    """

    def __init__(
        self,
        path: str | Path = ":memory:",
        *,
        clock: Callable[[], datetime] = _utc_now,
        authorize: Callable[[str], Caller | None] | None = None,
        any_token: bool = False,
        directory: Callable[[str], str | None] | None = None,
        deliver: Callable[[Webhook], int] | None = None,
        background: bool | None = None,
        tables: Iterable[Table] = platform.ALL,
        custom_apis: Iterable[CustomApi] = (),
    ) -> None:
        self._clock = clock
        self._directory = directory
        self._shift = timedelta()
        self.storage = template.opened(path, tuple(tables), self.now())
        in_background = deliver is None if background is None else background
        self.courier = Courier(self.storage, self.now, deliver or post, background=in_background)
        self.events = Events(self.storage, self.courier)
        self.faults = faults.Faults()
        self.protection = Protection()
        self.counts: dict[str, int] = {"requests": 0, "batches": 0, "inner_requests": 0}
        self.trace: deque[dict[str, Any]] = deque(maxlen=TRACE_LENGTH)
        self._count_lock = threading.Lock()
        self.jobs = Jobs(self.storage, self.events, self.now)
        self._api = WebApi(self.storage, self.events, self.counts, self.jobs)
        self._guard = Guard(self.storage, authorize, any_token=any_token)
        self._control = Control(self)
        self._custom_apis = tuple(custom_apis)
        self._register()
        self.courier.recover()
        self.jobs.recover()

    @property
    def overlapping(self) -> bool:
        """Whether requests must be under way at the same time: a limit of how many may be is on."""
        return self.protection.limits.concurrent is not None

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        request_id = fresh_id()
        started = time.perf_counter()
        try:
            if request.path.startswith(PREFIX):
                return self._control.answer(request)
            response = self._count(request, lambda: self._web_api(request, request_id))
        except DataverseError as error:
            response = error_answer(error, request_id, annotated=details_wanted(request.headers.get("prefer", "")))
        except (AnswerLost, NotReached):
            self.courier.flush()
            raise
        except Exception as error:  # noqa: BLE001  the last door: a caller gets an answer, whatever broke
            response = error_answer(_unforeseen(error), request_id)
        self._note(request, response, started)
        self.courier.flush()
        return response

    def _count(self, request: Request, answer: Callable[[], Response]) -> Response:
        with self._count_lock:
            self.counts["requests"] += 1
            self.counts["batches"] += request.path.endswith("/$batch")
        planned = self.faults.take(request) if self.faults.planned else None
        faults.before(planned)
        return faults.after(planned, answer())

    def _web_api(self, request: Request, request_id: str) -> Response:
        below = urls.relative(request.path)
        if below is None:
            raise no_segment(request.path)
        user, actor, access = self._guard.users(request.headers, request.base)
        at_s = self.now().timestamp()
        caller = actor or user
        self.protection.enter(caller.id, at_s)
        started = time.perf_counter()
        try:
            context = self._context(request, user, actor, access, request_id)
            auditing.access(self.storage, context)
            response = self._answer(request, below, context)
        finally:
            self.protection.leave(caller.id, at_s, time.perf_counter() - started)
        extra = (*self.protection.headers(caller.id), ("x-ms-service-request-id", request_id), ("Date", _said(self.now())))
        return Response(response.status, response.headers + extra, response.body)

    def _answer(self, request: Request, below: str, context: Context) -> Response:
        if below.strip("/") == "$batch":
            if request.method != "POST":
                raise DataverseError(
                    405, "0x80060888", f"The requested resource does not support http method '{request.method}'."
                )
            return batches.answer(self._api, context, request.body)
        return self._api.answer(context, request.method, below, request.query, request.body)

    def _context(self, request: Request, user: User, actor: User | None, access: Access, request_id: str) -> Context:
        headers = request.headers
        return Context(
            user=user,
            actor=actor,
            access=access,
            directory=self._directory,
            now=self.now(),
            base=request.base,
            version=request.path.split("/")[3],
            headers=headers,
            preferences=preferences(headers.get("prefer", "")),
            correlation_id=headers.get("x-ms-correlation-id") or fresh_id(),
            request_id=headers.get("x-ms-client-request-id") or request_id,
        )

    def _note(self, request: Request, response: Response, started: float) -> None:
        self.trace.append(
            {
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "status": response.status,
                "milliseconds": round((time.perf_counter() - started) * 1000, 3),
            }
        )

    def now(self) -> datetime:
        """This server's time."""
        return self._clock() + self._shift

    def set_clock(self, moment: datetime) -> None:
        """Move this server's time; it passes on from there."""
        self._shift += moment - self.now()

    def drain(self, timeout_s: float = 30.0) -> bool:
        """Wait until every import is done and every webhook has been sent; whether that was reached."""
        done = self.jobs.drain(timeout_s)
        self.courier.flush()
        return self.courier.drain(timeout_s) and done

    def reset(self) -> None:
        """Empty every table and seed again."""
        self.storage.clear()
        seed.fill(self.storage, self.now())
        self._register()

    def _register(self) -> None:
        """Make the custom APIs that came with this server, in the name of the application."""
        if self._custom_apis:
            user = User(seed.APPLICATION_USER_ID, seed.UNIT_ID)
            register(self._api, self._custom_apis, self._api.writer(Context(user, self.now(), "")))

    def close(self) -> None:
        """Stop sending and release the file."""
        self.jobs.close()
        self.courier.close()
        self.storage.close()

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table as the Web API would show it, for a test's eyes; no request is counted."""
        entity = self.storage.catalog[table]
        shape = projection(entity, self.storage, None, Preferences())
        with self.storage.lock:
            found = self.storage.rows(
                f'SELECT {shape.columns_sql("t0")} FROM {entity.sql} AS t0 ORDER BY t0."{entity.primary_id}"'
            )
        return [json.loads(shape.render(row), parse_float=Decimal) for row in found]


@lru_cache(maxsize=64)
def _said(moment: datetime) -> str:
    """A moment as the header Date has it. A clock that stands is asked by many requests."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _unforeseen(error: Exception) -> DataverseError:
    """What a caller is told of trouble inside: a table whose columns were being changed, or else a defect, with its traceback."""
    if isinstance(error, sqlite3.OperationalError) and "no such" in str(error):
        return DataverseError(409, "0x80071151", "The table's definition is being changed. Please try again later.")
    traceback.print_exception(error, file=sys.stderr)
    return DataverseError(500, "0x80040216", "An unexpected error occurred.")
