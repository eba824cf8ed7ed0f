"""Query text to tokens. Positions are kept, because Dataverse's sentences name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from local.dataverse import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<guid>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?![\w-]))
      | (?P<instant>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[zZ]|[+-]\d{2}:\d{2})?(?![\w:]))
      | (?P<date>\d{4}-\d{2}-\d{2}(?![\w:-]))
      | (?P<decimal>[+-]?\d+(?:\.\d+(?:[eE][+-]?\d{1,3})?|[eE][+-]?\d{1,3})[mMdDfF]?(?!\w))
      | (?P<integer>[+-]?\d+[lL]?(?![\w.]))
      | (?P<word>[A-Za-z_$@][\w.$]*)
      | (?P<mark>[(),/:=*;\[\]{}])
    """,
    re.VERBOSE | re.ASCII,
)
_LIST_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
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
        letter = text[at]
        if letter == "'":
            token, at = _string(text, at)
            yield token
            continue
        if letter == '"':
            token, at = _list_string(text, at)
            yield token
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            message = f"Syntax error: character '{letter}' is not valid at position {at} in '{text}'."
            raise errors.bad(message)
        if match.lastgroup != "space":
            yield Token(str(match.lastgroup), match.group(), at)
        at = match.end()
    yield Token("end", "", at)


def _string(text: str, start: int) -> tuple[Token, int]:
    at = start + 1
    while True:
        closing = text.find("'", at)
        if closing < 0:
            raise errors.bad(f"There is an unterminated literal at position {len(text)} in '{text}'.", "")
        if text[closing + 1 : closing + 2] != "'":
            return Token("string", text[start + 1 : closing].replace("''", "'"), start), closing + 1
        at = closing + 2


def _list_string(text: str, start: int) -> tuple[Token, int]:
    match = _LIST_STRING.match(text, start)
    if match is None:
        raise errors.bad(f"There is an unterminated literal at position {len(text)} in '{text}'.", "")
    return Token("listed", match.group(), start), match.end()


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
            _, at = _string(text, at) if letter == "'" else _list_string(text, at)
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
