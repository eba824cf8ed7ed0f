"""The unpacked package: every file by its path, worked out from the model and the declarations. No disk, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.schema.model import PREFIX
from dataverse.schema.tables import BY_NAME, CUSTOM
from dataverse.security.roles import ROLES
from dataverse.solution import layout
from dataverse.solution.entities import entity
from dataverse.solution.manifest import Component, Root, customizations, solution
from dataverse.solution.platform import physical_table
from dataverse.solution.relationships import relationships
from dataverse.solution.role_files import role_file, role_id
from dataverse.solution.xml import Element, node, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.schema.model import Table

Tree = dict[str, bytes]
SHELL = 2


def extended() -> tuple[Table, ...]:
    """The standard tables that we give columns."""
    return tuple(
        table for table in BY_NAME.values() if table.standard and any(column.name.startswith(PREFIX) for column in table.columns)
    )


def tables() -> tuple[Table, ...]:
    """The tables of the package: those of others that we extend, then ours."""
    return (*extended(), *CUSTOM)


def tree() -> Tree:
    """Every file that is made, by its path, in the order of paths."""
    made = {path: write(element) for path, element in (*_entities(), *_relationships(), *_roles(), *_frame())}
    return dict(sorted(made.items()))


def _frame() -> Iterator[tuple[str, Element]]:
    yield layout.SOLUTION_FILE, solution(roots())
    yield layout.CUSTOMIZATIONS_FILE, customizations()


def roots() -> Iterator[Root]:
    """What stands at the root of the package."""
    for table in tables():
        yield Root(Component.TABLE, table.name, behaviour=SHELL if table.standard else 0)
    for role in ROLES:
        yield Root(Component.ROLE, id=role_id(role.name))


def _entities() -> Iterator[tuple[str, Element]]:
    for table in tables():
        folder = f"Entities/{physical_table(table)}"
        yield f"{folder}/{layout.ENTITY_FILE}", entity(table)


def _relationships() -> Iterator[tuple[str, Element]]:
    found = relationships(tables())
    yield layout.RELATIONSHIPS_FILE, layout.relationship_list([one for group in found.values() for one in group])
    for group in found.values():
        yield layout.relationship_path(group[0]), node("EntityRelationships", *group)


def _roles() -> Iterator[tuple[str, Element]]:
    for role in ROLES:
        yield f"Roles/{role.name}.xml", role_file(role)
