"""`requests` sessions for the vendors' own libraries, under the same rules as our client.

stripe and python-quickbooks speak HTTP through `requests`. They get a session on which every request has time limits, nothing is
repeated, no redirect is followed, no proxy or password file of the machine is used, and answers have a largest size.
"""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, Any

import requests
from requests import exceptions
from urllib3.exceptions import NewConnectionError

from transport.client import BODY_LIMIT, Timeouts
from transport.outcomes import Answer, lost, refusal
from work365.errors import External, Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MALFORMED = (
    exceptions.InvalidURL,
    exceptions.InvalidSchema,
    exceptions.MissingSchema,
    exceptions.InvalidHeader,
    exceptions.URLRequired,
    exceptions.InvalidJSONError,
)
CHUNK = 64 * 1024
CAUSES_LIMIT = 16


class AnswerTooLong(exceptions.RequestException):
    """The answer is larger than we accept."""


class BoundedSession(requests.Session):
    """A session whose limits its users cannot lift.

    Attributes:
        sent: how many requests have left since it was built.
    """

    def __init__(self, timeouts: Timeouts, body_limit: int) -> None:
        super().__init__()
        self.sent = 0
        self.trust_env = False
        self._timeouts, self._body_limit = timeouts, body_limit

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # noqa: ANN401  theirs
        """Send once, within the limits, and read the whole answer."""
        self.sent += 1
        limits = {"timeout": (self._timeouts.connect_s, self._timeouts.read_s), "allow_redirects": False, "stream": True}
        began = time.monotonic()
        response = super().send(request, **(kwargs | limits))
        self.cookies.clear()
        try:
            self._read(response, began + self._timeouts.whole_s)
        finally:
            response.close()
        return response

    def _read(self, response: requests.Response, deadline: float) -> None:
        body = bytearray()
        for chunk in response.iter_content(CHUNK):
            body += chunk
            if len(body) > self._body_limit or time.monotonic() > deadline:
                message = f"the answer is longer than {self._body_limit} bytes or {self._timeouts.whole_s:g} seconds"
                raise AnswerTooLong(message)
        response._content = bytes(body)  # noqa: SLF001  requests offers no other way to hand over a body that was read


def session(timeouts: Timeouts, *, ca: Path | None = None, body_limit: int = BODY_LIMIT) -> BoundedSession:
    """A session for a vendor's library. `ca` names the certificates to trust when they are not the public ones."""
    built = BoundedSession(timeouts, body_limit)
    built.verify = str(ca) if ca is not None else True
    return built


def from_requests(exc: Exception, *, write: bool, system: str) -> External:
    """Every exception of `requests` as one of ours; one with an answer is judged by that answer."""
    response = getattr(exc, "response", None)
    if isinstance(response, requests.Response) and not isinstance(exc, exceptions.JSONDecodeError):
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status_code, headers, response.content, system, not write)
        if not answer.good:
            return refusal(answer, now_s=time.time())
    text = f"{system}: {type(exc).__name__}"
    if isinstance(exc, MALFORMED) and not isinstance(exc, exceptions.JSONDecodeError):
        return Rejected(text, system=system)
    if isinstance(exc, exceptions.ConnectTimeout) or _never_connected(exc):
        return Unavailable(text, system=system)
    return lost(text, read=not write, system=system)


def _never_connected(exc: BaseException) -> bool:
    """`requests` calls a refused and a broken connection by the same name; what lies beneath tells them apart."""
    return any(isinstance(cause, NewConnectionError | ssl.SSLCertVerificationError) for cause in _causes(exc))


def _causes(exc: BaseException) -> Iterator[BaseException]:
    waiting: list[object] = [exc]
    for _ in range(CAUSES_LIMIT):
        if not waiting:
            return
        cause = waiting.pop()
        if isinstance(cause, BaseException):
            yield cause
            waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__]
