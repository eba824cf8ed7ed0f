"""The Storage queue protocol through the unmodified azure-storage-queue client: ours and Microsoft's emulator, the same tests."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy

from local.azure import azurite
from local.azure.account import DEVELOPMENT
from local.azure.azurite import Azurite
from local.azure.host import Host
from local.azure.invocations import Counts
from local.azure.queues import QueueService
from local.http import Server
from tests.local.azure.conftest import SAMPLE_APP, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from azure.storage.queue import QueueClient


@pytest.fixture(scope="module", params=["ours", pytest.param("azurite", marks=pytest.mark.node)])
def connection(request: pytest.FixtureRequest) -> Iterator[str]:
    """The connection string of a running queue service."""
    if request.param == "ours":
        with Server(QueueService()) as server:
            yield DEVELOPMENT.connection_string(server.url)
        return
    if not azurite.installed():
        pytest.skip("Azurite is not installed; `make azurite` does that, with Node.js")
    with Azurite() as emulator:
        yield emulator.connection_string


@pytest.fixture(scope="module")
def service(connection: str) -> Iterator[QueueServiceClient]:
    """A client of it."""
    with QueueServiceClient.from_connection_string(connection, retry_total=0) as client:
        yield client


@pytest.fixture
def queue(service: QueueServiceClient, request: pytest.FixtureRequest) -> QueueClient:
    """A queue of the test's own."""
    name = "q-" + "".join(letter if letter.isalnum() else "-" for letter in request.function.__name__.removeprefix("test_"))
    return service.create_queue(name.replace("_", "-")[:63].rstrip("-"))


def code(error: pytest.ExceptionInfo[HttpResponseError]) -> tuple[int | None, str]:
    found = getattr(error.value, "error_code", None)
    return error.value.status_code, str(getattr(found, "value", found))


def test_a_message_goes_in_and_comes_out(queue: QueueClient) -> None:
    """What is sent is received, with an id, a receipt, instants and a dequeue count of 1."""
    sent = queue.send_message("<grüße> & ünïcode")
    (got,) = list(queue.receive_messages())
    assert (got.id, got.content, got.dequeue_count) == (sent.id, "<grüße> & ünïcode", 1)
    assert got.pop_receipt != sent.pop_receipt
    assert got.inserted_on is not None
    assert got.expires_on is not None
    assert (got.expires_on - got.inserted_on).total_seconds() == pytest.approx(7 * 24 * 3600, abs=2)


def test_received_is_hidden_and_deleted_is_gone(queue: QueueClient) -> None:
    """A received message is invisible but counted; a deleted one is neither."""
    queue.send_message("once")
    (got,) = list(queue.receive_messages(visibility_timeout=60))
    assert list(queue.receive_messages()) == []
    assert queue.get_queue_properties().approximate_message_count == 1
    queue.delete_message(got)
    assert queue.get_queue_properties().approximate_message_count == 0


def test_first_in_first_out_in_batches_of_32(queue: QueueClient) -> None:
    """Forty messages come in their order, 32 on the first page."""
    for number in range(40):
        queue.send_message(str(number))
    pages = queue.receive_messages(messages_per_page=32, visibility_timeout=60).by_page()
    assert [[message.content for message in page] for page in (next(pages), next(pages))] == [
        [str(number) for number in range(32)],
        [str(number) for number in range(32, 40)],
    ]


def test_peeking_changes_nothing(queue: QueueClient) -> None:
    """A peeked message has no receipt, stays visible and counts no dequeue."""
    queue.send_message("look")
    (seen,) = queue.peek_messages(max_messages=5)
    assert (seen.content, seen.dequeue_count, seen.pop_receipt) == ("look", 0, None)
    (got,) = list(queue.receive_messages())
    assert got.dequeue_count == 1


def test_only_the_newest_receipt_counts(queue: QueueClient) -> None:
    """After a second delivery the first receiver can neither delete nor update."""
    queue.send_message("contended")
    (first,) = list(queue.receive_messages(visibility_timeout=60))
    renewed = queue.update_message(first, visibility_timeout=0)
    assert renewed.pop_receipt != first.pop_receipt
    (second,) = list(queue.receive_messages(visibility_timeout=60))
    assert second.dequeue_count == 2
    with pytest.raises(HttpResponseError) as stale:
        queue.delete_message(first.id, first.pop_receipt)
    assert code(stale) == (400, "PopReceiptMismatch")
    with pytest.raises(HttpResponseError) as stale:
        queue.update_message(first.id, first.pop_receipt, visibility_timeout=0)
    assert code(stale) == (400, "PopReceiptMismatch")
    queue.delete_message(second)


def test_an_update_may_change_the_text(queue: QueueClient) -> None:
    """The new text is delivered; without one the old text stays."""
    queue.send_message("draft")
    (got,) = list(queue.receive_messages(visibility_timeout=60))
    again = queue.update_message(got, visibility_timeout=0, content="final")
    (got,) = list(queue.receive_messages(visibility_timeout=60))
    assert (again.content, got.content) == ("final", "final")
    queue.update_message(got, visibility_timeout=0)
    (got,) = list(queue.receive_messages(visibility_timeout=60))
    assert got.content == "final"


def test_a_delayed_message_is_hidden_but_counted(queue: QueueClient) -> None:
    """Sent with a delay: not received, not peeked, counted."""
    queue.send_message("later", visibility_timeout=600)
    assert list(queue.receive_messages()) == []
    assert queue.peek_messages() == []
    assert queue.get_queue_properties().approximate_message_count == 1


def test_a_message_may_live_for_ever(queue: QueueClient) -> None:
    """A time to live of -1 means the year 9999."""
    queue.send_message("for ever", time_to_live=-1)
    (got,) = list(queue.receive_messages())
    assert got.expires_on is not None
    assert got.expires_on.year == 9999


def test_clearing(queue: QueueClient) -> None:
    """Every message goes, also a hidden one."""
    queue.send_message("1")
    queue.send_message("2")
    list(queue.receive_messages(max_messages=1, visibility_timeout=60))
    queue.clear_messages()
    assert queue.get_queue_properties().approximate_message_count == 0


def test_64_kib_is_the_limit(queue: QueueClient) -> None:
    """65,536 characters of text fit, one more does not; nor does 48 KiB + 1 once it is base64."""
    queue.send_message("x" * 65536)
    with pytest.raises(HttpResponseError) as refused:
        queue.send_message("x" * 65537)
    assert code(refused) == (413, "RequestBodyTooLarge")


def test_at_most_32_at_once(queue: QueueClient) -> None:
    """The service hands out 1 to 32 messages."""
    with pytest.raises(HttpResponseError) as refused:
        next(queue.receive_messages(messages_per_page=33).by_page())
    assert code(refused) == (400, "OutOfRangeQueryParameterValue")


def test_unknown_queues_and_messages(service: QueueServiceClient, queue: QueueClient) -> None:
    """What does not exist is 404, with a code that tells which."""
    with pytest.raises(ResourceNotFoundError) as gone:
        service.get_queue_client("nobody-made-this").send_message("x")
    assert code(gone) == (404, "QueueNotFound")
    queue.send_message("x")
    (got,) = list(queue.receive_messages())
    queue.delete_message(got)
    with pytest.raises(ResourceNotFoundError) as gone:
        queue.delete_message(got)
    assert code(gone) == (404, "MessageNotFound")


def test_metadata(service: QueueServiceClient, queue: QueueClient) -> None:
    """Metadata are set, read with the queue, and listed on request."""
    queue.set_queue_metadata({"owner": "billing", "stage_2": "yes"})
    assert queue.get_queue_properties().metadata == {"owner": "billing", "stage_2": "yes"}
    listed = {found.name: found.metadata for found in service.list_queues(name_starts_with="q-metadata", include_metadata=True)}
    assert listed == {queue.queue_name: {"owner": "billing", "stage_2": "yes"}}


def test_creating_twice(service: QueueServiceClient, queue: QueueClient) -> None:
    """A queue that exists: 204 as it is, 409 with other metadata; the client raises for both."""
    with pytest.raises(ResourceExistsError) as refused:
        service.create_queue(queue.queue_name)
    assert refused.value.status_code == 204
    with pytest.raises(ResourceExistsError) as refused:
        service.create_queue(queue.queue_name, metadata={"other": "1"})
    assert code(refused) == (409, "QueueAlreadyExists")


def test_listing_by_prefix(service: QueueServiceClient) -> None:
    """Names come in order, only those with the prefix."""
    names = [f"list-{number:02}" for number in range(7)]
    for name in reversed(names):
        service.create_queue(name)
    assert [found.name for found in service.list_queues(name_starts_with="list-")] == names


def test_deleting_a_queue(service: QueueServiceClient, queue: QueueClient) -> None:
    """A deleted queue is gone with its messages."""
    queue.send_message("x")
    queue.delete_queue()
    assert list(service.list_queues(name_starts_with=queue.queue_name)) == []
    with pytest.raises(ResourceNotFoundError):
        queue.peek_messages()


@pytest.mark.parametrize("name", ["Upper", "ab", "two--hyphens", "-leading", "under_score"])
def test_impossible_names(service: QueueServiceClient, name: str) -> None:
    """3 to 63 lower-case letters, digits and single hyphens."""
    with pytest.raises(HttpResponseError) as refused:
        service.create_queue(name)
    assert refused.value.status_code == 400


def test_a_wrong_key_is_refused(service: QueueServiceClient) -> None:
    """A request signed with another key is not looked at."""
    other = QueueServiceClient(
        service.url, credential={"account_name": DEVELOPMENT.name, "account_key": "AAAA" * 21 + "AAA="}, retry_total=0
    )
    with other, pytest.raises(HttpResponseError) as refused:
        list(other.list_queues())
    assert refused.value.status_code == 403


def test_service_properties(service: QueueServiceClient) -> None:
    """The account's settings can be read."""
    assert service.get_service_properties()["hour_metrics"].version == "1.0"


def test_the_host_works_on_it(service: QueueServiceClient, connection: str) -> None:
    """The Functions host drains a queue on either service by its connection string alone, and poisons what always fails."""
    queue = service.create_queue("work")
    for number in (1, 2, 13):
        queue.send_message(base64.b64encode(json.dumps({"number": number}).encode()).decode())
    with Host(SAMPLE_APP, queues_connection=connection, longest_poll_s=0.1, engine="sdk") as host:
        until(host.idle)
        assert host.counts()["work"] == Counts(started=5, succeeded=2, failed=3)
        assert host.counts()["work_poison"].succeeded == 1


def test_base64_policy_round_trip(service: QueueServiceClient, queue: QueueClient) -> None:
    """With the client's base64 policy the text on the wire is base64, as the Functions host expects."""
    encoding = service.get_queue_client(queue.queue_name, message_encode_policy=TextBase64EncodePolicy())
    encoding.send_message('{"id": "1"}')
    assert [seen.content for seen in queue.peek_messages()] == ["eyJpZCI6ICIxIn0="]
