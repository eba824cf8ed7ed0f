"""Audit entries as a chain of lines. Each line holds the hash of the one before and its own, over everything else that it says.

    {"line": 0, "kind": "head", "environment": …, "from": …, "to": …, "previous": "", "hash": …}
    {"line": 1, "kind": "entry", …, "previous": hash of line 0, "hash": …}
    {"line": 2, "kind": "end", "entries": 1, "previous": hash of line 1, "hash": …}

A line that was changed, left out, put in or moved breaks the chain there; a file that was cut has no end line. Whoever made the
file could make another one from changed values: so the last hash belongs into the auditor's own hands when the file is made.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from work365.auditing.entry import AuditEntry, Who

HEAD, ENTRY, END = "head", "entry", "end"
Line = dict[str, Any]


def chained(entries: Iterable[AuditEntry], *, environment: str, begin: datetime, end: datetime) -> Iterator[Line]:
    """The lines of an export, in order. Shape: `end` is exclusive; entries come in the order of their moments."""
    line = _sealed({"line": 0, "kind": HEAD, "environment": environment, "from": begin.isoformat(), "to": end.isoformat()}, "")
    yield line
    number = 0
    for number, entry in enumerate(entries, 1):
        line = _sealed({"line": number, "kind": ENTRY, **_said(entry)}, line["hash"])
        yield line
    yield _sealed({"line": number + 1, "kind": END, "entries": number}, line["hash"])


def written(line: Line) -> str:
    """A line as it stands in the file."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def broken(lines: Iterable[str]) -> str | None:
    """Where a file is not what was written, as a sentence; None when it is whole."""
    previous, number, kind = "", -1, ""
    for number, text in enumerate(lines):
        if kind == END:
            return f"line {number + 1} stands behind the end; something was added"
        line = _read(text)
        if line is None:
            return f"line {number + 1} is no line of an audit export"
        why = _why_not(line, number, previous)
        if why:
            return f"line {number + 1} {why}"
        previous, kind = line["hash"], line["kind"]
    if kind != END:
        return (
            f"the file stops after line {number + 1} without its end; something is missing"
            if number >= 0
            else "the file is empty"
        )
    return None


def _why_not(line: Line, number: int, previous: str) -> str:
    kind = line.get("kind")
    if line.get("line") != number or line.get("previous") != previous:
        return "does not follow the one before it; a line was left out, put in or moved"
    if line.get("hash") != _hash(line):
        return "was changed after it was written"
    if (kind == HEAD) != (number == 0) or kind not in (HEAD, ENTRY, END):
        return "does not belong there"
    if kind == END and line.get("entries") != number - 1:
        return "counts other entries than the file has"
    return ""


def _read(text: str) -> Line | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _sealed(said: Line, previous: str) -> Line:
    line = {**said, "previous": previous}
    return {**line, "hash": _hash(line)}


def _hash(line: Line) -> str:
    said = {name: value for name, value in line.items() if name != "hash"}
    return hashlib.sha256(json.dumps(said, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()).hexdigest()


def _said(entry: AuditEntry) -> Line:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "who": _person(entry.who),
        "through": None if entry.through is None else _person(entry.through),
        "action": entry.action,
        "table": entry.table,
        "row": entry.row,
        "values": [{"column": value.column, "before": value.before, "after": value.after} for value in entry.values],
    }


def _person(who: Who) -> Line:
    return {"id": who.id, "name": who.name, "kind": who.actor.value}
