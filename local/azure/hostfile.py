"""host.json: the part of it that the local host obeys, read strictly.

The real host ignores what it does not know; a misspelt setting then silently keeps its default. Here it stops the start.

Source: docs "host.json reference", "Queue storage bindings: host.json"; defaults as there.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from work365.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_TIMEOUT_S: Final = 1800.0  # Flex Consumption and Premium
_TOP = frozenset(
    {
        *("$schema", "version", "functionTimeout", "extensions", "extensionBundle", "logging", "telemetryMode", "concurrency"),
        *("healthMonitor", "singleton", "watchDirectories", "watchFiles", "retry", "aggregator", "managedDependency"),
    }
)
_QUEUES = frozenset(
    {"batchSize", "newBatchThreshold", "maxDequeueCount", "visibilityTimeout", "maxPollingInterval", "messageEncoding"}
)
_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """How queue triggers behave.

    Attributes:
        batch_size: messages taken at once.
        new_batch_threshold: another batch is taken once no more than this many are being worked on.
        max_dequeue_count: a message that failed this often goes to the poison queue.
        retry_delay_s: how long a failed message stays hidden (`visibilityTimeout`).
        longest_poll_s: the longest pause between two looks at an empty queue.
        base64: message texts are base64 of UTF-8.
    """

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    retry_delay_s: float = 0.0
    longest_poll_s: float = 60.0
    base64: bool = True

    @property
    def at_once(self) -> int:
        """How many messages of one queue may be worked on at once."""
        return self.batch_size + self.new_batch_threshold


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What host.json says. `function_timeout_s` None means no limit."""

    route_prefix: str = "api"
    function_timeout_s: float | None = DEFAULT_TIMEOUT_S
    queues: QueueSettings = QueueSettings()


def read(path: Path) -> HostSettings:
    """Read a host.json.

    Errors: BadInput with the place and what is wrong there.
    """
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        raise BadInput(f"There is no {path.name} in {path.parent}; a Functions app needs one.") from None
    except ValueError as error:
        raise BadInput(f"{path.name} is not JSON: {error}.") from None
    top = _section(found, "host.json", _TOP)
    if top.get("version") != "2.0":
        raise BadInput('must be "2.0"', "version")
    extensions = _section(top.get("extensions", {}), "extensions", frozenset({"http", "queues"}))
    http = _section(extensions.get("http", {}), "extensions.http", frozenset({"routePrefix", "hsts", "customHeaders"}))
    timeout = str(top.get("functionTimeout", ""))
    return HostSettings(
        route_prefix=str(http.get("routePrefix", "api")).strip("/"),
        function_timeout_s=DEFAULT_TIMEOUT_S if not timeout else None if timeout == "-1" else span_s(timeout, "functionTimeout"),
        queues=_queues(extensions.get("queues", {})),
    )


def _queues(raw: object) -> QueueSettings:
    place = "extensions.queues"
    found = _section(raw, place, _QUEUES)
    batch_size = _whole(found.get("batchSize", 16), 1, 32, f"{place}.batchSize")
    encoding = found.get("messageEncoding", "base64")
    if encoding not in {"base64", "none"}:
        raise BadInput('must be "base64" or "none"', f"{place}.messageEncoding")
    return QueueSettings(
        batch_size=batch_size,
        new_batch_threshold=_whole(found.get("newBatchThreshold", batch_size // 2), 0, 1000, f"{place}.newBatchThreshold"),
        max_dequeue_count=_whole(found.get("maxDequeueCount", 5), 1, 1000, f"{place}.maxDequeueCount"),
        retry_delay_s=span_s(found.get("visibilityTimeout", "00:00:00"), f"{place}.visibilityTimeout"),
        longest_poll_s=span_s(found.get("maxPollingInterval", "00:01:00"), f"{place}.maxPollingInterval"),
        base64=encoding == "base64",
    )


def span_s(text: object, place: str) -> float:
    """A .NET time span (``[days.]hours:minutes:seconds``) in seconds."""
    match = _SPAN.fullmatch(str(text))
    if match is None:
        raise BadInput(f'{text!r} is not a time span such as "00:00:30"', place)
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _section(raw: object, place: str, known: frozenset[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise BadInput("must be an object", place)
    unknown = sorted(set(raw) - known)
    if unknown:
        raise BadInput(f"has no setting called {unknown[0]!r}; correct or remove it", place)
    return raw


def _whole(value: object, low: int, high: int, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInput(f"{value!r} is not a whole number from {low} to {high}", place)
    return value
