"""Many-to-many navigation from one row: associating and disassociating; reading is in related.py.

    GET set(key)/nav · POST set(key)/nav/$ref · DELETE set(key)/nav(id)/$ref · DELETE set(key)/nav/$ref?$id=…

Source: Microsoft Learn, "Associate and disassociate table rows" (many-to-many).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse import keys, linking, pipeline, related
from local.dataverse.answers import empty

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import ManyNav
    from local.dataverse.references import Below
    from local.dataverse.resources import WebApi
    from local.http import Response


def answer(api: WebApi, context: Context, below: Below, nav: ManyNav, target: str | None) -> Response:
    """Do what a request below `set(key)/nav` asks; `target` is the reference that a write names."""
    if below.method == "GET":
        with api.storage.lock:
            return related.read(api, context, below, nav)
    below.only("POST", "DELETE")
    with api.storage.transaction():
        own = keys.required(api.storage, below.entity, below.which)
        child = api.storage.catalog[nav.child]
        if below.rest[0].key:
            other = keys.required(api.storage, child, keys.parse(child, below.rest[0].key))
        else:
            other = linking.member(api.storage, context, nav, target)
        write = linking.join if below.method == "POST" else linking.part
        write(api.storage, context, below.entity, own, nav, other)
        message = "Associate" if below.method == "POST" else "Disassociate"
        added = (nav.child, str(other[child.primary_id]))
        own_id = str(own[below.entity.primary_id])
        api.raise_message(context, pipeline.relation(message, below.entity, own_id, nav.name, added))
    return empty()
