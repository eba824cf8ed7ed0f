"""One way to be a server: a stand-in is a function `Request -> Response`.

The same function is served over a socket (`Server`), or called in process by an httpx2 client (`httpx_transport`) or by a
requests session (`requests_adapter`), which is how the crash suites run it thousands of times without a port.
"""

from __future__ import annotations

import asyncio
import io
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx2
import requests
import uvicorn
from requests.adapters import BaseAdapter
from requests.utils import get_encoding_from_headers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

START_TIMEOUT_S = 15.0
GRACE_S = 0.5
BODY_LIMIT = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived. `path` and `query` are still percent-encoded; header names are lower case; `base` is scheme://host[:port]."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base: str = "http://127.0.0.1"


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back. Header pairs may repeat a name."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


App = Callable[[Request], Response]
THREADS_MAX = 128


def asgi(app: App) -> Callable[..., Any]:
    """The ASGI form of a stand-in, for uvicorn.

    The app runs in the event loop, one request after the other, which is quickest for work that takes turns at a database anyway.
    One whose `overlapping` is true is called from threads: its requests are then under way at the same time, and it can count
    them.
    """
    threads = ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="request")  # makes a thread when one is needed

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI callables
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            return
        if len(body) > BODY_LIMIT:
            await _answer(send, Response(413))
            return
        request = _received(scope, body)
        try:
            if getattr(app, "overlapping", False):
                response = await asyncio.get_running_loop().run_in_executor(threads, app, request)
            else:
                response = app(request)
        except httpx2.TransportError as lost:  # a fault that was asked for: the caller gets no answer
            await _cut(send, getattr(lost, "wait_s", 0.0))
            return
        await _answer(send, response)

    return serve


async def _body(receive: Any) -> bytes | None:  # noqa: ANN401  an ASGI callable
    """The whole body, or so much of it that it is too long; None when the client has gone."""
    body, more = b"", True
    while more and len(body) <= BODY_LIMIT:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body, more = body + event.get("body", b""), event.get("more_body", False)
    return body


def _received(scope: Mapping[str, Any], body: bytes) -> Request:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text  # a repeated header is a list: two `Prefer` lines
    raw_path = scope.get("raw_path") or scope["path"].encode()
    return Request(
        scope["method"],
        raw_path.decode("latin-1").split("?", 1)[0],
        scope["query_string"].decode("latin-1"),
        headers,
        body,
        f"{scope['scheme']}://{headers.get('host', '127.0.0.1')}",
    )


async def _answer(send: Any, response: Response) -> None:  # noqa: ANN401  an ASGI callable
    # names keep their letter case: Microsoft's client for asyncio looks for `OData-EntityId` in a plain dict
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in response.headers]
    named = {name.lower() for name, _ in pairs}
    if b"date" not in named:
        pairs.append((b"date", formatdate(usegmt=True).encode()))
    if b"content-length" not in named:
        pairs.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": pairs})
    await send({"type": "http.response.body", "body": response.body})


async def _cut(send: Any, wait_s: float) -> None:  # noqa: ANN401  an ASGI callable
    """Close a connection without an answer. ASGI has no word for that, so uvicorn's own transport is taken."""
    await asyncio.sleep(wait_s)
    send.__self__.transport.abort()
    await asyncio.sleep(0)  # lets uvicorn see that the connection is gone, so that it sends no 500


def httpx_transport(app: App) -> httpx2.MockTransport:
    """Call a stand-in from an httpx2 client without a socket."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        answer = app(_request(request.method, str(request.url), request.headers, request.read()))
        return httpx2.Response(answer.status, headers=list(answer.headers), content=answer.body)

    return httpx2.MockTransport(handle)


class RequestsAdapter(BaseAdapter):
    """Call a stand-in from a requests session without a socket: `session.mount("http://", RequestsAdapter(app))`."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401, ARG002
        """Answer one prepared request."""
        body = request.body or b""
        raw = body.encode() if isinstance(body, str) else bytes(body)
        answer = self._app(_request(request.method or "GET", request.url or "", request.headers, raw))
        response = requests.Response()
        response.status_code = answer.status
        for name, value in answer.headers:
            response.headers[name] = value
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = io.BytesIO(answer.body)
        response._content = answer.body  # noqa: SLF001  requests offers no public way to build an answer
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Nothing to close."""


def _request(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
    parts = urlsplit(url)
    lower = {name.lower(): value for name, value in headers.items()}
    return Request(method, parts.path, parts.query, lower, body, f"{parts.scheme}://{parts.netloc}")


def free_port() -> int:
    """A loopback port that nobody listens on, for whoever must know its own address before it begins."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Server:
    """A stand-in on a loopback port, in a thread, for the length of a `with` block.

    Shape: port 0 picks a free one; `url` is known once the block is entered. `asgi_app` instead of `app` serves ASGI directly.
    """

    def __init__(
        self,
        app: App | None = None,
        *,
        asgi_app: Callable[..., Any] | None = None,
        port: int = 0,
        tls: tuple[Path, Path] | None = None,
    ) -> None:
        self._sockets = [socket.create_server(("127.0.0.1", port))]
        # asyncio leaves Nagle on for sockets made this way, and every answer with a body then waits 40 ms for an acknowledgement.
        self._sockets[0].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: int = self._sockets[0].getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{self.port}"
        served = asgi_app if asgi_app is not None else asgi(app) if app is not None else None
        if served is None:
            message = "a server needs an app"
            raise ValueError(message)
        config = uvicorn.Config(
            served,
            http="h11",  # writes header names as they are given
            log_level="warning",
            access_log=False,
            lifespan="off",
            date_header=asgi_app is not None,  # a stand-in with a clock of its own says its own time
            ssl_certfile=str(tls[0]) if tls else None,
            ssl_keyfile=str(tls[1]) if tls else None,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": self._sockets}, daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Serve until `stop`; returns once the port answers."""
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                message = f"the server on port {self.port} did not start"
                raise RuntimeError(message)
            time.sleep(0.005)

    def stop(self) -> None:
        """Finish what is running, then close; a client that holds its connection open is waited for only so long."""
        self._server.should_exit = True
        self._thread.join(timeout=GRACE_S)
        self._server.force_exit = True
        self._thread.join(timeout=10)
        for open_socket in self._sockets:
            open_socket.close()
