"""What news of a dispute change: money that a bank took leaves the payment, money that it gives back comes again.

Where the money comes from and goes to is one rule with refunds (`refunding`). A payment of which disputes took all that was left
is Returned; it has Succeeded again once something of it is back. The news are what the gateway says now, not what an event said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.money import total, zero
from work365.receivables import dispute_wording as wording
from work365.receivables.disputes import Dispute, dispute_id
from work365.receivables.payments import PaymentState
from work365.receivables.refunding import comes_in, goes_out

if TYPE_CHECKING:
    from datetime import date

    from work365.money import Money
    from work365.receivables.disputes import DisputeNews
    from work365.receivables.payment_case import PaymentCase
    from work365.receivables.refunding import Moved


@dataclass(frozen=True, slots=True)
class DisputeSettlement:
    """Everything that news change; it is written in one change set under the versions of what was read.

    Attributes:
        state: of the payment afterwards.
        moved: None when no money moved.
        words: for the payment and the invoice's form.
        on: the day on which it happened.
    """

    dispute: Dispute
    case: PaymentCase
    state: PaymentState
    words: str
    moved: Moved | None
    on: date


def settle(news: DisputeNews, case: PaymentCase, *, today: date) -> DisputeSettlement | None:
    """What must be written, or None when the news are known."""
    id_ = dispute_id(case.payment.id, news.reference)
    known = next((one for one in case.disputes if one.id == id_), None)
    if known is not None and known.news == news:
        return None
    nothing = zero(case.payment.amount.currency)
    before = known or Dispute(id_, case.payment.id, news, nothing)
    gone = news.away - (known.away if known else nothing)
    moved = _moved(case, gone)
    words = wording.told(news, case, moved, more=gone.minor > 0)
    changed = replace(_dated(before, news, gone, today), news=news, message=words)
    return DisputeSettlement(changed, case, _state(changed, case, moved), words, moved, today)


def _moved(case: PaymentCase, gone: Money) -> Moved | None:
    if not gone.minor:
        return None
    return goes_out(case.uses, gone) if gone.minor > 0 else comes_in(case.uses, -gone)


def _dated(before: Dispute, news: DisputeNews, gone: Money, today: date) -> Dispute:
    """Taken again is a new count: what had come back since is forgotten with it."""
    if gone.minor > 0:
        return replace(before, taken=news.away, taken_on=today, back_on=None)
    return replace(before, back_on=today) if gone.minor < 0 else before


def _state(changed: Dispute, case: PaymentCase, moved: Moved | None) -> PaymentState:
    """Returned while disputes hold all that refunds left of it."""
    others = (one.away for one in case.disputes if one.id != changed.id)
    away = changed.away + total(others, changed.away.currency)
    left = case.uses.left if moved is None else moved.uses.left
    return PaymentState.RETURNED if away.minor > 0 and left.minor <= 0 else PaymentState.SUCCEEDED
