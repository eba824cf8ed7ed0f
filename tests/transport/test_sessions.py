"""Sessions for the vendors' own libraries, and what their exceptions mean."""

from __future__ import annotations

import inspect
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests
from requests import exceptions
from urllib3.exceptions import MaxRetryError, NewConnectionError

from local.http import Request, RequestsAdapter, Response, Server
from transport.client import Timeouts, status_of
from transport.sessions import AnswerTooLong, from_requests, session
from work365.errors import Conflict, External, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAST = Timeouts(connect_s=0.2, read_s=0.15)


def requests_errors() -> Iterator[type[Exception]]:
    """Every exception class of requests."""
    for found in vars(exceptions).values():
        if inspect.isclass(found) and issubclass(found, exceptions.RequestException) and not issubclass(found, Warning):
            yield found


def made(kind: type[Exception]) -> Exception:
    """An instance of an exception class."""
    return kind("boom", "doc", 0) if issubclass(kind, exceptions.JSONDecodeError) else kind("boom")


@pytest.mark.parametrize("kind", sorted(set(requests_errors()), key=repr), ids=str)
def test_every_exception_is_mapped(kind: type[Exception]) -> None:
    """Each exception class of requests becomes one of ours, and never claims that a write failed when it may have happened."""
    safe = {
        "ConnectTimeout",
        "InvalidURL",
        "InvalidProxyURL",
        "InvalidSchema",
        "MissingSchema",
        "InvalidHeader",
        "URLRequired",
        "InvalidJSONError",
    }
    of_write = from_requests(made(kind), write=True, system="vendor")
    of_read = from_requests(made(kind), write=False, system="vendor")
    assert isinstance(of_write, OutcomeUnknown) is (kind.__name__ not in safe)
    assert isinstance(of_read, Unavailable | Rejected)
    assert of_write.system == "vendor"


def answered(status: int, **headers: str) -> requests.Response:
    """An answer as requests holds it."""
    response = requests.Response()
    response.status_code = status
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    response._content = b"{}"
    return response


@pytest.mark.parametrize(
    ("status", "headers", "want"),
    [
        (400, {}, Rejected),
        (404, {}, NotFound),
        (409, {}, Conflict),
        (429, {"retry_after": "3"}, Throttled),
        (500, {}, OutcomeUnknown),
        (200, {}, OutcomeUnknown),
    ],
)
def test_an_exception_with_an_answer_is_judged_by_it(status: int, headers: dict[str, str], want: type[External]) -> None:
    """`raise_for_status` carries the answer; it means what the same answer means to our client."""
    error = from_requests(exceptions.HTTPError("boom", response=answered(status, **headers)), write=True, system="vendor")
    assert type(error) is want
    assert status_of(error) == (status if status != 200 else 0)


def test_an_answer_that_is_not_json_leaves_a_write_open() -> None:
    """A library that fails to decode a success cannot know what happened."""
    error = exceptions.JSONDecodeError("boom", "doc", 0, response=answered(200))
    assert isinstance(from_requests(error, write=True, system="vendor"), OutcomeUnknown)


def test_refused_and_broken_connections_are_told_apart() -> None:
    """The library calls both ConnectionError: only the one that never connected is known to have written nothing."""
    never = exceptions.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused")))  # type: ignore[arg-type]  # no pool needed
    broken = exceptions.ConnectionError(exceptions.ConnectionError("aborted"))
    untrusted = exceptions.SSLError(MaxRetryError(None, "/", ssl.SSLCertVerificationError(1, "self-signed")))  # type: ignore[arg-type]
    assert isinstance(from_requests(never, write=True, system="v"), Unavailable)
    assert isinstance(from_requests(untrusted, write=True, system="v"), Unavailable)
    assert isinstance(from_requests(broken, write=True, system="v"), OutcomeUnknown)


def test_a_chain_of_causes_without_end_is_not_followed() -> None:
    """The search beneath an exception is bounded."""
    error = exceptions.ConnectionError()
    error.__cause__ = error
    assert isinstance(from_requests(error, write=True, system="v"), OutcomeUnknown)


class TestSession:
    """The limits hold whatever the library asks for."""

    def test_over_a_socket(self) -> None:
        """A plain request works and is counted."""
        with Server(lambda request: Response(200, body=request.body)) as server:
            built = session(FAST)
            assert built.post(server.url, data=b"hello").content == b"hello"
            assert built.sent == 1
            built.close()

    def test_time_limits_cannot_be_lifted(self) -> None:
        """A library that asks for no timeout gets ours, and its write is open, sent once."""
        release, asked = threading.Event(), []

        def silent(request: Request) -> Response:
            asked.append(request)
            release.wait(5)
            return Response(200)

        with Server(silent) as server:
            built = session(FAST)
            with pytest.raises(exceptions.ReadTimeout) as caught:
                built.post(server.url, timeout=None)
            release.set()
            built.close()
        assert isinstance(from_requests(caught.value, write=True, system="v"), OutcomeUnknown)
        assert len(asked) == 1

    def test_nobody_there(self) -> None:
        """A refused connection wrote nothing."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        with pytest.raises(exceptions.ConnectionError) as caught:
            session(FAST).post(f"http://127.0.0.1:{port}/")
        assert isinstance(from_requests(caught.value, write=True, system="v"), Unavailable)

    def test_no_redirect_no_proxy_no_cookie(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A redirect is an answer, proxies of the machine are ignored, cookies are dropped."""
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        seen: list[Request] = []

        def app(request: Request) -> Response:
            seen.append(request)
            return Response(302, (("location", "/elsewhere"), ("set-cookie", "a=b")))

        with Server(app) as server:
            built = session(FAST)
            assert [built.get(server.url).status_code for _ in range(2)] == [302, 302]
            built.close()
        assert ["cookie" in request.headers for request in seen] == [False, False]

    def test_answers_are_bounded(self) -> None:
        """An answer without end is cut off; a write is then open."""
        built = session(FAST, body_limit=100)
        built.mount("https://", RequestsAdapter(lambda _: Response(200, body=b"x" * 101)))
        with pytest.raises(AnswerTooLong) as caught:
            built.post("https://vendor.example/")
        assert isinstance(from_requests(caught.value, write=True, system="v"), OutcomeUnknown)

    def test_a_stand_in_can_be_mounted(self) -> None:
        """In-process answers arrive like any other, JSON included."""
        built = session(FAST)
        built.mount("https://", RequestsAdapter(lambda _: Response(200, body=b'{"a": 1}')))
        assert built.get("https://vendor.example/").json() == {"a": 1}

    def test_own_certificates(self, tmp_path: Path) -> None:
        """A file of certificates can take the place of the public ones."""
        chosen: Any = session(FAST, ca=tmp_path / "ca.pem").verify
        assert chosen == str(tmp_path / "ca.pem")
        assert session(FAST).verify is True
