"""Tables as data: what a table, column, choice and key are.

Names: a *logical* name is lower case (`w365_invoice`); a *schema* name is its CamelCase form (`w365_Invoice`), and for a lookup
it is also the navigation property to write through (`w365_Invoice@odata.bind`, case-sensitive). The value of a lookup is read
and filtered as `_w365_invoice_value`.

Source: learn.microsoft.com, Power Apps developer guide, "Web API types and operations" and "Table definitions".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

PREFIX = "w365_"


class Kind(Enum):
    """The column types that the model uses, with their Web API types."""

    STRING = "Edm.String"
    MEMO = "Edm.String (memo)"
    INTEGER = "Edm.Int32"
    BIGINT = "Edm.Int64"
    DECIMAL = "Edm.Decimal"
    MONEY = "Edm.Decimal (money)"
    BOOLEAN = "Edm.Boolean"
    DATE = "Edm.Date"
    DATETIME = "Edm.DateTimeOffset"
    CHOICE = "Edm.Int32 (choice)"
    STATE = "Edm.Int32 (state)"
    STATUS = "Edm.Int32 (status)"
    LOOKUP = "Edm.Guid (lookup)"
    GUID = "Edm.Guid"

    __hash__ = object.__hash__
    """Members are the only ones of their value; Enum's own hash is Python, and every column of every row asks for it."""


TYPE_CODES = {
    Kind.STRING: "String",
    Kind.MEMO: "Memo",
    Kind.INTEGER: "Integer",
    Kind.BIGINT: "BigInt",
    Kind.DECIMAL: "Decimal",
    Kind.MONEY: "Money",
    Kind.BOOLEAN: "Boolean",
    Kind.DATE: "DateTime",
    Kind.DATETIME: "DateTime",
    Kind.CHOICE: "Picklist",
    Kind.STATE: "State",
    Kind.STATUS: "Status",
    Kind.LOOKUP: "Lookup",
    Kind.GUID: "Uniqueidentifier",
}
"""AttributeTypeCode of each kind, as the metadata of a column says it."""


class Ownership(Enum):
    """Who a row belongs to: a user or team, or the organisation."""

    USER = "UserOwned"
    ORGANIZATION = "OrganizationOwned"


class OnDelete(Enum):
    """What deleting a row does to the rows that point to it through a lookup. The values are Dataverse's cascade types.

    Source: learn.microsoft.com, "Configure table relationship cascading behavior".
    """

    REMOVE_LINK = "RemoveLink"
    RESTRICT = "Restrict"
    CASCADE = "Cascade"


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice. `state` is the state that a status reason belongs to."""

    value: int
    label: str
    state: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A named list of options; `by_name` finds the number behind our own word."""

    name: str
    options: tuple[Option, ...]

    def value(self, word: str) -> int:
        """The number of the option whose label is `word`, letter case aside."""
        for option in self.options:
            if option.label.casefold() == word.casefold():
                return option.value
        message = f"{self.name} has no option '{word}'"
        raise KeyError(message)

    def label(self, value: int) -> str:
        """The label of an option's number."""
        for option in self.options:
            if option.value == value:
                return option.label
        message = f"{self.name} has no option {value}"
        raise KeyError(message)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: logical name.
        schema: schema name; for a lookup, the navigation property.
        max_length: characters, for STRING and MEMO.
        precision: decimal places, for DECIMAL (0 to 10) and MONEY (0 to 4).
        minimum, maximum: inclusive bounds for numbers; None means Dataverse's default.
        choice: for CHOICE, STATE and STATUS.
        targets: logical names of the tables that a LOOKUP may point to.
        on_delete: for LOOKUP, what deleting the row that it points to does to this one.
        read_only: set by Dataverse itself (createdon, versionnumber, `_base` amounts); a write to it is refused.
    """

    name: str
    schema: str
    kind: Kind
    label: str
    required: bool = False
    max_length: int = 100
    precision: int = 2
    minimum: int | None = None
    maximum: int | None = None
    choice: Choice | None = None
    targets: tuple[str, ...] = ()
    on_delete: OnDelete = OnDelete.REMOVE_LINK
    read_only: bool = False
    description: str = ""

    @property
    def api_name(self) -> str:
        """The property that a read returns: `_x_value` for a lookup, else the logical name."""
        return f"_{self.name}_value" if self.kind is Kind.LOOKUP else self.name


@dataclass(frozen=True, slots=True)
class Key:
    """An alternate key: columns that identify at most one row."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes:
        name: logical name (`w365_invoice`).
        set_name: entity set in the URL (`w365_invoices`).
        primary_id, primary_name: the id column and the column that lookups display.
        standard: exists in every Dataverse; we only use it.
        tracked: change tracking is on, so delta links work.
        audited: Dataverse keeps who changed what, with the values before and after.
        has_notes, has_activities: whether notes and tasks may be attached to its rows.
    """

    name: str
    schema: str
    set_name: str
    label: str
    plural: str
    primary_id: str
    primary_name: str
    ownership: Ownership
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    standard: bool = False
    tracked: bool = True
    audited: bool = False
    has_notes: bool = False
    has_activities: bool = False
    description: str = ""

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by logical name."""
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """A column by its logical name."""
        return self.by_name[name]

    def choice(self, name: str) -> Choice:
        """The choice of one column."""
        choice = self.by_name[name].choice
        if choice is None:
            message = f"{self.name}.{name} is not a choice"
            raise KeyError(message)
        return choice


@dataclass(frozen=True, slots=True)
class Group:
    """Tables that belong together: an area of the app and a chapter of the documentation."""

    name: str
    label: str
    about: str
    tables: tuple[Table, ...]
