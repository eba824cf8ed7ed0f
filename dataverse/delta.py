"""What changed in a table since last time, by delta links.

A link says *that* a row changed and its latest state, not each step, and it lives for seven days.
Source: learn.microsoft.com, "Use change tracking to synchronize data with external systems".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dataverse.answers import CONTEXT, page_of
from dataverse.batch import Call
from dataverse.errors import SYSTEM
from dataverse.names import set_of
from dataverse.query import PAGE_LIMIT
from work365.errors import InvariantBroken, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dataverse.rows import Row

PAGES_LIMIT = 2_000
DELTA_LINK = "@odata.deltaLink"
PREFER = {"prefer": f"odata.track-changes,odata.maxpagesize={PAGE_LIMIT}"}


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed in a table since a link was given out.

    Attributes:
        rows: the present state of every row that was created or changed; of every row there is when `full`.
        deleted: ids of rows that are gone; empty when `full`.
        link: ask with this the next time, within seven days.
        full: there was no link, or it was too old: rows that are not among `rows` do not exist any more.
    """

    rows: list[Row]
    deleted: list[str]
    link: str
    full: bool


def collect(ask: Callable[[Call], Any], table: str, select: Sequence[str], link: str | None) -> Delta:
    """Follow the pages from a link, or from the beginning, to the next link.

    Errors: Rejected when the table has no change tracking; ValueError when a page is none.
    """
    call = Call("GET", set_of(table), [("$select", ",".join(select))], PREFER) if link is None else Call("GET", link, [], PREFER)
    rows: list[Row] = []
    deleted: list[str] = []
    for _ in range(PAGES_LIMIT):
        body = ask(call)
        page = page_of(body)
        rows += [row for row in page.rows if not _gone(row)]
        deleted += [str(row["id"]).lower() for row in page.rows if _gone(row)]
        if body.get(DELTA_LINK):
            return Delta(rows, deleted, str(body[DELTA_LINK]), link is None)
        if not page.more:
            message = f"Dataverse gave no delta link for {table}: switch change tracking on for that table"
            raise Rejected(message, system=SYSTEM)
        call = Call("GET", page.more, [], PREFER)
    raise endless(table)


def _gone(row: Row) -> bool:
    return str(row.get(CONTEXT) or "").endswith("/$deletedEntity")


def endless(what: str) -> InvariantBroken:
    """More pages than any table of ours can have."""
    return InvariantBroken(f"Dataverse answered {what} with more than {PAGES_LIMIT} pages")
