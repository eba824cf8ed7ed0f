"""Labels: texts in several languages, as a definition gives them and as a change of it merges them.

`MSCRM.MergeLabels: true` keeps the languages that a change does not name; without it they go.

Source: Microsoft Learn, "Create and update table definitions using the Web API", Update table definitions.
"""

from __future__ import annotations

from typing import Any

from local.dataverse import errors
from local.dataverse.fixed import fixed

Label = dict[str, Any]
LANGUAGE = 1033
"""The language of every user here."""


def label(text: str) -> Label:
    """A label in one language; none for no text."""
    return in_languages({LANGUAGE: text} if text else {})


def in_languages(texts: dict[int, str]) -> Label:
    """A label from its texts by language."""
    made = [
        {"Label": text, "LanguageCode": code, "IsManaged": False, "MetadataId": fixed("label", text), "HasChanged": None}
        for code, text in texts.items()
    ]
    return {"LocalizedLabels": made, "UserLocalizedLabel": next((one for one in made if one["LanguageCode"] == LANGUAGE), None)}


def texts(given: object, what: str) -> dict[int, str]:
    """The texts of a label by language; empty ones are left out. Errors: 400 for what is no label."""
    if given is None:
        return {}
    listed = given.get("LocalizedLabels") if isinstance(given, dict) else None
    if not isinstance(listed, list):
        raise errors.bad(f"'{what}' must be a label: an object with LocalizedLabels.", "0x80048403")
    found: dict[int, str] = {}
    for one in listed:
        code = one.get("LanguageCode", LANGUAGE) if isinstance(one, dict) else None
        if not isinstance(code, int) or isinstance(code, bool) or not isinstance(one.get("Label") or "", str):
            raise errors.bad(f"A text of '{what}' needs Label and LanguageCode.", "0x80048403")
        if one.get("Label"):
            found[code] = str(one["Label"])[:500]
    return found


def merged(old: dict[int, str], new: dict[int, str], *, keep: bool) -> dict[int, str]:
    """The texts after a change."""
    return {**old, **new} if keep else new
