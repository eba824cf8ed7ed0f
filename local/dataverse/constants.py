"""Constants of query text: a token's number, text, date or id."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from local.dataverse import errors
from local.dataverse.expressions import Literal, Type

if TYPE_CHECKING:
    from local.dataverse.lexer import Token


def constant(token: Token) -> Literal | None:
    """What a token stands for, None when it is a word or a mark."""
    if token.kind in {"integer", "decimal"}:
        return _number(token.text)
    kind = {"string": Type.STRING, "guid": Type.GUID, "instant": Type.INSTANT, "date": Type.DATE}.get(token.kind)
    if kind is None:
        return None
    return Literal(kind, token.text.lower() if kind is Type.GUID else token.text)


def _number(text: str) -> Literal:
    bare = text.rstrip("lLmMdDfF")
    try:
        value = Decimal(bare)
    except InvalidOperation:
        raise errors.bad(f"'{text}' is not a number.") from None
    if "." in bare or "e" in bare.lower():
        return Literal(Type.DECIMAL, value)
    return Literal(Type.INTEGER, int(value)) if len(bare) < 40 else Literal(Type.DECIMAL, value)


def unescaped(quoted: str) -> str:
    """A text in double quotes, as lists have them. Errors: 400."""
    try:
        return str(json.loads(quoted, strict=False))
    except ValueError:
        raise errors.bad(f"{quoted} is not a valid string.") from None
