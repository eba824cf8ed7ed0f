"""Debts, profiles and jobs in a few words, so that tests read like accounting."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from work365.jobs import Job, JobKind, JobState
from work365.money import Currency, Money, exactly
from work365.receivables.payments import Debt, InvoiceId, InvoiceStatus, Processor, Profile, ProfileId, ProfileKind, ProfileStatus

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
VISA = Profile(
    ProfileId("visa"), "contoso", Processor("p1", "stripe", "Stripe", "stripe-key"), ProfileKind.CARD, ProfileStatus.ACTIVE,
    "cus_1", "pm_1", "Visa", "4242", (2027, 12),
)  # fmt: skip
BANK = replace(VISA, id=ProfileId("bank"), kind=ProfileKind.BANK_DEBIT, method="pm_bank", brand="STRIPE TEST BANK", expires=None)


def money(text: str) -> Money:
    """`150.00 EUR`."""
    amount, code = text.split()
    return exactly(Decimal(amount), Currency(code))


def debt_of(total: str, *, charged: str = "0.00 EUR", status: InvoiceStatus | None = None, number: str = "INV-7") -> Debt:
    """An invoice of Contoso; its status follows from the amounts unless it is given."""
    paid = money(charged)
    guessed = InvoiceStatus.PARTIAL if paid.minor else InvoiceStatus.ISSUED
    return Debt(InvoiceId("i7"), number, "contoso", status or guessed, money(total), paid, money(total) - paid, paid - paid)


def job_of(amount: str | None = None, *, id: str = "j1", profile: str | None = None, source: str = "") -> Job:  # noqa: A002
    """Somebody pressed Charge on invoice i7."""
    number, _, code = (amount or "").partition(" ")
    return Job(
        id,
        f"key-{id}",
        JobKind.CHARGE,
        JobState.RUNNING,
        "i7",
        profile=profile,
        amount=Decimal(number) if amount else None,
        currency=code,
        arguments={"source": source} if source else {},
    )
