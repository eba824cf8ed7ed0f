"""The control surface under `/_local/`, for tests, benchmarks and demos; no token needed, never counted.

POST   /_local/reset                         empty the database and seed it again
POST   /_local/snapshot   {"name": "a"}      keep a copy;  POST /_local/restore {"name": "a"} brings it back
GET    /_local/counts                        {"requests", "batches", "inner_requests"};  DELETE sets them to zero
GET    /_local/trace                         the last requests, oldest first;  DELETE forgets them
GET    /_local/clock                         {"now"};  PUT {"now": "2026-11-01T00:00:00Z"} moves it
GET    /_local/faults                        planned faults;  POST one (faults.py);  DELETE forgets them
PUT    /_local/limits     {"requests", "time_s", "concurrent"}   service protection; null is off
PUT    /_local/solutions  {"hold": true}                         imports in the background wait at Ready until false
PUT    /_local/webhooks   {"drop": 1, "repeat": 0, "timeout_s": 60}   for the next ones;  POST /_local/drain answers {"drained"}
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.dataverse import bodies, errors, faults
from local.dataverse.delivery import TIMEOUT_S
from local.dataverse.protection import Limits
from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.app import DataverseApp
    from local.http import Request

PREFIX = "/_local/"
DRAIN_WAIT_S = 0.2
"""Short, because a receiver of webhooks may itself be waiting for this server; ask again until `drained` is true."""


class Control:
    """Answers the control surface of one server."""

    def __init__(self, app: DataverseApp) -> None:
        self._app = app
        self._snapshots: dict[str, sqlite3.Connection] = {}

    def answer(self, request: Request) -> Response:
        """Do what a control request asks. Errors: 404, 405, 400 as plain JSON."""
        name = request.path.removeprefix(PREFIX).strip("/")
        known: dict[tuple[str, str], Callable[[dict[str, Any]], dict[str, Any]]] = {
            ("POST", "reset"): self._reset,
            ("POST", "snapshot"): self._snapshot,
            ("POST", "restore"): self._restore,
            ("GET", "counts"): lambda _: dict(self._app.counts),
            ("DELETE", "counts"): self._zero,
            ("GET", "trace"): lambda _: {"requests": list(self._app.trace)},
            ("DELETE", "trace"): self._forget,
            ("GET", "clock"): lambda _: {"now": self._app.now().isoformat()},
            ("PUT", "clock"): self._set_clock,
            ("GET", "faults"): lambda _: {
                "faults": [{**asdict(one), "kind": one.kind.value} for one in self._app.faults.planned]
            },
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("PUT", "limits"): self._set_limits,
            ("PUT", "webhooks"): self._set_webhooks,
            ("PUT", "solutions"): self._hold,
            ("POST", "drain"): lambda _: {"drained": self._app.drain(DRAIN_WAIT_S)},
        }
        do = known.get((request.method, name))
        if do is None:
            status = 405 if any(path == name for _, path in known) else 404
            raise errors.DataverseError(status, "", f"{request.method} {request.path} is no control of the local Dataverse.")
        given = bodies.decode(request.body) if request.body else {}
        if not isinstance(given, dict):
            raise errors.bad("The body must be a JSON object.", "")
        return Response(200, (("Content-Type", "application/json"),), json.dumps(do(given), default=str).encode())

    def _reset(self, _: dict[str, Any]) -> dict[str, Any]:
        self._app.reset()
        return {}

    def _snapshot(self, given: dict[str, Any]) -> dict[str, Any]:
        name = str(given.get("name", ""))
        storage = self._app.storage
        with storage.lock:
            copy = sqlite3.connect(":memory:", check_same_thread=False)
            weakref.finalize(self, copy.close)
            storage.db.backup(copy)
            self._snapshots[name] = copy
        return {"name": name}

    def _restore(self, given: dict[str, Any]) -> dict[str, Any]:
        name = str(given.get("name", ""))
        if name not in self._snapshots:
            raise errors.DataverseError(404, "", f"There is no snapshot '{name}'.")
        self._app.storage.load(self._snapshots[name])
        return {"name": name}

    def _zero(self, _: dict[str, Any]) -> dict[str, Any]:
        for name in self._app.counts:
            self._app.counts[name] = 0
        return {}

    def _forget(self, _: dict[str, Any]) -> dict[str, Any]:
        self._app.trace.clear()
        return {}

    def _set_clock(self, given: dict[str, Any]) -> dict[str, Any]:
        try:
            moment = datetime.fromisoformat(str(given.get("now")))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise errors.bad("The clock is set by {'now': an ISO moment with its offset}.", "")
        self._app.set_clock(moment)
        return {"now": self._app.now().isoformat()}

    def _add_fault(self, given: dict[str, Any]) -> dict[str, Any]:
        self._app.faults.add(faults.read(given))
        return {}

    def _clear_faults(self, _: dict[str, Any]) -> dict[str, Any]:
        self._app.faults.clear()
        return {}

    def _set_limits(self, given: dict[str, Any]) -> dict[str, Any]:
        try:
            values = {name: None if value is None else float(value) for name, value in given.items()}
            requests, concurrent = values.pop("requests", None), values.pop("concurrent", None)
            time_s = values.pop("time_s", None)
        except (TypeError, ValueError):
            raise errors.bad("A limit is a number or null.", "") from None
        if values:
            raise errors.bad(f"There is no limit '{next(iter(values))}'; there are requests, time_s and concurrent.", "")
        self._app.protection.limits = Limits(
            None if requests is None else int(requests), time_s, None if concurrent is None else int(concurrent)
        )
        return asdict(self._app.protection.limits)

    def _hold(self, given: dict[str, Any]) -> dict[str, Any]:
        held = given.get("hold")
        if not isinstance(held, bool):
            raise errors.bad("hold is true or false.", "")
        self._app.jobs.hold(held=held)
        return {}

    def _set_webhooks(self, given: dict[str, Any]) -> dict[str, Any]:
        for name in ("drop", "repeat"):
            value = given.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, int):
                raise errors.bad("drop and repeat are whole numbers.", "")
        timeout_s = given.get("timeout_s", TIMEOUT_S)
        if isinstance(timeout_s, bool) or not isinstance(timeout_s, int | float | Decimal) or not timeout_s > 0:
            raise errors.bad("timeout_s is a number above zero.", "")
        self._app.courier.drop, self._app.courier.repeat = given.get("drop", 0), given.get("repeat", 0)
        self._app.courier.timeout_s = float(timeout_s)
        return {}
