"""Follow what banks and card schemes hold against a payment: read the rows, ask the gateway, record.

The gateway is asked after the rows were read, and what it says is written over that version only: so of two workers the one with
the older answer cannot write last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import Conflict
from work365.receivables.disputing import settle

if TYPE_CHECKING:
    from datetime import datetime

    from work365.ports.disputing import DisputeBook
    from work365.ports.payments import GatewayFor
    from work365.receivables.payments import PaymentId

STEPS_MAX = 20
"""How often rows are read for one payment: each news of a dispute is one step, and so is each time that rows changed under us."""


def look(payment: PaymentId, *, book: DisputeBook, gateway_for: GatewayFor, now: datetime) -> None:
    """Bring the disputes of a payment up to date. Errors: Conflict when rows keep changing; External."""
    for _ in range(STEPS_MAX):
        case = book.case(payment)
        if case.profile is None:
            return
        news = gateway_for(case.profile.processor).disputes(case.payment, case.profile)
        settlement = next((made for one in news if (made := settle(one, case, today=now.date())) is not None), None)
        if settlement is None:
            return
        try:
            book.record(settlement)
        except Conflict:
            continue
    message = f"payment {payment} changed each time its disputes were to be written"
    raise Conflict(message)
