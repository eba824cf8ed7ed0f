"""Many writers at once, and a process that is killed: the database stays right, and what was answered stays."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from local.dataverse import DataverseApp
from local.dataverse.trial import Api
from local.http import Server

if TYPE_CHECKING:
    from pathlib import Path

SERVE = """
import sys, typer
from cli.local_dataverse import register
app = typer.Typer()
register(app)
app(["local", "dataverse", "--data", sys.argv[1], "--any-token", "--with-solution"])
"""


def test_fifty_upserts_of_one_key_make_one_row(api: Api) -> None:
    """Whoever comes first creates, the others update: 50 times 204 and one row."""
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: api("PATCH", "w365_jobs(w365_key='one')", {"w365_attempts": n}).status, range(50)))
    assert answers == [204] * 50
    assert len(api.rows("w365_jobs")) == 1


def test_fifty_creates_of_one_key_make_one_row(api: Api) -> None:
    """One 204, 49 times 412 0x80060892."""
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: api("POST", "w365_jobs", {"w365_key": "one"}), range(50)))
    assert sorted(answer.status for answer in answers) == [204] + [412] * 49
    assert {answer.error[1] for answer in answers if answer.status == 412} == {"0x80060892"}


def test_two_writers_of_one_version(api: Api) -> None:
    """Of twenty that hold the same tag exactly one wins, again and again."""
    path = f"accounts({api.create('accounts', name='A')})"
    for _ in range(5):
        tag = api.row(path)["@odata.etag"]
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda n, tag=tag: api("PATCH", path, {"name": str(n)}, If_Match=tag).status, range(20)))
        assert sorted(answers) == [204] + [412] * 19


def test_gapless_numbers_under_the_series_tag(api: Api) -> None:
    """Readers and writers of a counter with tags lose no increment."""
    path = f"w365_numberseries({api.create('w365_numberseries', w365_nextnumber=1)})"
    taken: list[int] = []
    lock = threading.Lock()

    def take(_: int) -> None:
        while True:
            row = api.row(path)
            number = row["w365_nextnumber"]
            if api("PATCH", path, {"w365_nextnumber": number + 1}, If_Match=row["@odata.etag"]).status == 204:
                with lock:
                    taken.append(number)
                return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take, range(40)))
    assert sorted(taken) == list(range(1, 41))


def test_change_sets_that_meet_are_whole(api: Api) -> None:
    """Money moves between two rows under both tags: what one loses the other has, whoever wins."""
    paths = [f"w365_numberseries({api.create('w365_numberseries', w365_nextnumber=100)})" for _ in range(2)]
    done = []

    def move(_: int) -> None:
        while True:
            first, second = (api.row(path) for path in paths)
            body = moving(paths, (first, second))
            if api("POST", "$batch", body, Content_Type="multipart/mixed; boundary=b").status == 200:
                done.append(1)
                return

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(move, range(24)))
    assert [api.row(path)["w365_nextnumber"] for path in paths] == [100 - len(done), 100 + len(done)]
    assert len(done) == 24


def moving(paths: list[str], rows: tuple[dict[str, Any], dict[str, Any]]) -> bytes:
    """A change set that takes one from the first row and gives it to the second, if neither has changed."""
    parts = "".join(
        f"--c\r\nContent-Type: application/http\r\nContent-ID: {index}\r\n\r\nPATCH /api/data/v9.2/{path} HTTP/1.1\r\n"
        f"Content-Type: application/json\r\nIf-Match: {row['@odata.etag']}\r\n\r\n"
        f"{json.dumps({'w365_nextnumber': row['w365_nextnumber'] + (1 if index else -1)})}\r\n"
        for index, (path, row) in enumerate(zip(paths, rows, strict=True))
    )
    return f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{parts}--c--\r\n--b--\r\n".encode()


def test_upserts_and_deletes_of_one_key(api: Api) -> None:
    """Whatever the order: 204 or 404, never a second row."""

    def work(number: int) -> int:
        if number % 2:
            return api("DELETE", "w365_jobs(w365_key='one')").status
        return api("PATCH", "w365_jobs(w365_key='one')", {"w365_attempts": number}).status

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(work, range(80)))
    assert answers <= {204, 404}
    assert len(api.rows("w365_jobs")) <= 1


def test_upsert_multiples_that_overlap(api: Api) -> None:
    """Twelve messages of ten keys, each shifted by one: each key has one row, with the values of one message."""
    kind = "Microsoft.Dynamics.CRM.w365_job"

    def send(first: int) -> int:
        targets = [
            {"@odata.type": kind, "@odata.id": f"w365_jobs(w365_key='k{(first + index) % 15}')", "w365_attempts": first}
            for index in range(10)
        ]
        return api("POST", "w365_jobs/Microsoft.Dynamics.CRM.UpsertMultiple", {"Targets": targets}).status

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(send, range(12))) == {204}
    rows = api.rows("w365_jobs?$select=w365_key,w365_attempts")
    assert len(rows) == len({row["w365_key"] for row in rows}) == 15


def test_served_over_a_socket(api: Api) -> None:
    """The same server behind uvicorn, with parallel clients."""
    with Server(api.app) as server, ThreadPoolExecutor(4) as pool:
        url = f"{server.url}/api/data/v9.2/w365_jobs(w365_key='one')"
        answers = list(
            pool.map(
                lambda n: httpx2.patch(url, json={"w365_attempts": n}, headers={"Authorization": "Bearer x"}).status_code,
                range(12),
            )
        )
    assert answers == [204] * 12


def test_two_prefer_lines_are_one_list(api: Api) -> None:
    """The documentation shows both forms; over a socket they mean the same."""
    api.create("accounts", name="A", customertypecode=1)
    api.create("accounts", name="B")
    with Server(api.app) as server:
        headers = [("Authorization", "Bearer x"), ("Prefer", "odata.maxpagesize=1"), ("Prefer", 'odata.include-annotations="*"')]
        page = httpx2.get(f"{server.url}/api/data/v9.2/accounts?$select=name,customertypecode", headers=headers).json()
    assert len(page["value"]) == 1
    assert "customertypecode@OData.Community.Display.V1.FormattedValue" in page["value"][0]


@pytest.mark.parametrize("after_answers", [40])
def test_a_killed_server_keeps_what_it_answered(tmp_path: Path, after_answers: int) -> None:
    """SIGKILL under load: every acknowledged row is there, change sets are whole, and the keys still hold."""
    file = tmp_path / "dv.db"
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(file)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = f"{server.stdout.readline().strip()}/api/data/v9.2"
    acknowledged: list[str] = []
    enough = threading.Event()

    def load(worker: int) -> None:
        with httpx2.Client(headers={"Authorization": "Bearer x"}) as client:
            for number in range(10_000):
                name = f"{worker}-{number}"
                try:
                    answer = client.post(
                        f"{url}/$batch", content=pair(name), headers={"Content-Type": "multipart/mixed; boundary=b"}
                    )
                except httpx2.TransportError:
                    return
                assert answer.text.count("204 No Content") == 2
                acknowledged.append(name)
                if len(acknowledged) >= after_answers:
                    enough.set()

    threads = [threading.Thread(target=load, args=(worker,)) for worker in range(3)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    server.send_signal(signal.SIGKILL)
    for thread in threads:
        thread.join(30)
    server.wait(10)
    server.stdout.close()
    app = DataverseApp(file, any_token=True, deliver=lambda _: 200)
    api = Api(app)
    jobs = {row["w365_key"]: row["w365_name"] for row in api.rows("w365_jobs?$select=w365_key,w365_name")}
    assert {f"{name}-{half}" for name in acknowledged for half in "ab"} <= jobs.keys()
    assert {key[:-1] for key in jobs if key.endswith("a")} == {key[:-1] for key in jobs if key.endswith("b")}
    assert api("POST", "w365_jobs", {"w365_key": f"{acknowledged[0]}-a"}).status == 412
    assert app.storage.rows("PRAGMA integrity_check") == [("ok",)]
    app.close()


def pair(name: str) -> bytes:
    """A batch of one change set of two rows."""
    posts = "".join(
        f"--c\r\nContent-Type: application/http\r\nContent-ID: {half}\r\n\r\nPOST /api/data/v9.2/w365_jobs HTTP/1.1\r\n"
        f"Content-Type: application/json\r\n\r\n{json.dumps({'w365_key': f'{name}-{half}', 'w365_name': name})}\r\n"
        for half in "ab"
    )
    return f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{posts}--c--\r\n--b--\r\n".encode()
