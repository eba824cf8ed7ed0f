"""`Roles`: security roles with their privileges.

Source: Role of exported solutions and of the published schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.security.model import Depth
from local.dataverse.solutions import kinds, nodes
from local.dataverse.solutions.parts import Part, Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.dataverse.solutions.nodes import Node

DEPTHS = {depth.level: depth for depth in Depth}


def roles(group: Node | None) -> Iterator[Part]:
    """Errors: ImportFault for a level that is none."""
    for node in group.children("Role") if group is not None else ():
        yield _role(node)
    if group is not None:
        group.done()


def _role(node: Node) -> Part:
    name, role_id = node.required("name"), nodes.guid(node, "id", node.required("id"))
    node.place = f"Role[{name}]"
    node.ignore_attributes("unmodified", "isinherited")
    given = node.child("RolePrivileges")
    links = []
    for one in given.children("RolePrivilege") if given is not None else ():
        privilege, level = one.required("name"), one.required("level")
        one.done()
        if level not in DEPTHS:
            raise one.fault(f"The level '{level}' of '{privilege}' is not Basic, Local, Deep or Global.")
        links.append(("privilege", privilege, level))
    if given is not None:
        given.done()
    node.skip({"IsCustomizable", "IntroducedVersion", "IsAutoAssigned", "Description", "Descriptions", "AppliesTo"})
    node.done()
    values: Values = {"name": name, "isinherited": int(node.attribute("isinherited", "1") != "0")}
    return Part(kinds.ROLE, role_id, name, values, names={"name": name}, links=tuple(links), place=node.place)
