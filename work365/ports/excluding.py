"""Port to the rows that a person leaves out of billing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.crediting.excluding import Billable, Decision
    from work365.errors import External


class ExclusionBook(Protocol):
    """Changes and items of every kind, by the ids of their rows."""

    def billable(self, ids: Sequence[str]) -> dict[str, Billable]:
        """Those of these rows that exist, by id."""

    def write(self, decisions: Sequence[Decision]) -> list[External | None]:
        """Write each by itself, only as it was read; what went wrong with each (Conflict: somebody changed it meanwhile)."""
