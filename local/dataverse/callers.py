"""Query functions that ask for the caller: his id, his business unit, his teams, those who report to him, his language.

Source: Microsoft Learn, "Web API query function reference" (EqualUserId, EqualBusinessId, EqualUserTeams,
EqualUserOrUserHierarchy, EqualUserLanguage, …), FetchXML operators of the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import Column, Kind
from local.dataverse import errors, hierarchy, labels

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.entities import Catalog

_TEAMS = "SELECT teamid FROM teammembership WHERE systemuserid = ?"
_PARTS = {
    "EqualUserId": ("user",),
    "NotEqualUserId": ("user",),
    "EqualBusinessId": ("unit",),
    "NotEqualBusinessId": ("unit",),
    "EqualUserTeams": ("teams",),
    "EqualUserOrUserTeams": ("user", "teams"),
    "EqualUserOrUserHierarchy": ("user", "reports"),
    "EqualUserOrUserHierarchyAndTeams": ("user", "reports", "teams"),
    "EqualUserLanguage": (),
}
FUNCTIONS = frozenset(_PARTS)


def asked(name: str, sql: str, column: Column, user: str, unit: str, catalog: Catalog) -> tuple[str, list[Sql]]:
    """The condition of one function. Errors: 400 for a column of another type."""
    if name == "EqualUserLanguage":
        if column.kind is not Kind.INTEGER:
            raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs a number column; '{column.api_name}' is none.")
        return f"{sql} = ?", [labels.LANGUAGE]
    if column.kind not in {Kind.LOOKUP, Kind.GUID}:
        raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{name}' needs a lookup column; '{column.api_name}' is none.")
    who = unit if "unit" in _PARTS[name] else user
    if name.startswith("Not"):
        return f"{sql} IS NOT ?", [who]
    pieces = [_piece(part, sql, catalog) for part in _PARTS[name]]
    return f"({' OR '.join(pieces)})", [who] * len(pieces)


def _piece(part: str, sql: str, catalog: Catalog) -> str:
    if part == "teams":
        return f"{sql} IN ({_TEAMS})"
    person = catalog["systemuser"]
    manager = hierarchy.parent_of(person)
    if part == "reports" and manager is not None:
        return f"{sql} IN ({hierarchy.below(person, manager)})"
    return f"{sql} = ?"
