"""The engine for every Python: the azure-functions SDK alone, its decorators' metadata and its own binding converters."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import itertools
import sys
import threading
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import azure.functions as func
from azure.functions import meta

from local.azure import contract
from local.azure.engine import AppRefused, Binding, Call, Function, HttpAnswer, HttpCall, Result, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import ModuleType

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class _Context:
    """What a function sees of its invocation (azure.functions.Context)."""

    invocation_id: str
    function_name: str
    function_directory: str
    thread_local_storage: threading.local
    trace_context: None = None
    retry_context: None = None


class _Out:
    """An output parameter (azure.functions.Out)."""

    def __init__(self) -> None:
        self.value: Any = None

    def set(self, val: Any) -> None:  # noqa: ANN401  whatever the app sets
        self.value = val

    def get(self) -> Any:  # noqa: ANN401  as above
        return self.value


class SdkEngine:
    """Runs each function in the thread that invokes it; an `async def` in an event loop of its own."""

    def __init__(self, app_dir: Path) -> None:
        self._path = str(app_dir)
        self._local = threading.local()
        self._registry: Any = func.get_binding_registry()  # type: ignore[no-untyped-call]  # the SDK forgot to annotate it
        self._code: dict[str, Callable[..., Any]] = {}
        self.functions: Mapping[str, Function] = {}
        sys.path.insert(0, self._path)
        try:
            self.functions = self._index(_import(app_dir / "function_app.py"))
        except AppRefused:
            self.stop()
            raise
        except Exception as error:
            self.stop()
            raise AppRefused(f"function_app.py cannot be loaded: {type(error).__name__}: {error}") from error

    def stop(self) -> None:
        """Take the app's folder off the import path."""
        if self._path in sys.path:
            sys.path.remove(self._path)

    def _index(self, module: ModuleType) -> dict[str, Function]:
        apps = [value for value in vars(module).values() if isinstance(value, func.FunctionRegister)]
        if len(apps) != 1:
            raise AppRefused(f"function_app.py must define exactly one FunctionApp; it defines {len(apps)}.")
        found = {}
        for each in apps[0].get_functions():
            name = str(each.get_function_name())
            function = Function(name, tuple(Binding.parse(raw) for raw in each.get_raw_bindings()))
            code = each.get_user_function()
            contract.check(function, code, self._registry)
            self._code[name], found[name] = code, function
        return found

    def invoke(self, call: Call) -> Result:
        """Decode with the SDK's converters, run, encode."""
        function, code = self.functions[call.function], self._code[call.function]
        try:
            arguments = {function.trigger.name: self._decode(function, code, call)}
            outs = {binding.name: _Out() for binding in function.bindings if binding.out and binding.name != "$return"}
            arguments.update(outs)
            if "context" in inspect.signature(code).parameters:
                arguments["context"] = _Context(call.id, call.function, self._path, self._local)
            returned = asyncio.run(code(**arguments)) if inspect.iscoroutinefunction(code) else code(**arguments)
            return self._encode(function, returned, {name: out.value for name, out in outs.items() if out.value is not None})
        except Exception:  # noqa: BLE001  a function may fail in any way; the host reports it
            return Result(ok=False, error=traceback.format_exc())

    def _decode(self, function: Function, code: Callable[..., Any], call: Call) -> Any:  # noqa: ANN401  what the app wants
        metadata = {name: meta.Datum(value, "json") for name, value in call.metadata.items()}
        trigger = function.trigger
        if isinstance(call.payload, HttpCall):
            return self._registry.get(trigger.type).decode(_http(call.payload), trigger_metadata=metadata)
        wanted = code.__annotations__.get(trigger.name)
        if wanted in {str, "str"}:
            return call.payload.value
        if wanted in {bytes, "bytes"}:
            return call.payload.value.encode()
        datum = meta.Datum(call.payload.value, call.payload.kind)
        return self._registry.get(trigger.type).decode(datum, trigger_metadata=metadata)

    def _encode(self, function: Function, returned: object, outputs: Mapping[str, object]) -> Result:
        by_name = {binding.name: binding for binding in function.bindings}
        if returned is not None and "$return" not in by_name:
            raise RuntimeError(f"{function.name} returned a value but has no $return binding")
        encoded = {name: self._datum(by_name[name], value) for name, value in outputs.items()}
        answer = None
        if returned is not None:
            datum = self._datum(by_name["$return"], returned)
            if by_name["$return"].type == "http":
                answer = _answer(datum)
            else:
                encoded["$return"] = datum
        return Result(ok=True, answer=answer, outputs={name: texts(datum.type, datum.value) for name, datum in encoded.items()})

    def _datum(self, binding: Binding, value: object) -> Any:  # noqa: ANN401  the SDK's Datum is untyped inside
        return self._registry.get(binding.type).encode(value, expected_type=None)


def _import(path: Path) -> ModuleType:
    """A fresh copy of the app's module, so that several apps and several starts can live in one process."""
    name = f"_functions_app_{next(_numbers)}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise AppRefused(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _http(call: HttpCall) -> meta.Datum:
    def strings(pairs: Mapping[str, str]) -> dict[str, meta.Datum]:
        return {name: meta.Datum(value, "string") for name, value in pairs.items()}

    return meta.Datum(
        {
            "method": meta.Datum(call.method, "string"),
            "url": meta.Datum(call.url, "string"),
            "headers": strings(call.headers),
            "query": strings(call.query),
            "params": strings(call.params),
            "body": meta.Datum(call.body, "bytes"),
        },
        "http",
    )


def _answer(datum: Any) -> HttpAnswer:  # noqa: ANN401  the SDK's Datum is untyped inside
    if datum.type != "http":
        return HttpAnswer(200, (("content-type", "text/plain; charset=utf-8"),), str(datum.value).encode())
    value = datum.value
    headers = [(name, str(each.value)) for name, each in value["headers"].items()]
    for jar in value["cookies"] or ():
        headers += [("set-cookie", cookie.OutputString()) for cookie in jar.values()]
    return HttpAnswer(int(value["status_code"].value), tuple(headers), bytes(value["body"].value))
