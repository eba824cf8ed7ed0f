"""Which subscriptions a person means who types something: our id, the supplier's, or a name."""

from __future__ import annotations

from dataverse.query import either, eq, typed
from work365.ids import is_id


def named(text: str) -> str:
    """The filter. Shape: a supplier's id may look like one of ours, as those of Partner Center do."""
    theirs = either(typed("w365_externalid", text), typed("w365_printedname", text), typed("w365_name", text))
    return either(eq("w365_subscriptionid", text), theirs) if is_id(text) else theirs
