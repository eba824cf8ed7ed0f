"""Charges of a file into one-time items: read all, load, decide, write row by row.

Each item is a write of its own under an id that comes from what its row says: an import that was killed is finished by importing
again, and a file that was imported adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import Conflict, Retry
from work365.outside.deciding import Same, decide, identified
from work365.outside.line import Returned
from work365.planning import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.outside.deciding import NewItem
    from work365.outside.line import OutsideLine
    from work365.ports.outside import OutsideBook


@dataclass(frozen=True, slots=True)
class OutsideImport:
    """What an import did, or with `dry_run` would do; every row of the file is in one of the three."""

    file: str
    dry_run: bool
    added: tuple[NewItem, ...]
    same: tuple[Same, ...]
    returned: tuple[Returned, ...]

    @property
    def plan(self) -> str:
        """The hash of what is added, and of what is not."""
        plan = Plan(f"import billing-lines {self.file}")
        for item in self.added:
            plan.add(item.id, item.contract.id, item.product, item.line)
        for one in self.returned:
            plan.add("returned", one.row, one.reason)
        return plan.hash

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return len(self.added) + len(self.same) + len(self.returned)


def import_outside(
    read: Iterable[OutsideLine | Returned], file: str, *, book: OutsideBook, dry_run: bool = False
) -> OutsideImport:
    """Make an item of every row that has none. Errors: External that may pass; what was written stays, import again."""
    found = list(read)
    broken = [one for one in found if isinstance(one, Returned)]
    lines, repeated = identified(one for one in found if not isinstance(one, Returned))
    fresh, same, refused = decide(
        lines,
        book.contracts(sorted({line.contract for _, line in lines})),
        book.products(sorted({line.product for _, line in lines})),
        book.held([id_ for id_, _ in lines]),
    )
    added = fresh
    if fresh and not dry_run:
        added, there, rejected = _written(fresh, file, book)
        same, refused = [*same, *there], [*refused, *rejected]
    returned = sorted([*broken, *repeated, *refused], key=lambda one: one.row)
    return OutsideImport(file, dry_run, tuple(added), tuple(same), tuple(returned))


def _written(fresh: list[NewItem], file: str, book: OutsideBook) -> tuple[list[NewItem], list[Same], list[Returned]]:
    added: list[NewItem] = []
    same: list[Same] = []
    returned: list[Returned] = []
    for item, error in zip(fresh, book.add(fresh, file), strict=True):
        if error is None:
            added.append(item)
        elif isinstance(error, Conflict):
            same.append(Same(item.line.row, "an import that ran at the same time"))
        elif error.retry is Retry.NEVER:
            returned.append(Returned(item.line.row, f"Dataverse refused it: {error}"))
        else:
            raise error
    return added, same, returned
