"""Whether the rows of the parts say what was bought, on every day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.findings import Finding, Severity
from work365.parts.keeping import bought, seats_on
from work365.splitting.wording import UNDIVIDED
from work365.subscriptions.ledger import standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from work365.ports.splitting import SplitChange, SplitSeen


def differences(seen: SplitSeen) -> Iterator[tuple[date, int, int]]:
    """Each day from which the parts, as their logs say them, are not the seats bought: the day, the seats, the parts."""
    if seen.split_from is None:
        return
    there = bought(seen.changes, seen.end)
    days = {seen.split_from, *(one.day for one in there), *(row.effective for part in seen.parts for row in part.rows)}
    for day in sorted(day for day in days if day >= seen.split_from):
        seats = seats_on(there, day)
        parts = sum(standing(part.rows, day).quantity for part in seen.parts)
        if seats != parts:
            yield day, seats, parts


def undivided(seen: SplitSeen, change: SplitChange) -> Iterator[Finding]:
    """What was bought, or who moved, since the seats were divided last."""
    wrong = next(differences(seen), None)
    if wrong is not None:
        day, seats, parts = wrong
        message = (
            f"From {day} on {seats} seats of subscription {seen.name} are bought, and the parts of its payers sum to {parts}"
        )
    elif change.parts and not change.held_back:
        message = f"The parts of subscription {seen.name} are not divided by the newest lists and terms"
    else:
        return
    yield Finding(
        UNDIVIDED,
        seen.name,
        f"{message}. The next run divides them; `w365 split apply` does it now.",
        Severity.WARNING,
        contract=seen.main,
    )
