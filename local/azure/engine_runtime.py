"""The engine for Python 3.13 and later: Microsoft's azure-functions-runtime in process, through the names that it exports.

This is the code that Azure runs. Its counterpart there is a gRPC worker; its messages are duck-typed, so plain objects with the
same attributes do, and neither gRPC nor protobuf is needed. One app per process: the runtime keeps its registry in a module.
Cookies in answers are not supported here.

Source: azure_functions_runtime 1.3.0, `__all__` and handle_event.py.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

import azure_functions_runtime as runtime

from local.azure.engine import AppRefused, Binding, Call, Function, HttpAnswer, HttpCall, Result, texts

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from pathlib import Path

T = TypeVar("T")
THREADS = "PYTHON_THREADPOOL_THREAD_COUNT"


class _Bag:
    """A message that the runtime builds for its host: it keeps whatever it is given."""

    custom_properties: Mapping[str, str] = {}

    def __init__(self, **fields: Any) -> None:  # noqa: ANN401  protobuf messages take anything
        self.__dict__.update(fields)


class _StatusResult(_Bag):
    Failure, Success = 0, 1
    exception: Any = None


class _BindingInfo(_Bag):
    undefined = 0


for _direction, _name in enumerate(("in", "out", "inout")):
    setattr(_BindingInfo, _name, _direction)  # "in" is a keyword


class _TypedData(_Bag):
    """A value with exactly one field set."""

    def WhichOneof(self, _: str) -> str | None:  # noqa: N802  protobuf's own spelling
        return next(iter(self.__dict__), None)


class _Parameter(_Bag):
    """One named input."""

    def WhichOneof(self, _: str) -> str:  # noqa: N802  as above
        return "data"


_PROTOS = SimpleNamespace(
    BindingInfo=_BindingInfo,
    FunctionMetadataResponse=_Bag,
    InvocationResponse=_Bag,
    ParameterBinding=_Bag,
    RpcException=_Bag,
    RpcFunctionMetadata=_Bag,
    RpcHttp=_Bag,
    RpcRetryOptions=_Bag,
    StatusResult=_StatusResult,
    TypedData=_TypedData,
    WorkerInitResponse=_Bag,
    WorkerMetadata=_Bag,
)


class RuntimeEngine:
    """Drives the runtime in an event loop of its own; functions run in the runtime's thread pool."""

    def __init__(self, app_dir: Path) -> None:
        self._path = str(app_dir)
        self._ids: dict[str, str] = {}
        self.functions: Mapping[str, Function] = {}
        sys.path.insert(0, self._path)
        sys.modules.pop("function_app", None)  # the runtime imports it by name, and must find this app's
        os.environ.setdefault(THREADS, "32")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="functions-runtime", daemon=True)
        self._thread.start()
        try:
            self.functions = self._wait(self._index())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Wait for what runs, then end the loop. Whoever still waits for an answer is told that none comes."""
        runtime.stop_threadpool_executor()
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(_give_up(), self._loop).result(timeout=10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10)
            self._loop.close()
        if self._path in sys.path:
            sys.path.remove(self._path)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _index(self) -> dict[str, Function]:
        runtime.start_threadpool_executor()
        begin = SimpleNamespace(capabilities={}, function_app_directory=self._path)
        message = SimpleNamespace(
            request=SimpleNamespace(worker_init_request=begin), properties={"host": "127.0.0.1", "protos": _PROTOS}
        )
        started = await runtime.worker_init_request(message)
        if not started.result.status:
            raise AppRefused(f"Microsoft's runtime refuses the app: {started.result.exception.message}")
        listed = await runtime.functions_metadata_request(message)
        self._ids = {each.name: each.function_id for each in listed.function_metadata_results}
        return {
            each.name: Function(each.name, tuple(Binding.parse(raw) for raw in each.raw_bindings))
            for each in listed.function_metadata_results
        }

    def invoke(self, call: Call) -> Result:
        """Hand one invocation to the runtime and wait for its answer."""
        function = self.functions[call.function]
        invocation = SimpleNamespace(
            invocation_id=call.id,
            function_id=self._ids[call.function],
            input_data=[_Parameter(name=function.trigger.name, data=_data(call))],
            trigger_metadata={name: _TypedData(json=value) for name, value in call.metadata.items()},
            trace_context=SimpleNamespace(trace_parent="", trace_state="", attributes={}),
            retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
        )
        message = SimpleNamespace(request=SimpleNamespace(invocation_request=invocation))
        return _result(function, self._wait(runtime.invocation_request(message)))


async def _give_up() -> None:
    """End every invocation of the loop that has no answer yet, such as one that went on after its time was over."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _data(call: Call) -> _TypedData:
    if not isinstance(call.payload, HttpCall):
        return _TypedData(**{call.payload.kind: call.payload.value})
    http = call.payload
    return _TypedData(
        http=SimpleNamespace(
            method=http.method,
            url=http.url,
            headers=http.headers,
            body=_TypedData(bytes=http.body),
            params=http.params,
            query=http.query,
        )
    )


def _result(function: Function, response: Any) -> Result:  # noqa: ANN401  what the runtime built out of our bags
    if not response.result.status:
        problem = response.result.exception
        return Result(ok=False, error=problem.stack_trace or problem.message)
    outputs = {each.name: _texts(each.data) for each in response.output_data if each.data is not None}
    returned = response.return_value
    if returned is None:
        return Result(ok=True, outputs=outputs)
    if any(binding.name == "$return" and binding.type == "http" for binding in function.bindings):
        return Result(ok=True, answer=_answer(returned), outputs=outputs)
    return Result(ok=True, outputs=outputs | {"$return": _texts(returned)})


def _texts(data: _TypedData) -> list[str]:
    kind = data.WhichOneof("data") or ""
    return texts(kind, getattr(data, kind))


def _answer(data: Any) -> HttpAnswer:  # noqa: ANN401  as above
    kind = data.WhichOneof("data")
    if kind != "http":
        return HttpAnswer(200, (("content-type", "text/plain; charset=utf-8"),), str(getattr(data, kind)).encode())
    body = data.http.body
    return HttpAnswer(int(data.http.status_code), tuple(data.http.headers.items()), bytes(body.bytes) if body else b"")
