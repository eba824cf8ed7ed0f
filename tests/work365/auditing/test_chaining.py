"""An audit export shows every kind of tampering, and names the line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from work365.auditing.chaining import broken, chained, written
from work365.auditing.entry import Actor, AuditEntry, Value, Who

if TYPE_CHECKING:
    from collections.abc import Callable

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2026, 2, 1, tzinfo=UTC)
ANN = Who("u1", "Ann Ö", Actor.STAFF)
APP = Who("a1", "# Work365", Actor.APPLICATION)


def entry(number: int) -> AuditEntry:
    values = (Value("w365_quantity", None if number % 2 else "10", "12"),)
    return AuditEntry(
        f"e{number}", BEGIN + timedelta(hours=number), ANN, APP, "Update", "w365_subscription", f"r{number}", values
    )


def lines(count: int) -> list[str]:
    found = chained((entry(number) for number in range(count)), environment="https://org", begin=BEGIN, end=END)
    return [written(line) for line in found]


@pytest.mark.parametrize("count", [0, 1, 7])
def test_a_file_as_it_was_written_is_whole(count: int) -> None:
    made = lines(count)
    assert len(made) == count + 2
    assert broken(made) is None
    assert json.loads(made[-1])["entries"] == count


def test_a_line_says_who_did_what_for_whom() -> None:
    said = json.loads(lines(1)[1])
    assert said["who"] == {"id": "u1", "name": "Ann Ö", "kind": "staff"}
    assert said["through"] == {"id": "a1", "name": "# Work365", "kind": "application"}
    assert said["values"] == [{"column": "w365_quantity", "before": "10", "after": "12"}]


def swapped(text: list[str]) -> list[str]:
    return [*text[:2], text[3], text[2], *text[4:]]


@pytest.mark.parametrize(
    ("tampered", "sentence"),
    [
        (lambda text: [*text[:2], *text[3:]], "line 3 does not follow"),
        (lambda text: [*text[:3], text[2], *text[3:]], "line 4 does not follow"),
        (swapped, "line 3 does not follow"),
        (lambda text: [*text[:2], text[2].replace('"12"', '"13"'), *text[3:]], "line 3 was changed"),
        (lambda text: text[:-1], "the file stops after line 5"),
        (lambda text: [*text, text[-1]], "line 7 stands behind the end"),
        (lambda _: [], "the file is empty"),
        (lambda text: [*text[:2], "[]", *text[2:]], "line 3 is no line"),
        (lambda text: ["not JSON", *text], "line 1 is no line"),
        (lambda text: text[1:], "line 1 does not follow"),
    ],
)
def test_tampering_is_named_with_its_line(tampered: Callable[[list[str]], list[str]], sentence: str) -> None:
    found = broken(tampered(lines(4)))
    assert found is not None
    assert found.startswith(sentence)


@settings(max_examples=60)
@given(st.data())
def test_any_changed_character_is_noticed(data: st.DataObject) -> None:
    made = lines(3)
    at = data.draw(st.integers(0, len(made) - 1))
    place = data.draw(st.integers(0, len(made[at]) - 1))
    other = data.draw(st.characters(codec="utf-8", exclude_characters="\n").filter(lambda one: one != made[at][place]))
    changed = made[at][:place] + other + made[at][place + 1 :]
    if json_equal(changed, made[at]):
        return
    assert broken([*made[:at], changed, *made[at + 1 :]]) is not None


def json_equal(one: str, other: str) -> bool:
    """Letter case of an escape or a space between two members changes no value."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False
