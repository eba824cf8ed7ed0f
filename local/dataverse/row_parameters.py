"""Parameters of functions and actions that are about rows: reading them, and finding the rows.

Source: Microsoft Learn, "Use Web API functions" (parameter aliases, entity references as JSON).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.dataverse import errors, keys, urls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row
    from local.dataverse.urls import Segment

SPACE = "Microsoft.Dynamics.CRM."


def given(segment: Segment, aliases: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a function by name: texts without their quotes, objects decoded."""
    found: dict[str, Any] = {}
    for name, text in urls.key_pairs(segment.key) if segment.key else ():
        value = aliases.get(text, "") if text.startswith("@") else text
        if value.startswith("{"):
            value = _object(value)
        elif value.startswith("'") and value.endswith("'") and len(value) > 1:
            value = value[1:-1].replace("''", "'")
        found[name] = value
    return found


def _object(text: str) -> Any:  # noqa: ANN401  JSON
    try:
        return json.loads(text.replace("'", '"'))
    except ValueError:
        raise errors.bad(f"The parameter value '{text}' is no object.", "0x80048d19") from None


def only(name: str, values: Mapping[str, Any], *wanted: str) -> None:
    """Errors: 400 for other parameters than these."""
    if set(values) != set(wanted):
        raise errors.bad(f"{name} takes exactly these parameters: {', '.join(wanted) or 'none'}.", "0x80048d19")


def row(api: WebApi, context: Context, name: str, reference: object) -> tuple[Entity, Row]:
    """The row that a reference names, by `@odata.id` or by `@odata.type` and primary key. Errors: 400, 404."""
    if not isinstance(reference, dict):
        raise errors.bad(f"{name} needs a reference such as {{'@odata.id':'accounts(id)'}}.", "0x80048d19")
    found, row_id = keys.named(api.storage, context, reference)
    return found, api.storage.find(found, row_id) or {}


def choose(values: Iterable[str], wanted: str) -> set[str]:
    """Those that are a name, letter case aside."""
    return {value for value in values if value.lower() == wanted.lower()}
