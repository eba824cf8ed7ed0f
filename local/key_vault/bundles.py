"""Secrets as the REST API writes them: with their value (bundle), without (item), and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.key_vault.store import Version

RECOVERABLE_DAYS = 90


def item(base: str, name: str, found: Version, *, version: bool = False) -> dict[str, Any]:
    """A secret without its value."""
    attributes: dict[str, Any] = {
        "enabled": found.enabled,
        "created": found.created,
        "updated": found.updated,
        "recoveryLevel": "Recoverable+Purgeable",
        "recoverableDays": RECOVERABLE_DAYS,
    }
    attributes |= {key: value for key, value in (("nbf", found.not_before), ("exp", found.expires)) if value is not None}
    written: dict[str, Any] = {"id": f"{base}/secrets/{name}" + (f"/{found.id}" if version else ""), "attributes": attributes}
    if found.content_type is not None:
        written["contentType"] = found.content_type
    if found.tags is not None:
        written["tags"] = found.tags
    return written


def bundle(base: str, name: str, found: Version) -> dict[str, Any]:
    """A version with its value."""
    return {"value": found.value} | item(base, name, found, version=True)


def deleted_bundle(base: str, name: str, found: Version, deleted: int) -> dict[str, Any]:
    """A deleted secret."""
    return item(base, name, found, version=True) | {
        "recoveryId": f"{base}/deletedsecrets/{name}",
        "deletedDate": deleted,
        "scheduledPurgeDate": deleted + RECOVERABLE_DAYS * 86_400,
    }
