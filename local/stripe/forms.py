"""Form bodies and queries as Stripe reads them: `metadata[invoice]=7&expand[]=a` becomes nested objects and lists of text.

Source: docs.stripe.com/api (request bodies are form-encoded); the SDK writes lists as `expand[0]`, `expand[1]`.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from local.stripe.faults import Fault

_PART = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"\A[^\[\]]+(\[[^\[\]]*\])*\Z")


def decode(text: str) -> dict[str, Any]:
    """Nested parameters; every leaf is still text."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
        if not _NAME.match(name):
            raise Fault(400, f"Invalid parameter name: {name}", code="parameter_unknown", param=name)
        parts = [name.split("[", 1)[0], *_PART.findall(name)]
        _put(tree, parts, value, name)
    return {key: _lists(value) for key, value in tree.items()}


def _put(tree: dict[str, Any], parts: list[str], value: str, name: str) -> None:
    for part in parts[:-1]:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            raise Fault(400, f"Invalid object: {name} is given as a value and as an object", param=name)
    last = parts[-1] or str(len(tree))
    if last in tree:
        raise Fault(400, f"Parameter {name} is given twice", param=name)
    tree[last] = value


def _lists(value: Any) -> Any:  # noqa: ANN401  a tree of text
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(part) for key, part in value.items()}
    if inner and list(inner) == [str(index) for index in range(len(inner))]:
        return list(inner.values())
    return inner
