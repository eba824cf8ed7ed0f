"""The monthly run against a local Dataverse in a process of its own: requests per invoice, lines per second, memory.

Two thousand contracts with five lines each, month after month, one worker; and one reseller with five thousand subscriptions on
one contract. What these figures are held to: no more than 0.06 requests to Dataverse per invoice, no more of them in the last
month than in the first, and two seconds for the reseller's month. `python -m bench.runs 10000` bills ten thousand contracts.
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
    from bench.__main__ import Figure

CONTRACTS, LINES, MONTHS = 2000, 5, 3
RESELLER = 5000
START = date(2026, 1, 1)


def measure(contracts: int = CONTRACTS) -> list[Figure]:
    """The figures of the monthly run."""
    months = _billed(Shape(contracts, LINES, START), MONTHS)
    reseller = _billed(Shape(1, RESELLER, START), 2)
    return [*_figures(contracts, months), *_reseller(reseller)]


def _billed(shape: Shape, months: int) -> list[tuple[int, int, float]]:
    """Requests, invoices and seconds of each month of a partner."""
    with TemporaryDirectory() as folder:
        process = subprocess.Popen(  # noqa: S603  our own command line
            [sys.executable, "-m", "cli.main", "local", "dataverse", "--port", "0", "--data", str(Path(folder) / "tenant.db"),
             "--any-token", "--with-solution"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            address = _address(process)
            api = WebApi(Http("dataverse", f"{address}/api/data/v9.2/"), lambda: "bench")
            fill(api, Currencies(api), shape)
            return [_month(address, date(START.year, START.month + month, 1)) for month in range(months)]
        finally:
            process.terminate()
            process.wait(20)


def _address(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout else ""
    return next(word for word in line.split() if word.startswith("http"))


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


def _reseller(months: list[tuple[int, int, float]]) -> list[Figure]:
    shape = f"one contract x {RESELLER} subscriptions, planning to number"
    (_, _, first), (_, _, later) = months
    return [
        {"name": "run_one_reseller", "value": later, "unit": "s", "detail": f"{shape}; aim 2 s"},
        {
            "name": "run_one_reseller_first_month",
            "value": first,
            "unit": "s",
            "detail": f"{shape}, {RESELLER} changes settled too",
        },
    ]


def _figures(contracts: int, months: list[tuple[int, int, float]]) -> list[Figure]:
    requests, invoices, seconds = (sum(column) for column in zip(*months, strict=True))
    first, last = months[0][0] / months[0][1], months[-1][0] / months[-1][1]
    shape = f"{contracts} contracts x {LINES} lines, {MONTHS} months, one worker"
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        {"name": "dataverse_requests_per_invoice", "value": requests / invoices, "unit": "requests", "detail": shape},
        {"name": "dataverse_requests_growth", "value": last / first, "unit": "ratio", "detail": f"month {MONTHS} over month 1"},
        {"name": "run_lines_per_second", "value": invoices * LINES / seconds, "unit": "lines/s", "detail": shape},
        {"name": "run_peak_memory", "value": peak_mib, "unit": "MiB", "detail": "the worker's process"},
    ]


if __name__ == "__main__":
    for figure in measure(int(sys.argv[1]) if sys.argv[1:] else CONTRACTS):
        print(f"{figure['name']}: {figure['value']:.4g} {figure['unit']} ({figure['detail']})")  # noqa: T201  a report
