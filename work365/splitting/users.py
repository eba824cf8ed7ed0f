"""Users of a tenant: what each was, from when to when, as the lists said that were imported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

NOTHING: frozenset[str] = frozenset()
FORGOTTEN = "forgotten-"
"""What the id of a user begins with whose name was taken away."""


@dataclass(frozen=True, slots=True)
class User:
    """One user as it was for some days; one who moves to another department is two of these.

    Attributes:
        id: the directory's id or sign-in name.
        attributes: by their names, such as department; names, groups and licences are in lower case, as they are compared.
        start, end: first day, and first day after; None while nothing else is known.
    """

    id: str
    start: date
    end: date | None = None
    name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    groups: frozenset[str] = NOTHING
    licences: frozenset[str] = NOTHING

    @property
    def called(self) -> str:
        """What people call the user; "" for one whose name was taken away."""
        return self.name or ("" if self.id.startswith(FORGOTTEN) else self.id)

    def there(self, day: date) -> bool:
        """Whether it was so on a day."""
        return self.start <= day and (self.end is None or day < self.end)
