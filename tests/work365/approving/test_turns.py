"""F122: the queue of documents without a number says who has to act."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from work365.approving.deciding import ApprovalRule, Candidate, DocumentState
from work365.approving.turns import Unnumbered, turn
from work365.money import Currency, Money

RULE = ApprovalRule(Decimal(1000), two_people=True)
DRAFT = Candidate(DocumentState.DRAFT, "", Money(150000, Currency("EUR")), "now", "", "", RULE)
VERIFIED = replace(DRAFT, state=DocumentState.VERIFIED, verified="now", verified_by="a")
SMALL = replace(DRAFT, total=Money(99999, Currency("EUR")))


@pytest.mark.parametrize(
    ("document", "of_a_run", "words", "person"),
    [
        (DRAFT, True, "Somebody has to verify it.", True),
        (VERIFIED, True, "Somebody other than Ann has to issue it.", True),
        (replace(VERIFIED, rule=ApprovalRule(Decimal(1000))), True, "Somebody has to issue it.", True),
        (replace(VERIFIED, fingerprint="other"), True, "It was changed after Ann had verified it", True),
        (SMALL, True, "The next run gives it its number.", False),
        (SMALL, False, "Somebody has to issue it.", True),
    ],
    ids=["over the limit", "two people", "one person", "changed since", "under the limit", "made by no run"],
)
def test_whose_turn_it_is(document: Candidate, of_a_run: bool, words: str, person: bool) -> None:
    """In words, and whether nothing happens until a person acts."""
    found = turn(Unnumbered("i", "Invoice", "Fabrikam", "C-1", document, "Ann" if document.verified else "", of_a_run))
    assert found.words.startswith(words)
    assert found.person is person


def test_a_draft_that_was_verified_says_what_was_changed() -> None:
    """In place of the bare sentence."""
    assert turn(Unnumbered("i", "Invoice", "Fabrikam", "C-1", DRAFT, "", of_a_run=True, note="Changed.")).words == "Changed."
