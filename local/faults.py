"""Faults: kill, cut off or confuse a caller at the n-th request that it sends.

A crash suite wraps every stand-in with one `Fuse`, runs a handler once to count the requests, then runs it again for each request
and each way to fail, recovers, and compares. `Died` is a BaseException: like a killed process it passes every `except Exception`.

    fuse = Fuse()
    api = httpx_transport(fuse.guard(dataverse)); session.mount("http://", RequestsAdapter(fuse.guard(stripe)))
    ... clean run; fuse.count is the number of requests ...
    fuse.arm(at=3, fault=Fault.LOSE_ANSWER)
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import httpx2
import requests

from local.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.http import App, Request


class Fault(Enum):
    """One way in which a request can go wrong. The first three are what a crash suite enumerates."""

    DIE_BEFORE = "die before"
    DIE_AFTER = "die after"
    LOSE_ANSWER = "lose the answer"
    NOT_REACHED = "not reached"
    MEANWHILE = "something happens meanwhile"
    ERROR_AFTER = "done, but answered with a 500"


CRASHES = (Fault.DIE_BEFORE, Fault.DIE_AFTER, Fault.LOSE_ANSWER)


class Died(BaseException):
    """The process was killed here. Not an Exception: nothing in our code may survive it."""


class AnswerLost(httpx2.ReadTimeout, requests.exceptions.ReadTimeout):  # type: ignore[misc]  # both declare `request`
    """The server did the work and the answer never came; both HTTP libraries take it for their own read timeout.

    Over a socket the connection is held open for `wait_s`, then cut.
    """

    def __init__(self, message: str, *, wait_s: float = 0.0) -> None:
        httpx2.ReadTimeout.__init__(self, message)
        self.response = None
        self.wait_s = wait_s


class NotReached(httpx2.ConnectError, requests.exceptions.ConnectTimeout):  # type: ignore[misc]  # both declare `request`
    """The connection was never made; both HTTP libraries take it for their own.

    Over a socket, where it was made already, it is held open for `wait_s`, then cut.
    """

    def __init__(self, message: str, *, wait_s: float = 0.0) -> None:
        httpx2.ConnectError.__init__(self, message)
        self.response = None
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that passed a fuse."""

    method: str
    address: str

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


def _nothing() -> None:
    """Nothing happens meanwhile."""


def _any(_: Sent) -> bool:
    """Every request counts."""
    return True


class Fuse:
    """Counts the requests of every guarded stand-in together, and blows once, at the request it was armed for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at = 0
        self._fault = Fault.DIE_BEFORE
        self._meanwhile: Callable[[], object] = _nothing
        self._among: Callable[[Sent], bool] = _any
        self._met = 0
        self.sent: list[Sent] = []
        self.blown: Sent | None = None

    @property
    def count(self) -> int:
        """How many requests have passed since the last `arm` or `reset`."""
        return len(self.sent)

    def arm(
        self,
        *,
        at: int,
        fault: Fault,
        meanwhile: Callable[[], object] | None = None,
        among: Callable[[Sent], bool] | None = None,
    ) -> None:
        """Blow at the `at`-th request from now on, counted from 1.

        Shape: `meanwhile` is what happens just before that request with MEANWHILE: a second click, a second delivery, an event.
               With `among` only the requests that it names are counted for that.
        """
        with self._lock:
            self.sent, self.blown, self._met = [], None, 0
            self._at, self._fault, self._meanwhile, self._among = at, fault, meanwhile or _nothing, among or _any

    def reset(self) -> None:
        """Let everything pass, and count from the beginning."""
        self.arm(at=0, fault=Fault.DIE_BEFORE)

    def guard(self, app: App) -> App:
        """A stand-in that behaves like `app` until the fuse blows."""

        def guarded(request: Request) -> Response:
            blows = self._pass(Sent(request.method, request.path))
            return self._blow(app, request) if blows else app(request)

        return guarded

    def _pass(self, sent: Sent) -> bool:
        with self._lock:
            self.sent.append(sent)
            self._met += self._among(sent)
            blows = self._met == self._at and self.blown is None
            if blows:
                self.blown = sent
            return blows

    def _blow(self, app: App, request: Request) -> Response:
        place = f"{self._fault.value}: {self.blown}"
        if self._fault is Fault.DIE_BEFORE:
            raise Died(place)
        if self._fault is Fault.NOT_REACHED:
            raise NotReached(place)
        if self._fault is Fault.MEANWHILE:
            self._meanwhile()
            return app(request)
        app(request)
        if self._fault is Fault.DIE_AFTER:
            raise Died(place)
        if self._fault is Fault.LOSE_ANSWER:
            raise AnswerLost(place)
        return Response(500, (("content-type", "application/json"),), b'{"error": {"type": "api_error", "message": "cut off"}}')
