"""Who pays for how many seats, from day to day: the terms, the seats bought and the users, as far as they are known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from work365.parts.dated import in_force
from work365.parts.keeping import seats_on
from work365.splitting.dividing import divide

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.parts.keeping import Bought
    from work365.splitting.dividing import Division
    from work365.splitting.terms import Split, SplitTerms
    from work365.splitting.users import User


class Step(NamedTuple):
    """How the seats are divided from a day on."""

    day: date
    division: Division


def history(split: Split, bought: Sequence[Bought], users: Sequence[User]) -> list[Step]:
    """Every day on which the division becomes another one, in order, the split's first day to begin with.

    Shape: `bought` in the order of its days, one for each day.
    """
    listed = min((user.start for user in users), default=None)
    found = {terms.start: _found(terms, users) for terms in split.terms}
    steps: list[Step] = []
    for day in _days(split, bought, users):
        terms = split.on(day)
        if terms is None:
            continue
        counts = in_force(found[terms.start], day)
        division = divide(split, terms, seats_on(bought, day), counts.users if counts else [0] * len(terms.shares))
        if terms.asks_for_users and (listed is None or day < listed):
            division = replace(division, held=_unlisted(day))
        if not steps or steps[-1].division != division:
            steps.append(Step(day, division))
    return steps


def named(split: Split, users: Iterable[User], day: date) -> dict[str, list[User]]:
    """Each payer's users on a day, in the order of their names; under no name those that hold a seat and that no share finds."""
    terms = split.on(day)
    payers: dict[str, list[User]] = {}
    if terms is None:
        return payers
    there = (user for user in users if user.there(day) and terms.counts(user))
    for user in sorted(there, key=lambda user: (user.name.casefold(), user.id)):
        index = terms.share_of(user)
        payers.setdefault("" if index is None else terms.shares[index].payer, []).append(user)
    return payers


class _Found(NamedTuple):
    """How many users each share finds from a day on."""

    day: date
    users: Sequence[int]


def _found(terms: SplitTerms, users: Iterable[User]) -> list[_Found]:
    """Counted once through: who comes on a day is one more from then on, who goes one less."""
    moves: dict[date, list[int]] = {}
    for user in users:
        index = terms.share_of(user)
        for day, more in ((user.start, 1), (user.end, -1)) if index is not None else ():
            if day is not None and index is not None:
                moves.setdefault(day, [0] * len(terms.shares))[index] += more
    counts = [0] * len(terms.shares)
    found: list[_Found] = []
    for day in sorted(moves):
        counts = [count + more for count, more in zip(counts, moves[day], strict=True)]
        found.append(_Found(day, counts))
    return found


def _days(split: Split, bought: Iterable[Bought], users: Iterable[User]) -> list[date]:
    """The days on which something may become different."""
    days = {terms.start for terms in split.terms} | {one.day for one in bought}
    days |= {day for user in users for day in (user.start, user.end) if day is not None}
    return sorted(day for day in days if day >= split.start)


def _unlisted(day: date) -> str:
    return (
        f"its seats are split by users, and no list of users says who was there on {day}; import one that holds from that day on"
    )
