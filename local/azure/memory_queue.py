"""The queue port in memory: for tests of handlers, and for runs in one process."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import InvariantBroken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

MESSAGE_LIMIT = 48 * 1024
DELAY_LIMIT_S = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Sent:
    """One message and the moment from which it can be taken."""

    queue: str
    message: Mapping[str, str]
    visible: datetime


@dataclass
class MemoryQueue:
    """Implements work365.ports.platform.Queue, with the limits of the real one.

    Attributes:
        sent: everything that was ever put here, in order.
    """

    clock: Callable[[], datetime]
    sent: list[Sent] = field(default_factory=list)
    _waiting: list[Sent] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, queue: str, message: Mapping[str, str], *, delay_s: int = 0) -> None:
        """Put one message on a queue."""
        if len(json.dumps(dict(message)).encode()) > MESSAGE_LIMIT or not 0 <= delay_s <= DELAY_LIMIT_S:
            raise InvariantBroken("Such a message fits on no queue: send ids only.")
        added = Sent(queue, dict(message), self.clock() + timedelta(seconds=delay_s))
        with self._lock:
            self.sent.append(added)
            self._waiting.append(added)

    def take(self, queue: str) -> Mapping[str, str] | None:
        """Remove and return the first message of a queue that is visible now."""
        now = self.clock()
        with self._lock:
            found = next((each for each in self._waiting if each.queue == queue and each.visible <= now), None)
            if found is not None:
                self._waiting.remove(found)
        return None if found is None else found.message
