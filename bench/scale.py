"""Ten thousand contracts with five lines each, in one month, through a local storage queue and a local Dataverse.

What it is held to: 0.06 requests to Dataverse per invoice at most, and 300 MiB at the peak of the worker's process, in which the
queue's stand-in runs as well. From the counted requests and the time that Dataverse took follows what one application user's
limits mean for a bigger partner (docs/reference/scale.md).
"""

from __future__ import annotations

import json
import resource
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from azure.storage.queue import QueueServiceClient, TextBase64DecodePolicy

from bench.tenants import Month, billed, served
from local.azure.account import DEVELOPMENT
from local.azure.queues import QueueService
from local.http import Server
from local.sample.generated import Shape
from providers.azure_queue.client import by_connection_string
from providers.azure_queue.queues import AzureQueues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bench.__main__ import Figure

CONTRACTS, LINES = 10_000, 5
START = date(2026, 1, 1)
WINDOW_REQUESTS, WINDOW_EXECUTION_S = 6_000, 1_200
"""What one application user may use in five minutes on one web server.

Source: Microsoft Learn, "Service protection API limits".
"""


class StorageQueue(AzureQueues):
    """The queue port, and the other end of it."""

    def __init__(self, service: QueueServiceClient) -> None:
        super().__init__(service)
        self._receiving = service

    def take(self, queue: str) -> Mapping[str, str] | None:
        """The next message, deleted at once: here nobody dies."""
        client = self._receiving.get_queue_client(queue, message_decode_policy=TextBase64DecodePolicy())
        found = client.receive_message()
        if found is None:
            return None
        client.delete_message(found)
        message: dict[str, str] = json.loads(found.content)
        return message


@contextmanager
def storage_queue() -> Iterator[StorageQueue]:
    """A storage account that nobody else uses."""
    with Server(QueueService()) as server, by_connection_string(DEVELOPMENT.connection_string(server.url)) as service:
        yield StorageQueue(service)


def measure(contracts: int = CONTRACTS) -> list[Figure]:
    """The figures of one large month."""
    with served(Shape(contracts, LINES, START)) as address, storage_queue() as queue:
        return _figures(billed(address, START, queue))


def _figures(month: Month) -> list[Figure]:
    shape = f"{month.invoices} contracts x {LINES} lines, first month with {month.invoices * LINES} changes, one worker"
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    hundred_thousand = 100_000 / month.invoices
    windows = {
        "requests": month.requests * hundred_thousand / WINDOW_REQUESTS,
        "execution time": month.waited_s * hundred_thousand / WINDOW_EXECUTION_S,
    }
    tightest = max(windows, key=lambda name: windows[name])
    figures: list[tuple[str, float, str, str]] = [
        ("scale_requests_per_invoice", month.requests / month.invoices, "requests", f"{shape}; at most 0.06"),
        ("scale_queue_messages", month.messages, "messages", "one for each 100 contracts"),
        ("scale_lines_per_second", month.invoices * LINES / month.seconds, "lines/s", shape),
        ("scale_seconds", month.seconds, "s", f"{shape}, planning to numbers"),
        (
            "scale_worker_seconds",
            month.cpu_s,
            "s",
            "of these in the worker's process; the rest is Dataverse's",
        ),
        ("scale_peak_memory", peak_mib, "MiB", "the worker's process with the queue's stand-in; at most 300"),
        ("scale_100000_windows", windows[tightest], "windows", f"of five minutes for one application user, by {tightest}"),
    ]
    return [{"name": name, "value": value, "unit": unit, "detail": detail} for name, value, unit, detail in figures]
