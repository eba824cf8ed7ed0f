"""A partner in a local Dataverse that runs in a process of its own, and what billing a month of it takes."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dataverse.stores.billing import Billing
from dataverse.stores.currencies import Currencies
from dataverse.webapi import Http, WebApi
from local.azure.memory_queue import MemoryQueue
from local.clock import FixedClock
from local.sample.generated import Shape, fill
from work365.handlers import billing
from work365.ports.platform import CHUNKS, Queue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Bus(Queue, Protocol):
    """A queue whose messages can be taken, too."""

    def take(self, queue: str) -> Mapping[str, str] | None:
        """The next message, which is then gone; None when there is none."""


class Month(NamedTuple):
    """What one month's run took.

    Attributes:
        messages: how many the worker took off the queue.
        cpu_s: of the worker's process.
    """

    requests: int
    invoices: int
    messages: int
    seconds: float
    cpu_s: float

    @property
    def waited_s(self) -> float:
        """The rest of the time, spent waiting for Dataverse: with one worker, no less than the execution time that it needed."""
        return self.seconds - self.cpu_s


@contextmanager
def served(shape: Shape) -> Iterator[str]:
    """The address of a tenant with such a partner in it."""
    with TemporaryDirectory() as folder:
        process = subprocess.Popen(  # noqa: S603  our own command line
            [sys.executable, "-m", "cli.main", "local", "dataverse", "--port", "0", "--data", str(Path(folder) / "tenant.db"),
             "--any-token", "--with-solution"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            address = _address(process)
            filling = get_context("spawn").Process(target=_fill, args=(address, shape))  # its memory is not the worker's
            filling.start()
            filling.join()
            if filling.exitcode:
                message = "the partner could not be written"
                raise RuntimeError(message)
            yield address
        finally:
            process.terminate()
            process.wait(20)


def _fill(address: str, shape: Shape) -> None:
    api = api_of(address)
    fill(api, Currencies(api), shape)


def _address(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout else ""
    return next(word for word in line.split() if word.startswith("http"))


def api_of(address: str) -> WebApi:
    """The Web API at an address."""
    return WebApi(Http("dataverse", f"{address}/api/data/v9.2/"), lambda: "bench")


def billed(address: str, as_of: date, queue: Bus | None = None) -> Month:
    """One month's run by one worker."""
    clock = FixedClock(datetime(as_of.year, as_of.month, as_of.day, 2, 15, tzinfo=UTC))
    http = Http("dataverse", f"{address}/api/data/v9.2/")
    api = WebApi(http, lambda: "bench")
    book, bus = Billing(api, Currencies(api)), queue or MemoryQueue(clock)
    begun, worked, messages = time.perf_counter(), time.process_time(), 0
    (run,) = billing.plan(book=book, queue=bus, clock=clock, as_of=as_of)
    while message := bus.take(CHUNKS):
        messages += 1
        billing.work(message["chunk"], book=book, now=clock.now())
    seconds, cpu_s, requests = time.perf_counter() - begun, time.process_time() - worked, http.sent
    return Month(requests, book.progress(run).invoices, messages, seconds, cpu_s)
