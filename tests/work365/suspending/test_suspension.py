"""What the rule makes of a suspension: the table of its moves, and what it never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from work365.errors import BadInput
from work365.money import Money, currency
from work365.reminding.owed import Owed
from work365.suspending.causes import Cause, Trigger, overdue, spent, stepped
from work365.suspending.suspension import Change, State, Suspension, Warnings, moved

EUR, USD = currency("EUR"), currency("USD")
TODAY = date(2026, 3, 31)
RESTS = (State.CONFIRMED, State.RESUMABLE)
ASKS = Trigger(Cause.OVERDUE, "INV-1", "too late", "i-1")
RULE = Warnings(2, 3)


def row(state: State, warnings: int = 0, days_ago: int = 0) -> Suspension:
    """A suspension whose last warning, and last move, was so many days ago."""
    day = TODAY - timedelta(days=days_ago)
    return Suspension("s", state, warnings, day, day)


MOVES: list[tuple[str, Suspension | None, Trigger | None, bool, bool, State | None]] = [
    ("something asks for it", None, ASKS, False, True, State.WARNED),
    ("it was asked for before, and that was over", row(State.WITHDRAWN), ASKS, False, True, State.WARNED),
    ("it does not run, so nothing is to be suspended", None, ASKS, False, False, None),
    ("the customer was warned by a plan", None, replace(ASKS, warned=True), False, True, State.PROPOSED),
    ("nothing asks for it", None, None, False, True, None),
    ("the first warning was sent long enough ago", row(State.WARNED, 1, 3), ASKS, True, True, State.WARNED),
    ("it was sent too lately", row(State.WARNED, 1, 2), ASKS, True, True, None),
    ("it was not sent", row(State.WARNED, 1, 30), ASKS, False, True, None),
    ("the last warning was sent long enough ago", row(State.WARNED, 2, 3), ASKS, True, True, State.PROPOSED),
    ("it is proposed already", row(State.PROPOSED, 2, 9), ASKS, True, True, None),
    ("somebody has suspended it already", row(State.PROPOSED, 2), ASKS, True, False, State.WITHDRAWN),
    ("a person has declined it", row(State.DECLINED, 2, 9), ASKS, True, True, None),
    ("a person has confirmed it", row(State.CONFIRMED, 2, 9), ASKS, True, False, None),
    ("it waits", row(State.WARNED, 2, 9), replace(ASKS, waits=True), True, True, None),
    ("it waits, and nothing is there", None, replace(ASKS, waits=True), True, True, None),
    ("what was warned of is over", row(State.WARNED, 1), None, True, True, State.WITHDRAWN),
    ("what was proposed is over", row(State.PROPOSED, 2), None, True, True, State.WITHDRAWN),
    ("what was declined is over", row(State.DECLINED, 2), None, True, True, State.WITHDRAWN),
    ("what was suspended is over", row(State.CONFIRMED, 2), None, True, False, State.RESUMABLE),
    ("its job is on its way", replace(row(State.CONFIRMED, 2), pausing=True), None, True, True, State.RESUMABLE),
    ("its job still is", replace(row(State.RESUMABLE, 2), pausing=True), None, True, True, None),
    ("it asks again meanwhile", replace(row(State.RESUMABLE, 2), pausing=True), ASKS, True, True, State.CONFIRMED),
    ("somebody let it run by hand", row(State.CONFIRMED, 2), None, True, True, State.WITHDRAWN),
    ("somebody let it run by hand since", row(State.RESUMABLE, 2), None, True, True, State.WITHDRAWN),
    ("somebody let it run by hand, and it asks again", row(State.RESUMABLE, 2), ASKS, True, True, State.WITHDRAWN),
    ("it asks again before it is resumed", row(State.RESUMABLE, 2), ASKS, True, False, State.CONFIRMED),
    ("it may be resumed already", row(State.RESUMABLE, 2), None, True, False, None),
    ("its job was refused", replace(row(State.CONFIRMED), undone="no"), ASKS, True, True, State.PROPOSED),
    ("its job was refused, and it was suspended by hand", replace(row(State.CONFIRMED), undone="no"), ASKS, True, False, None),
    ("its job was refused, and it is paid", replace(row(State.CONFIRMED), undone="no"), None, True, True, State.WITHDRAWN),
    ("it was not resumed", replace(row(State.RESUMED), undone="no"), None, True, False, State.RESUMABLE),
    ("it was not resumed, and asks again", replace(row(State.RESUMED), undone="no"), ASKS, True, False, State.CONFIRMED),
    ("it was resumed by hand", replace(row(State.RESUMED), undone="no"), None, True, True, None),
]


@pytest.mark.parametrize(
    ("before", "trigger", "told", "running", "after"), [one[1:] for one in MOVES], ids=[one[0] for one in MOVES]
)
def test_the_rule_moves_it(
    before: Suspension | None, trigger: Trigger | None, after: State | None, *, told: bool, running: bool
) -> None:
    """F143: after warning mails; paid is withdrawn, or proposed to be resumed; nothing else."""
    sent = {before.warning} if before is not None and told else set[str]()
    change = moved(before, trigger, RULE, TODAY, sent=sent, running=running)
    assert (None if change is None else change.state) == after


@given(
    warnings=st.integers(0, 5),
    days=st.integers(1, 10),
    nights=st.lists(st.sampled_from(["asks", "waits", "over"]), min_size=1, max_size=60),
    decided=st.dictionaries(st.integers(0, 59), st.sampled_from([State.CONFIRMED, State.DECLINED]), max_size=3),
)
def test_a_person_s_word_stands_and_nothing_is_proposed_without_its_warnings(
    warnings: int, days: int, nights: list[str], decided: dict[int, State]
) -> None:
    """Night after night, every warning is mailed at once, and people decide now and then."""
    rule, now, sent = Warnings(warnings, days), None, set[str]()
    for number, said in enumerate(nights):
        today = TODAY + timedelta(days=number)
        trigger = {"asks": ASKS, "waits": replace(ASKS, waits=True), "over": None}[said]
        if now is not None and now.state in (State.WARNED, State.PROPOSED) and number in decided:
            now = replace(now, state=decided[number])
        change = moved(now, trigger, rule, today, sent=sent, running=now is None or now.state not in RESTS)
        _check(now, change, rule, len(sent))
        if change is not None:
            if now is None or now.state.over:
                sent.clear()
            now = Suspension("s", change.state, change.warnings, change.warned_on, today)
            if now.state is State.WARNED:
                sent.add(now.warning)


def _check(before: Suspension | None, change: Change | None, rule: Warnings, sent: int) -> None:
    if change is None:
        return
    assert change.state not in (State.DECLINED, State.RESUMED)
    if change.state is State.CONFIRMED:
        assert before is not None
        assert before.state is State.RESUMABLE
    if change.state is State.PROPOSED:
        assert sent == rule.mails or not rule.mails
    if before is not None and before.state is State.DECLINED:
        assert change.state is State.WITHDRAWN


def owed(number: str, days: int, amount: int = 100_00, **more: Any) -> Owed:  # noqa: ANN401  columns
    """An invoice that is overdue for so many days."""
    due = TODAY - timedelta(days=days)
    whole = Owed(
        id=number,
        number=number,
        account="a",
        entity="e",
        issued=due,
        due=due,
        balance=Money(amount, EUR),
        disputed=Money(0, EUR),
    )
    return replace(whole, **more)


def test_the_oldest_invoice_that_does_not_wait_asks_first() -> None:
    """One that a payment is on its way for, or that is paused, holds nothing up."""
    late = [owed("I-3", 25), owed("I-1", 40, on_its_way=True), owed("I-2", 30), owed("I-4", 20)]
    found = overdue(late, 20, TODAY, None)
    assert found == Trigger(
        Cause.OVERDUE, "I-2", "I-2 has been overdue for 30 days, more than 20 days, and 100.00 EUR is open", "I-2"
    )
    waiting = overdue([owed("I-1", 40, on_its_way=True), owed("I-2", 30, paused_until=TODAY)], 20, TODAY, None)
    assert waiting is not None
    assert (waiting.episode, waiting.waits) == ("I-1", True)


@pytest.mark.parametrize(("spare", "waits"), [(199_99, False), (200_00, True), (500_00, True)])
def test_money_that_covers_what_is_late_lets_it_wait(spare: int, *, waits: bool) -> None:
    found = overdue([owed("I-1", 40), owed("I-2", 30)], 20, TODAY, Money(spare, EUR))
    assert found is not None
    assert found.waits is waits


def test_a_step_asks_for_the_invoice_that_had_it() -> None:
    """Nobody else's."""
    found = stepped([owed("I-1", 40), owed("I-2", 30)], {"I-2": "+30 of the plan STD"}, TODAY, None)
    assert found is not None
    assert (found.invoice, found.warned) == ("I-2", True)
    assert stepped([owed("I-1", 40)], {}, TODAY, None) is None


def test_usage_asks_above_the_limit_alone() -> None:
    """To the cent, in the currency of the limit; another currency is said."""
    limit, month = Money(50_00, USD), date(2026, 3, 1)
    assert spent({USD: Decimal("50.004")}, limit, month, "C") is None
    found = spent({USD: Decimal("50.005")}, limit, month, "C")
    assert found is not None
    assert (found.episode, found.reason) == ("2026-03", "Usage since 2026-03-01 costs 50.01 USD, which is more than 50.00 USD")
    with pytest.raises(BadInput, match="say it in EUR"):
        spent({EUR: Decimal(1)}, limit, month, "C")
