"""What becomes of the findings of earlier nights."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.fakes.receivables import money
from tests.work365.reconciling.story import TODAY
from work365.reconciling.difference import Code, Difference
from work365.reconciling.standing import Standing, decide, figure

FOUND = Difference(Code.AMOUNT, "payment:s:p1", "refund", "cards: p1", money("-20.00 EUR"), TODAY, "It differs.", "Look.")
STANDS = Standing("f1", FOUND.key, "money-amount-differs", "-20.00 EUR", "cards: p1", "It differs. Look.", "Look.", TODAY)
EXPLAINED = replace(STANDS, explained=True, reason="why")
OTHER = replace(FOUND, amount=money("-25.00 EUR"))

CASES = [
    ("new", [FOUND], [], True, ["written"]),
    ("the same again", [FOUND], [STANDS], True, []),
    ("explained, and the same", [FOUND], [EXPLAINED], True, []),
    ("explained, in other words", [replace(FOUND, words="Otherwise.")], [EXPLAINED], True, []),
    ("open, in other words", [replace(FOUND, words="Otherwise.")], [STANDS], True, ["written"]),
    ("explained, with another figure", [OTHER], [EXPLAINED], True, ["written"]),
    ("explained, and something else by now", [replace(FOUND, code=Code.TWICE)], [EXPLAINED], True, ["written"]),
    ("mended", [], [STANDS], True, ["closed"]),
    ("explained, and mended", [], [EXPLAINED], True, ["closed"]),
    ("not looked at", [], [STANDS], False, []),
]


@pytest.mark.parametrize(("name", "found", "standing", "examined", "does"), CASES, ids=[one[0] for one in CASES])
def test_a_finding_is_kept_opened_again_or_closed(
    name: str, found: list[Difference], standing: list[Standing], examined: bool, does: list[str]
) -> None:
    """Nothing is closed that was not looked at; nothing is opened again whose figures stayed."""
    outcome = decide(found, standing, {FOUND.about} if examined else set())
    assert ["written"] * len(outcome.written) + ["closed"] * len(outcome.closed) == does, name


def test_a_finding_names_what_was_compared() -> None:
    """By the first three parts of its key; one about no amount has no figure."""
    assert STANDS.about == FOUND.about
    assert figure(replace(FOUND, amount=None)) == ""
