"""The host: HTTP, keys, timers that jump, queues with retry, poison and base64, idleness, draining. Once per engine."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx2
import pytest

from local.azure.http_listener import Keys
from local.azure.invocations import Counts
from tests.local.azure.conftest import SAMPLE_APP, message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.local.azure.conftest import Azure


def test_http_functions_get_what_was_sent(azure: Azure) -> None:
    """Method, route parameter, query, body and invocation id arrive; status, headers and body go back."""
    with azure.host() as host:
        answer = httpx2.post(f"{host.url}/hello/anna?a=1&b=%C3%A9", content=b"123")
        assert (answer.status_code, answer.headers["x-sample"]) == (200, "1")
        assert answer.json() == {
            "method": "POST",
            "name": "anna",
            "query": {"a": "1", "b": "é"},
            "bytes": 3,
            "invocation": True,
        }
        assert httpx2.get(f"{host.url}/HELLO").json()["name"] is None


def test_statuses(azure: Azure) -> None:
    """Wrong paths, wrong methods and functions that fail have the host's bare answers."""
    with azure.host() as host, httpx2.Client(base_url=host.url) as client:
        for method, path, status in (
            ("GET", "/hello/4nna", 404),
            ("GET", "/nowhere", 404),
            ("POST", "/locked", 405),
            ("GET", "/broken", 500),
            ("GET", "/admin/host/status", 200),
            ("POST", "/admin/functions/nobody", 404),
            ("GET", "/admin/secrets", 404),
        ):
            answer = client.request(method, path)
            assert (path, answer.status_code) == (path, status)
            assert b"Traceback" not in answer.content


def test_a_function_over_the_time_limit_fails(azure: Azure) -> None:
    """Over functionTimeout the invocation has failed, and the host goes on."""
    with azure.host() as host:
        assert httpx2.get(f"{host.url}/slow").status_code == 500
        assert httpx2.get(f"{host.url}/hello").status_code == 200
        assert host.counts()["slow"] == Counts(started=1, failed=1)


def test_keys(azure: Azure) -> None:
    """With keys: anonymous asks for none, function for its own or the host's, the host's own addresses for the master's."""
    keys = Keys("the-master", "the-host", {"locked": "its-own", "hello": "another"})
    with azure.host(keys=keys) as host, httpx2.Client(base_url=host.url) as client:
        for path, given, status in (
            ("/hello", "", 200),
            ("/locked", "", 401),
            ("/locked", "wrong", 401),
            ("/locked", "the-host", 200),
            ("/locked", "its-own", 200),
            ("/locked", "the-master", 200),
            ("/admin/host/status", "the-host", 401),
            ("/admin/host/status", "the-master", 200),
        ):
            by_query = client.get(path, params={"code": given})
            by_header = client.get(path, headers={"x-functions-key": given})
            assert (path, given, by_query.status_code, by_header.status_code) == (path, given, status, status)
    assert "the-master" not in repr(keys)


def test_a_jump_of_the_clock_fires_a_timer_whose_output_is_worked_on(
    azure: Azure, wait: Callable[[Callable[[], bool]], None]
) -> None:
    """Three days later: one tick, three messages out, three worked on; then the host is idle."""
    with azure.host() as host:
        wait(host.idle)
        azure.clock.offset = timedelta(days=3)
        wait(host.idle)
        assert host.counts()["nightly"] == Counts(1, 1, 0)
        assert host.counts()["work"] == Counts(3, 3, 0)


def test_a_timer_remembers_its_tick_between_hosts(
    azure: Azure, tmp_path: Path, wait: Callable[[Callable[[], bool]], None]
) -> None:
    """Past due is one call, at the start of the next host; a third host has nothing to do."""
    for days, ticks in ((0, 0), (5, 1), (5, 0)):
        azure.clock.offset = timedelta(days=days)
        with azure.host(state_dir=tmp_path) as host:
            wait(host.idle)
            assert host.counts()["nightly"].started == ticks


def test_manual_trigger(azure: Azure, wait: Callable[[Callable[[], bool]], None]) -> None:
    """POST /admin/functions/NAME runs a timer, or a queue function on the given input; `trigger` does so and waits."""
    with azure.host() as host:
        assert httpx2.post(f"{host.url}/admin/functions/nightly", json={}).status_code == 202
        wait(host.idle)
        assert httpx2.post(f"{host.url}/admin/functions/work", json={"input": message(1)}).status_code == 202
        wait(host.idle)
        assert (host.counts()["nightly"].succeeded, host.counts()["work"].succeeded) == (1, 4)
        assert host.trigger("work", message(13)).ok is False
        assert host.trigger("work", message(2)).ok is True
        assert httpx2.post(f"{host.url}/admin/functions/work", content=b"{").status_code == 400
        with pytest.raises(KeyError):
            host.trigger("hello")


def test_poison_after_the_last_attempt(azure: Azure, wait: Callable[[Callable[[], bool]], None]) -> None:
    """A message that always fails is tried maxDequeueCount times, then handed to the poison function; its neighbours pass."""
    for number in (1, 13, 2):
        azure.queue().send_message(message(number))
    with azure.host() as host:
        wait(host.idle)
        assert host.counts()["work"] == Counts(started=5, succeeded=2, failed=3)
        assert host.counts()["work_poison"] == Counts(1, 1, 0)


def test_a_message_that_is_not_base64_is_poisoned_unseen(azure: Azure, wait: Callable[[Callable[[], bool]], None]) -> None:
    """Plain text never reaches the function: it moves to the poison queue at once, as it is, and rests there."""
    azure.queue()
    azure.raw("work").send_message("plain text!")
    with azure.host() as host:
        wait(lambda: azure.queue("work-poison").get_queue_properties().approximate_message_count == 1)
        assert host.counts()["work"].started == host.counts()["work_poison"].started == 0


def test_a_message_that_came_too_often_is_not_tried_again(azure: Azure, wait: Callable[[Callable[[], bool]], None]) -> None:
    """A host died on it three times without a word: the fourth delivery goes straight to the poison queue."""
    queue = azure.queue()
    queue.send_message(message(13))
    for _ in range(3):
        (held,) = list(queue.receive_messages(visibility_timeout=60))
        queue.update_message(held, visibility_timeout=0)
    with azure.host() as host:
        wait(host.idle)
        assert host.counts()["work"].started == 0
        assert host.counts()["work_poison"].succeeded == 1


def test_a_failed_message_waits_before_its_next_attempt(
    azure: Azure, tmp_path: Path, wait: Callable[[Callable[[], bool]], None]
) -> None:
    """The visibilityTimeout hides a message after a failure; a person may look: it counts, but is not idle work that is due."""
    settings = json.loads((SAMPLE_APP / "host.json").read_text())
    settings["extensions"]["queues"]["visibilityTimeout"] = "00:05:00"
    (tmp_path / "host.json").write_text(json.dumps(settings))
    (tmp_path / "function_app.py").write_text((SAMPLE_APP / "function_app.py").read_text())
    azure.queue().send_message(message(13))
    with azure.host(tmp_path) as host:
        wait(lambda: host.counts()["work"].failed == 1)
        wait(lambda: host.idle(delayed=False))
        assert host.idle() is False
        assert host.counts()["work"].started == 1


def test_a_lease_is_renewed_while_a_function_runs(
    azure: Azure, tmp_path: Path, wait: Callable[[Callable[[], bool]], None]
) -> None:
    """A function that runs longer than the lease keeps its message: it is delivered once and deleted with the newest receipt."""
    (tmp_path / "host.json").write_text('{"version": "2.0", "extensions": {"queues": {}}}')
    (tmp_path / "function_app.py").write_text(
        "import time\nimport azure.functions as func\napp = func.FunctionApp()\n"
        "@app.queue_trigger(arg_name='msg', queue_name='work', connection='C')\n"
        "def work(msg: func.QueueMessage) -> None:\n    time.sleep(2.2)\n"
    )
    azure.queue().send_message(message(1))
    with azure.host(tmp_path, lease_s=1) as host:
        wait(lambda: host.counts()["work"].succeeded == 1)
        wait(host.idle)
        assert host.counts()["work"] == Counts(1, 1, 0)


def test_a_message_of_a_dead_host_comes_back(azure: Azure, wait: Callable[[Callable[[], bool]], None]) -> None:
    """A receiver took a message and died: once its lease has ended, the next host works on it."""
    azure.queue().send_message(message(1))
    list(azure.queue().receive_messages(visibility_timeout=1))
    with azure.host() as host:
        assert host.idle() is False
        wait(lambda: host.counts()["work"].succeeded == 1)


def test_stopping_waits_for_what_runs(azure: Azure, wait: Callable[[Callable[[], bool]], None]) -> None:
    """Stop during work: begun messages are finished and deleted, the rest stay on the queue for the next host."""
    for number in range(40):
        azure.queue().send_message(message(number + 100))
    host = azure.host()
    host.start()
    wait(lambda: host.counts()["work"].succeeded > 0)
    host.stop()
    done = host.counts()["work"]
    assert done.started == done.succeeded
    assert azure.queue().get_queue_properties().approximate_message_count == 40 - done.succeeded
    with azure.host() as second:
        wait(second.idle)
        assert second.counts()["work"].succeeded == 40 - done.succeeded


def test_a_host_runs_in_any_thread(azure: Azure, wait: Callable[[Callable[[], bool]], None]) -> None:
    """Nothing needs the main thread."""
    seen: list[int] = []

    def live() -> None:
        with azure.host() as host:
            seen.append(httpx2.get(f"{host.url}/hello").status_code)

    thread = threading.Thread(target=live)
    thread.start()
    thread.join(20)
    assert seen == [200]


def test_queue_throughput(azure: Azure, wait: Callable[[Callable[[], bool]], None], record_property: Callable[..., None]) -> None:
    """A hundred messages drain; how fast is recorded, not judged (the aim is 150 a second)."""
    for number in range(100):
        azure.queue().send_message(message(number + 100))
    with azure.host() as host:
        begun_s = time.perf_counter()
        wait(host.idle)
        record_property("messages_per_s", round(100 / (time.perf_counter() - begun_s)))
        assert host.counts()["work"] == Counts(100, 100, 0)
