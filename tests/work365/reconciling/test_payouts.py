"""What is wrong with a payout: a table."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from local.fakes.receivables import VISA, money
from tests.work365.reconciling.story import ago, moved
from work365.reconciling.movement import Movement, Payout, PayoutState
from work365.reconciling.payouts import PaidOut, compare_payout, unrecorded

PAYOUT = Payout("po_1", money("147.50 EUR"), PayoutState.PAID, ago(5), ago(3).date())
CHARGE = replace(moved("Payment", "150.00 EUR"), fee=Decimal("2.50"))
HALF = replace(moved("Fee", "0.00 EUR"), amount=None, settled=Decimal(0), fee=Decimal("0.005"))
FAILED = replace(PAYOUT, state=PayoutState.FAILED, reason="The account is closed.")

LITTLE = replace(CHARGE, id="b", settled=Decimal(7), fee=Decimal(0))
CASES: list[tuple[str, Payout, tuple[Movement, ...] | None, list[str]]] = [
    ("the sum of its parts", PAYOUT, (CHARGE,), []),
    ("to a fraction of a cent", PAYOUT, (CHARGE, replace(HALF, fee=Decimal("0.004"))), []),
    ("less than its parts", PAYOUT, (CHARGE, LITTLE), ["payout-parts-differ -7.00 EUR"]),
    ("more than its parts", PAYOUT, (), ["payout-parts-differ 147.50 EUR"]),
    ("of which nothing is told", PAYOUT, None, []),
    ("which came back", FAILED, (CHARGE,), ["payout-failed 147.50 EUR"]),
    ("which came back, without parts", FAILED, None, ["payout-failed 147.50 EUR"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "payout", "parts", "says"), CASES, ids=[one[0] for one in CASES])
def test_a_payout_is_compared_with_its_parts(
    name: str, payout: Payout, parts: tuple[Movement, ...] | None, says: list[str]
) -> None:
    """By how much it is more than they are."""
    found = compare_payout(PaidOut(payout, parts), VISA.processor)
    assert [f"{one.code.value} {one.amount}" for one in found] == says, name
    assert all("po_1" in one.words for one in found)


def test_fees_are_rounded_once() -> None:
    """Two halves of a cent are one; nobody knows those of a payout that does not say."""
    assert PaidOut(PAYOUT, (HALF, replace(HALF, id="b"))).fees == money("0.01 EUR")
    assert (PaidOut(PAYOUT, None).fees, PaidOut(PAYOUT, None).payments, PaidOut(PAYOUT, (CHARGE,)).payments) == (None, 0, 1)


def test_news_is_what_is_not_kept_or_stands_otherwise_by_now() -> None:
    """By id and state."""
    kept = {"po_1": PayoutState.PAID}
    assert unrecorded([PAYOUT], kept) == []
    assert unrecorded([FAILED, replace(PAYOUT, id="po_2")], kept) == [FAILED, replace(PAYOUT, id="po_2")]
