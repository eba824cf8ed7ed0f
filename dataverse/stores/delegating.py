"""Delegations as people make and withdraw them, under their own rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.names import guid
from dataverse.query import Query, both, either, eq
from dataverse.rows import bind, status
from dataverse.stores import approving_rows as rows
from dataverse.stores.approving_rows import DELEGATION
from dataverse.webapi import Ref
from work365.approving.approval import Person
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from dataverse.webapi import WebApi
    from work365.approving.answering import Delegation

USER, NAMED_MAX = "systemuser", 10


class Delegations:
    """Who lets whom answer."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def users(self, text: str) -> list[Person]:
        """Users that a person may mean: by id, name, user name or address; at most NAMED_MAX."""
        try:
            which = eq("systemuserid", guid(text))
        except BadInput:
            which = either(*(eq(name, text) for name in ("fullname", "domainname", "internalemailaddress")))
        found = self._api.find(Query(USER, ("systemuserid", "fullname"), which, "fullname", top=NAMED_MAX))
        return [Person(row["systemuserid"], row["fullname"] or "") for row in found]

    def make(self, delegate: Person, start: date, end: date | None, note: str) -> str:
        """A delegation of whoever makes it; its id, also when the same stands already. Errors: NotAuthorised."""
        standing = self._standing(delegate, start, end)
        if standing is not None:
            return standing
        row = {
            "w365_name": f"{delegate} from {start}"[:200],
            "w365_startdate": start,
            "w365_enddate": end,
            "w365_note": note or None,
            **bind("w365_Delegate", USER, delegate.id),
        }
        return self._api.create(DELEGATION, row)

    def _standing(self, delegate: Person, start: date, end: date | None) -> str | None:
        """One's own for the same person and days: two would have to be withdrawn, and one would be forgotten."""
        me = str(self._api.who_am_i()["UserId"])
        days = both(eq("w365_startdate", start), eq("w365_enddate", end))
        named = both(eq("_ownerid_value", me), eq("_w365_delegate_value", delegate.id))
        row = self._api.first(Query(DELEGATION, ("w365_delegationid",), both(both(eq("statecode", 0), named), days)))
        return None if row is None else str(row["w365_delegationid"])

    def withdraw(self, delegation: str) -> None:
        """It lets nobody answer any more. Errors: NotFound; NotAuthorised."""
        self._api.update(Ref(DELEGATION, delegation), status(DELEGATION, "Inactive"))

    def active(self) -> Iterator[tuple[str, Delegation]]:
        """Those that are not withdrawn, with their ids, by their first day."""
        columns = ("w365_delegationid", *rows.DELEGATED)
        which = both(eq("statecode", 0), rows.WHOLE_DELEGATION)
        query = Query(DELEGATION, columns, which, "w365_startdate", expand=rows.DELEGATED_EXPAND, annotations=True)
        for row in self._api.find(query):
            yield row["w365_delegationid"], rows.delegation(row)
