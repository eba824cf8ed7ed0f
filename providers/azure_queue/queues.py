"""The queue port on Azure Storage queues: JSON in base64, as host.json's messageEncoding wants it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import TextBase64EncodePolicy

from providers.azure_queue.faults import translate
from work365.errors import InvariantBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from azure.storage.queue import QueueClient, QueueServiceClient

MESSAGE_LIMIT: Final = 48 * 1024  # 64 KiB once it is base64
DELAY_LIMIT_S: Final = 7 * 24 * 3600


class AzureQueues:
    """Implements work365.ports.platform.Queue."""

    def __init__(self, service: QueueServiceClient) -> None:
        self._service = service
        self._clients: dict[str, QueueClient] = {}

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: int = 0) -> None:
        """Put one message on a queue; a queue that does not exist yet is created.

        Errors: InvariantBroken for a message or delay that no queue takes; else see `faults`.
        """
        text = json.dumps(dict(message), sort_keys=True)
        if len(text.encode()) > MESSAGE_LIMIT or not 0 <= delay_s <= DELAY_LIMIT_S:
            problem = f"A message of {len(text)} characters with a delay of {delay_s} s fits on no queue: send ids only."
            raise InvariantBroken(problem)
        client = self._client(queue)
        try:
            _send(client, text, delay_s)
        except AzureError as error:
            raise translate(error) from error

    def _client(self, queue: str) -> QueueClient:
        if queue not in self._clients:
            self._clients[queue] = self._service.get_queue_client(queue, message_encode_policy=TextBase64EncodePolicy())
        return self._clients[queue]


def _send(client: QueueClient, text: str, delay_s: int) -> None:
    try:
        client.send_message(text, visibility_timeout=delay_s)
    except ResourceNotFoundError:
        _create(client)
        client.send_message(text, visibility_timeout=delay_s)


def _create(client: QueueClient) -> None:
    try:
        client.create_queue()
    except ResourceExistsError:
        return  # another sender was faster
