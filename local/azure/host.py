"""The local Functions host: runs a Python v2 app with HTTP, timer and queue triggers, and stops cleanly.

What Microsoft's host does that this one does not: singleton leases between instances, scaling, streaming answers, other bindings
than HTTP, timer and Storage queue. Listener timing, key handling, route precedence and draining follow the published sources and
were never compared with the real host.
"""

from __future__ import annotations

import base64
import logging
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.queue import QueueServiceClient
from requests.adapters import HTTPAdapter

from local.azure import hostfile, routes
from local.azure.engine import AppRefused, EngineName, Text, load
from local.azure.http_listener import HttpListener, Keys
from local.azure.invocations import Counts, Invocations
from local.azure.ncrontab import Schedule
from local.azure.queue_listener import LEASE_S, QueueListener, send
from local.azure.queues import real_clock
from local.azure.timers import TimerListener
from local.http import Server
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from types import TracebackType

    from local.azure.engine import Engine, Function, Result

log = logging.getLogger("local.azure.host")
SPARE_THREADS = 32  # for HTTP and timers, beside the queues' own share
DRAIN_S = 30.0
_SETTING = re.compile(r"%([^%]+)%")


class Host:
    """A Functions app, running in threads of this process for the length of a `with` block (or from `start` to `stop`).

    Attributes:
        queues_connection: every queue trigger's connection, whatever the app calls it.
        clock: what timers go by; may be a simulated clock that jumps, which they notice within 0.1 s.
        state_dir: where timers remember their ticks between starts; None forgets them.
        longest_poll_s: overrides host.json's maxPollingInterval.
        keys: function keys to insist on; None asks for none.
        settings: what %NAME% in queue names and schedules stands for.
    """

    def __init__(
        self,
        app_dir: Path,
        *,
        queues_connection: str,
        clock: Callable[[], datetime] = real_clock,
        port: int = 0,
        state_dir: Path | None = None,
        engine: EngineName | None = None,
        keys: Keys | None = None,
        longest_poll_s: float | None = None,
        lease_s: int = LEASE_S,
        settings: Mapping[str, str] = os.environ,
    ) -> None:
        host_settings = hostfile.read(Path(app_dir) / "host.json")
        if longest_poll_s is not None:
            host_settings = replace(host_settings, queues=replace(host_settings.queues, longest_poll_s=longest_poll_s))
        self._settings = host_settings
        self._names = settings
        self._clock = clock
        self._state_dir = state_dir
        self._lease_s = lease_s
        self._port = port
        self._server: Server | None = None
        self._service = _service(queues_connection)
        self._engine: Engine = load(Path(app_dir).resolve(), engine)
        try:
            self._build(keys)
        except BaseException:
            self._engine.stop()
            raise

    def _build(self, keys: Keys | None) -> None:
        functions = list(self._engine.functions.values())
        table = routes.table(functions, self._settings.route_prefix)
        queue_count = sum(function.trigger.type == "queueTrigger" for function in functions)
        self._invocations = Invocations(
            self._engine,
            timeout_s=self._settings.function_timeout_s,
            threads=SPARE_THREADS + queue_count * self._settings.queues.at_once,
            publish=self._publish,
        )
        self._timers: dict[str, TimerListener] = {}
        self._queues: dict[str, QueueListener] = {}
        for function in functions:
            self._listen_for(function)
        self._http = HttpListener(table, run=self._invocations.run, trigger=self._trigger_later, keys=keys)

    def _listen_for(self, function: Function) -> None:
        match function.trigger.type:
            case "httpTrigger":
                pass
            case "timerTrigger":
                self._timers[function.name] = self._timer(function)
            case "queueTrigger":
                self._queues[function.name] = self._queue(function)
            case other:
                raise AppRefused(f"{function.name}: the local host has no listener for {other!r}.")

    def _timer(self, function: Function) -> TimerListener:
        settings = function.trigger.settings
        try:
            schedule = Schedule.parse(self._resolve(str(settings["schedule"])))
        except BadInput as error:
            raise AppRefused(f"{function.name}: {error.message}") from None
        remembered = self._state_dir is not None and settings.get("useMonitor") is not False
        return TimerListener(
            function.name,
            schedule,
            run=lambda info: self._invocations.run(function.name, info),
            clock=self._clock,
            path=self._state_dir / "timers" / f"{function.name}.json" if remembered and self._state_dir else None,
            run_on_startup=bool(settings.get("runOnStartup")),
        )

    def _queue(self, function: Function) -> QueueListener:
        return QueueListener(
            function.name,
            self._resolve(str(function.trigger.settings["queueName"])),
            service=self._service,
            settings=self._settings.queues,
            run=lambda text, metadata: self._invocations.run(function.name, text, metadata),
            lease_s=self._lease_s,
        )

    def _resolve(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            if match[1] not in self._names:
                raise AppRefused(f"The app uses %{match[1]}%, but there is no setting of that name.")
            return self._names[match[1]]

        return _SETTING.sub(value, text)

    # Life -------------------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where the app's HTTP functions are, once it is started."""
        if self._server is None:
            raise RuntimeError("the host is not started")
        return self._server.url

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Serve until `stop`; returns once the port answers."""
        self._server = Server(asgi_app=self._http, port=self._port)
        self._server.start()
        for listener in self._listeners():
            listener.start()

    def stop(self, *, drain_s: float = DRAIN_S) -> None:
        """Begin nothing more, wait for what runs (at most `drain_s` per trigger), then let go of the port."""
        for listener in self._listeners():
            listener.stop(drain_s)
        if self._server is not None:
            self._server.stop()
        self._http.close()
        self._invocations.close()
        self._engine.stop()
        self._service.close()

    def _listeners(self) -> list[TimerListener | QueueListener]:
        return [*self._timers.values(), *self._queues.values()]

    # Looking and poking -----------------------------------------------------------------------------------------------

    @property
    def functions(self) -> Mapping[str, Function]:
        """The app's functions by name."""
        return self._engine.functions

    def counts(self) -> dict[str, Counts]:
        """How often each function was begun, ended well and ended badly."""
        return self._invocations.counts()

    def ticks(self) -> dict[str, tuple[datetime, datetime]]:
        """The next two ticks of each timer."""
        return {name: timer.ticks for name, timer in self._timers.items()}

    def idle(self, *, delayed: bool = True) -> bool:
        """Nothing runs, no timer is due and every trigger queue is empty.

        Shape: with delayed=False, messages that were sent with a delay and are not visible yet do not count.
        """
        before = self._moved()
        if before is None or any(timer.due for timer in self._timers.values()):
            return False
        if not all(listener.empty(delayed=delayed) for listener in self._queues.values()):
            return False
        return self._moved() == before

    def _moved(self) -> tuple[int, int] | None:
        """None while anything runs; else two numbers of which one changes whenever a function or a message is begun."""
        quiet_since = self._invocations.quiet_since
        return None if quiet_since is None else (quiet_since, sum(listener.taken for listener in self._queues.values()))

    def trigger(self, name: str, text: str = "") -> Result:
        """Run a timer function, or a queue function on a text, now and to its end. Errors: KeyError for any other name."""
        if name in self._timers:
            return self._timers[name].fire()
        if name not in self._queues:
            raise KeyError(name)
        metadata = {"Id": '"manual"', "DequeueCount": "1", "PopReceipt": '"manual"'}
        return self._invocations.run(name, Text("string", text), metadata)

    def _trigger_later(self, name: str, text: str) -> bool:
        if name not in self._timers and name not in self._queues:
            return False
        self._invocations.later(lambda: self.trigger(name, text))
        return True

    def _publish(self, function: str, outputs: Mapping[str, list[str]]) -> None:
        bindings = {binding.name: binding for binding in self._engine.functions[function].bindings}
        for name, texts in outputs.items():
            client = self._service.get_queue_client(self._resolve(str(bindings[name].settings["queueName"])))
            for text in texts:
                encoded = base64.b64encode(text.encode()).decode() if self._settings.queues.base64 else text
                send(client, encoded, lives_s=7 * 24 * 3600)


def _service(connection: str) -> QueueServiceClient:
    """A client for all listeners: as many connections as threads, and no retries of its own (the listeners look again)."""
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=128))
    session.mount("https://", HTTPAdapter(pool_maxsize=128))
    return QueueServiceClient.from_connection_string(
        connection, transport=RequestsTransport(session=session, session_owner=False), retry_total=0
    )
