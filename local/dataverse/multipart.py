"""multipart/mixed as clients really send it, and as Dataverse answers it.

Boundaries quoted or not, LF or CRLF, blank lines before the first boundary, `Content-ID` in the part's head or in the inner
request's, in any letter case. Source: requests of public clients, captured; Microsoft Learn, "Execute batch operations".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from local.dataverse import errors

if TYPE_CHECKING:
    from local.http import Response

_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]+)"|([^\s;,"]+))', re.IGNORECASE)
_REQUEST_LINE = re.compile(r"(?P<method>[A-Za-z]+)[ \t]+(?P<target>\S.*)\Z")
_VERSION = re.compile(r"[ \t]+HTTP/\d(?:\.\d)?\Z")
CRLF = b"\r\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its headers (lower case) and its content."""

    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Inner:
    """A request inside a batch."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    content_id: str | None


def boundary(content_type: str) -> str | None:
    """The boundary of a multipart type, None if there is none."""
    if not content_type.lower().lstrip().startswith("multipart/"):
        return None
    match = _BOUNDARY.search(content_type)
    return (match[1] or match[2]) if match else None


def parts(body: bytes, mark: str) -> list[Part]:
    """Split a multipart body. Errors: 400 when its boundary never comes, or never ends."""
    chunks = _chunks(body, b"\n--" + mark.encode("latin-1", "replace"))
    if len(chunks) < 2:
        raise errors.bad(f"The batch has no part that begins with the boundary '{mark}'.", "0x80048d19")
    found: list[Part] = []
    for chunk in chunks[1:]:
        if chunk.startswith(b"--"):
            return found
        headers, content = _head(chunk.partition(b"\n")[2])
        found.append(Part(headers, content.removesuffix(b"\r")))
    raise errors.bad(f"The batch does not end with its closing boundary '--{mark}--'.", "0x80048d19")


def _chunks(body: bytes, delimiter: bytes) -> list[bytes]:
    """Split at whole delimiter lines; a longer boundary that begins like this one is no delimiter."""
    chunks: list[bytes] = []
    for piece in (b"\n" + body).split(delimiter):
        line = piece.partition(b"\n")[0]
        if chunks and not piece.startswith(b"--") and line.strip():
            chunks[-1] += delimiter + piece
        else:
            chunks.append(piece)
    return chunks


def _head(text: bytes) -> tuple[dict[str, str], bytes]:
    headers: dict[str, str] = {}
    while text:
        line, _, text = text.partition(b"\n")
        line = line.rstrip(b"\r")
        if not line.strip():
            break
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise errors.bad(f"'{name[:80]}' is not a header line of a batch part.", "0x80048d19")
        headers[name.strip().lower()] = value.strip()
    return headers, text


def inner(part: Part) -> Inner:
    """The request of an application/http part. Errors: 400 when it is none."""
    text = part.content.lstrip(b"\r\n")
    line, _, rest = text.partition(b"\n")
    match = _REQUEST_LINE.match(_VERSION.sub("", line.rstrip(b"\r").rstrip(b" \t").decode("latin-1")))
    if match is None or not part.headers.get("content-type", "application/http").lower().startswith("application/http"):
        raise errors.bad(
            "A part of the batch is not an HTTP request with a request line such as 'GET /api/data/v9.2/accounts HTTP/1.1'.",
            "0x80048d19",
        )
    headers, body = _head(rest) if rest.strip() else ({}, b"")
    content_id = part.headers.get("content-id") or headers.get("content-id")
    return Inner(match["method"].upper(), match["target"], headers, body, content_id)


def write_response(response: Response, content_id: str | None = None) -> bytes:
    """An answer as a part."""
    head = [b"Content-Type: application/http", b"Content-Transfer-Encoding: binary"]
    if content_id is not None:
        head.append(f"Content-ID: {content_id}".encode("latin-1", "replace"))
    phrase = HTTPStatus(response.status).phrase
    lines = [f"HTTP/1.1 {response.status} {phrase}".encode()]
    lines += [f"{name}: {value}".encode("latin-1", "replace") for name, value in response.headers]
    return CRLF.join([*head, b"", *lines, b"", response.body])


def write(mark: str, written: list[bytes]) -> bytes:
    """A multipart body."""
    delimiter = f"--{mark}".encode()
    pieces = [delimiter + CRLF + part + CRLF for part in written]
    return b"".join(pieces) + delimiter + b"--" + CRLF
