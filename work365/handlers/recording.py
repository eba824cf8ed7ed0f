"""Write what a gateway says of a payment over whatever the rows say now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.errors import Conflict
from work365.receivables import settling

if TYPE_CHECKING:
    from datetime import datetime

    from work365.ports.payments import PaymentBook
    from work365.receivables.payments import Payment, Profile
    from work365.receivables.settling import Outcome

TRIES = 4
"""How often to decide or record again when rows changed under us, before the queue brings the work back."""


def record(payment: Payment, outcome: Outcome, profile: Profile | None, book: PaymentBook, now: datetime) -> Payment:
    """The payment as it is afterwards; somebody else's final answer stands.

    Errors: Conflict when rows keep changing; External.
    """
    for _ in range(TRIES):
        standing = book.standing(payment)
        settlement = settling.settle(standing.payment, outcome, standing.debt, profile, today=now.date())
        if settlement is None:
            return standing.payment
        try:
            book.record(settlement)
        except Conflict:
            if settlement.refused is not None:
                outcome, profile = _read_again(outcome, settlement.refused, book)
            continue
        return settlement.payment
    message = f"payment {payment.id} changed each time its outcome was to be written"
    raise Conflict(message)


def _read_again(outcome: Outcome, refused: Profile, book: PaymentBook) -> tuple[Outcome, Profile]:
    """The profile may be what changed: another worker has refused it, or the gateway renewed what this refusal was about."""
    profile = book.profile(refused.id)
    return replace(outcome, for_good=outcome.for_good and profile.same_instrument(refused)), profile
