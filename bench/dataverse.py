"""How fast the local Dataverse is: what bounds every other figure that is measured against it."""

from __future__ import annotations

import json
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from local.dataverse import DataverseApp
from local.dataverse.trial import Api

if TYPE_CHECKING:
    from collections.abc import Iterator

Figure = dict[str, Any]

ROWS = 1000
PAGE = 5000
CLIENTS = 8
READ_S = 3.0
PATH = "/api/data/v9.2/w365_jobs(w365_key='k')"
READ = (
    f"GET {PATH}?$select=w365_name HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer bench\r\nAccept: application/json\r\n\r\n"
).encode()
BAD = 400
MANY = 100_000
CREATE = "w365_invoicelines/Microsoft.Dynamics.CRM.CreateMultiple"
LINE: dict[str, Any] = {
    "w365_ordinal": 1,
    "w365_description": "Microsoft 365 Business Premium, 2026-01-01 to 2026-01-31",
    "w365_quantity": 12,
    "w365_unitprice": 7.99,
    "w365_amount": 95.88,
    "w365_tax": 0,
    "w365_periodstart": "2026-01-01",
    "w365_periodend": "2026-02-01",
}
SERVE = """
import sys, typer
from cli.local_dataverse import register
app = typer.Typer()
register(app)
app(["local", "dataverse", "--data", sys.argv[1], "--any-token", "--with-solution"])
"""


def measure(*, many: int = MANY) -> list[Figure]:
    """Every figure: batches, pages, keyed reads over HTTP, memory."""
    with tempfile.TemporaryDirectory() as folder:
        app = DataverseApp(Path(folder) / "bench.db", any_token=True, deliver=lambda _: 200)
        found = list(_in_process(Api(app), many))
        app.close()
        found.append(_reads(Path(folder) / "served.db"))
    return found


def _figure(name: str, value: float, unit: str, detail: str) -> Figure:
    return {"name": name, "value": round(value, 3), "unit": unit, "detail": detail}


def _in_process(api: Api, many: int) -> Iterator[Figure]:
    for size in (1, 10):
        body = batch(f"warm{size}", ROWS, size)
        started = time.perf_counter()
        answer = api("POST", "$batch", body, Content_Type="multipart/mixed; boundary=batch")
        spent_s = time.perf_counter() - started
        if answer.text.count("204 No Content") != ROWS:
            raise AssertionError(answer.text[:500])
        yield _figure(
            f"dataverse_batch_1000_rows_change_sets_of_{size}", spent_s, "s", "one $batch, in process, SQLite file; aim 1.5 s"
        )
    for number in range(PAGE // ROWS):
        api("POST", "$batch", batch(f"page{number}", ROWS, ROWS), Content_Type="multipart/mixed; boundary=batch")
    started = time.perf_counter()
    rows = api("GET", "w365_invoicelines")
    spent_s = time.perf_counter() - started
    yield _figure("dataverse_page_5000_rows", spent_s, "s", f"every column, {len(rows.text) // 1024} KiB; aim 0.5 s")
    before = _peak_mib()
    for number in range(many // ROWS):
        api("POST", "$batch", batch(f"many{number}", ROWS, 100), Content_Type="multipart/mixed; boundary=batch")
    yield _figure("dataverse_memory_growth", _peak_mib() - before, "MiB", f"peak resident memory over {many} more rows")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def batch(tag: str, rows: int, size: int) -> bytes:
    """A batch that creates invoice lines in change sets of a size."""
    parts: list[str] = []
    for first in range(0, rows, size):
        parts.append("--batch\r\nContent-Type: multipart/mixed; boundary=set\r\n\r\n")
        for number in range(first, first + size):
            body = json.dumps({"w365_key": f"{tag}-{number}", **LINE})
            parts.append(
                f"--set\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {number}\r\n\r\n"
                f"POST /api/data/v9.2/w365_invoicelines HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
            )
        parts.append("--set--\r\n\r\n")
    parts.append("--batch--\r\n")
    return "".join(parts).encode()


def _reads(file: Path) -> Figure:
    """Keyed reads by eight clients against a server process of its own; the clients do as little as they can."""
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(file)], stdout=subprocess.PIPE, text=True)  # noqa: S603  our own program
    try:
        address = server.stdout.readline().strip() if server.stdout else ""
        port = int(address.rpartition(":")[2])
        made = httpx2.patch(f"{address}{PATH}", json={"w365_name": "x"}, headers={"Authorization": "Bearer bench"})
        made.raise_for_status()
        done = [0] * CLIENTS
        until = time.perf_counter() + READ_S

        def read(number: int) -> None:
            with socket.create_connection(("127.0.0.1", port)) as line:
                while time.perf_counter() < until:
                    line.sendall(READ)
                    _take(line)
                    done[number] += 1

        threads = [threading.Thread(target=read, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        server.terminate()
        server.wait(10)
        if server.stdout:
            server.stdout.close()
    return _figure(
        "dataverse_keyed_reads", sum(done) / READ_S, "reads/s", f"{CLIENTS} clients over HTTP; aim 1000, clients included"
    )


def _take(line: socket.socket) -> None:
    """Read one answer to its end. Errors: AssertionError unless it is a 200."""
    got = line.recv(65536)
    while b"\r\n\r\n" not in got:
        got += line.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise AssertionError(head.decode())
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += line.recv(65536)


def memory(rows: int, *, steps: int = 10) -> list[Figure]:
    """Resident memory while so many rows come in by CreateMultiple, a thousand at a time, into a file.

    Run by hand for the million: `python -m bench.dataverse 1000000`.
    """
    found = []
    with tempfile.TemporaryDirectory() as folder:
        app = DataverseApp(Path(folder) / "bench.db", any_token=True, deliver=lambda _: 200)
        api, started = Api(app), time.perf_counter()
        for step in range(steps):
            for number in range(rows // ROWS // steps):
                made = api("POST", CREATE, {"Targets": [_line(f"{step}-{number}-{row}") for row in range(ROWS)]})
                if made.status >= BAD:
                    raise AssertionError(made.text[:500])
            detail = f"after {(step + 1) * rows // steps} rows, {time.perf_counter() - started:.0f} s"
            found.append(_figure("dataverse_resident_memory", _resident_mib(), "MiB", detail))
        app.close()
    return found


def _line(key: str) -> dict[str, Any]:
    return {"@odata.type": "Microsoft.Dynamics.CRM.w365_invoiceline", "w365_key": key, **LINE}


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


if __name__ == "__main__":
    figures = memory(int(sys.argv[1])) if sys.argv[1:] else measure()
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
