"""Multipart bodies and the HTTP messages inside them, as bytes; nothing here knows what a row is.

Source: learn.microsoft.com, "Execute batch operations using the Web API"; RFC 2046 section 5.1, RFC 9112 section 2.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_REST_OF_LINE = re.compile(rb"(--)?[ \t]*(?=\r?\n|\Z)")
_BOUNDARY = re.compile(r"boundary=(?:\"([^\"]+)\"|([^\s;]+))", re.IGNORECASE)
_STATUS = re.compile(rb"\AHTTP/\d(?:\.\d)? (\d{3})\b")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body. Header names are lower case."""

    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def boundary(prefix: str, bodies: Iterable[bytes]) -> str:
    """A boundary that occurs in none of the bodies: it is made from all of them."""
    digest = hashlib.sha256()
    for body in bodies:
        digest.update(body)
    return f"{prefix}_{digest.hexdigest()[:32]}"


def boundary_of(content_type: str) -> str:
    """The boundary that a content type names. Errors: ValueError when it names none."""
    match = _BOUNDARY.search(content_type) if content_type.lower().startswith("multipart/") else None
    if match is None:
        message = "not a multipart content type with a boundary"
        raise ValueError(message)
    return match.group(1) or match.group(2)


def join(parts: Sequence[Part], mark: str) -> bytes:
    """Write a multipart body with CRLF line ends."""
    pieces = []
    for part in parts:
        pieces += [f"--{mark}\r\n".encode(), message("", part.headers, part.body), b"\r\n"]
    return b"".join([*pieces, f"--{mark}--\r\n".encode()])


def split(body: bytes, mark: str) -> list[Part]:
    """Read a multipart body; line ends may be CRLF or LF.

    Errors: ValueError when the closing boundary is missing: the body was cut off.
    """
    parts: list[Part] = []
    began = None
    for start, after, closes in _delimiters(body, b"--" + mark.encode()):
        end = _line_start(body, start)
        if end is None:
            continue
        if began is not None:
            parts.append(_part(body[began:end]))
        if closes:
            return parts
        began = after
    text = "a multipart body without its closing boundary"
    raise ValueError(text)


def _delimiters(body: bytes, text: bytes) -> Iterator[tuple[int, int, bool]]:
    """Where a boundary with nothing behind it on its line begins and ends, and whether it is the closing one.

    Each answer has a boundary of its own: a pattern for it would be compiled for it alone.
    """
    at = body.find(text)
    while at >= 0:
        rest = _REST_OF_LINE.match(body, at + len(text))
        if rest is not None:
            yield at, rest.end(), rest.group(1) is not None
        at = body.find(text, at + 1 if rest is None else rest.end())


def _line_start(body: bytes, at: int) -> int | None:
    """Where the line end before a delimiter begins, which belongs to it; None when it does not stand at the start of a line."""
    if at == 0:
        return 0
    before = body[max(at - 2, 0) : at]
    return at - 2 if before == b"\r\n" else at - 1 if before.endswith(b"\n") else None


def _part(raw: bytes) -> Part:
    content = raw[2:] if raw.startswith(b"\r\n") else raw[1:]
    if _LINE_END.match(content):
        return Part({}, content[2:] if content.startswith(b"\r\n") else content[1:])
    head, body = _head_and_body(content)
    return Part(_headers(head), body)


def message(start: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Write a start line (none when empty), headers, a blank line and a body."""
    lines = [start] if start else []
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "".join(f"{line}\r\n" for line in lines)
    return f"{head}\r\n".encode() + body


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer inside a part."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def response(raw: bytes) -> Response:
    """Read an HTTP answer. Errors: ValueError when it does not begin with a status line."""
    head, body = _head_and_body(raw.lstrip(b"\r\n"))
    status = _STATUS.match(head)
    if status is None:
        text = "a part of the batch answer does not begin with an HTTP status line"
        raise ValueError(text)
    return Response(int(status.group(1)), _headers(_LINE_END.sub(b"\n", head).partition(b"\n")[2]), body.strip(b"\r\n"))


def _head_and_body(raw: bytes) -> tuple[bytes, bytes]:
    blank = _BLANK_LINE.search(raw)
    return (raw, b"") if blank is None else (raw[: blank.start()], raw[blank.end() :])


def _headers(head: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.decode("latin-1").splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
