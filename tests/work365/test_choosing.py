"""Which missed cycles stand on which document. Cycles are October, November … by their first letters; a dash parts documents."""

from __future__ import annotations

from datetime import date

import pytest

from work365.invoicing.choosing import WAITS, Chosen, chosen, combined_alone, steps
from work365.invoicing.decision import CatchUp, CycleDecision, Decision
from work365.periods import MONTHLY, Cadence

MONTHS = Cadence.around(date(2025, 10, 1), 1, MONTHLY)
CYCLES = [MONTHS.cycle(MONTHS.number(date(2025, 10, 1)) + number) for number in range(5)]
LETTERS = dict(zip((cycle.start for cycle in CYCLES), "ONDJF", strict=True))
WORDS = {"bill": CatchUp.BILL_EACH, "combine": CatchUp.COMBINE, "skip": CatchUp.SKIP, "?": CatchUp.ASK}


def said(words: str) -> list[Chosen]:
    """One word per cycle; `always` for one that nobody needs to decide about."""
    made = zip(CYCLES, words.split(), strict=False)
    return [Chosen(cycle, CycleDecision(WORDS[word]) if word in WORDS else None) for cycle, word in made]


@pytest.mark.parametrize(
    ("words", "documents"),
    [
        ("bill bill bill bill", "O-N-D-J"),
        ("combine combine combine combine", "ONDJ"),
        ("skip skip skip always", "J"),
        ("skip combine combine bill", "ND-J"),
        ("combine skip combine always", "OD-J"),
        ("combine combine bill combine combine", "ON-D-JF"),
        ("bill skip bill skip", "O-D-"),
        ("skip skip skip skip", ""),
        ("bill bill always always", "O-N-DJ"),
    ],
)
def test_every_combination_has_one_meaning(words: str, documents: str) -> None:
    """Skipped cycles stand on no document; those behind the last document are a step of their own, without one."""
    made = steps(said(words))
    assert "-".join("".join(LETTERS[cycle.start] for cycle in step.cycles) for step in made) == documents
    skipped = [LETTERS[one.cycle.start] for step in made for one in step.skipped]
    assert skipped == [letter for letter, word in zip("ONDJF", words.split(), strict=False) if word == "skip"]


@pytest.mark.parametrize(
    ("words", "alone"),
    [
        ("combine bill bill always", "O"),
        ("combine skip bill always", "O"),
        ("bill bill skip combine", "J"),
        ("combine bill combine", "OD"),
        ("combine ? bill always", ""),
        ("combine skip combine always", ""),
    ],
)
def test_a_cycle_cannot_be_combined_with_nothing(words: str, alone: str) -> None:
    """As long as its neighbour has not been decided, it may still be combined with that one."""
    assert "".join(LETTERS[cycle.start] for cycle in combined_alone(said(words))) == alone


@pytest.mark.parametrize(
    ("for_all", "until", "words"),
    [
        (None, None, "? ? ? always"),
        (CatchUp.ASK, JANUARY := date(2026, 1, 1), "? ? ? always"),
        (CatchUp.ASK, date(2025, 12, 1), "? ? always always"),
        (CatchUp.SKIP, JANUARY, "skip skip skip always"),
        (CatchUp.SKIP, None, "skip skip skip always"),
        (CatchUp.SKIP, date(2026, 3, 1), "skip skip skip always"),
        (CatchUp.BILL_EACH, JANUARY, "bill bill bill bill"),
        (CatchUp.SKIP, date(2025, 10, 1), "? ? ? always"),
    ],
    ids=[
        "nothing said",
        "asked",
        "asked before January came due",
        "skipped",
        "for good",
        "until later",
        "each",
        "an old decision",
    ],
)
def test_what_was_said_for_all(for_all: CatchUp | None, until: date | None, words: str) -> None:
    """The last cycle, and those that came due after the question was answered, are billed like any other."""
    decision = None if for_all is None else Decision(for_all, until=until)
    assert [one.choice for one in chosen(CYCLES[:4], decision, {})] == [one.choice for one in said(words)]


def test_its_own_decision_wins() -> None:
    """All are combined, but November is skipped."""
    own = {date(2025, 11, 1): CycleDecision(CatchUp.SKIP, "free")}
    made = chosen(CYCLES[:3], Decision(CatchUp.COMBINE, "agreed"), own)
    assert [one.decision for one in made] == [
        CycleDecision(CatchUp.COMBINE, "agreed"), CycleDecision(CatchUp.SKIP, "free"), CycleDecision(CatchUp.COMBINE, "agreed"),
    ]  # fmt: skip
    assert WAITS.choice is CatchUp.ASK
