"""HTTP triggers and the host's own addresses, as an ASGI app. Functions run in threads; nothing here blocks the event loop.

    /…                        functions by route; 404 without one, 405 when only the method differs
    POST /admin/functions/N   run a timer or queue function by hand, 202 at once (the real host's manual trigger)
    GET  /admin/host/status   {"state": "Running"}

Keys: none are asked for unless the host was given some, as with the Core Tools' local runs. With keys, "function" wants the
function's own key or the host key, "admin" the master key, in ``x-functions-key`` or ``?code=``.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from local.azure.engine import HttpAnswer, HttpCall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.azure.engine import Result
    from local.azure.routes import Route

BODY_LIMIT: Final = 100 * 1024 * 1024  # the platform's own limit for a request
_JSON: Final = (("content-type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Keys:
    """The app's keys. They never appear in a repr."""

    master: str = field(repr=False)
    host: str = field(default="", repr=False)
    functions: Mapping[str, str] = field(default_factory=dict, repr=False)

    def open(self, level: str, function: str, given: str) -> bool:
        """A given key opens a function of an authorisation level."""
        if level == "anonymous":
            return True
        accepted = [self.master] if level == "admin" else [self.master, self.host, self.functions.get(function, "")]
        return any(hmac.compare_digest(given.encode(), key.encode()) for key in accepted if key)


class HttpListener:
    """The ASGI app of a host."""

    def __init__(
        self,
        routes: list[Route],
        *,
        run: Callable[[str, HttpCall], Result],
        trigger: Callable[[str, str], bool],
        keys: Keys | None,
        threads: int = 32,
    ) -> None:
        self._routes = routes
        self._run = run
        self._trigger = trigger
        self._keys = keys
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="http")

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI callables
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            answer = HttpAnswer(413, (), b"")
        else:
            answer = await self._answer(scope, _headers(scope), body)
        pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
        if not any(name == b"content-length" for name, _ in pairs):
            pairs.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: dict[str, Any], headers: dict[str, str], body: bytes) -> HttpAnswer:
        raw_path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").split("?", 1)[0]
        raw_query = scope["query_string"].decode("latin-1")
        query = dict(parse_qsl(raw_query, keep_blank_values=True))
        key = headers.get("x-functions-key") or query.get("code") or ""
        if raw_path.startswith("/admin/"):
            return self._administer(scope["method"], raw_path, key, body)
        route, params, wrong_method = self._find(scope["method"], raw_path)
        if route is None:
            return HttpAnswer(405 if wrong_method else 404, (), b"")
        if self._keys is not None and not self._keys.open(route.auth_level, route.function.name, key):
            return HttpAnswer(401, (), b"")
        url = f"{scope['scheme']}://{headers.get('host', 'localhost')}{raw_path}" + (f"?{raw_query}" if raw_query else "")
        call = HttpCall(scope["method"], url, headers, query, params, body)
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(self._pool, self._run, route.function.name, call)
        if not result.ok:
            return HttpAnswer(500, (), b"")
        return result.answer or HttpAnswer(204, (), b"")

    def _find(self, method: str, path: str) -> tuple[Route | None, dict[str, str], bool]:
        wrong_method = False
        for route in self._routes:
            params = route.match(path)
            if params is None:
                continue
            if not route.methods or method in route.methods:
                return route, params, False
            wrong_method = True
        return None, {}, wrong_method

    def _administer(self, method: str, path: str, key: str, body: bytes) -> HttpAnswer:
        if self._keys is not None and not self._keys.open("admin", "", key):
            return HttpAnswer(401, (), b"")
        match method, path.strip("/").split("/"):
            case "GET", ["admin", "host", "status"]:
                return HttpAnswer(200, _JSON, b'{"state": "Running"}')
            case "POST", ["admin", "functions", name]:
                try:
                    given = json.loads(body or b"{}").get("input", "")
                except (ValueError, AttributeError):
                    return HttpAnswer(400, _JSON, b'{"message": "The body must be a JSON object with a text called input."}')
                return HttpAnswer(202 if self._trigger(name, str(given or "")) else 404, (), b"")
            case _:
                return HttpAnswer(404, (), b"")


def _headers(scope: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


async def _body(receive: Any) -> bytes | None:  # noqa: ANN401  an ASGI callable
    pieces, size, more = [], 0, True
    while more:
        event = await receive()
        pieces.append(event.get("body", b""))
        size += len(pieces[-1])
        if size > BODY_LIMIT:
            return None
        more = event.get("more_body", False)
    return b"".join(pieces)
