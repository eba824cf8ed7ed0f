"""The fuse that the crash suites share."""

from __future__ import annotations

import httpx2
import pytest
import requests

from local.faults import Died, Fault, Fuse
from local.http import Request, RequestsAdapter, Response, httpx_transport


class Counter:
    """A stand-in that counts what it has done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self, request: Request) -> Response:
        self.done += 1
        return Response(200, (), str(self.done).encode())


def test_a_fuse_counts_the_requests_of_all_stand_ins_together() -> None:
    """Two guarded stand-ins share one count, in the order of sending."""
    fuse, one, two = Fuse(), Counter(), Counter()
    client = httpx2.Client(transport=httpx_transport(fuse.guard(one)))
    other = httpx2.Client(transport=httpx_transport(fuse.guard(two)))
    client.get("http://one/a")
    other.post("http://two/b")
    assert fuse.count == 2
    assert [str(sent) for sent in fuse.sent] == ["GET /a", "POST /b"]


@pytest.mark.parametrize(
    ("fault", "raised", "done"),
    [
        (Fault.DIE_BEFORE, Died, 0),
        (Fault.DIE_AFTER, Died, 1),
        (Fault.LOSE_ANSWER, httpx2.ReadTimeout, 1),
        (Fault.NOT_REACHED, httpx2.ConnectError, 0),
    ],
)
def test_an_httpx2_client_sees_its_own_errors(fault: Fault, raised: type[BaseException], done: int) -> None:
    """Each fault reaches an httpx2 caller as death or as that library's own exception, and blows once."""
    fuse, app = Fuse(), Counter()
    client = httpx2.Client(transport=httpx_transport(fuse.guard(app)))
    fuse.arm(at=1, fault=fault)
    with pytest.raises(raised):
        client.get("http://one/a")
    assert app.done == done
    assert client.get("http://one/a").text == str(done + 1)


@pytest.mark.parametrize(
    ("fault", "raised", "done"),
    [
        (Fault.DIE_BEFORE, Died, 0),
        (Fault.DIE_AFTER, Died, 1),
        (Fault.LOSE_ANSWER, requests.exceptions.ReadTimeout, 1),
        (Fault.NOT_REACHED, requests.exceptions.ConnectionError, 0),
    ],
)
def test_a_requests_session_sees_its_own_errors(fault: Fault, raised: type[BaseException], done: int) -> None:
    """Each fault reaches a requests caller as death or as that library's own exception, and blows once."""
    fuse, app = Fuse(), Counter()
    session = requests.Session()
    session.mount("http://", RequestsAdapter(fuse.guard(app)))
    fuse.arm(at=2, fault=fault)
    session.get("http://one/a")
    with pytest.raises(raised):
        session.get("http://one/a")
    assert app.done == done + 1
    assert str(fuse.blown) == "GET /a"


def test_something_may_happen_just_before_a_request() -> None:
    """The interruption may itself send requests; the fuse blows once."""
    fuse, app = Fuse(), Counter()
    client = httpx2.Client(transport=httpx_transport(fuse.guard(app)))
    fuse.arm(at=2, fault=Fault.MEANWHILE, meanwhile=lambda: client.get("http://one/between"))
    client.get("http://one/first")
    assert client.get("http://one/second").text == "3"
    assert [str(sent) for sent in fuse.sent] == ["GET /first", "GET /second", "GET /between"]


def test_an_error_after_the_work_is_a_500_although_the_work_was_done() -> None:
    """A proxy that gives up answers 500 for something that happened."""
    fuse, app = Fuse(), Counter()
    fuse.arm(at=1, fault=Fault.ERROR_AFTER)
    assert fuse.guard(app)(Request("POST", "/x")).status == 500
    assert app.done == 1
