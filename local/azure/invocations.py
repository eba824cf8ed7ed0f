"""Running functions: time limit, counts per function, and whether anything is running now."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.azure.engine import Call, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from local.azure.engine import Engine, HttpCall, Text

log = logging.getLogger("local.azure.host")
_NO_METADATA: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Counts:
    """How often a function was begun, ended well and ended badly."""

    started: int = 0
    succeeded: int = 0
    failed: int = 0


class Invocations:
    """The only way from a listener to a function.

    Shape: `publish` gets what a function put into its output queue bindings, before the invocation counts as done.
    """

    def __init__(
        self, engine: Engine, *, timeout_s: float | None, threads: int, publish: Callable[[str, Mapping[str, list[str]]], None]
    ) -> None:
        self._engine = engine
        self._timeout_s = timeout_s
        self._publish = publish
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="function")
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._busy = 0
        self._started: Counter[str] = Counter()
        self._succeeded: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    def run(self, function: str, payload: HttpCall | Text, metadata: Mapping[str, str] = _NO_METADATA) -> Result:
        """Run a function to its end, or to the time limit.

        A function over the limit counts as failed and its thread is left behind. The real host restarts the worker process there,
        which also kills that process's other invocations.
        """
        with self.busy():
            with self._lock:
                self._started[function] += 1
                call = Call(function, f"local-{next(self._numbers):08d}", payload, metadata)
            result = self._limited(call)
            with self._lock:
                (self._succeeded if result.ok else self._failed)[function] += 1
        if not result.ok:
            log.error("%s failed (invocation %s)\n%s", function, call.id, result.error)
        return result

    def _limited(self, call: Call) -> Result:
        future = self._pool.submit(self._engine.invoke, call)
        try:
            result = future.result(self._timeout_s)
            if result.ok and result.outputs:
                self._publish(call.function, {name: list(found) for name, found in result.outputs.items()})
        except TimeoutError:
            return Result(ok=False, error=f"Timed out: functionTimeout is {self._timeout_s} s.")
        except Exception as error:  # noqa: BLE001  an engine that breaks fails the invocation, not the listener
            return Result(ok=False, error=f"{type(error).__name__}: {error}")
        return result

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count as running for the length of a `with` block."""
        with self._lock:
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def later(self, work: Callable[[], object]) -> None:
        """Do something in the background; it counts as running from this moment."""
        held = self.busy()
        held.__enter__()

        def done() -> None:
            try:
                work()
            finally:
                held.__exit__(None, None, None)

        threading.Thread(target=done, name="background", daemon=True).start()

    @property
    def quiet_since(self) -> int | None:
        """None while anything runs; else a number that changes whenever something was begun."""
        with self._lock:
            return None if self._busy else self._started.total()

    def counts(self) -> dict[str, Counts]:
        """Counts of every function of the app."""
        with self._lock:
            return {
                name: Counts(self._started[name], self._succeeded[name], self._failed[name]) for name in self._engine.functions
            }

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False)
