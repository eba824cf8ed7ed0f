"""Members of a definition that describe and do not act: labels in several languages and settings of forms, search and mobile use.

They are kept as they were given and shown again, so that reading a definition and putting it back changes nothing. Source:
Microsoft Learn, "Create and update table definitions using the Web API", Update table definitions (the whole definition is put).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.dataverse import attributes, definitions, errors, labels

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.dataverse.made import Pairs

Json = dict[str, Any]
LABELS = ("DisplayName", "DisplayCollectionName", "Description")


def table(body: Json, old: Pairs = (), *, keep_labels: bool = False) -> Pairs:
    """What a table's definition says besides, over what it said. Errors: 400 for a value of the wrong type."""
    managed = {name: rule for name, (_, rule) in definitions.DESCRIPTIVE.items()}
    return _told(body, old, managed, definitions.FLAGS, keep_labels=keep_labels)


def column(body: Json, old: Pairs = (), *, keep_labels: bool = False) -> Pairs:
    """What a column's definition says besides, over what it said. Errors: 400 for a value of the wrong type."""
    return _told(body, old, attributes.DESCRIPTIVE, (), keep_labels=keep_labels)


def _told(body: Json, old: Pairs, managed: dict[str, str], flags: Iterable[str], *, keep_labels: bool) -> Pairs:
    found = dict(old)
    for name in LABELS:
        given = labels.texts(body.get(name), name)
        before = labels.texts(json.loads(found[name]), name) if name in found else {}
        texts = labels.merged(before, given, keep=keep_labels) if given else before
        if set(texts) - {labels.LANGUAGE}:
            found[name] = json.dumps(labels.in_languages(texts))
        else:
            found.pop(name, None)
    for name, rule in managed.items():
        if body.get(name) is not None:
            found[name] = json.dumps(_managed(name, body[name], rule))
    for name in flags:
        if body.get(name) is not None:
            found[name] = json.dumps(_flag(name, body[name]))
    return tuple(found.items())


def _managed(name: str, given: object, rule: str) -> Json:
    value, open_ = (given.get("Value"), given.get("CanBeChanged", True)) if isinstance(given, dict) else (given, True)
    return {"Value": _flag(name, value), "CanBeChanged": open_ is not False, "ManagedPropertyLogicalName": rule}


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise errors.bad(f"'{name}' must be true or false.", "0x80048403")
    return value
