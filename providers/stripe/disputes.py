"""What card schemes and banks hold against a payment at Stripe: its disputes as they stand now.

A dispute takes its amount out of our balance when it is opened, and puts it back when it is won; an inquiry (`warning_…`) takes
nothing. What is away is read from the movements that the dispute itself names, not from its status. Movements in another currency
than the dispute's, because Stripe settles in that, say only whether the amount is away.

Source: docs.stripe.com/api/disputes (status, evidence_details, balance_transactions: zero, one or two, that withdraw and
reinstate), docs.stripe.com/disputes/how-disputes-work, docs.stripe.com/disputes/categories (reasons).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from providers.stripe.amounts import from_stripe
from providers.stripe.errors import translated
from work365.money import Money
from work365.receivables.disputes import DisputeNews, DisputeState

if TYPE_CHECKING:
    from work365.receivables.payments import Payment

AT_MOST = 100
"""A payment has one dispute, seldom a few."""

STATES = {
    "warning_needs_response": DisputeState.OPEN,
    "needs_response": DisputeState.OPEN,
    "appeal_needs_response": DisputeState.OPEN,
    "warning_under_review": DisputeState.UNDER_REVIEW,
    "under_review": DisputeState.UNDER_REVIEW,
    "appeal_under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
    "warning_closed": DisputeState.CLOSED,
    "prevented": DisputeState.CLOSED,
}
"""A total map; anything new is under review, never an end."""

REASONS = {
    "bank_cannot_process": "the bank could not process it",
    "check_returned": "the cheque was returned",
    "credit_not_processed": "a credit is missing",
    "customer_initiated": "the customer asked the bank for it",
    "debit_not_authorized": "the customer says that the debit was not authorised",
    "duplicate": "the customer says that it was charged twice",
    "fraudulent": "the cardholder says that it was not them",
    "incorrect_account_details": "the bank details are wrong",
    "insufficient_funds": "insufficient funds",
    "product_not_received": "the customer says that nothing came",
    "product_unacceptable": "the customer says that it was not as described",
    "subscription_canceled": "the customer says that it was cancelled",
    "unrecognized": "the cardholder does not recognise it",
}
"""Words for people."""


def disputes(client: stripe.StripeClient, payment: Payment) -> tuple[DisputeNews, ...]:
    """The disputes of a payment. Errors: External."""
    try:
        found = client.v1.disputes.list({"payment_intent": payment.reference, "limit": AT_MOST})
    except stripe.StripeError as error:
        raise translated(error, write=False) from error
    return tuple(news(one) for one in found.data)


def news(dispute: stripe.Dispute) -> DisputeNews:
    """What a dispute says."""
    amount, due = from_stripe(dispute.amount, dispute.currency), dispute.evidence_details.due_by
    state = STATES.get(dispute.status, DisputeState.UNDER_REVIEW)
    return DisputeNews(
        reference=dispute.id,
        state=state,
        amount=amount,
        away=_away(dispute, amount),
        words=REASONS.get(dispute.reason, "the bank gave no reason"),
        due_by=datetime.fromtimestamp(due, UTC) if due is not None and state is DisputeState.OPEN else None,
    )


def _away(dispute: stripe.Dispute, amount: Money) -> Money:
    moved = sum(one.amount for one in dispute.balance_transactions)
    if moved >= 0:
        return Money(0, amount.currency)
    same = all(one.currency == dispute.currency for one in dispute.balance_transactions)
    return from_stripe(-moved, dispute.currency) if same else amount
