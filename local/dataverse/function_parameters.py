"""Parameters of an unbound function: `Name(A='x',B=@b)?@b=…`, read as texts, numbers, lists and objects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.dataverse import errors
from local.dataverse.urls import key_pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.dataverse.urls import Address

_WORDS = {"true": True, "false": False, "null": None}


def read(address: Address, function: str, known: Iterable[str]) -> dict[str, Any]:
    """The parameters by name. Errors: 400 for one that the function has not, or that cannot be read."""
    found: dict[str, Any] = {}
    for name, text in key_pairs(address.segments[0].key or ""):
        if not name and not text:
            continue
        if name not in known:
            raise errors.bad(f"The function '{function}' has no parameter '{name or text}'.", "0x80048d19")
        found[name] = _value(function, address.aliases.get(text, "null") if text.startswith("@") else text)
    return found


def _value(function: str, text: str) -> Any:  # noqa: ANN401  JSON
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if text.startswith("Microsoft.Dynamics.CRM.") and text.endswith("'"):
        return text.partition("'")[2][:-1]
    try:
        return json.loads(text.replace("'", '"') if text[:1] in {"[", "{"} and '"' not in text else text)
    except ValueError:
        raise errors.bad(f"The parameter value '{text}' of '{function}' cannot be read.", "0x80048d19") from None
