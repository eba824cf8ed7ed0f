"""The control surface under `/_local/`, for tests, benchmarks and demos; no token needed, never counted.

POST   /_local/reset                         empty the database and seed it again
POST   /_local/snapshot   {"name": "a"}      keep a copy;  POST /_local/restore {"name": "a"} brings it back
GET    /_local/snapshot                      {"names"}
GET    /_local/counts                        {"requests", "batches", "inner_requests"};  DELETE sets them to zero
GET    /_local/trace                         the last requests, oldest first;  DELETE forgets them
GET    /_local/clock                         {"now"};  PUT {"now": "2026-11-01T00:00:00Z"} moves it
GET    /_local/faults                        planned faults;  POST one (faults.py);  DELETE forgets them
PUT    /_local/limits     {"requests", "time_s", "concurrent"}   service protection; null is off
PUT    /_local/solutions  {"hold": true}                         imports in the background wait at Ready until false
PUT    /_local/webhooks   {"drop": 1, "repeat": 0, "newest_first": false, "timeout_s": 60}   for the next ones
POST   /_local/drain                         sends what waits, and answers {"drained"}

The reference page is docs/reference/local-dataverse.md.
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from local.dataverse import bodies, control_bodies, errors, faults
from local.dataverse.delivery import TIMEOUT_S
from local.dataverse.protection import Limits
from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.dataverse.app import DataverseApp
    from local.http import Request

PREFIX = "/_local/"
YEARS = range(1990, 2200)
"""Between which the clock can be set."""
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
            ("GET", "snapshot"): lambda _: {"names": list(self._snapshots)},
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
            raise control_bodies.refused("The body must be a JSON object.")
        return Response(200, (("Content-Type", "application/json"),), json.dumps(do(given), default=str).encode())

    def _reset(self, given: dict[str, Any]) -> dict[str, Any]:
        control_bodies.only(given)
        self._app.reset()
        return {}

    def _snapshot(self, given: dict[str, Any]) -> dict[str, Any]:
        name = _name(given)
        storage = self._app.storage
        with storage.lock:
            copy = sqlite3.connect(":memory:", check_same_thread=False)
            weakref.finalize(self, copy.close)
            storage.db.backup(copy)
            self._snapshots[name] = copy
        return {"name": name}

    def _restore(self, given: dict[str, Any]) -> dict[str, Any]:
        name = _name(given)
        if name not in self._snapshots:
            kept = ", ".join(f"'{one}'" for one in self._snapshots) or "none"
            raise errors.DataverseError(404, "", f"There is no snapshot '{name}'; kept are {kept}.")
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
        control_bodies.only(given, "now")
        try:
            moment = datetime.fromisoformat(control_bodies.text(given, "now"))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or moment.year not in YEARS:
            raise control_bodies.refused(
                f"'now' must be an ISO moment with its offset, in the years {YEARS[0]} to {YEARS[-1]}, e.g. 2026-11-01T00:00:00Z."
            )
        self._app.set_clock(moment)
        return {"now": self._app.now().isoformat()}

    def _add_fault(self, given: dict[str, Any]) -> dict[str, Any]:
        self._app.faults.add(faults.read(given))
        return {}

    def _clear_faults(self, given: dict[str, Any]) -> dict[str, Any]:
        control_bodies.only(given)
        self._app.faults.clear()
        return {}

    def _set_limits(self, given: dict[str, Any]) -> dict[str, Any]:
        control_bodies.only(given, "requests", "time_s", "concurrent")
        self._app.protection.limits = Limits(
            None if given.get("requests") is None else control_bodies.whole(given, "requests", 0),
            None if given.get("time_s") is None else control_bodies.seconds(given, "time_s", 0, most=1_000_000),
            None if given.get("concurrent") is None else control_bodies.whole(given, "concurrent", 0),
        )
        return asdict(self._app.protection.limits)

    def _hold(self, given: dict[str, Any]) -> dict[str, Any]:
        held = given.get("hold")
        if not isinstance(held, bool):
            raise errors.bad("hold is true or false.", "")
        self._app.jobs.hold(held=held)
        return {"hold": held}

    def _set_webhooks(self, given: dict[str, Any]) -> dict[str, Any]:
        control_bodies.only(given, "drop", "repeat", "newest_first", "timeout_s")
        drop, repeat = (control_bodies.whole(given, name, 0) for name in ("drop", "repeat"))
        timeout_s, newest_first = control_bodies.seconds(given, "timeout_s", TIMEOUT_S), given.get("newest_first", False)
        if timeout_s == 0:
            raise control_bodies.refused("'timeout_s' must be above zero.")
        if not isinstance(newest_first, bool):
            raise control_bodies.refused("'newest_first' must be true or false.")
        self._app.courier.drop, self._app.courier.repeat, self._app.courier.timeout_s = drop, repeat, timeout_s
        self._app.courier.newest_first = newest_first
        return {"drop": drop, "repeat": repeat, "newest_first": newest_first, "timeout_s": timeout_s}


def _name(given: dict[str, Any]) -> str:
    control_bodies.only(given, "name")
    return control_bodies.text(given, "name")
