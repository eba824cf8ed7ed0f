"""Multipart bodies: what is written is what is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataverse.multipart import Part, boundary, boundary_of, join, message, response, split

DATA = Path(__file__).parent.parent / "data" / "dataverse"
NAMES = st.from_regex(r"[a-z][a-z-]{0,10}", fullmatch=True)
TEXT = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=20)
BODIES = st.binary(max_size=60) | st.lists(
    st.sampled_from([b"--", b"\r", b"\n", b"\r\n", b"--batch", b"a", b" "]), max_size=8
).map(b"".join)
PARTS = st.lists(st.builds(Part, st.dictionaries(NAMES, TEXT, max_size=3), BODIES), max_size=5)


@settings(max_examples=100)
@given(PARTS)
def test_every_body_survives(parts: list[Part]) -> None:
    """Any headers and any bytes come back, even ones that look like delimiters."""
    mark = boundary("batch", [part.body for part in parts])
    assert split(join(parts, mark), mark) == parts


@settings(max_examples=50)
@given(PARTS, PARTS)
def test_parts_may_be_multipart_themselves(inner: list[Part], outer: list[Part]) -> None:
    """A change set stands inside a batch."""
    inner_mark = boundary("changeset", [part.body for part in inner])
    whole = [*outer, Part({"content-type": f"multipart/mixed;boundary={inner_mark}"}, join(inner, inner_mark))]
    mark = boundary("batch", [part.body for part in whole])
    read = split(join(whole, mark), mark)[-1]
    assert split(read.body, boundary_of(read.headers["content-type"])) == inner


@settings(max_examples=50)
@given(PARTS, st.integers(1, 40))
def test_a_body_that_was_cut_off_is_noticed(parts: list[Part], missing: int) -> None:
    """Without its closing boundary a body is not read at all."""
    mark = boundary("batch", [part.body for part in parts])
    whole = join(parts, mark).removesuffix(b"--\r\n")
    with pytest.raises(ValueError, match="without its closing boundary"):
        split(whole[: -missing + 1] if missing > 1 else whole, mark)


@given(st.integers(100, 599), st.dictionaries(NAMES, TEXT, max_size=3), st.binary(max_size=40))
def test_answers_inside_parts(status: int, headers: dict[str, str], body: bytes) -> None:
    """Status, headers and body of an inner answer come back; line ends around a body do not belong to it."""
    read = response(message(f"HTTP/1.1 {status} Whatever", headers, body))
    assert (read.status, dict(read.headers), read.body) == (status, headers, body.strip(b"\r\n"))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ('multipart/mixed; boundary="batch_1"', "batch_1"),
        ("multipart/mixed;boundary=batch_1", "batch_1"),
        ("Multipart/Mixed; charset=utf-8; Boundary=batch_1; x=y", "batch_1"),
    ],
)
def test_boundaries_are_found(text: str, want: str) -> None:
    """Quoted and bare, in any letter case, among other parameters."""
    assert boundary_of(text) == want


@pytest.mark.parametrize("text", ["", "application/json", "multipart/mixed", "application/json; boundary=x"])
def test_other_content_types_have_none(text: str) -> None:
    """A body that is not multipart has no boundary."""
    with pytest.raises(ValueError, match="not a multipart"):
        boundary_of(text)


def test_plain_line_ends_are_understood() -> None:
    """Some gateways drop carriage returns; text before the first boundary and after the last does not count."""
    raw = b"preamble --b\n--b\nContent-Type: x\n\nhello\n--b\n\nno head\n--b  \nA: 1\n--b--\nepilogue\n--b--"
    assert split(raw, "b") == [Part({"content-type": "x"}, b"hello"), Part({}, b"no head"), Part({"a": "1"}, b"")]


def test_an_answer_without_headers_or_status() -> None:
    """The shortest answer is a status line; anything else is none."""
    assert response(b"HTTP/1.1 204 No Content\r\n").status == 204
    with pytest.raises(ValueError, match="status line"):
        response(b"<html>")


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("01-no-changeset.response.http", [204, 204, 204, 200]),
        ("06-first-fails.response-continue-on-error.http", [400, 204]),
        ("06-first-fails.response-default.http", [400]),
    ],
)
def test_documented_answers(name: str, statuses: list[int]) -> None:
    """The answers that Microsoft prints are read."""
    body = (DATA / name).read_bytes().partition(b"\r\n\r\n")[2]
    mark = body.splitlines()[0].removeprefix(b"--").decode()
    assert [response(part.body).status for part in split(body, mark)] == statuses
