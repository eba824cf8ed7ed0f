"""Why something is not billed yet: the weightiest reason is the one that is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from work365.crediting.unbilled import Container, LeftOut, Waiting, reason

TODAY = date(2026, 4, 10)
CONTRACT = Container("C-1", active=True, next_invoice=date(2026, 5, 1))
ROW = Waiting("row-1", "Change", "E3, change 2", date(2026, 4, 5), CONTRACT, rides=True)
HELD = "Contract C-1 was not billed: there is no tax rate."
TONIGHT = "The next run bills it, on 2026-04-11 at the latest."


@pytest.mark.parametrize(
    ("row", "words", "person"),
    [
        (ROW, "It rides on the invoice of 2026-05-01.", False),
        (replace(ROW, rides=False), TONIGHT, False),
        (replace(ROW, container=replace(CONTRACT, next_invoice=None)), TONIGHT, False),
        (replace(ROW, container=replace(CONTRACT, next_invoice=TODAY)), TONIGHT, False),
        (replace(ROW, day=date(2026, 4, 11)), "It counts from 2026-04-11.", False),
        (
            replace(ROW, kept_until=date(2026, 5, 1)),
            "It was chosen without refund: what is paid is kept, and it counts from",
            False,
        ),
        (replace(ROW, kept_until=TODAY), "It rides on the invoice of 2026-05-01.", False),
        (replace(ROW, estimate=True), "It is an estimate: the provider's confirmed record takes its place.", False),
        (replace(ROW, approved=False), "It is not approved yet.", True),
        (replace(ROW, approved=False, container=replace(CONTRACT, held_back=HELD)), HELD, True),
        (replace(ROW, container=replace(CONTRACT, active=False, held_back=HELD)), "Contract C-1 is not active", True),
        (replace(ROW, container=None), "It is on no contract.", True),
        (replace(ROW, container=None, left_out=LeftOut("")), "It was set to Excluded without a reason, so it waits.", True),
        (replace(ROW, left_out=LeftOut("A gift")), "Excluded: A gift", False),
        (replace(ROW, left_out=LeftOut("A gift", "Ada", TODAY)), "Excluded by Ada on 2026-04-10: A gift", False),
    ],
)
def test_the_weightiest_reason_is_said(row: Waiting, words: str, person: bool) -> None:
    """In words, and whether somebody has to act."""
    found = reason(row, TODAY)
    assert found.words.startswith(words)
    assert found.person is person


def test_age_counts_from_the_day() -> None:
    """Five days for the fifth; days to come are negative."""
    assert [ROW.age_days(TODAY), replace(ROW, day=date(2026, 4, 12)).age_days(TODAY)] == [5, -2]


@pytest.mark.parametrize(("one_cycle_on", "overdue"), [(date(2026, 4, 9), True), (TODAY, False), (None, True)])
def test_overdue_is_longer_than_one_cycle(one_cycle_on: date | None, overdue: bool) -> None:
    """Exactly one cycle is not longer; where nobody knows the cycle, somebody must look."""
    assert replace(ROW, one_cycle_on=one_cycle_on).overdue(TODAY) is overdue
