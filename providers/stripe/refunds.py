"""Give money back through Stripe once, and find out what became of it.

A refund is made by its payment intent, under a key of ours, with our refund's id in its metadata: that is how it is found after
the key has been forgotten. A refund of a bank debit is pending for days, and any refund may fail later, as when the card has been
closed. Stripe refuses what is more than is left: `charge_already_refunded`, or a sentence with what is unrefunded.

Source: docs.stripe.com/api/refunds (create by payment_intent; status), docs.stripe.com/refunds#failed-refunds (reasons).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import stripe

from providers.stripe.amounts import from_stripe, to_stripe
from providers.stripe.errors import SYSTEM, translated
from work365.errors import NotFound, Unavailable
from work365.receivables.charging import idempotency_key
from work365.receivables.marking import FOUND_MAX, refund_mark, refund_marked
from work365.receivables.refunds import RefundOutcome, RefundState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from work365.receivables.payments import Payment
    from work365.receivables.refunds import Refund

PAGE = 100
STATES = {
    "pending": RefundState.PROCESSING,
    "requires_action": RefundState.PROCESSING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
"""A total map; anything new is unknown, never a success."""

WAITS = {
    "requires_action": "the customer must say at Stripe where to send it",
    "insufficient_funds": "Stripe holds too little money of yours",
    "charge_pending": "the payment itself is not settled yet",
}
"""What a refund that is not done waits for, by its status or its `pending_reason`."""

REASONS = {
    "charge_for_pending_refund_disputed": "the customer disputed the payment meanwhile",
    "declined": "the customer's bank refused it",
    "expired_or_canceled_card": "the card has expired or was cancelled",
    "insufficient_funds": "Stripe holds too little money of yours",
    "lost_or_stolen_card": "the customer's bank refused it",
    "merchant_request": "it was taken back at Stripe",
    "canceled": "it was cancelled at Stripe",
}
"""Words for people. What a bank knows about loss or theft is never told."""


class StripeRefunds:
    """The refunds of one Stripe account. Shape: as `StripeGateway`."""

    def __init__(self, client: stripe.StripeClient, *, environment: str) -> None:
        self._client = client
        self._environment = environment

    def make(self, refund: Refund, payment: Payment) -> RefundOutcome:
        """Create it. Errors: Refused for an amount that Stripe does not take; External."""
        key = idempotency_key(self._environment, refund.id)
        metadata = refund_mark(refund, self._environment)
        try:
            made = self._client.v1.refunds.create(
                {"payment_intent": payment.reference, "amount": to_stripe(refund.amount), "metadata": metadata},
                {"idempotency_key": key},
            )
        except stripe.StripeError as error:
            raise translated(error, write=True) from error
        return outcome(made)

    def find(self, refund: Refund, payment: Payment) -> RefundOutcome | None:
        """The refund that carries our id: by its own id if we know it, else among the payment's. Errors: External."""
        try:
            known = self._retrieved(refund) if refund.reference else None
            if known is None:
                known = next((one for one in self._of(payment) if self._ours(one, refund)), None)
        except stripe.StripeError as error:
            raise translated(error, write=False) from error
        return None if known is None else outcome(known)

    def _retrieved(self, refund: Refund) -> stripe.Refund | None:
        try:
            found = self._client.v1.refunds.retrieve(refund.reference)
        except stripe.InvalidRequestError as error:
            if isinstance(translated(error, write=False), NotFound):
                return None
            raise
        return found if self._ours(found, refund) else None

    def _of(self, payment: Payment) -> Iterator[stripe.Refund]:
        listed = self._client.v1.refunds.list({"payment_intent": payment.reference, "limit": PAGE})
        for count, one in enumerate(islice(listed.auto_paging_iter(), FOUND_MAX + 1)):
            if count == FOUND_MAX:
                message = f"payment {payment.reference} has more than {FOUND_MAX} refunds"
                raise Unavailable(message, system=SYSTEM)
            yield one

    def _ours(self, found: stripe.Refund, refund: Refund) -> bool:
        said = found.metadata.to_dict() if found.metadata is not None else {}
        return refund_marked(said, refund, self._environment)


def outcome(refund: stripe.Refund) -> RefundOutcome:
    """What a refund says."""
    status = refund.status or ""
    state = STATES.get(status, RefundState.UNKNOWN)
    amount = from_stripe(refund.amount, refund.currency)
    if state is RefundState.FAILED:
        code = getattr(refund, "failure_reason", None) or status
        return RefundOutcome(state, refund.id, amount, code, REASONS.get(code, "no reason was given"))
    waits = getattr(refund, "pending_reason", None) or status
    return RefundOutcome(state, refund.id, amount, "", WAITS.get(waits, "") if state is RefundState.PROCESSING else "")
