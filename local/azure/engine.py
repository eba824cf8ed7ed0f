"""What the host and an engine say to each other. An engine loads a Python v2 app and runs its functions with Microsoft's code.

Two engines: `engine_runtime` (Python 3.13 and later; Microsoft's azure-functions-runtime, which Azure itself runs) and
`engine_sdk` (any Python; the azure-functions SDK's own metadata and converters).
"""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

EngineName = Literal["runtime", "sdk"]


class AppRefused(Refused):
    """The app cannot be started as it is; the message says which function and why."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding of a function. `name` is the parameter that it fills; `settings` are its own words (route, queueName, …)."""

    name: str
    type: str
    out: bool
    settings: Mapping[str, Any]

    @classmethod
    def parse(cls, raw: str) -> Binding:
        """Read what the SDK's decorators wrote."""
        found = json.loads(raw)
        return cls(found["name"], found["type"], str(found["direction"]).upper() in {"OUT", "1"}, found)


@dataclass(frozen=True, slots=True)
class Function:
    """One function of an app."""

    name: str
    bindings: tuple[Binding, ...]

    @property
    def trigger(self) -> Binding:
        """The binding that starts it."""
        return next(binding for binding in self.bindings if binding.type.lower().endswith("trigger"))


@dataclass(frozen=True, slots=True)
class HttpCall:
    """An HTTP request as a function gets it. `params` are the route's."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What an HTTP function answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Text:
    """A trigger's value that is not HTTP: a queue message's text ("string") or a timer's state ("json")."""

    kind: Literal["string", "json"]
    value: str


@dataclass(frozen=True, slots=True)
class Call:
    """One invocation. `metadata` are JSON texts, e.g. DequeueCount of a queue message."""

    function: str
    id: str
    payload: HttpCall | Text
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an invocation.

    Attributes:
        outputs: texts for each output queue binding, by its name.
        error: for ok=False, the traceback as the host would log it.
    """

    ok: bool
    answer: HttpAnswer | None = None
    outputs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    error: str = ""


class Engine(Protocol):
    """Runs the functions of one app."""

    functions: Mapping[str, Function]

    def invoke(self, call: Call) -> Result:
        """Run one function to its end in the calling thread; never raises what the function raised."""

    def stop(self) -> None:
        """Let go of threads and import paths."""


def load(app_dir: Path, name: EngineName | None = None) -> Engine:
    """Load an app with an engine: the runtime where it exists, else the SDK.

    Errors: AppRefused when the app cannot be imported or indexed.
    """
    if name is None:
        name = "runtime" if runtime_installed() else "sdk"
    if not (app_dir / "function_app.py").is_file():
        raise AppRefused(f"There is no function_app.py in {app_dir}.")
    if name == "runtime":
        from local.azure.engine_runtime import RuntimeEngine  # only where it is installed

        return RuntimeEngine(app_dir)
    from local.azure.engine_sdk import SdkEngine

    return SdkEngine(app_dir)


def runtime_installed() -> bool:
    """Microsoft's azure-functions-runtime is importable here."""
    return sys.version_info >= (3, 13) and importlib.util.find_spec("azure_functions_runtime") is not None


def installed() -> tuple[EngineName, ...]:
    """The engines that work on this Python."""
    return ("sdk", "runtime") if runtime_installed() else ("sdk",)


def texts(kind: str, value: str | bytes) -> list[str]:
    """The messages in an output value of a queue binding."""
    plain = value.decode() if isinstance(value, bytes) else value
    if kind != "json":
        return [plain]
    found = json.loads(plain)
    return [_text(item) for item in (found if isinstance(found, list) else [found])]


def _text(item: object) -> str:
    if isinstance(item, dict) and set(item) == {"id", "body"}:
        return str(item["body"])
    return item if isinstance(item, str) else json.dumps(item)
