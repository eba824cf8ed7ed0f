"""Scenarios whose surprises are asked about: what is billed is what was not skipped, whenever the runs come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from work365.contracts.contract import BillingContract
from work365.contracts.policy import ChangesBilled, Policy
from work365.errors import BadInput
from work365.invoicing.decision import CycleDecision
from work365.invoicing.late import missed_cycles
from work365.money import currency, total
from work365.periods import MONTHLY, QUARTERLY
from work365.scenario import Scenario, scenario
from work365.simulation import simulate
from work365.subscriptions.change_log import Change, Subscription
from work365.surprises import WORDS, Decided, Surprises, surprises, surprises_said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.money import Money
    from work365.simulation import Invoice

EURO, START, LAST = currency("EUR"), date(2025, 1, 31), date(2026, 7, 31)
words = st.sampled_from(list(WORDS))


@st.composite
def entered_late(draw: st.DrawFn) -> Scenario:
    """A contract with a seat since it began, and one that is entered late and changed now and then, all decided at some time."""
    contract = BillingContract(
        id="c",
        currency=EURO,
        start=START,
        frequency=draw(st.sampled_from([MONTHLY, QUARTERLY])),
        bill_day=draw(st.sampled_from([1, 15, 31])),
        policy=draw(st.sampled_from(list(Policy))),
        changes_billed=draw(st.sampled_from(list(ChangesBilled))),
        discount_percent=draw(st.sampled_from([Decimal(0), Decimal("7.5")])),
    )
    start = START + timedelta(days=draw(st.integers(0, 200)))
    entered = start + timedelta(days=draw(st.integers(0, 200)))
    days = draw(st.lists(st.integers(1, 250), max_size=2, unique=True))
    later = [Change(f"x{day}", start + timedelta(days=day), day % 7, max(entered, start + timedelta(days=day))) for day in days]
    one = Subscription("late", start, Decimal("31.07"), (Change("late.1", start, 3, entered), *later))
    old = Subscription("old", START, Decimal("9.99"), (Change("old.1", START, 5),))
    cycles = missed_cycles(contract, one, entered)
    said = draw(st.lists(words, min_size=len(cycles), max_size=len(cycles)))
    recorded = entered + timedelta(days=draw(st.integers(0, 60)))
    decisions = tuple(
        Decided(cycle.start, CycleDecision(WORDS[word], word), "late", recorded) for cycle, word in zip(cycles, said, strict=True)
    )
    runs = sorted(START + timedelta(days=day) for day in draw(st.sets(st.integers(0, 500), max_size=12)))
    return Scenario(contract, (old, one), (*runs, LAST), surprises=Surprises(None, decisions))


@settings(max_examples=60)
@given(entered_late())
def test_what_is_billed_is_what_was_not_skipped(story: Scenario) -> None:
    """Any runs, any decisions, changes that reach back: in the end the sum is that of one bill without the skipped cycles."""
    assert story.surprises is not None
    once = simulate(replace(story, runs=(LAST,), surprises=None))
    skipped = {one.cycle for one in story.surprises.decisions if one.decision.reason == "skip"}
    wanted = [
        line.amount
        for invoice in once.invoices
        for line in invoice.lines
        if not (line.subscription == "late" and line.cycle_start in skipped)
    ]
    made = [line for invoice in simulate(story).invoices for line in invoice.lines]
    assert total((line.amount for line in made), EURO) == total(wanted, EURO)
    assert not [line for line in made if line.subscription == "late" and line.cycle_start in skipped]
    assert len({line.key for line in made}) == len(made)


@settings(max_examples=30)
@given(entered_late())
def test_without_a_decision_only_the_missed_cycles_wait(story: Scenario) -> None:
    """As if all of them were skipped, however often it is run."""
    assert story.surprises is not None
    asked = story.surprises.decisions
    never = tuple(one._replace(decision=CycleDecision(WORDS["skip"], "never"), recorded=None) for one in asked)
    waiting, skipped = (simulate(replace(story, surprises=Surprises(None, said))).invoices for said in ((), never))
    assert _sum(waiting) == _sum(skipped)


def _sum(invoices: Iterable[Invoice]) -> Money:
    return total((line.amount for invoice in invoices for line in invoice.lines), EURO)


def new(catch_up: object, **others: object) -> dict[str, object]:
    """A contract since October, first billed in January."""
    change = {"id": "c1", "effective": "2025-10-01", "quantity": 10}
    subscription = {"id": "s1", "start": "2025-10-01", "unit_price": "31.00", "changes": [change]}
    terms = {"currency": "EUR", "contract": {"start": "2025-10-01"}, "subscriptions": [subscription], "runs": ["2026-01-15"]}
    return {**terms, "catch_up": catch_up, **others}


@pytest.mark.parametrize(
    ("catch_up", "path", "words"),
    [
        ([], "catch_up", "an object"),
        ({"decisions": [{"cycle": "2025-10-01", "choice": "wait"}]}, "catch_up.decisions[0].choice", "use bill, combine, skip"),
        ({"decisions": [{"cycle": "2025-10-01", "choice": "skip"}]}, "catch_up.decisions[0].reason", "say why"),
        ({"decisions": [{"cycle": "2025-10-02", "choice": "bill"}]}, "catch_up.decisions[0].cycle", "begins on 2025-10-01"),
        (
            {"decisions": [{"cycle": "2025-10-01", "choice": "bill", "subscription": "s9"}]},
            "catch_up.decisions[0].subscription",
            "no subscription has the id 's9'",
        ),
        ({"decisions": [{"cycle": "2025-10-01", "choice": "bill"}] * 2}, "catch_up.decisions", "2025-10-01"),
    ],
)
def test_what_cannot_be_decided_is_refused(catch_up: object, path: str, words: str) -> None:
    """With its path and a sentence."""
    with pytest.raises(BadInput, match=words) as refused:
        simulate(scenario(new(catch_up)))
    assert refused.value.path.startswith(path)


@pytest.mark.parametrize(
    ("catch_up", "documents", "findings"),
    [
        (None, 1, 0),
        ({}, 1, 0),
        ({"entered": "2026-01-15"}, 0, 1),
        ({"entered": "2026-01-15", "decisions": [{"cycle": f"{month}-01", "choice": "bill"} for month in
                                                ("2025-10", "2025-11", "2025-12")]}, 4, 0),
    ],
    ids=["nobody is asked", "entered in time", "entered late", "a document each"],
)  # fmt: skip
def test_a_contract_that_was_entered_late_asks(catch_up: object, documents: int, findings: int) -> None:
    """Without `catch_up` everything is billed unasked, as ever."""
    made = simulate(scenario(new(catch_up)))
    assert (len(made.invoices), len(made.findings)) == (documents, findings)


def test_runs_must_stand_in_order() -> None:
    """What was asked on an earlier day cannot be answered behind it."""
    with pytest.raises(BadInput, match="in the order of their days"):
        simulate(scenario(new({}, runs=["2026-02-01", "2026-01-15"])))


def test_what_is_written_can_be_read() -> None:
    """The form in which an explanation hands it over."""
    decisions = (
        Decided(date(2025, 10, 1), CycleDecision(WORDS["skip"], "free")),
        Decided(date(2025, 11, 1), CycleDecision(WORDS["combine"]), "s1", date(2026, 2, 10)),
    )
    one = Surprises(date(2026, 1, 15), decisions)
    assert surprises(surprises_said(one), "catch_up") == one
