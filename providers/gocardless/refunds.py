"""Give money back through GoCardless once, and find out what became of it.

Refunds go by bank transfer outside of the debit scheme, to merchants for whom GoCardless has enabled them, out of what it holds
for the merchant at that moment; what it refuses is said in its own words. Each refund must name the sum that has gone back with
it, so that two processes that do not know of each other cannot both refund: that sum is what our rows say.

A payment that was refunded may still fail late or be charged back; the customer then has the money twice.

Source: GoCardless, API reference, "Refunds" (status, total_amount_confirmation, number_of_refunds_exceeded,
available_refund_amount_insufficient), as its Java and Go libraries of 2026 say it; support.gocardless.com, "Refunding payments".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers.gocardless.amounts import from_units
from providers.gocardless.client import SYSTEM, created_before
from work365.errors import Conflict, External, NotFound, OutcomeUnknown
from work365.receivables.charging import idempotency_key
from work365.receivables.marking import FOUND_MAX, refund_mark, refund_marked
from work365.receivables.refunds import RefundOutcome, RefundState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from providers.gocardless.client import Client
    from work365.money import Money
    from work365.receivables.payments import Payment
    from work365.receivables.refunds import Refund

STATES = {
    "created": RefundState.PROCESSING,
    "pending_submission": RefundState.PROCESSING,
    "submitted": RefundState.PROCESSING,
    "paid": RefundState.SUCCEEDED,
    "cancelled": RefundState.FAILED,
    "bounced": RefundState.FAILED,
    "funds_returned": RefundState.FAILED,
}
"""A total map; anything new is unknown, never a success."""

REASONS = {
    "cancelled": "it was cancelled at GoCardless",
    "bounced": "the customer's bank did not take it",
    "funds_returned": "the customer's bank sent it back",
}


class GoCardlessRefunds:
    """The refunds of one GoCardless account. Shape: as `GoCardlessGateway`."""

    def __init__(self, client: Client, *, environment: str) -> None:
        self._client = client
        self._environment = environment

    def make(self, refund: Refund, payment: Payment, *, before: Money) -> RefundOutcome:
        """Create it; it is under way then. Errors: External."""
        body = {
            "amount": refund.amount.minor,
            "total_amount_confirmation": (before + refund.amount).minor,
            "metadata": refund_mark(refund, self._environment),
            "links": {"payment": payment.reference},
        }
        try:
            return outcome(self._client.create("refunds", body, key=idempotency_key(self._environment, refund.id)))
        except Conflict as error:
            return self._standing(error)

    def find(self, refund: Refund, payment: Payment) -> RefundOutcome | None:
        """The refund that carries our id: by its own id if we know it, else among the payment's. Errors: External."""
        known = self._retrieved(refund.reference) if refund.reference else None
        if known is not None and self._ours(known, refund):
            return outcome(known)
        found = self._client.listed("refunds", {"payment": payment.reference}, at_most=FOUND_MAX)
        return next((outcome(one) for one in found if self._ours(one, refund)), None)

    def _standing(self, error: Conflict) -> RefundOutcome:
        """What stands under our key; what cannot be read is unknown."""
        reference = created_before(error)
        message = f"GoCardless has something under our key that could not be read: {error}"
        if not reference:
            raise OutcomeUnknown(message, system=SYSTEM, code=error.code) from error
        try:
            return outcome(self._client.get("refunds", quote(reference, safe="")))
        except External as lost:
            raise OutcomeUnknown(message, system=SYSTEM, code=error.code) from lost

    def _retrieved(self, reference: str) -> dict[str, Any] | None:
        try:
            return self._client.get("refunds", quote(reference, safe=""))
        except NotFound:
            return None

    def _ours(self, found: Mapping[str, Any], refund: Refund) -> bool:
        return refund_marked(found.get("metadata") or {}, refund, self._environment)


def outcome(refund: Mapping[str, Any]) -> RefundOutcome:
    """What a refund says. Errors: InvariantBroken for a currency or an amount that we do not know."""
    status = str(refund["status"])
    state = STATES.get(status, RefundState.UNKNOWN)
    failed = state is RefundState.FAILED
    return RefundOutcome(
        state, str(refund["id"]), from_units(refund), status if failed else "", REASONS[status] if failed else ""
    )
