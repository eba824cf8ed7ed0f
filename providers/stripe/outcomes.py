"""Stripe's payment intents as our outcomes: a total map, and anything new is unknown, never a success."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.stripe.amounts import from_stripe
from work365.masking import masked
from work365.receivables.payments import DeclineClass, PaymentState
from work365.receivables.settling import Outcome

if TYPE_CHECKING:
    import stripe

    from work365.money import Money

STATES = {
    "succeeded": PaymentState.SUCCEEDED,
    "processing": PaymentState.PROCESSING,
    "requires_action": PaymentState.NEEDS_ACTION,
    "requires_confirmation": PaymentState.NEEDS_ACTION,
    "requires_capture": PaymentState.NEEDS_ACTION,
    "requires_payment_method": PaymentState.FAILED,
    "canceled": PaymentState.FAILED,
}
"""Source: docs.stripe.com/payments/paymentintents/lifecycle. We create and confirm in one request, so an intent that requires a
payment method is one whose confirmation was declined."""

REASONS = {
    "approve_with_id": "the bank could not approve it; try again later",
    "authentication_required": "the bank wants the cardholder to confirm it",
    "call_issuer": "the customer must call the bank",
    "card_not_supported": "the card does not support this kind of purchase",
    "card_velocity_exceeded": "the limit of the card is used up",
    "currency_not_supported": "the card does not support this currency",
    "do_not_honor": "the bank refused without a reason",
    "expired_card": "the card has expired",
    "fraudulent": "the bank refused without a reason",
    "generic_decline": "the bank refused without a reason",
    "incorrect_cvc": "the security code is wrong",
    "incorrect_number": "the card number is wrong",
    "insufficient_funds": "insufficient funds",
    "lost_card": "the bank refused without a reason",
    "pickup_card": "the bank refused without a reason",
    "processing_error": "the bank could not process it; try again later",
    "stolen_card": "the bank refused without a reason",
    "try_again_later": "the bank could not process it; try again later",
    "withdrawal_count_limit_exceeded": "the limit of the card is used up",
}
"""Words for people. What a bank knows about fraud, loss or theft is never told. Source: docs.stripe.com/declines/codes."""


SOFT = frozenset(
    {
        *("approve_with_id", "card_velocity_exceeded", "insufficient_funds", "issuer_not_available", "processing_error"),
        *("reenter_transaction", "try_again_later", "withdrawal_count_limit_exceeded", "rate_limit", "lock_timeout"),
    }
)
"""Declines that may pass by themselves; every other one, and any that Stripe adds, is not tried again by itself. `do_not_honor`
and `generic_decline` are left out: their next step is that the customer asks the bank. Source: docs.stripe.com/declines/codes."""

FOR_GOOD = frozenset(
    {
        *("lost_card", "stolen_card", "pickup_card", "restricted_card", "invalid_account", "do_not_try_again"),
        *("revocation_of_authorization", "revocation_of_all_authorizations", "account_closed", "no_account"),
    }
)
"""Declines of the card or account itself: no invoice is charged to it again. Those of one payment, as `fraudulent` or
`do_not_honor`, are left out: another one may succeed. The bank's advice counts beside its reason: networks fine who tries again
against it, whatever the reason was. Source: docs.stripe.com/declines/codes, docs.stripe.com/error-codes and
docs.stripe.com/declines/card#retrying-issuer-declines (`advice_code`)."""


GONE = "payment_method_removed"
"""Our own code: nobody was asked for the money."""


def outcome(intent: stripe.PaymentIntent) -> Outcome:
    """What an intent says of our payment."""
    state = STATES.get(intent.status, PaymentState.UNKNOWN)
    error = getattr(intent, "last_payment_error", None)
    reference, amount, words = intent.id, from_stripe(intent.amount, intent.currency), ""
    if state is PaymentState.FAILED:
        return _refused(error, reference, amount)
    if state is PaymentState.NEEDS_ACTION:
        words = f"open payment {intent.id} in Stripe, which says '{intent.status}'"
    return Outcome(state, reference, amount, words=words)


def declined(error: stripe.CardError) -> Outcome:
    """What a declined card says; the intent is in the error."""
    details = error.error
    intent = None if details is None else details.payment_intent
    if intent is not None and getattr(intent, "amount", None) is not None:
        return outcome(intent)
    reference = intent.id if intent is not None else ""
    if details is None:
        return Outcome(PaymentState.FAILED, reference, None, error.code or "", masked(error.user_message or ""))
    return _refused(details, reference, None)


def gone() -> Outcome:
    """The end of an attempt on a card or an account that was removed at Stripe, which keeps no payment of it."""
    return Outcome(PaymentState.FAILED, code=GONE, words="it was removed at the gateway", for_good=True)


def _refused(
    error: stripe.ErrorObject | stripe.PaymentIntent.LastPaymentError | None, reference: str, amount: Money | None
) -> Outcome:
    """Why an attempt failed; the bank's own code decides what follows, and is told to nobody."""
    if error is None:
        return Outcome(PaymentState.FAILED, reference, amount, "canceled", "it was cancelled at Stripe")
    code, reason = error.code or "declined", getattr(error, "decline_code", None)
    words = REASONS.get(reason or "") or REASONS.get(code) or error.message or "the bank refused without a reason"
    for_good = not FOR_GOOD.isdisjoint((reason or code, getattr(error, "advice_code", None)))
    decline = DeclineClass.SOFT if (reason or code) in SOFT and not for_good else DeclineClass.HARD
    return Outcome(PaymentState.FAILED, reference, amount, code, masked(words).rstrip("."), decline, for_good=for_good)
