"""The queue port: one contract, over the fake in memory and over Azure Storage queues."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from azure.storage.queue import TextBase64DecodePolicy

from local.azure.account import DEVELOPMENT
from local.azure.memory_queue import MemoryQueue
from local.azure.queues import QueueService
from local.http import Server
from providers.azure_queue.client import by_connection_string, by_identity
from providers.azure_queue.depth import QueueDepths
from providers.azure_queue.queues import AzureQueues
from work365.errors import InvariantBroken, NotFound, Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from work365.ports.platform import Queue


class Clock:
    """The real moment, moved by a test; the signed requests of the client must stay within 15 minutes of it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251  the client signs with the real time


@dataclass
class Subject:
    """A queue under test, and how to take messages off it."""

    queue: Queue
    take: Callable[[str], Mapping[str, str] | None]
    clock: Clock


@pytest.fixture(params=["memory", "azure"])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """Each implementation of the port."""
    clock = Clock()
    if request.param == "memory":
        memory = MemoryQueue(clock)
        yield Subject(memory, memory.take, clock)
        return
    with Server(QueueService(clock=clock)) as server, by_connection_string(DEVELOPMENT.connection_string(server.url)) as service:

        def take(name: str) -> Mapping[str, str] | None:
            client = service.get_queue_client(name, message_decode_policy=TextBase64DecodePolicy())
            found = client.receive_message()
            if found is None:
                return None
            client.delete_message(found)
            read: dict[str, str] = json.loads(found.content)
            return read

        yield Subject(AzureQueues(service), take, clock)


def test_what_is_sent_is_taken_once(subject: Subject) -> None:
    """Messages come in their order, each once; a queue that nobody made is made."""
    subject.queue.send("w365-jobs", {"job": "1"})
    subject.queue.send("w365-jobs", {"job": "zwei ✓"})
    assert subject.take("w365-jobs") == {"job": "1"}
    assert subject.take("w365-jobs") == {"job": "zwei ✓"}
    assert subject.take("w365-jobs") is None


def test_queues_do_not_mix(subject: Subject) -> None:
    """A message is only on the queue that it was sent to."""
    subject.queue.send("w365-chunks", {"chunk": "1"})
    subject.queue.send("w365-jobs", {"job": "1"})
    assert subject.take("w365-chunks") == {"chunk": "1"}
    assert subject.take("w365-chunks") is None


def test_a_delayed_message_comes_later(subject: Subject) -> None:
    """Nothing until the delay is over; others overtake it."""
    subject.queue.send("w365-jobs", {"job": "late"}, delay_s=300)
    subject.queue.send("w365-jobs", {"job": "now"})
    assert subject.take("w365-jobs") == {"job": "now"}
    assert subject.take("w365-jobs") is None
    subject.clock.ahead = timedelta(seconds=301)
    assert subject.take("w365-jobs") == {"job": "late"}


@pytest.mark.parametrize(
    ("message", "delay_s"), [({"job": "x" * 50_000}, 0), ({"job": "1"}, -1), ({"job": "1"}, 7 * 24 * 3600 + 1)]
)
def test_what_fits_on_no_queue(subject: Subject, message: dict[str, str], delay_s: int) -> None:
    """48 KiB and seven days are the limits: more is our own mistake."""
    with pytest.raises(InvariantBroken, match="send ids only"):
        subject.queue.send("w365-jobs", message, delay_s=delay_s)


def test_a_change_of_the_message_afterwards_changes_nothing(subject: Subject) -> None:
    """A message is what it was when it was sent."""
    message = {"job": "1"}
    subject.queue.send("w365-jobs", message)
    message["job"] = "2"
    assert subject.take("w365-jobs") == {"job": "1"}


def test_a_queue_service_that_is_down() -> None:
    """No connection: Unavailable, for nothing was stored."""
    with by_connection_string(DEVELOPMENT.connection_string("http://127.0.0.1:1")) as service, pytest.raises(Unavailable):
        AzureQueues(service).send("w365-jobs", {"job": "1"})


def test_a_wrong_key_and_a_wrong_name() -> None:
    """Refusals of the service are Rejected, and say to check the identity."""
    with Server(QueueService()) as server:
        connection = DEVELOPMENT.connection_string(server.url)
        with by_connection_string(connection.replace("Eby8", "Abcd")) as service, pytest.raises(Rejected, match="identity"):
            AzureQueues(service).send("w365-jobs", {"job": "1"})
        with by_connection_string(connection) as service, pytest.raises(Rejected) as refused:
            AzureQueues(service).send("No_Such_Name", {"job": "1"})
        assert not isinstance(refused.value, NotFound)
        assert refused.value.code == "InvalidResourceName"


class Credential:
    """A token credential that is never asked."""

    def get_token(self, *scopes: str, **options: Any) -> Any:  # noqa: ANN401  azure-core's protocol
        raise AssertionError(scopes)


@pytest.mark.parametrize(
    ("account", "url"),
    [
        ("partner", "https://partner.queue.core.windows.net/"),
        ("https://queues.partner.example", "https://queues.partner.example/"),
    ],
)
def test_by_identity(account: str, url: str) -> None:
    """An account's name, or a whole address, with a credential instead of a key."""
    with by_identity(account, Credential()) as service:
        assert service.url == url


def test_how_much_lies_on_each_queue() -> None:
    """What waits and what was given up; a queue that nobody ever wrote to is empty, and an account that is away is no answer."""
    with (
        Server(QueueService(clock=Clock())) as server,
        by_connection_string(DEVELOPMENT.connection_string(server.url)) as service,
    ):
        for number in range(3):
            AzureQueues(service).send("w365-jobs", {"job": str(number)})
        AzureQueues(service).send("w365-chunks-poison", {"chunk": "1"}, delay_s=60)
        depths = QueueDepths(service, ("w365-jobs", "w365-chunks"))
        assert depths.counts() == {"w365-jobs": 3, "w365-jobs-poison": 0, "w365-chunks": 0, "w365-chunks-poison": 1}
    with by_connection_string(DEVELOPMENT.connection_string(server.url)) as service, pytest.raises(Unavailable):
        QueueDepths(service, ("w365-jobs",)).counts()
