"""Start-up checks of a function's signature, with the SDK's own converters.

Microsoft's runtime makes these checks when it indexes an app; the bare SDK does not, and a wrong app would fail only at its first
message. The local host makes them for both engines, so that Python 3.11 and 3.12 refuse what 3.13 refuses.

Source: azure_functions_runtime/functions.py (1.3.0), validate_function_params and get_function_return_type.
"""

from __future__ import annotations

import inspect
import typing
from typing import TYPE_CHECKING, Any

from local.azure.engine import AppRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.azure.engine import Binding, Function


def check(function: Function, code: Callable[..., Any], registry: Any) -> None:  # noqa: ANN401  the SDK's converter metaclass
    """Refuse a function whose parameters do not fit its bindings.

    Errors: AppRefused naming the function, the parameter and what was expected.
    """
    hints = typing.get_type_hints(code)
    parameters = set(inspect.signature(code).parameters) - {"context"}
    bound = {binding.name: binding for binding in function.bindings if binding.name != "$return"}
    for name in sorted(parameters - set(bound)):
        raise AppRefused(f"{function.name}: the parameter {name!r} has no binding; declare one or remove it.")
    for name in sorted(set(bound) - parameters):
        raise AppRefused(f"{function.name}: the binding {name!r} has no parameter of that name in Python.")
    _check_context(function.name, hints)
    for binding in bound.values():
        if binding.name in hints:
            _check_annotation(function.name, binding, hints[binding.name], registry)
    returned = next((binding for binding in function.bindings if binding.name == "$return"), None)
    if returned is not None and "return" in hints and not _fits(registry, returned, hints["return"]):
        raise AppRefused(f"{function.name}: the return annotation does not fit the binding {returned.type!r}.")


def _check_context(function: str, hints: dict[str, Any]) -> None:
    if "context" in hints and getattr(hints["context"], "__name__", "") != "Context":
        raise AppRefused(f"{function}: the parameter 'context' must be annotated azure.functions.Context.")


def _check_annotation(function: str, binding: Binding, hint: Any, registry: Any) -> None:  # noqa: ANN401  any annotation
    origin = typing.get_origin(hint)
    is_out = getattr(origin, "__name__", "") == "Out"
    if binding.out != is_out:
        wanted = "must be annotated azure.functions.Out[…]" if binding.out else "is an input and may not be annotated Out"
        raise AppRefused(f"{function}: the binding {binding.name!r} {wanted}.")
    inner = typing.get_args(hint)[0] if is_out else hint
    if not _fits(registry, binding, inner):
        raise AppRefused(
            f"{function}: the parameter {binding.name!r} is annotated {getattr(inner, '__name__', inner)!r}, "
            f"which does not fit the binding {binding.type!r}."
        )


def _fits(registry: Any, binding: Binding, annotation: Any) -> bool:  # noqa: ANN401  as above
    converter = registry.get(binding.type)
    if converter is None:
        raise AppRefused(f"The local host knows no binding of type {binding.type!r}.")
    if not binding.out and binding.type != "httpTrigger" and annotation in (str, bytes):
        return True
    if not isinstance(annotation, type) and typing.get_origin(annotation) is None:
        return False
    try:
        verdict = converter.check_output_type_annotation if binding.out else converter.check_input_type_annotation
        return bool(verdict(annotation))
    except TypeError:
        return False
