"""host.json is read strictly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.azure.hostfile import HostSettings, QueueSettings, read
from work365.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path


def queues(**settings: Any) -> dict[str, Any]:  # noqa: ANN401  also wrong types
    return {"version": "2.0", "extensions": {"queues": settings}}


def test_defaults_are_those_of_the_real_host(tmp_path: Path) -> None:
    """An empty host.json means prefix api, batches of 16, five attempts, base64, a minute's pause, half an hour at most."""
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    assert read(tmp_path / "host.json") == HostSettings("api", 1800.0, QueueSettings(16, 8, 5, 0.0, 60.0, base64=True))


def test_everything_set(tmp_path: Path) -> None:
    """Every setting that the host obeys is taken from the file."""
    given = queues(
        batchSize=4,
        newBatchThreshold=0,
        maxDequeueCount=2,
        visibilityTimeout="00:00:30",
        maxPollingInterval="00:01:30",
        messageEncoding="none",
    )
    given["functionTimeout"] = "-1"
    given["extensions"]["http"] = {"routePrefix": "/v1/"}
    (tmp_path / "host.json").write_text(json.dumps(given))
    assert read(tmp_path / "host.json") == HostSettings("v1", None, QueueSettings(4, 0, 2, 30.0, 90.0, base64=False))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "not JSON"),
        ("[]", "must be an object"),
        ("{}", 'version: must be "2.0"'),
        ({"version": "2.0", "functionTimeOut": "00:01:00"}, "no setting called 'functionTimeOut'"),
        ({"version": "2.0", "functionTimeout": "ten minutes"}, "functionTimeout: 'ten minutes' is not a time span"),
        (queues(batchsize=8), "no setting called 'batchsize'"),
        (queues(batchSize=33), "batchSize: 33 is not a whole number from 1 to 32"),
        (queues(batchSize=True), "batchSize: True"),
        (queues(maxDequeueCount=0), "maxDequeueCount: 0"),
        (queues(visibilityTimeout=30), "visibilityTimeout: '30'|visibilityTimeout: 30"),
        (queues(messageEncoding="utf8"), "messageEncoding"),
    ],
)
def test_mistakes_stop_the_start(tmp_path: Path, content: object, says: str) -> None:
    """A misspelt or impossible setting is refused, and says where."""
    (tmp_path / "host.json").write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(BadInput, match=says):
        read(tmp_path / "host.json")


def test_no_file(tmp_path: Path) -> None:
    """A folder without host.json is no Functions app."""
    with pytest.raises(BadInput, match=r"There is no host\.json"):
        read(tmp_path / "host.json")
