"""Numbers of documents: how many are given out in one change set, and which. Pure; who takes them writes the series with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.ports.billing import Numbered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.ports.billing import DraftRow, Posted, Series

ISSUED_AT_ONCE_MAX = 200
"""Documents that are numbered in one change set: each is one operation and up to three jobs, of at most 1000."""

OPS_OF_A_DOCUMENT, OPS_OF_A_DRAW = 4, 3
"""A document is one operation and up to three jobs; a draw a payment, its allocation and the balance, and a movement per lot."""


def at_once(posted: Posted) -> tuple[Sequence[DraftRow], Sequence[DraftRow]]:
    """The documents that one change set can number, and the others: each that may take from a balance needs more of its room."""
    lots = {(one.account, one.currency): len(one.lots) for one in posted.balances}
    room, count = ISSUED_AT_ONCE_MAX * OPS_OF_A_DOCUMENT, 0
    for row in posted.drafts:
        prepaid = lots.get((row.account, row.owed.currency))
        room -= OPS_OF_A_DOCUMENT + (0 if prepaid is None else OPS_OF_A_DRAW + prepaid)
        if room < 0 and count:
            break
        count += 1
    return posted.drafts[:count], posted.drafts[count:]


def give_numbers(drafts: Sequence[DraftRow], series: Sequence[Series], as_of: date) -> tuple[list[Series], list[Numbered]]:
    """The next numbers for these drafts, in their order, and the series as they stand afterwards.

    Shape: only the series that gave numbers are answered; `etag` stays that of the row that was read.
    """
    left = {one.credit_note: one for one in series}
    numbered = []
    for row in drafts:
        one = left[row.credit_note]
        number = f"{one.prefix}{one.next_number:0{one.digits}}"
        numbered.append(Numbered(row, number, as_of, as_of + timedelta(days=row.due_days)))
        left[row.credit_note] = replace(one, next_number=one.next_number + 1)
    used = {row.credit_note for row in drafts}
    return [left[kind] for kind in sorted(used)], numbered
