"""The HTTP client of every adapter, and the only module that imports the HTTP library.

It answers one question: did my write happen? (transport/outcomes.py draws the answers.) Reads are repeated a few times with
pauses; a write is sent exactly once, whatever happens, because only its handler knows how to ask.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, urlencode, urlsplit

import httpx2

from transport.exact import dumps
from transport.outcomes import Answer, answer_of, body_of, lost, refusal, status_of
from transport.waiting import NO_RETRIES, Retries, pause_s
from work365.errors import External, Rejected, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from ssl import SSLContext

__all__ = [
    "NO_RETRIES",
    "Answer",
    "Http",
    "Retries",
    "Timeouts",
    "Transport",
    "answer_of",
    "body_of",
    "from_library",
    "status_of",
]

Transport = httpx2.BaseTransport

READS = frozenset({"GET", "HEAD"})
RETRIES = Retries()
BODY_LIMIT = 64 * 1024 * 1024
KEEP_ALIVE_S = 3.0
"""Shorter than servers keep idle connections, so that a write rarely meets one that is just being closed."""

PARSED_BEFORE = 512
"""Addresses that are kept as the library reads them: every batch goes to the same one."""

LIBRARY_ERRORS = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.CookieConflict, httpx2.StreamError, OSError)
MALFORMED = (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Bounds of one request, in seconds; `whole_s` also stops an answer that trickles in."""

    connect_s: float = 5.0
    read_s: float = 60.0
    write_s: float = 30.0
    pool_s: float = 10.0
    whole_s: float = 180.0


class Http:
    """One counterpart, with its base address, its limits and its connections; safe to share between threads.

    Attributes:
        sent: how many requests have left since it was built.
    """

    def __init__(
        self,
        system: str,
        base_url: str,
        *,
        timeouts: Timeouts = Timeouts(),
        retries: Retries = RETRIES,
        transport: Transport | None = None,
        verify: SSLContext | None = None,
        body_limit: int = BODY_LIMIT,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.system = system
        self.base_url = f"{base_url.rstrip('/')}/"
        self.sent = 0
        self._retries, self._timeouts, self._body_limit = retries, timeouts, body_limit
        self._sleep, self._jitter, self._ticks = sleep, jitter, ticks
        self._lock = threading.Lock()
        self._client = httpx2.Client(
            transport=transport,
            verify=verify if verify is not None else True,
            timeout=httpx2.Timeout(
                connect=timeouts.connect_s, read=timeouts.read_s, write=timeouts.write_s, pool=timeouts.pool_s
            ),
            limits=httpx2.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=KEEP_ALIVE_S),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
        )

    def __repr__(self) -> str:
        return f"Http({self.system}, {self.base_url}, sent={self.sent})"

    def close(self) -> None:
        """Close the idle connections."""
        self._client.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        content: bytes | None = None,
        read: bool | None = None,
    ) -> Answer:
        """Send one request and return its answer when it is a success or "not modified".

        Shape:  `path` is relative to the base address, or a whole address on the same host (a next link); `query` is not yet
                percent-encoded. `read` marks a POST that changes nothing. `json` and `content` exclude each other.
        Errors: as transport/outcomes.py draws them; a write is never sent twice.
        """
        reading = method in READS if read is None else read
        request = self._request(method, path, query, headers, dumps(json) if json is not None else content)
        for_reads = self._retries if reading else NO_RETRIES
        began = self._ticks()
        for attempt in range(1, for_reads.attempts + 1):
            try:
                return self._once(request, reading=reading)
            except (Throttled, Unavailable) as error:
                wait = pause_s(for_reads, attempt, error, self._jitter())
                if attempt == for_reads.attempts or self._ticks() - began + wait > for_reads.total_s:
                    raise
                self._sleep(wait)
        raise AssertionError  # pragma: no cover  the last attempt returns or raises

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | Sequence[tuple[str, str]] | None,
        headers: Mapping[str, str] | None,
        content: bytes | None,
    ) -> httpx2.Request:
        if content is not None and len(content) > self._body_limit:
            self._reject(f"a request of {len(content)} bytes is over the limit of {self._body_limit}")
        kind = {"content-type": "application/json"} if content is not None else {}
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        try:
            address = _parsed(self._address(path, query))
            return self._client.build_request(method, address, headers={**kind, **lower}, content=content)
        except (*LIBRARY_ERRORS, ValueError, TypeError) as exc:
            self._reject(f"the request could not be formed ({type(exc).__name__})", exc)

    def _address(self, path: str, query: Mapping[str, str] | Sequence[tuple[str, str]] | None) -> str:
        address = path if path.startswith(("https://", "http://")) else f"{self.base_url}{path.lstrip('/')}"
        here, there = urlsplit(self.base_url), urlsplit(address)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            self._reject(f"an address on {there.netloc or 'no host'} does not belong to it, so nothing was sent there")
        if not query:
            return address
        return f"{address}{'&' if there.query else '?'}{urlencode(query, quote_via=quote, safe=SAFE)}"

    def _reject(self, message: str, cause: Exception | None = None) -> NoReturn:
        text = f"{self.system}: {message}"
        raise Rejected(text, system=self.system) from cause

    def _once(self, request: httpx2.Request, *, reading: bool) -> Answer:
        with self._lock:
            self.sent += 1
        began = self._ticks()
        try:
            response = self._client.send(request, stream=True)
            try:
                content = self._body(response, began, reading=reading)
            finally:
                response.close()
        except LIBRARY_ERRORS as exc:
            raise from_library(exc, read=reading, system=self.system) from exc
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status_code, headers, content, self.system, reading)
        if answer.good:
            return answer
        raise refusal(
            answer, now_s=time.time(), message=f"{self.system} answered {answer.status} to {request.method} {request.url.path}"
        )

    def _body(self, response: httpx2.Response, began: float, *, reading: bool) -> bytes:
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            parts.append(part)
            if size > self._body_limit:
                message = f"{self.system}: an answer of more than {self._body_limit} bytes was cut off"
                raise lost(message, read=reading, system=self.system)
            if self._ticks() - began > self._timeouts.whole_s:
                message = f"{self.system}: the answer took more than {self._timeouts.whole_s:g} seconds"
                raise lost(message, read=reading, system=self.system)
        return b"".join(parts)


@lru_cache(PARSED_BEFORE)
def _parsed(address: str) -> httpx2.URL:
    return httpx2.URL(address)


SAFE = "$,()'@:/*="
"""Characters that OData clients leave readable in a query; everything else is percent-encoded."""


def from_library(exc: Exception, *, read: bool, system: str) -> External:
    """Every exception of the HTTP library as one of ours."""
    text = f"{system}: {type(exc).__name__}"
    if isinstance(exc, MALFORMED):
        return Rejected(text, system=system)
    if isinstance(exc, NOT_SENT):
        return Unavailable(text, system=system)
    return lost(text, read=read, system=system)
