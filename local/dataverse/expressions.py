"""The tree that a query's text becomes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


class Type(Enum):
    """The type of a literal."""

    STRING = "Edm.String"
    INTEGER = "Edm.Int32"
    DECIMAL = "Edm.Decimal"
    BOOLEAN = "Edm.Boolean"
    GUID = "Edm.Guid"
    DATE = "Edm.Date"
    INSTANT = "Edm.DateTimeOffset"
    NULL = "null"
    ENUM = "Edm.Enum"

    __hash__ = object.__hash__  # as that of Kind


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. Dates and GUIDs keep their text."""

    type: Type
    value: str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Path:
    """A property, perhaps through navigation properties or a lambda's variable: `("primarycontactid", "fullname")`."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(self.parts)


Operand = Literal | Path


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left op right`; op is one of eq ne gt ge lt le."""

    op: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Text:
    """`contains(path, pattern)` and its two siblings."""

    name: str
    path: Path
    pattern: Literal


@dataclass(frozen=True, slots=True)
class Function:
    """`Microsoft.Dynamics.CRM.Name(PropertyName='…',PropertyValue=…)`."""

    name: str
    arguments: tuple[tuple[str, Literal | tuple[Literal, ...]], ...]


@dataclass(frozen=True, slots=True)
class Lambda:
    """`collection/any(variable:body)`; an `any()` without body asks whether there is a row at all."""

    path: Path
    every: bool
    variable: str
    body: Filter | None


@dataclass(frozen=True, slots=True)
class Not:
    """`not (…)`."""

    body: Filter


@dataclass(frozen=True, slots=True)
class Both:
    """`left and right`."""

    left: Filter
    right: Filter


@dataclass(frozen=True, slots=True)
class Either:
    """`left or right`."""

    left: Filter
    right: Filter


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes/no property, or the constant true or false, standing alone."""

    operand: Operand


Filter = Comparison | Text | Function | Lambda | Not | Both | Either | Flag


@dataclass(frozen=True, slots=True)
class Order:
    """One term of `$orderby`."""

    path: Path
    descending: bool


@dataclass(frozen=True, slots=True)
class Expand:
    """One term of `$expand` with its options still as text."""

    name: str
    is_reference: bool
    options: tuple[tuple[str, str], ...]
