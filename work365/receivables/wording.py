"""Sentences about payments, for the form and for the job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.receivables.payments import InvoiceStatus, PaymentState, ProfileKind

if TYPE_CHECKING:
    from work365.money import Money
    from work365.receivables.payments import Debt, Payment, Profile

NEVER_ARRIVED = "never-arrived"
REJECTED = "rejected"
AUTHENTICATION = "authentication_required"
PAGE_CLOSED = "page-closed"
"""Codes of failures that need other words than a decline."""


def begun(payment: Payment) -> str:
    """While the gateway is being asked."""
    return f"Being charged: {payment.amount}, attempt {payment.attempt}"


def page_begun(payment: Payment) -> str:
    """While the gateway is asked for a page."""
    return f"The customer opens the payment page: {payment.amount}, attempt {payment.attempt}"


def not_allowed(label: str) -> str:
    """The person who asked may not take money."""
    return (
        f"{label} was not charged: your roles do not let you take money. That needs the right to create payments, which the "
        "roles Work365 Billing and Work365 Administrator give. Ask a colleague in billing to charge it, or an administrator for "
        "one of them."
    )


def charged(payment: Payment, debt: Debt, profile: Profile | None, *, spare: Money) -> str:
    """A success: `Charged 120.00 EUR to Visa ending 4242; balance 30.00 EUR`."""
    how = f"Charged {payment.amount}{_to(profile)}" if payment.page is None else f"{payment.amount} was paid by link"
    text = f"{how}; balance {debt.balance}"
    if not spare.minor:
        return text
    why = "was cancelled meanwhile" if debt.status is InvoiceStatus.CANCELLED else "was paid meanwhile"
    return f"{text}. {spare} is not needed for it because the invoice {why}: refund it"


def outcome(payment: Payment, words: str, profile: Profile | None) -> str:
    """Everything but a success."""
    if payment.state is PaymentState.FAILED:
        return failed(payment, words, profile)
    if payment.state is PaymentState.PROCESSING:
        return f"{payment.amount} is being collected{_from(profile)}; the bank takes some days, and the balance follows then"
    if payment.state is PaymentState.NEEDS_ACTION:
        return f"{payment.amount} waits for a step at the gateway: {words or 'open the payment there'}"
    return f"No clear answer came for {payment.amount}; we are asking the gateway whether the money was taken"


def failed(payment: Payment, words: str, profile: Profile | None) -> str:
    """A failure, with what to do next."""
    reason = words.rstrip(".") or "no reason was given"
    nothing = f"{payment.amount} was not charged"
    if payment.page is not None:
        return f"{payment.amount} was not paid by link: {reason}. The customer may open the link again."
    if payment.code == NEVER_ARRIVED:
        return f"{nothing}: {reason}. Charge again."
    if payment.code == REJECTED:  # before it was sent: the reason is ours, and says what to do
        return f"{nothing}: {reason}."
    if payment.code.startswith(REJECTED):
        return f"{nothing}: the gateway refused our request ({reason}). Ask an administrator to look at it."
    if payment.code == AUTHENTICATION:
        return f"{nothing}: the bank wants the cardholder to confirm it. Ask for another way to pay, as by a pay link."
    what = "card" if profile is None or profile.kind is ProfileKind.CARD else "bank debit"
    return f"The {what} was declined: {reason}. Nothing was charged; use another payment profile or ask the customer."


def _to(profile: Profile | None) -> str:
    return f" to {profile.label}" if profile else ""


def _from(profile: Profile | None) -> str:
    return f" from {profile.label}" if profile else ""
