"""`EntityRelationships`: what a lookup points to, what follows a deletion, and the tables between two others.

Source: relationships of exported solutions; Microsoft Learn, "Configure table relationship cascading behavior".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.dataverse.solutions import faults

if TYPE_CHECKING:
    from local.dataverse.solutions.nodes import Node

EVENTS = {
    "CascadeAssign": "Assign",
    "CascadeDelete": "Delete",
    "CascadeReparent": "Reparent",
    "CascadeShare": "Share",
    "CascadeUnshare": "Unshare",
    "CascadeRollupView": "RollupView",
    "CascadeMerge": "Merge",
    "CascadeArchive": "Archive",
}
ACTIONS = {"NoCascade", "Cascade", "Active", "ActiveOnly", "UserOwned", "RemoveLink", "Restrict"}
PLAIN = {event: "RemoveLink" if event in {"Delete", "Archive"} else "NoCascade" for event in EVENTS.values()}
DISPLAY = {
    "IntroducedVersion",
    "IsCustomizable",
    "IsValidForAdvancedFind",
    "RelationshipDescription",
    "ReferencingAttributeRequiredLevel",
    "field",
    "SecurityTypes",
    "IsManaged",
}
ROLE = {"NavPaneDisplayOption", "NavPaneArea", "NavPaneOrder", "CustomLabels", "AssociationRoleOrdinal"}


@dataclass(frozen=True, slots=True)
class OneToMany:
    """A lookup of `child` called `column`, in its own letter case, to `parent`; `cascade` by event, as far as it is given."""

    name: str
    parent: str
    child: str
    column: str
    cascade: tuple[tuple[str, str], ...]
    place: str


@dataclass(frozen=True, slots=True)
class ManyToMany:
    """A table between two others, and the navigation property at each of them, "" for the usual one."""

    name: str
    between: str
    ends: tuple[str, str]
    navs: tuple[str, str]


def read(group: Node | None) -> tuple[list[OneToMany], list[ManyToMany]]:
    """Errors: ImportFault."""
    ones: list[OneToMany] = []
    manys: list[ManyToMany] = []
    if group is None:
        return ones, manys
    for node in group.children("EntityRelationship"):
        name = node.required("Name")
        node.place = f"{group.place}/EntityRelationship[{name}]"
        node.ignore_attributes("unmodified")
        node.skip(DISPLAY)
        if node.flag("IsHierarchical"):
            raise faults.unsupported(f"hierarchical relationships ({name})")
        kind = node.text("EntityRelationshipType")
        if kind == "OneToMany":
            ones.append(_one(node, name))
        elif kind == "ManyToMany":
            manys.append(_many(node, name))
        else:
            raise node.fault(f"The EntityRelationshipType '{kind}' is neither OneToMany nor ManyToMany.")
        node.done()
    group.done()
    return ones, manys


def _named(node: Node, name: str) -> str:
    found = node.text(name)
    if not found:
        raise node.fault(f"The element '{name}' is expected.")
    return found


def _one(node: Node, name: str) -> OneToMany:
    cascade = []
    for element, event in EVENTS.items():
        action = node.text(element)
        if action and action not in ACTIONS:
            raise node.fault(f"The '{element}' element has the value '{action}', which is no cascade type.")
        if action:
            cascade.append((event, action))
    column, parent = _named(node, "ReferencingAttributeName"), _named(node, "ReferencedEntityName").lower()
    for role, nav in _roles(node):
        if role == 1 and nav and nav not in {column, f"{column}_{parent}"}:
            raise faults.unsupported(f"the navigation property '{nav}' for the lookup '{column}' ({name})")
        if role == 0 and nav and nav != name:
            raise faults.unsupported(f"the navigation property '{nav}' for the relationship '{name}'")
    return OneToMany(
        name,
        parent,
        _named(node, "ReferencingEntityName").lower(),
        column,
        tuple(cascade),
        node.place,
    )


def _many(node: Node, name: str) -> ManyToMany:
    navs = [nav for _, nav in _roles(node)]
    first, second = (*navs, "", "")[:2]
    return ManyToMany(
        name,
        _named(node, "IntersectEntityName").lower(),
        (_named(node, "FirstEntityName").lower(), _named(node, "SecondEntityName").lower()),
        (first, second),
    )


def _roles(node: Node) -> list[tuple[int | None, str]]:
    group = node.child("EntityRelationshipRoles")
    if group is None:
        return []
    found = []
    for role in group.children("EntityRelationshipRole"):
        role.skip(ROLE)
        found.append((role.whole("RelationshipRoleType"), role.text("NavigationPropertyName")))
        role.done()
    group.done()
    return found
