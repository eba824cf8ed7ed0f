"""What an answer of the gateway changes of a refund: its state, and with that our ledger.

Only what has succeeded moves the ledger: what is on its way back is held, so that it is not given back twice. One that had
succeeded and came back, because the customer's account is closed, takes its effect back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.receivables import refund_wording as wording
from work365.receivables.refunding import comes_in, goes_out
from work365.receivables.refunds import RefundOutcome, RefundState
from work365.receivables.wording import NEVER_ARRIVED, OTHER_AMOUNT, REJECTED

if TYPE_CHECKING:
    from datetime import date

    from work365.money import Money
    from work365.receivables.payment_case import PaymentCase
    from work365.receivables.refunding import Moved
    from work365.receivables.refunds import Refund


@dataclass(frozen=True, slots=True)
class RefundSettlement:
    """Everything that one answer changes; it is written in one change set under the versions of what was read.

    Attributes:
        moved: None when no money moved.
        words: for the payment and the invoice's form.
        on: the day on which it happened.
    """

    refund: Refund
    case: PaymentCase
    words: str
    moved: Moved | None
    on: date


def moves(now: RefundState, news: RefundState) -> bool:
    """Whether news may change a refund's state."""
    if news in (now, RefundState.PENDING):
        return False
    if now is RefundState.SUCCEEDED:
        return news is RefundState.FAILED
    if now is RefundState.FAILED:
        return news is RefundState.SUCCEEDED
    return not (news is RefundState.UNKNOWN and now is RefundState.PROCESSING)


def settle(refund: Refund, outcome: RefundOutcome, case: PaymentCase, *, today: date) -> RefundSettlement | None:
    """What must be written, or None when the news change nothing."""
    if outcome.amount is not None and outcome.amount != refund.amount and outcome.state is not RefundState.FAILED:
        return _other_amount(refund, outcome, outcome.amount, case, today)
    if not moves(refund.state, outcome.state):
        return None
    changed = replace(refund, state=outcome.state, reference=outcome.reference or refund.reference, code=outcome.code)
    if outcome.state is RefundState.SUCCEEDED:
        moved = goes_out(case.uses, refund.amount)
        changed = replace(changed, given_on=refund.given_on or today, came_back_on=None)
        return _with(changed, case, wording.given(changed, case, moved), moved, today)
    if refund.state is RefundState.SUCCEEDED:
        moved = comes_in(case.uses, refund.amount)
        changed = replace(changed, came_back_on=today)
        return _with(changed, case, wording.came_back(changed, case, moved, outcome.words), moved, today)
    return _with(changed, case, wording.other(changed, case, outcome.words), None, today)


def _other_amount(refund: Refund, outcome: RefundOutcome, back: Money, case: PaymentCase, today: date) -> RefundSettlement | None:
    """As for a payment: nothing is booked, a person is told once, and what was asked for stays held until it has failed."""
    if refund.code == OTHER_AMOUNT or not moves(refund.state, outcome.state):
        return None
    reference = outcome.reference or refund.reference
    changed = replace(refund, state=RefundState.UNKNOWN, reference=reference, code=OTHER_AMOUNT)
    return _with(changed, case, wording.other_amount(changed, back, case), None, today)


def _with(changed: Refund, case: PaymentCase, words: str, moved: Moved | None, today: date) -> RefundSettlement:
    return RefundSettlement(replace(changed, message=words), case, words, moved, today)


def never_arrived() -> RefundOutcome:
    """The end of a refund that the gateway has no trace of."""
    return RefundOutcome(RefundState.FAILED, code=NEVER_ARRIVED, words="the request never reached the gateway")


def rejected(code: str, words: str) -> RefundOutcome:
    """The end of a refund that the gateway refused to make."""
    return RefundOutcome(RefundState.FAILED, code=f"{REJECTED}: {code}" if code else REJECTED, words=words)
