"""Port to charges that come as files: maps, what rows may name, and the items that they become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from work365.errors import External
    from work365.outside.deciding import Billable, Held, NewItem


class OutsideBook(Protocol):
    """Items that come from files."""

    def contracts(self, numbers: Collection[str]) -> Mapping[str, Billable]:
        """Contracts by lower-case number."""

    def products(self, numbers: Collection[str]) -> Mapping[str, str]:
        """Ids of active products by lower-case number."""

    def held(self, ids: Collection[str]) -> Mapping[str, Held]:
        """Items that are there already, by id."""

    def add(self, items: Sequence[NewItem], file: str) -> Sequence[External | None]:
        """Write each one by itself; per item None, or why not. One that is there is a Conflict."""


class MapBook(Protocol):
    """Maps of files, by the names that people gave them."""

    def read(self, name: str) -> str | None:
        """The JSON of a map; None when there is none of this name."""

    def keep(self, name: str, text: str) -> None:
        """Write a map, in place of one of the same name."""
