"""Parameters of functions and actions that are about rows: finding the rows.

Source: Microsoft Learn, "Use Web API functions" (entity references as JSON).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import errors, keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row

SPACE = "Microsoft.Dynamics.CRM."


def row(api: WebApi, context: Context, name: str, reference: object) -> tuple[Entity, Row]:
    """The row that a reference names, by `@odata.id` or by `@odata.type` and primary key. Errors: 400, 404."""
    if not isinstance(reference, dict):
        raise errors.bad(f"{name} needs a reference such as {{'@odata.id':'accounts(id)'}}.", "0x80048d19")
    found, row_id = keys.named(api.storage, context, reference)
    return found, api.storage.find(found, row_id) or {}


def choose(values: Iterable[str], wanted: str) -> set[str]:
    """Those that are a name, letter case aside."""
    return {value for value in values if value.lower() == wanted.lower()}
