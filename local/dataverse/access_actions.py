"""Sharing rows with users and teams.

    POST GrantAccess, ModifyAccess   {"Target": …, "PrincipalAccess": {"Principal": …, "AccessMask": "ReadAccess, WriteAccess"}}
    POST RevokeAccess                {"Target": …, "Revokee": …}
    GET  RetrieveSharedPrincipalsAndAccess(Target=@t)

Only rows that belong to somebody are shared, with nobody's rights but one's own.
Source: Microsoft Learn, "Share a record" and Web API reference of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.security.model import Right
from local.dataverse import bodies, cascading, errors, parameters, row_parameters, shares
from local.dataverse.access import MASKS
from local.dataverse.answers import complex_answer, empty
from local.dataverse.parameters import Part

if TYPE_CHECKING:
    from local.dataverse.context import Context
    from local.dataverse.entities import Entity
    from local.dataverse.resources import WebApi
    from local.dataverse.storage import Row
    from local.dataverse.urls import Address
    from local.http import Response

GRANT, MODIFY, REVOKE = "GrantAccess", "ModifyAccess", "RevokeAccess"
ACTIONS = frozenset({GRANT, MODIFY, REVOKE})
SHARED = "RetrieveSharedPrincipalsAndAccess"
PRINCIPALS = frozenset({"systemuser", "team"})


def share(api: WebApi, context: Context, name: str, body: bytes) -> Response:
    """Share a row, change or end that. Errors: 403 without the right to share it; 400 for a body that is something else."""
    given = bodies.as_object(bodies.decode(body), name)
    access = given.get("PrincipalAccess") if name != REVOKE else {"Principal": given.get("Revokee"), "AccessMask": ""}
    if not isinstance(access, dict):
        raise errors.bad(f"{name} needs Target and PrincipalAccess.", "0x80048d19")
    with api.storage.transaction():
        table, row = row_parameters.row(api, context, name, given.get("Target"))
        who, whom = row_parameters.row(api, context, name, access.get("Principal"))
        rights = _rights(str(access.get("AccessMask") or ""))
        _check(context, table, row, who, rights if name != REVOKE else [])
        mask = sum(MASKS[right] for right in rights)
        principal = (who.name, str(whom[who.primary_id]))
        if name == MODIFY:
            shares.put(api.storage, (table.name, str(row[table.primary_id])), principal, mask, add=False)
        else:
            cascading.share(api.storage, table, row, principal, mask, cascading.SHARE if name == GRANT else cascading.UNSHARE)
    return empty()


def _check(context: Context, table: Entity, row: Row, who: Entity, rights: list[Right]) -> None:
    if "ownerid" not in table.columns:
        raise errors.bad(f"Rows of '{table.name}' belong to the organization and cannot be shared.", "0x80040203")
    if who.name not in PRINCIPALS:
        raise errors.bad("A row is shared with a user or a team.", "0x8004049e")
    context.access.check(table, row, Right.SHARE)
    for right in rights:
        context.access.check(table, row, right)


def _rights(text: str) -> list[Right]:
    known = {right.access: right for right in MASKS}
    words = [word.strip() for word in text.split(",") if word.strip()]
    if any(word not in known for word in words):
        raise errors.bad(f"'{text}' is no list of access rights.", "0x80048d19")
    return list(dict.fromkeys(known[word] for word in words))


def retrieve(api: WebApi, context: Context, address: Address) -> Response:
    """With whom a row is shared. Errors: 403 for who may not read it."""
    given = parameters.called(SHARED, (Part("Target", "EntityReference"),), address.segments[0], address.aliases)
    table, row = row_parameters.row(api, context, SHARED, given["Target"])
    context.access.check(table, row, Right.READ)
    found = api.storage.rows(
        "SELECT principaltypecode, principalid, accessrightsmask FROM principalobjectaccess WHERE objectid = ? ORDER BY 1, 2",
        (str(row[table.primary_id]),),
    )
    shares = [
        {
            "AccessMask": ", ".join(right.access for right, number in MASKS.items() if int(mask or 0) & number),
            "Principal": {"@odata.type": f"#{row_parameters.SPACE}{kind}", f"{kind}id": who, "ownerid": who},
        }
        for kind, who, mask in found
    ]
    return complex_answer(context, SHARED, {"PrincipalAccesses": shares})
