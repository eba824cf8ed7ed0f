"""Service protection's three limits, and faults as a client sees them over a socket."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import httpx2
import pytest

from local.dataverse import DataverseApp, protection, seed
from local.dataverse.errors import DataverseError
from local.dataverse.trial import Api
from local.http import Server

if TYPE_CHECKING:
    from local.dataverse.trial import Clock

TOKEN = {"Authorization": "Bearer x"}
ROUNDS = 10


def test_who_carries_on_waits_longer(api: Api, clock: Clock) -> None:
    """Retry-After grows with every refusal in a row; once the window is free, one request passes and it starts afresh."""
    api.control("PUT", "limits", requests=1)
    api("GET", "WhoAmI")
    clock.pass_by(seconds=60)
    assert [api("GET", "WhoAmI").headers["retry-after"] for _ in range(3)] == ["240", "245", "250"]
    clock.pass_by(seconds=240)
    assert api("GET", "WhoAmI").status == 200
    assert api("GET", "WhoAmI").headers["retry-after"] == "300"


def test_the_wait_ends_when_enough_has_left_the_window(api: Api, clock: Clock) -> None:
    """Three requests at different times under a limit lowered to two: the second must leave as well."""
    api.control("PUT", "limits", requests=9)
    for _ in range(3):
        api("GET", "WhoAmI")
        clock.pass_by(seconds=10)
    api.control("PUT", "limits", requests=2)
    assert api("GET", "WhoAmI").headers["retry-after"] == "280"


def test_time_is_that_of_inner_requests(api: Api) -> None:
    """A batch is one request, but its work counts; the headers say what is left."""
    api.control("PUT", "limits", requests=100, time_s=0.001)
    inner = "".join(
        "--b\r\nContent-Type: application/http\r\n\r\nGET accounts?$expand=primarycontactid HTTP/1.1\r\n\r\n" for _ in range(200)
    )
    answer = api("POST", "$batch", f"{inner}--b--".encode(), Content_Type="multipart/mixed; boundary=b")
    assert answer.status == 200
    assert answer.headers["x-ms-ratelimit-burst-remaining-xrm-requests"] == "99"
    assert answer.headers["x-ms-ratelimit-time-remaining-xrm-requests"] == "0.00"
    assert api("GET", "WhoAmI").error == (429, "0x80072321")


def test_a_served_tenant_refuses_the_one_too_many() -> None:
    """Thirty clients at once under a limit of three: some get through, the others are told to come again, and nobody a 500."""
    app = DataverseApp(any_token=True)
    with Server(app) as server, httpx2.Client(base_url=f"{server.url}/api/data/v9.2/", headers=TOKEN, timeout=30) as client:
        client.put(f"{server.url}/_local/limits", json={"concurrent": 3})
        rows = [{"@odata.type": "Microsoft.Dynamics.CRM.account", "name": str(number)} for number in range(200)]
        answers: list[httpx2.Response] = []
        path = "accounts/Microsoft.Dynamics.CRM.CreateMultiple"
        refused: list[httpx2.Response] = []
        for _ in range(ROUNDS):  # a busy machine may serve one after the other; then there is nobody to refuse
            threads = [
                threading.Thread(target=lambda: answers.append(client.post(path, json={"Targets": rows}))) for _ in range(30)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            refused = [answer for answer in answers if answer.status_code == 429]
            if refused:
                break
        assert {answer.status_code for answer in answers} == {200, 429}
        assert {answer.json()["error"]["code"] for answer in refused} == {"0x80072326"}
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        made = client.get("accounts/$count").content.decode("utf-8-sig")
        assert int(made) == 200 * (len(answers) - len(refused))


def test_only_so_many_at_once() -> None:
    """The third at once is refused with its own code and a short wait; another user is not; one that ends makes room."""
    guard = protection.Protection()
    guard.limits = protection.Limits(concurrent=2)
    guard.enter("a", 0)
    guard.enter("a", 0)
    with pytest.raises(DataverseError) as refused:
        guard.enter("a", 0)
    assert (refused.value.code, dict(refused.value.headers)) == ("0x80072326", {"Retry-After": "1"})
    guard.enter("b", 0)
    guard.leave("a", 0, 0.1)
    guard.enter("a", 0)


def test_parallel_workers_that_obey_get_through(api: Api, clock: Clock) -> None:
    """Eight workers wait as long as they were told; none of them starves the others."""
    api.control("PUT", "limits", requests=4)
    waiting = [0.0] * 8
    for _ in range(30):
        for index, until in enumerate(waiting):
            if until <= clock.now.timestamp():
                answer = api("GET", "WhoAmI")
                waiting[index] = (
                    float("inf") if answer.status == 200 else clock.now.timestamp() + int(answer.headers["retry-after"])
                )
        clock.pass_by(seconds=60)
    assert waiting == [float("inf")] * 8


@pytest.mark.parametrize(("kind", "rows"), [("drop-before", 0), ("drop-after", 1)])
def test_a_dropped_answer_is_a_lost_connection(api: Api, kind: str, rows: int) -> None:
    """Over a socket the caller gets nothing at all, and the next request is served."""
    with Server(api.app) as server:
        url = f"{server.url}/api/data/v9.2/accounts"
        httpx2.post(f"{server.url}/_local/faults", json={"kind": kind}).raise_for_status()
        with pytest.raises(httpx2.TransportError):
            httpx2.post(url, json={"name": "A"}, headers=TOKEN)
        assert len(httpx2.get(url, headers=TOKEN).json()["value"]) == rows


def test_an_answer_that_takes_too_long_is_a_timeout(api: Api) -> None:
    """`wait_s` holds the connection open; others are served meanwhile."""
    with Server(api.app) as server:
        url = f"{server.url}/api/data/v9.2/accounts"
        httpx2.post(f"{server.url}/_local/faults", json={"kind": "drop-after", "wait_s": 5}).raise_for_status()
        with pytest.raises(httpx2.ReadTimeout):
            httpx2.post(url, json={"name": "A"}, headers=TOKEN, timeout=0.3)
        assert len(httpx2.get(url, headers=TOKEN, timeout=3).json()["value"]) == 1


def test_each_user_has_his_own_window(app: DataverseApp) -> None:
    """Two users in threads, each up to his limit, none above it."""
    Api(app).control("PUT", "limits", requests=20)
    seen: dict[str, list[int]] = {}

    def ask(token: str) -> None:
        seen[token] = [Api(app, token)("GET", "WhoAmI").status for _ in range(25)]

    threads = [threading.Thread(target=ask, args=(token,)) for token in (seed.ADMIN_OBJECT_ID, "application")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [statuses.count(200) for statuses in seen.values()] == [20, 20]
