"""SQL text to words, and the reading of one word after another."""

from __future__ import annotations

import re
from typing import NoReturn

from local.dataverse import errors

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<string>[nN]?'(?:[^']|'')*')
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<name>\[[^\]]+\]|"[^"]+"|[A-Za-z_][A-Za-z0-9_]*)
      | (?P<mark><>|!=|<=|>=|[=<>(),.*])
    """,
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = """
select distinct top from where group by order asc desc join inner left right full cross outer on and or not in like between is
null as having union offset fetch next rows row only case exists with insert update delete
"""
_WORDS = frozenset(_KEYWORDS.split())


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise errors.bad(f"Incorrect syntax near '{text[at : at + 20]}'.", "0x80040203")
        kind, word = str(match.lastgroup), match.group()
        if kind == "name":
            bare = word.strip('[]"')
            found.append(("word" if word == bare and bare.lower() in _WORDS else "name", bare))
        elif kind == "string":
            found.append((kind, word[word.index("'") + 1 : -1].replace("''", "'")))
        elif kind != "space":
            found.append((kind, word))
        at = match.end()
    return [*found, ("end", "")]


class Reader:
    """Reads words; `_aliases` are the tables known so far, by alias, "" for the root."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._root = ""
        self._aliases: dict[str, str] = {}

    @property
    def _kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def _text(self) -> str:
        return self._tokens[self._at][1]

    def _fail(self) -> NoReturn:
        raise errors.bad(f"Incorrect syntax near '{self._text}'.", "0x80040203")

    def _next(self) -> str:
        text = self._text
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return text

    def _is(self, *words: str) -> bool:
        """Whether these words stand here."""
        part = self._tokens[self._at : self._at + len(words)]
        return len(part) == len(words) and all(
            kind in {"word", "mark", "name"} and text.lower() == word for (kind, text), word in zip(part, words, strict=True)
        )

    def _take(self, *words: str) -> bool:
        if not self._is(*words):
            return False
        self._at += len(words)
        return True

    def _need(self, *words: str) -> None:
        if not self._take(*words):
            self._fail()

    def _name(self) -> str:
        if self._kind != "name":
            self._fail()
        return self._next()

    def _whole(self, most: int) -> int:
        if self._kind != "number" or not re.fullmatch(r"\d{1,6}", self._text, re.ASCII) or int(self._text) > most:
            self._fail()
        return int(self._next())

    def _column(self) -> tuple[str, str]:
        """The alias ("" is the root) and the name of a column."""
        first = self._name()
        if not self._take("."):
            return "", first.lower()
        if first.lower() not in self._aliases:
            raise errors.bad(f"The table or alias '{first}' is not known.", "0x80040203")
        return self._aliases[first.lower()], self._name().lower()
