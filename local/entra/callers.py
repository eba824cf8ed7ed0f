"""How the local Dataverse asks the local directory about a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.dataverse.security import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.entra.app import Entra


def callers(entra: Entra, audience: str) -> Callable[[str], Caller | None]:
    """What `DataverseApp(authorize=…)` takes: whom a token speaks for, if it is good for this environment's address."""

    def caller(token: str) -> Caller | None:
        found = entra.verify(token, audience)
        if found is None:
            return None
        if found.is_person:
            return Caller(found.object_id, None, entra.directory.groups_of(found.object_id))
        return Caller(found.object_id, found.client_id or None)

    return caller
