"""A list of a tenant's users as of a day, against what is known of them: who came, who left, who is another by now.

What a list says of a user holds from its day until the next day of which something else is known of that user. So lists are
imported in the order of their days, one that comes late mends the days between, and importing one again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.splitting.users import User


class Known(NamedTuple):
    """A user for some days, as a row says it."""

    id: str
    user: User
    version: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written of one user.

    Attributes:
        ends: the row that ends on the list's day, with what it then says.
        begins: a new one from that day on.
        corrected: a row of that very day that says something else now; or the name of one, which changes no days.
        removed: a row of that very day of somebody who is not on the list.
    """

    ends: tuple[Known, User] | None = None
    begins: User | None = None
    corrected: tuple[Known, User] | None = None
    removed: Known | None = None


def entries(known: Iterable[Known], listed: Sequence[User], on: date, *, whole: bool) -> list[Entry]:
    """What a list of a day changes, one entry for each user of whom something changes.

    Shape: ids differ within the list; `whole`: who is not on it has left.
    """
    theirs: dict[str, list[Known]] = {}
    for one in known:
        theirs.setdefault(one.user.id.casefold(), []).append(one)
    found = [_entry(theirs.pop(user.id.casefold(), []), user, on) for user in listed]
    found += [_gone(rows, on) for rows in theirs.values()] if whole else []
    return [entry for entry in found if entry != NOTHING]


NOTHING = Entry()


def _entry(rows: Sequence[Known], user: User, on: date) -> Entry:
    there = _covering(rows, on)
    if there is None:
        following = min((row.user.start for row in rows if row.user.start > on), default=None)
        return Entry(begins=replace(user, start=on, end=following))
    before = there.user
    fresh = replace(user, id=before.id, start=before.start, end=before.end)
    if fresh == before:
        return NOTHING
    if before.start == on or replace(fresh, name=before.name) == before:
        return Entry(corrected=(there, fresh))
    return Entry(ends=(there, replace(before, end=on)), begins=replace(fresh, start=on))


def _gone(rows: Sequence[Known], on: date) -> Entry:
    there = _covering(rows, on)
    if there is None:
        return NOTHING
    return Entry(removed=there) if there.user.start == on else Entry(ends=(there, replace(there.user, end=on)))


def _covering(rows: Sequence[Known], on: date) -> Known | None:
    return next((row for row in rows if row.user.there(on)), None)
