"""Which documents wait for a person, and what each step needs: tables."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from work365.approving.deciding import ApprovalRule, Candidate, DocumentState, Step, issuing, verifying
from work365.errors import Refused
from work365.money import Currency, Money

RULE = ApprovalRule(Decimal(1000), two_people=True)
DRAFT = Candidate(DocumentState.DRAFT, "", Money(150000, Currency("EUR")), "now", "", "", RULE)
VERIFIED = replace(DRAFT, state=DocumentState.VERIFIED, verified="now", verified_by="ann")
ISSUED = replace(VERIFIED, state=DocumentState.ISSUED, number="INV-1")


@pytest.mark.parametrize(
    ("threshold", "total", "waits"),
    [
        (None, "1000000", False),
        ("0", "0", True),
        ("1000", "999.99", False),
        ("1000", "1000.00", True),
        ("1000", "-1000.00", True),
    ],
)
def test_documents_wait_from_a_total_on(threshold: str | None, total: str, waits: bool) -> None:
    rule = ApprovalRule(None if threshold is None else Decimal(threshold))
    assert rule.needs(Decimal(total)) is waits


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (DRAFT, Step.ACT),
        (VERIFIED, Step.DONE),
        (replace(VERIFIED, fingerprint="other"), Step.ACT),
        (ISSUED, "is Issued and cannot be verified"),
        (replace(DRAFT, state=DocumentState.CANCELLED), "is Cancelled and cannot be verified"),
    ],
)
def test_verifying(one: Candidate, expected: Step | str) -> None:
    assert agrees(outcome(verifying, one), expected)


@pytest.mark.parametrize(
    ("one", "person", "expected"),
    [
        (DRAFT, "bob", "A total of 1500.00 EUR must be verified first"),
        (replace(DRAFT, rule=ApprovalRule()), "bob", Step.ACT),
        (replace(DRAFT, total=Money(99999, Currency("EUR"))), "bob", Step.ACT),
        (VERIFIED, "bob", Step.ACT),
        (VERIFIED, "ann", "somebody else has to issue it"),
        (replace(VERIFIED, rule=ApprovalRule(Decimal(1000))), "ann", Step.ACT),
        (replace(VERIFIED, fingerprint="other"), "bob", Step.FALL_BACK),
        (ISSUED, "bob", Step.DONE),
        (replace(ISSUED, state=DocumentState.PAID), "ann", Step.DONE),
        (replace(DRAFT, state=DocumentState.CANCELLED), "bob", "was cancelled"),
    ],
)
def test_issuing(one: Candidate, person: str, expected: Step | str) -> None:
    assert agrees(outcome(issuing, one, person), expected)


def agrees(found: Step | str, expected: Step | str) -> bool:
    """The same step, or a sentence with these words in it."""
    return found == expected if isinstance(expected, Step) else expected in str(found)


def outcome(rule: Any, *arguments: Any) -> Step | str:  # noqa: ANN401  one of the two rules and what it takes
    """What a rule says, or the sentence that it refuses with."""
    try:
        step: Step = rule(*arguments)
    except Refused as error:
        return str(error)
    return step
