"""What is told of a request at which moment, and to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.catalogues.languages import Languages
from work365.approving.approval import Approval, ApprovalState, Person
from work365.telling.approvals import MAIL, OFF, STAFF, Mark, Told, event, marks, notices, waited_for

if TYPE_CHECKING:
    from work365.telling.notice import Notice

ASKED = datetime(2026, 3, 16, 12, tzinfo=UTC)
ONE = Approval(
    id="a",
    job="j",
    number=1,
    state=ApprovalState.WAITING,
    what="15 seats",
    why="155.00 EUR added a month waits for an approver.",
    fingerprint="f",
    wish="w",
    asked_by=Person("sam", "Sam Seller"),
    asked_on=ASKED,
    answer_by=ASKED + timedelta(days=7),
    matter="Purchase",
    size="155.00 EUR",
)
SAM, ANN, BO = "sam@contoso.example", "ann@contoso.example", "bo@contoso.example"
MAILED = Told(approval=ONE, mode=MAIL, approvers=(ANN, BO), address=SAM)
HOURS = st.integers(0, 24 * 8)


def at(**later: float) -> datetime:
    return ASKED + timedelta(**later)


@pytest.mark.parametrize(
    ("one", "now", "told"),
    [
        (ONE, at(), [Mark.WAITS]),
        (ONE, at(days=5, hours=23), [Mark.WAITS]),
        (ONE, at(days=6), [Mark.LAST_DAY]),
        (ONE, at(days=6, hours=23), [Mark.LAST_DAY]),
        (ONE, at(days=7), []),
        (replace(ONE, number=2), at(hours=1), [Mark.WAITS, Mark.AGAIN]),
        (replace(ONE, answer_by=at(days=1)), at(hours=23), [Mark.WAITS]),
        (replace(ONE, answer_by=at(days=2)), at(days=1), [Mark.LAST_DAY]),
        (replace(ONE, state=ApprovalState.APPROVED), at(days=2), [Mark.APPROVED]),
        (replace(ONE, state=ApprovalState.REFUSED), at(days=2), [Mark.REFUSED]),
        (replace(ONE, state=ApprovalState.EXPIRED), at(days=8), [Mark.EXPIRED]),
        (replace(ONE, state=ApprovalState.OVERTAKEN), at(days=2), []),
    ],
)
def test_what_is_told_when(one: Approval, now: datetime, told: list[Mark]) -> None:
    """That it waits, once more in its last day if that is not its first; and what became of it."""
    assert list(marks(one, now)) == told


@given(st.sets(HOURS))
def test_approvers_are_told_at_most_twice_and_first_that_it_waits(runs: set[int]) -> None:
    """Whenever the timers run, and however often."""
    told = [mark for hours in sorted(runs) for mark in marks(ONE, at(hours=hours))]
    assert list(dict.fromkeys(told)) in ([], [Mark.WAITS], [Mark.LAST_DAY], [Mark.WAITS, Mark.LAST_DAY])
    assert told == sorted(told, key=[Mark.WAITS, Mark.LAST_DAY].index)


@pytest.mark.parametrize(
    ("one", "to"),
    [
        (MAILED, ["", ANN, BO]),
        (replace(MAILED, mode=STAFF), [""]),
        (replace(MAILED, mode=OFF), []),
        (replace(MAILED, approvers=()), [""]),
        (replace(MAILED, address=BO.upper()), ["", ANN]),
        (replace(MAILED, approval=replace(ONE, state=ApprovalState.APPROVED)), [SAM]),
        (replace(MAILED, approval=replace(ONE, state=ApprovalState.APPROVED), mode=STAFF), [""]),
        (replace(MAILED, approval=replace(ONE, state=ApprovalState.APPROVED), address=""), [""]),
        (replace(MAILED, approval=replace(ONE, state=ApprovalState.APPROVED), by_person=False), []),
        (replace(MAILED, approval=replace(ONE, state=ApprovalState.EXPIRED), mode=OFF), []),
        (replace(MAILED, approval=replace(ONE, number=2)), ["", ANN, BO, SAM]),
    ],
)
def test_who_is_told(one: Told, to: list[str]) -> None:
    """Approvers by a row and at their addresses, but never whoever asked; who asked by one row, mailed if that is wished."""
    assert [notice.recipient for notice in said(one)] == to


def test_whoever_asked_is_told_once_wherever_they_are_mailed() -> None:
    """Another address, or none, is the same notice; every approver's is their own."""
    approved = replace(MAILED, approval=replace(ONE, state=ApprovalState.APPROVED))
    ids = {notice.id for one in (approved, replace(approved, address=BO), replace(approved, mode=STAFF)) for notice in said(one)}
    assert len(ids) == 1
    assert len({notice.id for notice in said(MAILED)}) == 3


def said(one: Told) -> list[Notice]:
    return list(notices(one, at(hours=1), Languages()))


def test_what_is_asked_has_to_wait_for_to_be_true() -> None:
    """What approvers are told is overtaken by an answer; what became of a request is not."""
    assert {mark: waited_for(event("a", mark)) for mark in Mark} == {
        **dict.fromkeys(Mark, ""),
        Mark.WAITS: "a",
        Mark.LAST_DAY: "a",
    }
