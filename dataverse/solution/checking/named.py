"""A table as its file describes it, or as the model does: what columns it has, of which type, with which options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dataverse.schema.model import Kind, Ownership
from dataverse.solution.columns import TYPES
from dataverse.solution.layout import said

if TYPE_CHECKING:
    from dataverse.schema.model import Table
    from dataverse.solution.xml import Element

CHOICES = frozenset({"picklist", "state", "status", "bit"})


@dataclass(frozen=True, slots=True)
class Named:
    """A table and what can be named of it.

    Attributes:
        columns: types (`nvarchar`, `lookup`, …) by logical name.
        options: the numbers of a choice, by column.
        owned: whether rows belong to users.
        unmodified: a table of somebody else, of which only some columns are here.
    """

    name: str
    primary_id: str
    primary_name: str
    columns: dict[str, str]
    options: dict[str, frozenset[str]]
    owned: bool
    unmodified: bool = False

    @classmethod
    def of(cls, table: Table) -> Named:
        """A table of the model."""
        columns = {column.name: TYPES[column.kind] for column in table.columns}
        options = {
            column.name: frozenset(str(option.value) for option in column.choice.options)
            for column in table.columns
            if column.choice is not None
        }
        bits = {column.name: frozenset({"0", "1"}) for column in table.columns if column.kind is Kind.BOOLEAN}
        owned = table.ownership is Ownership.USER
        return cls(table.name, table.primary_id, table.primary_name, columns, options | bits, owned)

    def joined(self, other: Named | None) -> Named:
        """This table with the columns that are known of it besides."""
        if other is None:
            return self
        return replace(
            other, columns=other.columns | self.columns, options=other.options | self.options, unmodified=self.unmodified
        )


def table_in(entity: Element) -> Named:
    """The table that an `Entity.xml` describes."""
    inside = entity.find("EntityInfo/entity")
    attributes = [] if inside is None else inside.findall("attributes/attribute")
    columns = {said(one, "LogicalName"): said(one, "Type") for one in attributes}
    options = {
        said(one, "LogicalName"): frozenset(option.get("value", "") for option in one.iterfind("optionset/*/*[@value]"))
        for one in attributes
        if said(one, "Type") in CHOICES
    }
    masks = {said(one, "LogicalName"): said(one, "DisplayMask") for one in attributes}
    return Named(
        said(entity, "Name").lower(),
        next((name for name, kind in columns.items() if kind == "primarykey"), ""),
        next((name for name, mask in masks.items() if "PrimaryName" in mask), ""),
        columns,
        options,
        inside is not None and said(inside, "OwnershipTypeMask") == "UserOwned",
        inside is not None and inside.get("unmodified") == "1",
    )
