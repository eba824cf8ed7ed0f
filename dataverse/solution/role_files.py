"""The matrix of roles as files: `Roles/<name>.xml`, each privilege with its level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.tables import BY_NAME
from dataverse.security.model import Depth, Role, privilege
from dataverse.solution.publisher import FIRST_VERSION, component_id
from dataverse.solution.xml import Element, flag, node

if TYPE_CHECKING:
    from collections.abc import Iterator


def role_id(name: str) -> str:
    """The id of a role, in braces."""
    return component_id("role", name)


def privileges(role: Role) -> Iterator[tuple[str, str]]:
    """Names and levels, in the order of names."""
    given = {privilege(BY_NAME[table], right): depth.level for (table, right), depth in role.grants.items()}
    given |= dict.fromkeys(role.more, Depth.ORGANIZATION.level)
    yield from sorted(given.items())


def role_file(role: Role) -> Element:
    """One role."""
    given = (node("RolePrivilege", name=name, level=level) for name, level in privileges(role))
    return node(
        "Role",
        flag("IsCustomizable", value=True),
        node("IntroducedVersion", FIRST_VERSION),
        node("RolePrivileges", *given),
        name=role.name,
        id=role_id(role.name),
    )
