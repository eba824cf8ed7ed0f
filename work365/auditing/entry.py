"""One thing that somebody did to a row, with the values before and after."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Actor(Enum):
    """What kind of somebody it was."""

    STAFF = "staff"
    """A person of the partner."""
    PORTAL = "portal"
    """The portal, for a customer who had signed in there."""
    APPLICATION = "application"
    """Our own application, by itself: a timer, a rule, a run."""
    OTHER = "other application"
    """An application that is not ours: a flow, another product."""
    SUPPORT = "support"
    """Microsoft's or a delegated administrator's support."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody. `name` is what the directory called them when the export was made."""

    id: str
    name: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Value:
    """One column of the row, before and after; None for no value."""

    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One audited operation.

    Attributes:
        who: whose rights it was done with.
        through: the application that did it for them; None when they did it themselves.
        action: Dataverse's word: Create, Update, Delete, Assign, …
    """

    id: str
    at: datetime
    who: Who
    through: Who | None
    action: str
    table: str
    row: str
    values: tuple[Value, ...]
