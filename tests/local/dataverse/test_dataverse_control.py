"""The control surface: the examples of its reference page, and bodies that it cannot use."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from local.dataverse.trial import Api

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "local-dataverse.md"
EXAMPLES = [
    example
    for block in re.findall(r"```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for example in block.strip().split("\n\n")
]


def holds(wanted: object, found: object) -> bool:
    """Whether an answer has everything that the page shows of it."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(name in found and holds(value, found[name]) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(holds, wanted, found))
    return wanted == found


def test_the_pages_examples(api: Api) -> None:
    """Every one, in order, on one tenant."""
    assert len(EXAMPLES) > 25
    for example in EXAMPLES:
        asked, answered = example.split("\n")
        method, path, *body = asked.split(" ", 2)
        status, _, wanted = answered.partition(" ")
        answer = api(method, path, json.loads(body[0]) if body else None)
        assert answer.status == int(status), (example, answer.text)
        if wanted.startswith("{"):
            assert holds(json.loads(wanted), answer.json), (example, answer.text)
        else:
            assert wanted in answer.text, (example, answer.text)


@pytest.mark.parametrize(
    ("method", "name", "body", "words"),
    [
        ("POST", "snapshot", {}, "'name' must be a text that is not empty"),
        ("POST", "snapshot", {"name": 5}, "'name' must be a text"),
        ("POST", "snapshot", {"name": "a", "full": True}, "takes no 'full'; it has name"),
        ("POST", "restore", {}, "'name' must be a text"),
        ("POST", "reset", {"hard": True}, "takes no 'hard'"),
        ("PUT", "clock", {}, "'now' must be a text"),
        ("PUT", "clock", {"now": "9999-12-31T23:59:59Z"}, "in the years 1990 to 2199"),
        ("PUT", "clock", {"now": "2026-11-01T00:00:00"}, "with its offset"),
        ("POST", "faults", {"kind": "error", "count": 0}, "'count' must be a whole number from 1"),
        ("POST", "faults", {"kind": "error", "count": True}, "'count' must be a whole number"),
        ("POST", "faults", {"kind": "error", "status": 200}, "'status' must be a whole number from 400 to 599"),
        ("POST", "faults", {"kind": "error", "match": 5}, "'match' must be a text"),
        ("POST", "faults", {"kind": "error", "match": "("}, "'match' must be a regular expression"),
        ("POST", "faults", {"kind": "drop-after", "wait_s": -1}, "'wait_s' must be a number of seconds"),
        ("POST", "faults", {"kind": "error", "retry_after_s": "5"}, "'retry_after_s' must be a whole number"),
        ("POST", "faults", {"kind": "error", "statuscode": 500}, "takes no 'statuscode'"),
        ("PUT", "limits", {"requests": -1}, "'requests' must be a whole number"),
        ("PUT", "limits", {"concurrent": 1.5}, "'concurrent' must be a whole number"),
        ("PUT", "limits", {"time_s": "x"}, "'time_s' must be a number of seconds"),
        ("PUT", "webhooks", {"drop": -1}, "'drop' must be a whole number"),
        ("PUT", "webhooks", {"repeat": None}, "'repeat' must be a whole number"),
    ],
)
def test_bodies_that_it_cannot_use(api: Api, method: str, name: str, body: dict[str, Any], words: str) -> None:
    """400 with a sentence about what is wrong."""
    answer = api(method, f"/_local/{name}", body)
    assert answer.status == 400
    assert words in answer.message


@pytest.mark.parametrize("body", [b"[]", b"5", b'"x"', b"{", b'{"name": NaN}'])
def test_bodies_that_are_no_object(api: Api, body: bytes) -> None:
    """Neither JSON nor an object."""
    assert api("POST", "/_local/snapshot", body).status == 400


def test_snapshots_are_kept_by_name(api: Api) -> None:
    """Each comes back as often as one likes, and one of the same name replaces the older."""
    for name in ("empty", "one", "two"):
        api.control("POST", "snapshot", name=name)
        api.create("accounts", name=name)
    for name, rows in (("two", 2), ("empty", 0), ("one", 1), ("two", 2)):
        api.control("POST", "restore", name=name)
        assert len(api.rows("accounts")) == rows
    api.control("POST", "snapshot", name="empty")
    api.control("POST", "reset")
    api.control("POST", "restore", name="empty")
    assert len(api.rows("accounts")) == 2
    assert api.control("GET", "snapshot").json == {"names": ["empty", "one", "two"]}
