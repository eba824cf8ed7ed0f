"""What an event of a gateway, or a sweep, names: read the payment, ask the gateway, record. Events are believed in nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.handlers import charging, disputing, refunding
from work365.ports.payments import About
from work365.receivables.payments import CAME

if TYPE_CHECKING:
    from datetime import datetime

    from work365.jobs import JobResult
    from work365.ports.disputing import DisputeBook
    from work365.ports.payments import GatewayFor, PaymentBook, PaymentHint
    from work365.ports.refunding import RefundBook


@dataclass(frozen=True, slots=True)
class Ears:
    """Who is told, and who is asked."""

    payments: PaymentBook
    refunds: RefundBook
    disputes: DisputeBook
    gateway_for: GatewayFor


@dataclass(frozen=True, slots=True)
class Heard:
    """Whose payment it was, and what became of what was asked about; `result` is None when there is nothing to ask."""

    account: str
    result: JobResult | None


def hear(hint: PaymentHint, ears: Ears, *, now: datetime) -> Heard | None:
    """Find out what a hint is about. Shape: None when it is about a payment that is not ours. Errors: as `charging.charge`."""
    payment = charging.hinted(hint, ears.payments)
    if payment is None:
        return None
    if hint.about is About.REFUND:
        return Heard(payment.account, refunding.ask_about(payment.id, book=ears.refunds, gateway_for=ears.gateway_for, now=now))
    result = charging.gateway_event(hint, payment, book=ears.payments, gateway_for=ears.gateway_for, now=now)
    if hint.about is About.RETURN and ears.payments.payment(payment.id).state in CAME:
        disputing.look(payment.id, book=ears.disputes, gateway_for=ears.gateway_for, now=now)
    return Heard(payment.account, result)
