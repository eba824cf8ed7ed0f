"""GoCardless' payments as our outcomes: a total map, and anything new is unknown, never a success.

A payment that was confirmed may still fail late or be charged back: that is told by `disputes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from providers.gocardless.amounts import from_units
from work365.masking import masked
from work365.receivables.payments import DeclineClass, PaymentState
from work365.receivables.settling import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

STATES = {
    "pending_customer_approval": PaymentState.NEEDS_ACTION,
    "pending_submission": PaymentState.PROCESSING,
    "submitted": PaymentState.PROCESSING,
    "confirmed": PaymentState.SUCCEEDED,
    "paid_out": PaymentState.SUCCEEDED,
    "cancelled": PaymentState.FAILED,
    "customer_approval_denied": PaymentState.FAILED,
    "failed": PaymentState.FAILED,
    "charged_back": PaymentState.FAILED,
}
"""Source: GoCardless, API reference, "Payments", `status`. We forbid retries by GoCardless itself (`retry_if_possible`), so what
failed stays failed and may be charged again."""

INACTIVE = "mandate_is_inactive"
"""The reason of a refusal: the mandate is cancelled, has failed or expired. Source: API reference, "Create a payment"."""

REASONS = {
    INACTIVE: "the mandate is no longer active; ask the customer for a new one",
    "authorisation_disputed": "the customer says that the debit was not authorised",
    "bank_account_closed": "the bank account is closed",
    "bank_account_transferred": "the bank account has moved to another bank",
    "direct_debit_not_enabled": "the bank account does not take debits",
    "insufficient_funds": "insufficient funds",
    "invalid_bank_details": "the bank details are wrong",
    "mandate_cancelled": "the mandate was cancelled",
    "mandate_expired": "the mandate has expired; ask the customer for a new one",
    "payer_deceased": "the bank refused without a reason",
    "refer_to_payer": "the bank refused without a reason",
}
"""Words for people, by an event's cause. Source: GoCardless, "Responding to mandate events" and "Payment failures". What a bank
says of a person's death is not told on an invoice."""

WITHOUT_CAUSE = {
    "cancelled": "it was cancelled at GoCardless",
    "customer_approval_denied": "the customer did not approve it",
    "charged_back": "the customer had the bank take the money back",
}


SOFT = frozenset({"insufficient_funds"})
"""Causes that may pass by themselves. Source: GoCardless, "Success+": only failures for want of funds are tried again; the causes
that a bank calls `refer_to_payer` are mixed, so a person decides."""

FOR_GOOD = frozenset({INACTIVE, "bank_account_closed", "mandate_cancelled", "mandate_expired", "payer_deceased"})
"""Causes that end the mandate: nothing is collected by it again. An account that has moved is left out, because its mandate may
move along. Source: GoCardless, "Responding to mandate events"."""


def outcome(payment: Mapping[str, Any], cause: Mapping[str, Any]) -> Outcome:
    """What a payment says.

    Shape:  `cause` are the details of the event that ended it, empty when it has not ended.
    Errors: InvariantBroken for a currency that we do not know.
    """
    status, reference = str(payment["status"]), str(payment["id"])
    state = STATES.get(status, PaymentState.UNKNOWN)
    code = words = ""
    if state is PaymentState.FAILED:
        code, words = why(status, cause)
    elif state is PaymentState.NEEDS_ACTION:
        words = f"the customer must approve payment {reference}, as GoCardless asked by mail"
    decline = DeclineClass.SOFT if code in SOFT else DeclineClass.HARD
    for_good = state is PaymentState.FAILED and code in FOR_GOOD
    return Outcome(state, reference, from_units(payment), code, words, decline, for_good=for_good)


def inactive() -> Outcome:
    """The end of an attempt on a mandate that is no longer good; GoCardless keeps no payment of it."""
    return Outcome(PaymentState.FAILED, code=INACTIVE, words=REASONS[INACTIVE], for_good=True)


def why(status: str, cause: Mapping[str, Any]) -> tuple[str, str]:
    """Why a payment ended: a code, and words for a person. Shape: `cause` are the details of the event that ended it."""
    code = str(cause.get("cause") or status)
    words = REASONS.get(code) or WITHOUT_CAUSE.get(status) or str(cause.get("description") or "the bank refused without a reason")
    return code, masked(words).rstrip(".")
