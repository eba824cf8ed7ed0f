"""What may be charged: one pure decision over the invoice, its earlier attempts and the profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.ids import derived
from work365.money import EXPONENT, Money, exactly, stated, zero
from work365.paying.rules import NOTHING_SAID, Method, PaymentRule
from work365.receivables.card_limits import bearable
from work365.receivables.gateways import capabilities
from work365.receivables.payments import (
    Debt,
    InvoiceId,
    InvoiceStatus,
    Payment,
    PaymentId,
    PaymentSource,
    PaymentState,
    Profile,
    ProfileKind,
    ProfileStatus,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from work365.jobs import Job
    from work365.money import Currency
    from work365.receivables.refunds import RefundId

SOURCES = {"": PaymentSource.CHARGE, "Charge": PaymentSource.CHARGE, "Auto charge": PaymentSource.AUTO_CHARGE}
"""A job's argument `source`, and what it means; nothing else may claim to be a charge."""

CHARGEABLE = frozenset({InvoiceStatus.ISSUED, InvoiceStatus.PARTIAL})


class BeingCharged(Refused):
    """Another attempt is under way, so a second one could take the money twice."""


@dataclass(frozen=True, slots=True)
class ChargeCase:
    """Everything that the decision looks at.

    Shape: `rule` says in which ways the invoice may be paid. `declines` are the days of the profile's last declines, whichever
           invoice they were for, the newest first, as many as `card_limits` counts.
           `payments` were read before `debt`; an attempt that began in between takes the number that we would take, and one that
           ended in between is in the balance. Either way nobody is charged twice.
    """

    payments: Sequence[Payment]
    debt: Debt
    profile: Profile | None
    rule: PaymentRule = NOTHING_SAID
    declines: Sequence[date] = ()


@dataclass(frozen=True, slots=True)
class Attempts:
    """An invoice and the attempts to collect it, which were read before it."""

    debt: Debt
    payments: Sequence[Payment]


@dataclass(frozen=True, slots=True)
class Standing:
    """A payment and its invoice, read together: what an outcome is written over."""

    payment: Payment
    debt: Debt


def payment_id(invoice: InvoiceId, attempt: int) -> PaymentId:
    """The id of an attempt: the same for everyone who would make it."""
    return PaymentId(derived("payment", invoice, str(attempt)))


def idempotency_key(environment: str, attempt: PaymentId | RefundId) -> str:
    """What makes the gateway move the money once: two environments may hold copies of the same rows."""
    return f"{environment}:{attempt}"


def decide(job: Job, case: ChargeCase, *, now: datetime) -> Payment:
    """The attempt that a job asks for.

    Errors: Refused with a sentence that says why not, and what to do.
    """
    debt = case.debt
    _refuse_status(debt)
    _refuse_under_way(debt, case.payments)
    amount = _allowed(_asked(job, debt), debt)
    profile = usable(case.profile, debt, on=now.date())
    _refuse_method(profile, case)
    source = _source(job)
    if source is PaymentSource.AUTO_CHARGE:
        _refuse_too_often(profile, case, on=now.date())
    attempt = 1 + max((payment.attempt for payment in case.payments), default=0)
    return Payment(
        id=payment_id(debt.id, attempt),
        invoice=debt.id,
        attempt=attempt,
        amount=amount,
        source=source,
        state=PaymentState.PENDING,
        account=debt.account,
        profile=profile.id,
        job=job.id,
        sent_on=now,
    )


def _asked(job: Job, debt: Debt) -> Money | None:
    """What the job asks to charge; None is the balance. Errors: Refused for another currency or too many places."""
    if job.amount is None:
        return None
    if job.currency and job.currency != debt.balance.currency:
        wanted = stated(job.amount, job.currency)
        message = f"{debt.label} is in {debt.balance.currency}; {wanted} cannot be charged on it. {_at_most(debt)}"
        raise Refused(message)
    return typed_amount(job.amount, debt)


def typed_amount(amount: Decimal, debt: Debt) -> Money:
    """An amount as a person typed it, in the invoice's currency.

    Errors: Refused when it has more decimal places than the currency, naming what is allowed.
    """
    currency = debt.balance.currency
    try:
        return exactly(amount, currency)
    except BadInput as exc:
        places = EXPONENT[currency]
        message = f"{amount.normalize():f} has too many decimal places; {currency} has {places}. {_at_most(debt)}"
        raise Refused(message) from exc


def usable(profile: Profile | None, debt: Debt, *, on: date) -> Profile:
    """The profile, if it may be charged for this invoice.

    Errors: Refused with a sentence.
    """
    if profile is None:
        message = f"{debt.label} has no payment profile to charge; create one for the customer, then charge again."
        raise Refused(message)
    reason = unusable(profile, debt.account, on) or uncollectable(profile, debt.balance.currency)
    if reason:
        message = f"The payment profile {profile.label} {reason}."
        raise Refused(message)
    return profile


def uncollectable(profile: Profile, currency: Currency) -> str:
    """Why a profile's gateway cannot collect a currency; empty when it can, or when only the gateway knows."""
    taken = capabilities(profile.processor.kind).currencies
    if taken is None or currency in taken:
        return ""
    return f"is at {profile.processor.kind}, which collects {', '.join(sorted(taken))} and no {currency}; choose another one"


def _refuse_method(profile: Profile, case: ChargeCase) -> None:
    reason = case.rule.refusal(Method(profile.kind.value))
    if reason:
        message = (
            f"{case.debt.label} was not charged to {profile.label}: {reason}. Choose another payment profile, or change the "
            "payment rule of the customer or the price list."
        )
        raise Refused(message)


def _refuse_too_often(profile: Profile, case: ChargeCase, *, on: date) -> None:
    """A person may always charge; nobody else a card that was declined as often as its network bears."""
    if profile.kind is ProfileKind.CARD and not bearable(case.declines, on):
        message = (
            f"{case.debt.label} was not charged: {profile.label} was declined so often of late that its network would fine more. "
            "It is charged by itself on a later day; ask the customer for another card, or press Charge."
        )
        raise Refused(message)


def unusable(profile: Profile, account: str, on: date) -> str:
    """Why a profile may not be charged for a customer; empty when it may. The first reason counts."""
    year, month = profile.expires or (9999, 12)
    card, status, taken = profile.kind is ProfileKind.CARD, profile.status, capabilities(profile.processor.kind).kinds
    reasons = (
        (profile.account != account, "belongs to another customer; choose one of this customer's profiles"),
        (
            status is ProfileStatus.PENDING,
            "is not confirmed by the gateway yet; wait for the customer or choose another",
        ),
        (status is not ProfileStatus.ACTIVE, f"is {status.value.lower()}; choose another one or ask the customer for a new one"),
        (
            profile.refused_on is not None,
            f"was refused for good on {profile.refused_on}; ask the customer for another one",
        ),
        (
            card and (year, month) < (on.year, on.month),
            f"expired after {month:02d}/{year}; ask the customer for a new card",
        ),
        (
            not profile.processor.active,
            f"is at {profile.processor.code}, which is switched off; activate that payment processor, or choose another profile",
        ),
        (not taken, "is for payments by hand; record the payment when the money arrives"),
        (
            profile.kind not in taken,
            f"is a {profile.kind.value.lower()}, which {profile.processor.kind} does not take; choose another one",
        ),
        (not (profile.customer and profile.method), "lacks the gateway's ids; have the customer enter the payment data again"),
    )
    return next((reason for applies, reason in reasons if applies), "")


def _refuse_status(debt: Debt) -> None:
    if debt.credit_note:
        message = f"{debt.label} is a credit note; there is nothing to charge."
        raise Refused(message)
    if debt.status is InvoiceStatus.WRITTEN_OFF:
        message = f"{debt.label} is written off; take that back first to charge it."
        raise Refused(message)
    if debt.status is InvoiceStatus.PAID or (debt.status in CHARGEABLE and debt.balance <= zero(debt.balance.currency)):
        message = f"{debt.label} is paid already; there is nothing left to charge."
        raise Refused(message)
    if debt.status is InvoiceStatus.CANCELLED:
        message = f"{debt.label} is cancelled; it can no longer be charged."
        raise Refused(message)
    if debt.status not in CHARGEABLE:
        message = f"{debt.label} is still a draft; issue it first, then charge it."
        raise Refused(message)


def _refuse_under_way(debt: Debt, payments: Sequence[Payment]) -> None:
    for payment in payments:
        if not payment.state.final:
            message = f"{debt.label} is already being charged: {_under_way(payment)}"
            raise BeingCharged(message)


def _under_way(payment: Payment) -> str:
    if payment.state is PaymentState.PROCESSING:
        return f"a bank debit of {payment.amount} is on its way. Wait for its result."
    if payment.page is not None:
        return f"the customer is paying {payment.amount} by link at this moment. Try again in a few minutes."
    if payment.state is PaymentState.NEEDS_ACTION:
        return f"{payment.amount} waits for a step at the gateway. Finish or cancel it there."
    return f"{payment.amount}, attempt {payment.attempt}. Wait for its result."


def _allowed(wanted: Money | None, debt: Debt) -> Money:
    if wanted is None:
        return debt.balance
    if wanted <= zero(debt.balance.currency):
        message = f"{wanted} cannot be charged; the amount must be above zero. {_at_most(debt)}"
        raise Refused(message)
    if debt.balance < wanted:
        message = f"{wanted} is more than the balance. {_at_most(debt)}"
        raise Refused(message)
    return wanted


def _at_most(debt: Debt) -> str:
    return f"Charge at most {debt.balance} on {debt.label.lower() if not debt.number else debt.label}."


def _source(job: Job) -> PaymentSource:
    text = job.arguments.get("source", "")
    if text not in SOURCES:
        message = f"'{text}' is not a source of a charge; use Charge or Auto charge"
        raise BadInput(message, "source")
    return SOURCES[text]
