"""Whatever is paid, given up, claimed and taken back in whatever order: the total is what came in, is written off and is open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from local.fakes.receivables import debt_of, money
from work365.jobs import Job, JobKind, JobState
from work365.money import Money, zero
from work365.receivables.payments import InvoiceStatus, PaymentId
from work365.receivables.settling import open_for, owing
from work365.receivables.write_offs import taken_back
from work365.receivables.writing_off import WriteOffCase, take_back, write_off

TODAY = date(2026, 3, 10)
TOTAL = money("150.00 EUR")
STEPS = st.lists(st.tuples(st.sampled_from(["pay", "return", "give up", "claim"]), st.integers(1, 20000)), max_size=12)


def wish(minor: int) -> Job:
    """A person's wish over so many cents."""
    said = {"reason": "Insolvent"}
    return Job("j1", "k", JobKind.WRITE_OFF, JobState.RUNNING, invoice="i7", amount=Decimal(minor).scaleb(-2), arguments=said)


@given(STEPS)
def test_the_parts_are_the_total(steps: list[tuple[str, int]]) -> None:
    """And nothing is ever below zero; the movements sum to what is written off; the status follows from the amounts."""
    debt, ledger = debt_of("150.00 EUR"), 0
    for what, minor in steps:
        before = debt
        if what == "pay":
            debt = owing(debt, -min(open_for(debt), Money(minor, TOTAL.currency)))
            back = taken_back(before, debt, PaymentId("p"), "p", TODAY)
            ledger += back.amount.minor if back else 0
        elif what == "return":
            debt = owing(debt, min(debt.charged, Money(minor, TOTAL.currency)))
        elif what == "give up" and debt.balance.minor:
            moved = write_off(wish(min(minor, debt.balance.minor)), WriteOffCase(debt, (), zero(TOTAL.currency)), today=TODAY)
            debt, ledger = moved.debt, ledger + moved.movement.amount.minor
        elif what == "claim" and debt.written_off.minor:
            moved = take_back(wish(min(minor, debt.written_off.minor)), WriteOffCase(debt, (), zero(TOTAL.currency)), today=TODAY)
            debt, ledger = moved.debt, ledger + moved.movement.amount.minor
        assert debt.charged + debt.written_off + debt.balance == TOTAL
        assert min(debt.charged.minor, debt.written_off.minor, debt.balance.minor) >= 0
        assert ledger == debt.written_off.minor
        closed = InvoiceStatus.WRITTEN_OFF if debt.written_off.minor else InvoiceStatus.PAID
        open_ = InvoiceStatus.PARTIAL if debt.charged.minor else InvoiceStatus.ISSUED
        assert debt.status is (open_ if debt.balance.minor else closed)
