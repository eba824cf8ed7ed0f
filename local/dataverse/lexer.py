"""Query text to tokens. Positions are kept, because Dataverse's sentences name them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from local.dataverse import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

READ_BEFORE = 1024
"""How many texts of each sort are kept as they were read: clients ask the same questions again and again."""
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<guid>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?![\w-]))
      | (?P<instant>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[zZ]|[+-]\d{2}:\d{2})?(?![\w:]))
      | (?P<date>\d{4}-\d{2}-\d{2}(?![\w:-]))
      | (?P<decimal>[+-]?\d+(?:\.\d+(?:[eE][+-]?\d{1,3})?|[eE][+-]?\d{1,3})[mMdDfF]?(?!\w))
      | (?P<integer>[+-]?\d+[lL]?(?![\w.]))
      | (?P<word>[A-Za-z_$@][\w.$]*)
      | (?P<mark>[(),/:=*;\[\]{}])
      | (?P<string>'[^']*+(?:''[^']*+)*+')
      | (?P<listed>"(?:[^"\\]|\\.)*+")
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)


class Token(NamedTuple):
    """One word, literal or mark. `text` of a string is without quotes and with doubled quotes undone."""

    kind: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """Split query text. Errors: 400 with the position of what cannot be read."""
    return list(_scan(text))


def _scan(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        kind, found = match.lastgroup, match.group()
        if kind == "string":
            yield Token(kind, found[1:-1].replace("''", "'"), at)
        elif kind is not None and kind != "space":
            yield Token(kind, found, at)
        at = match.end()
    yield Token("end", "", at)


def _unreadable(text: str, at: int) -> errors.DataverseError:
    if text[at] in "'\"":
        return errors.bad(f"There is an unterminated literal at position {len(text)} in '{text}'.", "")
    return errors.bad(f"Syntax error: character '{text[at]}' is not valid at position {at} in '{text}'.")


def _closing(text: str, at: int) -> int:
    """Behind the quoted text that begins here. Errors: 400 for one that does not end."""
    match = _TOKEN.match(text, at)
    if match is None:
        raise _unreadable(text, at)
    return match.end()


@lru_cache(maxsize=16)
def _stops(mark: str) -> re.Pattern[str]:
    """Every letter that splitting at a mark has to look at."""
    return re.compile(rf"['\"()\[\]{{}}{re.escape(mark)}]")


def split(text: str, mark: str) -> list[str]:
    """Split at a mark outside quotes, parentheses, brackets and braces. Errors: 400 for one that is left open."""
    parts: list[str] = []
    depth = begin = at = 0
    stops = _stops(mark)
    while depth >= 0 and (found := stops.search(text, at)) is not None:
        letter, at = found.group(), found.start()
        if letter in "'\"":
            at = _closing(text, at)
            continue
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif depth == 0:
            parts.append(text[begin:at])
            begin = at + 1
        at += 1
    if depth != 0:
        raise errors.bad(f"Syntax error: the parentheses of '{text}' do not match.")
    parts.append(text[begin:])
    return parts
