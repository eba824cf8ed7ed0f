"""Addresses: the segments of a path, key predicates, and query options.

Clients percent-encode what they like (`%24select`, `%27`, `%2C`), write spaces as `+` or `%20`, and put absolute or host-relative
addresses into batches; all of it means the same. Source: what public clients send, captured; Microsoft Learn, "Compose HTTP
requests".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

from local.dataverse import errors
from local.dataverse.lexer import split

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = re.compile(r"/api/data/(v\d\.\d)(?=/|\Z)")
OPTIONS = frozenset({"$select", "$expand", "$orderby", "$filter", "$apply", "$top", "$count", "$skiptoken", "$deltatoken"})
REFUSED = frozenset({"$skip", "$search", "$format", "$levels", "$compute", "$inlinecount", "$schemaversion", "$index"})
OTHER_QUERIES = frozenset({"fetchxml", "sql", "savedquery", "userquery"})
"""Options that hold or name a whole query in another language; they are read in lower case."""
_FILES = frozenset({"x-ms-file-name", "filecontinuationtoken", "size"})
PLAIN = frozenset({"tag", "annotations", "solutionuniquename", "$id", "api-version"}) | OTHER_QUERIES | _FILES
MAX_URL = 32_768
MAX_BATCH_URL = 65_536
READ_BEFORE = 4096
"""Addresses that are kept taken apart: clients ask the same again and again."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a path: a name, and the text between its parentheses if it had any."""

    name: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A path and its query, taken apart."""

    segments: tuple[Segment, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


_OTHERS = {
    "/api/search/": "Dataverse search",
    "/api/backgroundoperation": "background operations",
}


def relative(path: str) -> str | None:
    """The part of a path below `/api/data/vX.Y/`, or None if it is not a Web API path. Errors: 501 for Dataverse's other APIs."""
    for start, name in _OTHERS.items():
        if path.startswith(start):
            raise errors.unsupported(f"{name} ('{path}')")
    match = ROOT.match(path)
    return path[match.end() :].lstrip("/") if match else None


@lru_cache(READ_BEFORE)
def read(path: str, query: str) -> Address:
    """Take a Web API address apart. Errors: 400 or 501 that names an option which is not supported."""
    segments = tuple(_segment(part) for part in _split_path(unquote(path)) if part)
    options: dict[str, str] = {}
    aliases: dict[str, str] = {}
    plain: dict[str, str] = {}
    for pair in query.split("&"):
        if not pair:
            continue
        raw_name, _, raw_value = pair.partition("=")
        name, value = unquote_plus(raw_name), unquote_plus(raw_value)
        _place(name, value, options, aliases, plain)
    return Address(segments, options, aliases, plain, query)


def _place(name: str, value: str, options: dict[str, str], aliases: dict[str, str], plain: dict[str, str]) -> None:
    home = options if name in OPTIONS else aliases if name.startswith("@") else plain if name.lower() in PLAIN else None
    if home is None:
        raise errors.bad(f"The query option '{name}' is not supported.")
    if home is plain and name.lower() in OTHER_QUERIES:
        name = name.lower()
    if name in home:
        raise errors.bad(f"Query option '{name}' was specified more than once, but it must be specified at most once.")
    home[name] = value


def _split_path(path: str) -> list[str]:
    try:
        return split(path, "/")
    except errors.DataverseError:
        raise errors.bad(f"Bad Request - Error in query syntax: '{path}'.", "0x80060888") from None


def _segment(text: str) -> Segment:
    if text.endswith(")") and "(" in text:
        name, _, key = text[:-1].partition("(")
        return Segment(name, key)
    return Segment(text)


def key_pairs(key: str) -> list[tuple[str, str]]:
    """The `name=literal` pairs of a key predicate; a bare literal has the name "". Errors: 400."""
    pairs: list[tuple[str, str]] = []
    for part in split(key, ","):
        name, mark, value = part.strip().partition("=")
        quoted = name.lstrip().startswith("'")
        pairs.append((name.strip(), value.strip()) if mark and not quoted else ("", part.strip()))
    return pairs
