"""The monthly run against a local Dataverse in a process of its own: requests per invoice, lines per second, memory.

Two thousand contracts with five lines each, month after month, one worker. What these figures are held to: no more than 0.10
requests to Dataverse per invoice, and no more of them in the last month than in the first.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dataverse.stores.billing import Billing
from dataverse.stores.currencies import Currencies
from dataverse.webapi import Http, WebApi
from local.azure.memory_queue import MemoryQueue
from local.clock import FixedClock
from local.sample.generated import Shape, fill
from work365.handlers import billing
from work365.ports.platform import CHUNKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.__main__ import Figure

CONTRACTS, LINES, MONTHS = 2000, 5, 3
START = date(2026, 1, 1)


def measure() -> list[Figure]:
    """The figures of the monthly run."""
    with TemporaryDirectory() as folder:
        process = subprocess.Popen(  # noqa: S603  our own command line
            [sys.executable, "-m", "cli.main", "local", "dataverse", "--port", "0", "--data", str(Path(folder) / "tenant.db"),
             "--any-token", "--with-solution"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            address = _address(process)
            api = WebApi(Http("dataverse", f"{address}/api/data/v9.2/"), lambda: "bench")
            fill(api, Currencies(api), Shape(CONTRACTS, LINES, START))
            months = [_month(address, month) for month in _months()]
        finally:
            process.terminate()
            process.wait(20)
    return _figures(months)


def _address(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout else ""
    return next(word for word in line.split() if word.startswith("http"))


def _months() -> Iterator[date]:
    return (date(START.year, START.month + month, 1) for month in range(MONTHS))


def _month(address: str, as_of: date) -> tuple[int, int, float]:
    """Requests, invoices and seconds of one month's run."""
    clock = FixedClock(datetime(as_of.year, as_of.month, as_of.day, 2, 15, tzinfo=UTC))
    http = Http("dataverse", f"{address}/api/data/v9.2/")
    api = WebApi(http, lambda: "bench")
    book, queue = Billing(api, Currencies(api)), MemoryQueue(clock)
    begun = time.perf_counter()
    (run,) = billing.plan(book=book, queue=queue, clock=clock, as_of=as_of)
    while message := queue.take(CHUNKS):
        billing.work(message["chunk"], book=book, now=clock.now())
    seconds, requests = time.perf_counter() - begun, http.sent
    return requests, book.progress(run).invoices, seconds


def _figures(months: list[tuple[int, int, float]]) -> list[Figure]:
    requests, invoices, seconds = (sum(column) for column in zip(*months, strict=True))
    first, last = months[0][0] / months[0][1], months[-1][0] / months[-1][1]
    shape = f"{CONTRACTS} contracts x {LINES} lines, {MONTHS} months, one worker"
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        {"name": "dataverse_requests_per_invoice", "value": requests / invoices, "unit": "requests", "detail": shape},
        {"name": "dataverse_requests_growth", "value": last / first, "unit": "ratio", "detail": f"month {MONTHS} over month 1"},
        {"name": "run_lines_per_second", "value": invoices * LINES / seconds, "unit": "lines/s", "detail": shape},
        {"name": "run_peak_memory", "value": peak_mib, "unit": "MiB", "detail": "the worker's process"},
    ]
