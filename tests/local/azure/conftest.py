"""A queue server per module, and hosts over the sample app."""

from __future__ import annotations

import contextlib
import json
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy

from local.azure.account import DEVELOPMENT
from local.azure.engine import installed
from local.azure.host import Host
from local.azure.queues import QueueService, real_clock
from local.http import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from azure.storage.queue import QueueClient

SAMPLE_APP = Path(__file__).parent / "sample_app"


class MovingClock:
    """Real time plus an offset that a test moves."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return real_clock() + self.offset


class StillClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


@dataclass
class Azure:
    """A queue server and what is needed to run the sample app against it."""

    connection: str
    service: QueueServiceClient
    clock: MovingClock
    engine: Any

    def host(self, app: Path = SAMPLE_APP, **options: Any) -> Host:  # noqa: ANN401  whatever Host takes
        """A host that looks at its queues often."""
        options = {"clock": self.clock, "longest_poll_s": 0.1, "engine": self.engine} | options
        return Host(app, queues_connection=self.connection, **options)

    def queue(self, name: str = "work") -> QueueClient:
        """A queue that exists, in the encoding that the host expects."""
        client = self.service.get_queue_client(name, message_encode_policy=TextBase64EncodePolicy())
        if name not in [queue.name for queue in self.service.list_queues()]:
            with contextlib.suppress(ResourceExistsError):  # the host may be faster
                client.create_queue()
        return client

    def raw(self, name: str) -> QueueClient:
        """The same without any encoding."""
        return self.service.get_queue_client(name)


def until(met: Callable[[], bool], timeout_s: float = 10) -> None:
    """Wait until something is so; fail after ten seconds."""
    deadline = time.monotonic() + timeout_s
    while not met():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def message(number: int) -> str:
    """A message for the sample app's queue; it fails on 13."""
    return json.dumps({"number": number})


@pytest.fixture
def wait() -> Callable[[Callable[[], bool]], None]:
    """The waiting function."""
    return until


@pytest.fixture(params=installed())
def azure(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[Azure]:
    """A fresh queue server, once per engine that this Python has."""
    caplog.set_level(logging.CRITICAL, "local.azure.host")
    with Server(QueueService()) as server:
        connection = DEVELOPMENT.connection_string(server.url)
        with QueueServiceClient.from_connection_string(connection, retry_total=0) as service:
            yield Azure(connection, service, MovingClock(), request.param)


@pytest.fixture
def still() -> StillClock:
    """Noon on 2 March 2026, until it is moved."""
    return StillClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
