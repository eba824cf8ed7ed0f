"""How many messages lie on each queue. Implements work365.ports.examining.Queues.

Source: learn.microsoft.com, "Get Queue Metadata": the approximate count, never less than what is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError, ResourceNotFoundError

from providers.azure_queue.faults import translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from azure.storage.queue import QueueServiceClient

POISON = "-poison"


class QueueDepths:
    """Some queues of one storage account, each with its queue of given-up messages. One that was never written to is empty."""

    def __init__(self, service: QueueServiceClient, queues: Sequence[str]) -> None:
        self._service = service
        self._queues = [name for queue in queues for name in (queue, queue + POISON)]

    def counts(self) -> dict[str, int]:
        """Messages by queue. Errors: see `faults`."""
        return {name: self._count(name) for name in self._queues}

    def _count(self, name: str) -> int:
        try:
            return int(self._service.get_queue_client(name).get_queue_properties().approximate_message_count or 0)
        except ResourceNotFoundError:
            return 0
        except AzureError as error:
            raise translate(error) from error
