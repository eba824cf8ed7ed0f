"""Queue triggers: take messages in batches, run the function, then delete, release or poison.

The rules are those of the WebJobs queue listener and processor:
    lease         ten minutes, renewed at half time; a message of a host that died comes back when its lease ends
    failed        hidden for `visibilityTimeout`, then tried again; at `maxDequeueCount` moved to QUEUE-poison
    not base64    moved to QUEUE-poison at once
    on a poison queue itself, a failed message is left to its lease, "to prevent a fast infinite loop"
    empty queue   looks again after a pause that grows from 0.1 s to `maxPollingInterval`

Source: Microsoft.Azure.WebJobs.Extensions.Storage.Queues, QueueListener, QueueProcessor, QueueServiceClientProvider.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError

from local.azure.engine import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from azure.storage.queue import QueueClient, QueueMessage, QueueServiceClient

    from local.azure.engine import Result
    from local.azure.hostfile import QueueSettings

log = logging.getLogger("local.azure.host")
LEASE_S: Final = 600
FIRST_PAUSE_S: Final = 0.1
POISON: Final = "-poison"


class _Held:
    """A message that we hold, and its newest receipt: a renewal changes it while the function runs."""

    def __init__(self, message: QueueMessage) -> None:
        self.message = message
        self.renewed_s = time.monotonic()
        self.lock = threading.Lock()


class QueueListener:
    """One queue function."""

    def __init__(
        self,
        function: str,
        queue: str,
        *,
        service: QueueServiceClient,
        settings: QueueSettings,
        run: Callable[[Text, Mapping[str, str]], Result],
        lease_s: int = LEASE_S,
    ) -> None:
        self.function = function
        self.queue = queue
        self._client = service.get_queue_client(queue)
        self._poison = None if queue.endswith(POISON) else service.get_queue_client(queue + POISON)
        self._settings = settings
        self._run = run
        self._lease_s = lease_s
        self.taken = 0  # messages ever taken; whoever asks twice learns whether anything moved in between
        self._taking = False
        self._stopping = threading.Event()
        self._drained = threading.Event()
        self._room = threading.Condition()
        self._held: dict[str, _Held] = {}
        self._pool = ThreadPoolExecutor(settings.at_once, thread_name_prefix=f"queue-{queue}")
        self._threads = [
            threading.Thread(target=target, name=f"{target.__name__}-{queue}", daemon=True)
            for target in (self._listen, self._renew)
        ]

    def start(self) -> None:
        """Begin to take messages."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float) -> None:
        """Take no more messages; wait for those that are being worked on."""
        self._stopping.set()
        with self._room:
            self._room.notify_all()
            self._room.wait_for(lambda: not self._held, timeout_s)
        self._drained.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout_s)
        self._pool.shutdown(wait=False)

    def empty(self, *, delayed: bool) -> bool:
        """The queue holds nothing; with delayed=False, nothing that is visible now and nothing that is being worked on."""
        try:
            if delayed:
                left = bool(self._client.get_queue_properties().approximate_message_count)
            else:
                left = bool(self._client.peek_messages(max_messages=1))
        except ResourceNotFoundError:
            left = False
        with self._room:  # looked at last: a message that was taken before the queue was seen empty is still in here
            return not (left or self._held or self._taking)

    # Taking -----------------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            with self._room:
                self._room.wait_for(self._has_room)
            if self._stopping.is_set():
                return
            if self._take_batch():
                pause_s = FIRST_PAUSE_S
                continue
            self._stopping.wait(min(pause_s, self._settings.longest_poll_s))
            pause_s = min(pause_s * (1.6 + random.random() * 0.8), self._settings.longest_poll_s)

    def _has_room(self) -> bool:
        return self._stopping.is_set() or len(self._held) <= self._settings.new_batch_threshold

    def _take_batch(self) -> int:
        with self._room:
            self._taking = True
        found = [_Held(message) for message in self._receive()]
        with self._room:
            self._held.update({held.message.id: held for held in found})
            self.taken += len(found)
            self._taking = False
        for held in found:
            self._pool.submit(self._work, held)
        return len(found)

    def _receive(self) -> list[QueueMessage]:
        size = self._settings.batch_size
        try:
            return list(
                next(self._client.receive_messages(messages_per_page=size, visibility_timeout=self._lease_s).by_page(), ())
            )
        except ResourceNotFoundError:
            return []
        except AzureError as error:
            log.warning("queue %s: %s", self.queue, error)
            return []

    # Working ----------------------------------------------------------------------------------------------------------

    def _work(self, held: _Held) -> None:
        message = held.message
        try:
            text = self._decode(message.content)
            if text is None:
                log.warning("queue %s: message %s is not base64 of UTF-8 text; see messageEncoding", self.queue, message.id)
                self._give_up(held)
            elif (message.dequeue_count or 0) > self._settings.max_dequeue_count:
                self._give_up(held)
            else:
                self._settle(held, self._run(Text("string", text), _metadata(message)))
        except AzureError as error:
            log.info("queue %s: message %s was taken over or is gone: %s", self.queue, message.id, error)
        except Exception:
            log.exception("queue %s: the listener failed on message %s", self.queue, message.id)
        finally:
            with self._room:
                self._held.pop(message.id, None)
                self._room.notify_all()

    def _decode(self, content: str) -> str | None:
        if not self._settings.base64:
            return content
        try:
            return base64.b64decode(content, validate=True).decode()
        except (binascii.Error, ValueError):
            return None

    def _settle(self, held: _Held, result: Result) -> None:
        with held.lock:
            if result.ok:
                self._client.delete_message(held.message)
            elif self._poison is not None and (held.message.dequeue_count or 0) < self._settings.max_dequeue_count:
                self._client.update_message(held.message, visibility_timeout=int(self._settings.retry_delay_s))
        if not result.ok and (held.message.dequeue_count or 0) >= self._settings.max_dequeue_count:
            self._give_up(held)

    def _give_up(self, held: _Held) -> None:
        if self._poison is None:
            return
        log.warning("queue %s: message %s moves to %s", self.queue, held.message.id, self._poison.queue_name)
        send(self._poison, held.message.content)
        with held.lock:
            self._client.delete_message(held.message)

    # Keeping ----------------------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        while not self._drained.wait(min(1.0, self._lease_s / 10)):
            with self._room:
                old = [held for held in self._held.values() if time.monotonic() - held.renewed_s >= self._lease_s / 2]
            for held in old:
                self._renew_one(held)

    def _renew_one(self, held: _Held) -> None:
        try:
            with held.lock:
                fresh = self._client.update_message(held.message, visibility_timeout=self._lease_s)
                held.message.pop_receipt = fresh.pop_receipt
                held.renewed_s = time.monotonic()
        except AzureError as error:
            log.info("queue %s: the lease of message %s could not be renewed: %s", self.queue, held.message.id, error)


def send(client: QueueClient, text: str, *, lives_s: int = -1) -> None:
    """Put a text on a queue as it is, creating the queue if need be. By default it never expires, like poison messages."""
    try:
        client.send_message(text, time_to_live=lives_s)
    except ResourceNotFoundError:
        with suppress(ResourceExistsError):  # another sender was faster
            client.create_queue()
        client.send_message(text, time_to_live=lives_s)


def _metadata(message: QueueMessage) -> dict[str, str]:
    def instant(moment: datetime | None) -> str:
        return json.dumps(moment.isoformat() if moment else None)

    return {
        "Id": json.dumps(message.id),
        "DequeueCount": json.dumps(message.dequeue_count),
        "PopReceipt": json.dumps(message.pop_receipt),
        "InsertionTime": instant(message.inserted_on),
        "ExpirationTime": instant(message.expires_on),
        "NextVisibleTime": instant(message.next_visible_on),
    }
