"""How Dataverse compares texts: letter case aside, with SQL Server's wildcards in patterns.

ASCII is left to SQLite (NOCASE, LIKE), which is fast; anything else goes through the functions `fold` and `matches` installed
here. Source: Microsoft Learn, "Filter rows using OData" (all string comparison is case-insensitive; `% _ [] [^]` act as
wildcards).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


def install(db: sqlite3.Connection) -> None:
    """Give a connection the functions `fold(text)` and `matches(pattern, text)`."""
    db.create_function("fold", 1, fold, deterministic=True)
    db.create_function("matches", 2, matches, deterministic=True)


def fold(value: str | float | bytes | None) -> str | int | float | bytes | None:
    """A text as it compares; anything else is left alone."""
    return value.casefold() if isinstance(value, str) else value


def matches(pattern: object, text: object) -> int | None:
    """Whether a text matches a LIKE pattern of SQL Server."""
    if not isinstance(pattern, str) or not isinstance(text, str):
        return None
    return int(_compiled(pattern).fullmatch(text.casefold()) is not None)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts: list[str] = []
    rest = re.sub("%+", "%", pattern.casefold())
    while rest:
        closing = rest.find("]", 1) if rest[0] == "[" else -1
        if closing > 1:
            parts.append(_set(rest[1:closing]))
            rest = rest[closing + 1 :]
            continue
        parts.append({"%": ".*?", "_": "."}.get(rest[0], re.escape(rest[0])))
        rest = rest[1:]
    return re.compile("".join(parts), re.DOTALL)


def _set(members: str) -> str:
    negated = members.startswith("^") and len(members) > 1
    body = members[1:] if negated else members
    ranges = re.fullmatch(r"(.)-(.)", body, re.DOTALL)
    if ranges and ranges[1] <= ranges[2]:
        inner = f"{re.escape(ranges[1])}-{re.escape(ranges[2])}"
    else:
        inner = "".join(re.escape(letter) for letter in body)
    return f"[{'^' if negated else ''}{inner}]"
