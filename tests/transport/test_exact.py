"""JSON with exact numbers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from http import HTTPStatus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transport.exact import dumps, loads
from work365.errors import InvariantBroken

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**12), max_value=10**12)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)


class Word(StrEnum):
    """A kind of text."""

    GO = "go"


@settings(max_examples=100)
@given(VALUES)
def test_every_value_comes_back_as_it_went(value: object) -> None:
    """Encoding and decoding changes no value, not even the scale of a number."""
    back = loads(dumps(value))
    assert back == value
    assert str(back) == str(value)


@settings(max_examples=100)
@given(VALUES)
def test_it_is_ordinary_json(value: object) -> None:
    """What we write is what everybody else's JSON reader reads."""
    assert json.loads(dumps(value), parse_float=Decimal) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.10"), b"0.10"),
        (Decimal("1E+5"), b"100000"),
        (Decimal("1E-18"), b"0.000000000000000001"),
        (Decimal("79.9900"), b"79.9900"),
        (date(2026, 2, 28), b'"2026-02-28"'),
        (datetime(2026, 2, 28, 12, tzinfo=UTC), b'"2026-02-28T12:00:00Z"'),
        (datetime(2026, 2, 28, 12, tzinfo=timezone(timedelta(hours=2))), b'"2026-02-28T10:00:00Z"'),
        ({}, b"{}"),
        ([], b"[]"),
        ((1, "é"), b'[1,"\\u00e9"]'),
        (HTTPStatus.OK, b"200"),
        (Word.GO, b'"go"'),
    ],
)
def test_how_values_are_written(value: object, text: bytes) -> None:
    """Decimals keep their digits without an exponent; days and moments are ISO text."""
    assert dumps(value) == text


@pytest.mark.parametrize(
    "value",
    [0.1, Decimal("NaN"), Decimal("Infinity"), datetime(2026, 1, 1), {1: "x"}, object(), {"a": [0.5]}, b"x"],  # noqa: DTZ001  the naive one
)
def test_what_is_not_exact_is_refused(value: object) -> None:
    """A float, a naive moment or a foreign object is a mistake of ours, found before it leaves."""
    with pytest.raises(InvariantBroken):
        dumps(value)


def test_depth_is_bounded() -> None:
    """A value nested without end is refused in both directions, with no crash."""
    value: object = 1
    for _ in range(40):
        value = [value]
    with pytest.raises(InvariantBroken):
        dumps(value)
    with pytest.raises(InvariantBroken):
        dumps(json.loads('{"a":' * 40 + "1" + "}" * 40))
    with pytest.raises(ValueError, match="not JSON"):
        loads("[" * 200_000)


@pytest.mark.parametrize("text", [b"NaN", b"[Infinity]", b"", b"<html>", b"\xff\xfe", b'{"a": 1'])
def test_what_is_not_json_is_a_value_error(text: bytes) -> None:
    """Nonsense, cut-off text and the words NaN and Infinity are not JSON."""
    with pytest.raises(ValueError):  # noqa: PT011  three kinds, all of them ValueErrors
        loads(text)


def test_a_byte_order_mark_is_forgiven() -> None:
    """Dataverse puts one before counts."""
    assert loads(b"\xef\xbb\xbf42") == 42
