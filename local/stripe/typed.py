"""The SDK's request types as strict checks: unknown parameters, wrong types, open enums and missing members are errors.

The SDK writes each request as a TypedDict and every enum as `Literal[…] | str`, so that newer values pass; here the `str` is
dropped. What belongs to the request rather than to the body (`idempotency_key`, `api_key`, …) is dropped as well.

Source: stripe 16.1 (API 2026-10-28.endive), `stripe.params`.
"""

from __future__ import annotations

import types
import typing
from functools import cache
from operator import attrgetter
from typing import Any, Literal, Optional, Union

import pydantic
import typing_extensions as te
from pydantic import ConfigDict, Field, create_model
from stripe import params
from stripe._request_options import RequestOptions

from local.stripe.faults import Fault

Item = typing.TypeVar("Item")


class _Answer(typing.Generic[Item]):
    """Stands for the SDK's answer objects, which its types allow as parameters; a form never holds one."""


_NAMES = {"StripeContext": object, "Mapping": typing.Mapping, "UploadFile": object, "Any": Any, "UntypedStripeObject": _Answer}
_NOT_BODY = frozenset(RequestOptions.__annotations__)
_REMOVED = {
    "payment_method_types": ("payment_method_types_no_longer_supported", "payment_method_types is no longer supported"),
}
"""Parameters that the pinned API version took away. Source: docs.stripe.com/changelog/endive."""


def checked(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """The parameters of one request with the types that the SDK gives them.

    Shape:  `name` is the SDK's class, such as `PaymentIntentCreateParams` or `checkout.SessionCreateParams`; `given` is what the
            form said, every leaf as text.
    Errors: Fault 400 as Stripe words it.
    """
    kind = attrgetter(name)(params)
    value = _read(kind, given)
    try:
        _model(kind).model_validate(value)
    except pydantic.ValidationError as exc:
        raise _fault(exc.errors()[0]) from None
    return dict(value)


@cache
def _hints(kind: Any) -> dict[str, Any]:  # noqa: ANN401  a TypedDict class
    hints = te.get_type_hints(kind, localns=_NAMES, include_extras=True)
    return {name: hint for name, hint in hints.items() if name not in _NOT_BODY}


@cache
def _model(kind: Any) -> type[pydantic.BaseModel]:  # noqa: ANN401  a TypedDict class
    fields: dict[str, Any] = {}
    for name, hint in _hints(kind).items():
        inner, required = _unwrapped(hint, required=name in kind.__required_keys__)
        closed = _closed(inner)
        fields[f"f_{name}"] = (closed, Field(alias=name)) if required else (Optional[closed], Field(None, alias=name))  # noqa: UP045
    return create_model(kind.__name__, __config__=ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True), **fields)


def _unwrapped(hint: Any, *, required: bool = True) -> tuple[Any, bool]:  # noqa: ANN401  a type
    while te.get_origin(hint) in (te.NotRequired, te.Required, te.Annotated):
        required = required and te.get_origin(hint) is not te.NotRequired
        hint = te.get_args(hint)[0]
    return hint, required


def _closed(kind: Any) -> Any:  # noqa: ANN401  types in, types out
    """The type with TypedDicts as models and enums without their `str`."""
    if te.is_typeddict(kind):
        return _model(kind)
    origin, args = te.get_origin(kind), te.get_args(kind)
    if origin is list:
        return list[_closed(args[0])]  # type: ignore[misc]  # built at run time
    if origin is dict:
        return dict[_closed(args[0]), _closed(args[1])]  # type: ignore[misc]  # built at run time
    if origin in (Union, types.UnionType):
        return Union[tuple(_closed(arg) for arg in _members(args))]  # noqa: UP007  built at run time
    return kind


def _members(args: tuple[Any, ...]) -> tuple[Any, ...]:
    listed = any(te.get_origin(arg) is Literal and set(te.get_args(arg)) != {""} for arg in args)
    return tuple(arg for arg in args if not (listed and arg is str) and te.get_origin(arg) is not _Answer)


def _read(kind: Any, value: Any) -> Any:  # noqa: ANN401  a type and a tree of text
    """Text as the type wants it; what does not fit stays text and fails the check."""
    kind = _unwrapped(kind)[0]
    origin, args = te.get_origin(kind), te.get_args(kind)
    if te.is_typeddict(kind) and isinstance(value, dict):
        return {name: _read(_hints(kind).get(name, str), part) for name, part in value.items()}
    if origin in (Union, types.UnionType):
        return next((read for arg in _members(args) if (read := _read(arg, value)) != value), value)
    if origin is list and isinstance(value, list):
        return [_read(args[0], part) for part in value]
    return _scalar(kind, value)


def _scalar(kind: Any, value: Any) -> Any:  # noqa: ANN401  a type and text
    if kind is int and isinstance(value, str) and value.removeprefix("-").isdigit() and value.isascii():
        return int(value)
    if kind is bool and value in ("true", "false"):
        return value == "true"
    return value


def _fault(error: Any) -> Fault:  # noqa: ANN401  one of pydantic's errors
    path = [str(part) for part in error["loc"] if not str(part).startswith(("literal[", "dict[", "list["))]
    name = path[0] + "".join(f"[{part}]" for part in path[1:] if part.islower() or part.isdigit())
    if error["type"] == "extra_forbidden":
        code, message = _REMOVED.get(name, ("parameter_unknown", f"Received unknown parameter: {name}"))
        return Fault(400, message, code=code, param=name)
    if error["type"] == "missing":
        return Fault(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    if error["type"] == "int_type":
        return Fault(400, f"Invalid integer: {error['input']}", code="parameter_invalid_integer", param=name)
    if error["type"] == "literal_error":
        return Fault(400, f"Invalid {name}: must be one of {error['ctx']['expected']}", param=name)
    return Fault(400, f"Invalid {name}: {error['msg']}", param=name)
