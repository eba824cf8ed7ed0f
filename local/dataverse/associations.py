"""Many-to-many navigation from one row: associating and disassociating; reading is in related.py.

    GET set(key)/nav · POST set(key)/nav/$ref · DELETE set(key)/nav(id)/$ref · DELETE set(key)/nav/$ref?$id=…

Source: Microsoft Learn, "Associate and disassociate table rows" (many-to-many).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.security.model import Right
from local.dataverse import errors, keys, principals, related
from local.dataverse.answers import empty

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import ManyNav
    from local.dataverse.references import Below
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row
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
            found, row_id = keys.reference(api.storage, context, target)
            if found.name != child.name:
                raise errors.bad(f"'{target}' is a row of '{found.name}', not of '{child.name}'.", "0x80048d19")
            other = api.storage.find(child, row_id) or {}
        _write(api, context, below, nav, own, other)
    return empty()


def _write(api: WebApi, context: Context, below: Below, nav: ManyNav, own: Row, other: Row) -> None:
    child = api.storage.catalog[nav.child]
    if nav.between in principals.RIGHTS:
        principals.may_associate(api.storage, context, nav.between)
    else:
        context.access.check(below.entity, own, Right.APPEND)
        context.access.check(child, other, Right.APPEND_TO)
    values = {nav.own: str(own[below.entity.primary_id]), nav.other: str(other[child.primary_id])}
    if below.method == "POST":
        principals.associate(api.storage, nav.between, values)
    elif not principals.dissociate(api.storage, nav.between, values):
        raise errors.not_found(child.name, values[nav.other])
