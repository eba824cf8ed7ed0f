"""Components that are rows: what a package says of a view, a form, an app, a web resource, a role, a step and the like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.solutions.kinds import ComponentType

Values = Mapping[str, "Sql"]


@dataclass(frozen=True)
class Part:
    """One row.

    Attributes:
        values: its columns as they are stored.
        names: columns by which the row is found when its id is another (a role that was made under the same name).
        links: rows of tables between others, as they hang on this one: (what kind, to what, how).
        place: where in the package it stands.
    """

    kind: ComponentType
    id: str
    name: str
    values: Values
    names: Values = field(default_factory=dict)
    links: tuple[tuple[str, str, str], ...] = ()
    place: str = ""
