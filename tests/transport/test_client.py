"""The client: did my write happen?"""

from __future__ import annotations

import inspect
import socket
import ssl
import threading
from decimal import Decimal
from typing import TYPE_CHECKING, Self

import httpx2
import pytest

from local.http import Request, Response, Server, httpx_transport
from transport.client import NO_RETRIES, Answer, Http, Retries, Timeouts, answer_of, body_of, from_library, status_of
from work365.errors import Conflict, External, NotFound, OutcomeUnknown, Rejected, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BASE = "https://vendor.example/v1"
RETRIES, TIMEOUTS = Retries(), Timeouts()


class Script:
    """A server that answers from a list, repeating the last, and remembers what it was asked."""

    def __init__(self, *answers: Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Waits:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Breaking:
    """A server that sends these bytes to every request and hangs up."""

    def __init__(self, answer: bytes) -> None:
        self._answer, self.served = answer, 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                self.served += 1
                connection.sendall(self._answer)


def client(
    app: Callable[[Request], Response],
    *,
    retries: Retries = RETRIES,
    waits: Waits | None = None,
    body_limit: int = 10_000,
    timeouts: Timeouts = TIMEOUTS,
) -> Http:
    """A client of a script."""
    waits = waits or Waits()
    return Http(
        "vendor",
        BASE,
        retries=retries,
        timeouts=timeouts,
        transport=httpx_transport(app),
        body_limit=body_limit,
        sleep=waits.sleep,
        jitter=lambda: 0.5,
        ticks=lambda: waits.now,
    )


def library_errors() -> Iterator[type[Exception]]:
    """Every exception class that the HTTP library exports."""
    for name in dir(httpx2):
        found = getattr(httpx2, name)
        if inspect.isclass(found) and issubclass(found, Exception) and not issubclass(found, Warning):
            yield found


def made(kind: type[Exception]) -> Exception:
    """An instance of an exception class, whatever its constructor wants."""
    for arguments in (("boom",), (), (["boom"], "boom")):
        try:
            return kind(*arguments)
        except TypeError:
            continue
    request = httpx2.Request("GET", BASE)
    return kind("boom", request=request, response=httpx2.Response(500))  # type: ignore[call-arg]  # HTTPStatusError


@pytest.mark.parametrize("kind", sorted(library_errors(), key=repr), ids=str)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_exception_of_the_library_escapes(method: str, kind: type[Exception]) -> None:
    """Every exception class of the library, raised while sending, becomes one of ours; a write leaves once."""
    script = Script(made(kind))
    with pytest.raises(External) as caught:
        client(script, retries=NO_RETRIES).send(method, "things")
    assert caught.value.system == "vendor"
    assert kind.__name__ in str(caught.value)
    assert len(script.asked) == 1


def test_there_are_exceptions_to_walk() -> None:
    """The walk above sees the classes that matter."""
    assert {httpx2.InvalidURL, httpx2.ReadTimeout, httpx2.CookieConflict, httpx2.ResponseNotRead} <= set(library_errors())


@pytest.mark.parametrize(
    ("kind", "of_read", "of_write"),
    [
        (httpx2.ConnectError, Unavailable, Unavailable),
        (httpx2.ConnectTimeout, Unavailable, Unavailable),
        (httpx2.PoolTimeout, Unavailable, Unavailable),
        (httpx2.ProxyError, Unavailable, Unavailable),
        (httpx2.WriteTimeout, Unavailable, OutcomeUnknown),
        (httpx2.ReadTimeout, Unavailable, OutcomeUnknown),
        (httpx2.ReadError, Unavailable, OutcomeUnknown),
        (httpx2.RemoteProtocolError, Unavailable, OutcomeUnknown),
        (httpx2.DecodingError, Unavailable, OutcomeUnknown),
        (httpx2.InvalidURL, Rejected, Rejected),
        (httpx2.UnsupportedProtocol, Rejected, Rejected),
        (httpx2.LocalProtocolError, Rejected, Rejected),
        (OSError, Unavailable, OutcomeUnknown),
    ],
)
def test_what_a_failure_says_about_a_write(kind: type[Exception], of_read: type[External], of_write: type[External]) -> None:
    """A read that failed wrote nothing; a write that left may have happened; one that never connected has not."""
    assert type(from_library(kind("boom"), read=True, system="vendor")) is of_read
    assert type(from_library(kind("boom"), read=False, system="vendor")) is of_write


@pytest.mark.parametrize(
    ("method", "status", "headers", "want"),
    [
        ("POST", 429, {"retry-after": "7"}, Throttled),
        ("POST", 429, {}, Throttled),
        ("POST", 503, {"retry-after": "7"}, Throttled),
        ("POST", 503, {}, OutcomeUnknown),
        ("POST", 503, {"retry-after": "later"}, OutcomeUnknown),
        ("GET", 503, {}, Unavailable),
        ("GET", 500, {}, Unavailable),
        ("PATCH", 500, {}, OutcomeUnknown),
        ("PATCH", 412, {}, Conflict),
        ("POST", 409, {}, Conflict),
        ("GET", 404, {}, NotFound),
        ("DELETE", 410, {}, NotFound),
        ("POST", 400, {}, Rejected),
        ("POST", 401, {}, Rejected),
        ("GET", 302, {"location": "https://elsewhere.example"}, Rejected),
    ],
)
def test_what_a_status_says_about_a_write(method: str, status: int, headers: dict[str, str], want: type[External]) -> None:
    """Statuses map by what they say about the write; the error keeps the answer."""
    script = Script(Response(status, tuple(headers.items()), b'{"error": 1.50}'))
    with pytest.raises(External) as caught:
        client(script, retries=NO_RETRIES).send(method, "things")
    assert type(caught.value) is want
    assert (status_of(caught.value), body_of(caught.value)) == (status, {"error": Decimal("1.50")})
    if isinstance(caught.value, Throttled):
        assert caught.value.after_s == (7 if headers else 30)


@pytest.mark.parametrize("answer", [Response(204), Response(201, body=b"{}"), Response(304)])
def test_success_is_returned(answer: Response) -> None:
    """2xx and "not modified" are answers, not errors."""
    got = client(Script(answer)).send("GET", "/things")
    assert (got.status, got.content) == (answer.status, answer.body)


class TestRepeats:
    """Reads are repeated, writes never."""

    @pytest.mark.parametrize("failure", [httpx2.ReadTimeout("x"), httpx2.ConnectError("x"), Response(500), Response(503)])
    def test_a_read_is_repeated_until_it_works(self, failure: Response | Exception) -> None:
        """A read that failed twice works the third time, after growing pauses."""
        waits, script = Waits(), Script(failure, failure, Response(200, body=b"1"))
        http = client(script, waits=waits)
        assert http.send("GET", "things").json() == 1
        assert (http.sent, waits.slept) == (3, [0.375, 0.75])

    @pytest.mark.parametrize(
        "failure",
        [httpx2.ReadTimeout("x"), httpx2.RemoteProtocolError("x"), httpx2.ConnectError("x"), Response(500), Response(429)],
    )
    @pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
    def test_a_write_leaves_exactly_once(self, method: str, failure: Response | Exception) -> None:
        """Whatever happens to a write, it is not sent again."""
        waits, script = Waits(), Script(failure)
        http = client(script, waits=waits)
        with pytest.raises(External):
            http.send(method, "things", json={"a": 1})
        assert (len(script.asked), http.sent, waits.slept) == (1, 1, [])

    def test_a_post_that_only_reads_is_repeated(self) -> None:
        """`read=True` marks it."""
        script = Script(Response(500), Response(200))
        client(script).send("POST", "query", read=True)
        assert len(script.asked) == 2

    def test_attempts_are_counted(self) -> None:
        """After the last attempt the error is raised."""
        script = Script(Response(500))
        with pytest.raises(Unavailable):
            client(script, retries=Retries(attempts=3)).send("GET", "things")
        assert len(script.asked) == 3

    def test_a_throttled_read_waits_as_told(self) -> None:
        """Retry-After is honoured."""
        waits, script = Waits(), Script(Response(429, (("Retry-After", "11"),)), Response(200))
        client(script, waits=waits).send("GET", "things")
        assert waits.slept[0] >= 11

    def test_time_is_bounded(self) -> None:
        """A read that is told to come back later than its budget is not waited for."""
        waits, script = Waits(), Script(Response(429, (("retry-after", "600"),)))
        with pytest.raises(Throttled) as caught:
            client(script, retries=Retries(total_s=60), waits=waits).send("GET", "things")
        assert (caught.value.after_s, waits.slept) == (600, [])

    @pytest.mark.parametrize("status", [400, 404, 409])
    def test_a_plain_no_is_final(self, status: int) -> None:
        """A refusal is not asked for twice."""
        script = Script(Response(status))
        with pytest.raises(External):
            client(script).send("GET", "things")
        assert len(script.asked) == 1


class TestAnswers:
    """Bodies that are not what they should be."""

    def test_numbers_are_exact(self) -> None:
        """No float enters through JSON."""
        assert client(Script(Response(200, body=b'{"price": 0.10}'))).send("GET", "x").json() == {"price": Decimal("0.10")}

    def test_an_empty_body_is_none(self) -> None:
        """A 204 has nothing to say."""
        assert client(Script(Response(204))).send("POST", "x").json() is None

    @pytest.mark.parametrize(("method", "want"), [("GET", Unavailable), ("POST", OutcomeUnknown)])
    @pytest.mark.parametrize("body", [b"<html>sign in</html>", b'{"id": 1', b"NaN"])
    def test_nonsense_to_a_write_leaves_it_open(self, method: str, want: type[External], body: bytes) -> None:
        """An answer that is not JSON tells a write nothing; a read may simply come again."""
        answer = client(Script(Response(200, body=body))).send(method, "x")
        with pytest.raises(want):
            answer.json()

    @pytest.mark.parametrize(("method", "want"), [("GET", Unavailable), ("POST", OutcomeUnknown)])
    def test_a_body_without_end_is_cut_off(self, method: str, want: type[External]) -> None:
        """An answer over the limit is not read to its end."""
        with pytest.raises(want, match="cut off"):
            client(Script(Response(200, body=b"x" * 101)), retries=NO_RETRIES, body_limit=100).send(method, "x")

    def test_an_answer_that_trickles_is_cut_off(self) -> None:
        """The whole of one request has a time limit as well."""
        waits = Waits()

        def slow(request: Request) -> Response:
            waits.now += 200
            return Response(200, body=b"late")

        with pytest.raises(OutcomeUnknown, match="more than 180 seconds"):
            client(slow, waits=waits).send("POST", "x")

    def test_an_error_without_an_answer_has_none(self) -> None:
        """`status_of` and `body_of` may be asked of every error."""
        error = Unavailable("down")
        assert (answer_of(error), status_of(error), body_of(error)) == (None, 0, None)

    def test_an_error_page_is_no_body(self) -> None:
        """A 500 with HTML has a status and no JSON."""
        with pytest.raises(Unavailable) as caught:
            client(Script(Response(500, body=b"<html>")), retries=NO_RETRIES).send("GET", "x")
        assert (status_of(caught.value), body_of(caught.value)) == (500, None)


class TestRequests:
    """What leaves."""

    def test_path_query_and_body(self) -> None:
        """The path is joined to the base address, the query encoded once, the body written exactly."""
        script = Script(Response(204))
        client(script).send(
            "POST", "/things", query={"$filter": "a eq 'x & y'"}, headers={"X-Key": "k"}, json={"p": Decimal("1.50")}
        )
        [asked] = script.asked
        assert (asked.path, asked.query) == ("/v1/things", "$filter=a%20eq%20'x%20%26%20y'")
        assert asked.body == b'{"p":1.50}'
        assert (asked.headers["content-type"], asked.headers["x-key"]) == ("application/json", "k")

    def test_a_given_content_type_wins(self) -> None:
        """Raw content says itself what it is."""
        script = Script(Response(204))
        client(script).send("POST", "$batch", headers={"Content-Type": "multipart/mixed"}, content=b"--")
        assert script.asked[0].headers["content-type"] == "multipart/mixed"

    def test_a_next_link_is_followed_as_given(self) -> None:
        """A whole address on our host keeps its escapes; more query is appended to its own."""
        script = Script(Response(200))
        client(script).send("GET", f"{BASE}/things?$skiptoken=%3Ccookie%20a=%221%22", query=[("b", "2")])
        assert script.asked[0].query == "$skiptoken=%3Ccookie%20a=%221%22&b=2"

    @pytest.mark.parametrize("address", ["https://evil.example/v1/x", "http://vendor.example/v1/x", "https:///x"])
    def test_no_token_goes_to_another_host(self, address: str) -> None:
        """A link to another host is refused before anything is sent."""
        script = Script(Response(200))
        with pytest.raises(Rejected, match="nothing was sent"):
            client(script).send("GET", address, headers={"authorization": "Bearer secret"})
        assert script.asked == []

    @pytest.mark.parametrize(
        ("path", "headers"), [("x\x00y", {}), ("x", {"a": "line\nbreak"}), ("x", {"a": "naïve €"}), ("x", {"bad name": "v"})]
    )
    def test_what_cannot_be_sent_is_rejected_here(self, path: str, headers: dict[str, str]) -> None:
        """A request that cannot be formed is our mistake, and nothing has left."""
        with Server(Script(Response(200))) as server, pytest.raises(Rejected):
            Http("vendor", server.url, retries=NO_RETRIES).send("POST", path, headers=headers)

    def test_a_body_over_the_limit_is_rejected_here(self) -> None:
        """A request larger than we ever mean to send stays here."""
        script = Script(Response(200))
        with pytest.raises(Rejected, match="over the limit"):
            client(script, body_limit=10).send("POST", "x", content=b"x" * 11)
        assert script.asked == []

    def test_no_cookie_is_kept(self) -> None:
        """Affinity cookies would tie all workers to one of their servers."""
        script = Script(Response(200, (("set-cookie", "ARRAffinity=1; path=/"),)))
        http = client(script)
        http.send("GET", "a")
        http.send("GET", "b")
        assert "cookie" not in script.asked[1].headers

    def test_no_secret_in_words(self) -> None:
        """Neither the client, nor an answer, nor an error shows headers, bodies or queries."""
        script = Script(Response(400, (("x", "hush"),), b'{"hush": 1}'))
        http = client(script)
        with pytest.raises(Rejected) as caught:
            http.send("POST", "x", query={"code": "hush"}, headers={"authorization": "hush"}, json={"card": "hush"})
        answer = Answer(200, {"a": "hush"}, b"hush")
        assert "hush" not in f"{http!r} {caught.value} {caught.value!r} {answer!r} {answer_of(caught.value)!r}"


class TestSockets:
    """The same over real connections."""

    def test_a_server_is_spoken_to(self) -> None:
        """One request over a socket, through a proper connection."""
        script = Script(Response(200, body=b'{"a": 1}'))
        with Server(script) as server:
            http = Http("vendor", server.url, verify=ssl.create_default_context())
            assert http.send("GET", "things").json() == {"a": 1}
            http.close()

    def test_nobody_there_means_nothing_written(self) -> None:
        """A write to a closed port is Unavailable, not open."""
        with Server(Script(Response(200))) as server:
            url = server.url
        with pytest.raises(Unavailable):
            Http("vendor", url).send("POST", "x", json={})

    @pytest.mark.parametrize(
        "answer",
        [
            b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"id": 1',
            b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"\r\n',
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
            b"",
            b"SMTP ready\r\n",
        ],
    )
    def test_an_answer_that_breaks_off(self, answer: bytes) -> None:
        """Cut off, garbled or missing: a read comes again, a write is open and left once."""
        with Breaking(answer) as server:
            with pytest.raises(OutcomeUnknown):
                Http("vendor", server.url).send("POST", "x", json={})
            assert server.served == 1
            with pytest.raises(Unavailable):
                Http("vendor", server.url, retries=Retries(attempts=2, first_s=0)).send("GET", "x")
            assert server.served == 3

    def test_silence_after_a_write_leaves_it_open(self) -> None:
        """A server that is too slow to answer may have done it; it was asked once."""
        release, script = threading.Event(), Script(Response(200))

        def silent(request: Request) -> Response:
            script(request)
            release.wait(5)
            return Response(200)

        with Server(silent) as server:
            http = Http("vendor", server.url, timeouts=Timeouts(read_s=0.1))
            with pytest.raises(OutcomeUnknown):
                http.send("POST", "x", json={})
            release.set()
        assert len(script.asked) == 1
