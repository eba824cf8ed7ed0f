"""Payments, refunds, disputes and movements in a few words, so that a case reads like a bank statement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from local.fakes.receivables import VISA, money
from work365.receivables.disputes import Dispute, DisputeNews, DisputeState, dispute_id
from work365.receivables.payments import InvoiceId, Payment, PaymentId, PaymentSource, PaymentState
from work365.receivables.refunds import Refund, RefundState, refund_id
from work365.reconciling.case import MoneyCase
from work365.reconciling.movement import Movement, MovementKind

TODAY = date(2026, 3, 20)
PAYMENT = PaymentId("p1")


def ago(days: int) -> datetime:
    """So many days before today, at noon."""
    return datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=12) - timedelta(days=days)


def payment(amount: str = "150.00 EUR", state: str = "Succeeded", *, days: int = 5, sent: int | None = None) -> Payment:
    """Our row of pi_1, received so many days ago."""
    reached = PaymentState(state)
    return Payment(
        PAYMENT, InvoiceId("i7"), 1, money(amount), PaymentSource.CHARGE, reached, "contoso", VISA.id, "j1",
        ago(days if sent is None else sent), "pi_1",
        received_on=ago(days).date() if reached in (PaymentState.SUCCEEDED, PaymentState.RETURNED) else None,
    )  # fmt: skip


def refund(amount: str, state: str = "Succeeded", *, days: int = 5, attempt: int = 1) -> Refund:
    """A refund of pi_1."""
    reached = RefundState(state)
    given = ago(days).date() if reached is RefundState.SUCCEEDED else None
    return Refund(
        refund_id(PAYMENT, attempt), PAYMENT, InvoiceId("i7"), attempt, money(amount), "why", reached, "contoso", "j2", ago(days),
        f"re_{attempt}", given_on=given,
    )  # fmt: skip


def dispute(away: str, *, days: int = 5) -> Dispute:
    """A dispute of pi_1 that holds so much."""
    news = DisputeNews("dp_1", DisputeState.OPEN, money("150.00 EUR"), money(away))
    return Dispute(dispute_id(PAYMENT, "dp_1"), PAYMENT, news, money("150.00 EUR"), ago(days).date())


def moved(kind: str, amount: str, *, days: int = 5, id_: str = "", reference: str = "pi_1") -> Movement:
    """What moved at the gateway."""
    value = money(amount)
    return Movement(
        id_ or f"txn_{kind}_{amount}", MovementKind(kind), value, value.major, Decimal(0), value.currency, ago(days), reference
    )


def case(
    row: Payment | None, *movements: Movement, refunds: tuple[Refund, ...] = (), disputes: tuple[Dispute, ...] = ()
) -> MoneyCase:
    """A payment at Stripe."""
    number = "" if row is None else "INV-7"
    return MoneyCase(VISA.processor, "pi_1", row, number, refunds, disputes, movements)


def at_gocardless(told: MoneyCase) -> MoneyCase:
    """The same at GoCardless."""
    return replace(told, processor=replace(VISA.processor, kind="GoCardless", code="debits"))
