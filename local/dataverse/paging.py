"""Paging cookies: where a page ended, in the shape that Dataverse gives them.

    $skiptoken=<cookie pagenumber="2" pagingcookie="%3ccookie%20page%3d%221%22…" istracking="False" />

The inner cookie names the last and first row of the page by the order columns and the primary key; the next page begins behind
the last one, so rows written meanwhile neither shift nor repeat anything. Source: Microsoft Learn, "Page results".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from local.dataverse import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.dataverse.codec import Sql

_OUTER = re.compile(
    r'<cookie pagenumber="(\d{1,9})" pagingcookie="([^"<>]*)" istracking="(True|False)" (?:version="(\d{1,18})" )?/>\Z', re.ASCII
)
_FIELD = re.compile(r'<(?P<name>[\w.]+) (?:last="(?P<last>[^"]*)"|lastnull="1") (?:first="[^"]*"|firstnull="1") />')
_INNER = re.compile(
    rf'<cookie page="\d{{1,9}}">(?P<fields>(?:{_FIELD.pattern.replace("?P<name>", "").replace("?P<last>", "")})*)</cookie>\Z'
)


@dataclass(frozen=True, slots=True)
class Cookie:
    """The page to give, and the values of the order columns and the key in the last row before it."""

    page: int
    last: tuple[Sql, ...]
    version: int | None = None


def _percent(text: str, safe: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), quote(text, safe=safe))


def token(page: int, names: Sequence[str], first: Sequence[Sql], last: Sequence[Sql], version: int | None = None) -> str:
    """The percent-encoded `$skiptoken` for a page; the last name is the primary key. `version` marks a tracked query."""
    fields = "".join(
        f"<{name} {_value('last', end, is_id)} {_value('first', begin, is_id)} />"
        for name, begin, end, is_id in zip(names, first, last, [False] * (len(names) - 1) + [True], strict=True)
    )
    inner = _percent(f'<cookie page="{page - 1}">{fields}</cookie>', "")
    tracking = "False" if version is None else "True"
    tail = "" if version is None else f' version="{version}"'
    return quote(f'<cookie pagenumber="{page}" pagingcookie="{inner}" istracking="{tracking}"{tail} />', safe="=/")


def fetch_cookie(page: int, names: Sequence[str], first: Sequence[Sql], last: Sequence[Sql]) -> str:
    """The annotation of a FetchXML page: its inner cookie is encoded twice."""
    fields = "".join(
        f"<{name} {_value('last', end, is_id)} {_value('first', begin, is_id)} />"
        for name, begin, end, is_id in zip(names, first, last, [False] * (len(names) - 1) + [True], strict=True)
    )
    inner = _percent(_percent(f'<cookie page="{page - 1}">{fields}</cookie>', ""), "")
    return f'<cookie pagenumber="{page}" pagingcookie="{inner}" istracking="False" />'


def read_fetch_cookie(text: str, names: Sequence[str]) -> tuple[Sql, ...]:
    """The last row that a `paging-cookie` names. Errors: 400 when it was not made for this query."""
    inner = _INNER.match(text)
    found = list(_FIELD.finditer(inner["fields"])) if inner else []
    if inner is None or [match["name"] for match in found] != list(names):
        raise _malformed()
    values = [_back(match["last"]) for match in found]
    if isinstance(values[-1], str):
        values[-1] = values[-1].strip("{}").lower()
    return tuple(values)


def _value(name: str, value: Sql, is_id: bool) -> str:
    if value is None:
        return f'{name}null="1"'
    marked = isinstance(value, int) or value.startswith("#")
    text = f"{{{str(value).upper()}}}" if is_id else f"{'#' if marked else ''}{value}"
    return f'{name}="{escape(text)}"'


def read(text: str, names: Sequence[str]) -> Cookie:
    """Read a `$skiptoken`. Errors: 400 when it was not made by this server for this query."""
    outer = _OUTER.match(text)
    inner = _INNER.match(unquote(outer[2])) if outer else None
    if outer is None or inner is None:
        raise _malformed()
    found = list(_FIELD.finditer(inner["fields"]))
    if [match["name"] for match in found] != list(names):
        raise _malformed()
    values = [_back(match["last"]) for match in found]
    if isinstance(values[-1], str):
        values[-1] = values[-1].strip("{}").lower()
    return Cookie(int(outer[1]), tuple(values), int(outer[4]) if outer[4] else None)


def _back(text: str | None) -> Sql:
    if text is None:
        return None
    plain = unescape(text)
    if plain.startswith("##"):
        return plain[1:]
    if re.fullmatch(r"#-?\d{1,19}", plain, re.ASCII) and -(2**63) <= int(plain[1:]) < 2**63:
        return int(plain[1:])
    return plain


def _malformed() -> errors.DataverseError:
    return errors.bad("Malformed XML in the Paging Cookie", "0x80040216")


def behind(terms: Sequence[tuple[str, bool]], last: Sequence[Sql]) -> tuple[str, list[Sql]]:
    """The condition for rows after the last one, in the order of `terms` (SQL, descending); nulls sort first."""
    options: list[str] = []
    values: list[Sql] = []
    for index, (sql, descending) in enumerate(terms):
        beyond = _beyond(sql, descending, last[index])
        if beyond is None:
            continue
        options.append(" AND ".join([*(f"{before} IS ?" for before, _ in terms[:index]), beyond]))
        values += list(last[:index])
        if last[index] is not None:
            values.append(last[index])
    return f"({' OR '.join(options)})" if options else "0", values


def _beyond(sql: str, descending: bool, last: Sql) -> str | None:
    if last is None:
        return None if descending else f"{sql} IS NOT NULL"
    return f"({sql} < ? OR {sql} IS NULL)" if descending else f"{sql} > ?"
