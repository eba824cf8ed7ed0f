"""Test cards and bank accounts, and how each behaves.

Source: docs.stripe.com/testing. Cards that are declined at once cannot be attached to a customer either; the one ending in 0341
attaches and is then declined, which is how a stored card that fails is played.
"""

from __future__ import annotations

from dataclasses import dataclass

SUCCEEDS, AUTHENTICATE, DEBIT, DEBIT_FAILS = "succeeds", "authentication_required", "debit", "debit_fails"


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a bank says no. Shape: `advice` is what it says of trying again, "" where it says nothing."""

    code: str
    decline_code: str
    message: str
    advice: str = ""


DECLINES = {
    "generic_decline": Decline("card_declined", "generic_decline", "Your card was declined."),
    "insufficient_funds": Decline("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "insufficient_funds for good": Decline(
        "card_declined", "insufficient_funds", "Your card has insufficient funds.", "do_not_try_again"
    ),
    "lost_card": Decline("card_declined", "lost_card", "Your card was declined."),
    "stolen_card": Decline("card_declined", "stolen_card", "Your card was declined."),
    "expired_card": Decline("expired_card", "", "Your card has expired."),
    "incorrect_cvc": Decline("incorrect_cvc", "", "Your card's security code is incorrect."),
    "processing_error": Decline(
        "processing_error", "", "An error occurred while processing your card. Try again in a little bit."
    ),
    AUTHENTICATE: Decline(
        "authentication_required",
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
}
"""By the name of the behaviour. Source: docs.stripe.com/declines/codes, docs.stripe.com/declines/card (`advice_code`)."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A test card or bank account."""

    type: str
    brand: str
    last4: str
    behaviour: str = SUCCEEDS
    attaches: bool = True


def _card(last4: str, behaviour: str = SUCCEEDS, *, brand: str = "visa", attaches: bool = True) -> Instrument:
    return Instrument("card", brand, last4, behaviour, attaches)


def _refused(last4: str, behaviour: str) -> Instrument:
    return _card(last4, behaviour, attaches=False)


TOKENS = {
    "pm_card_visa": _card("4242"),
    "pm_card_visa_debit": _card("5556"),
    "pm_card_mastercard": _card("4444", brand="mastercard"),
    "pm_card_amex": _card("8431", brand="amex"),
    "pm_card_chargeDeclined": _refused("0002", "generic_decline"),
    "pm_card_visa_chargeDeclined": _refused("0002", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": _refused("9995", "insufficient_funds"),
    "pm_card_visa_chargeDeclinedLostCard": _refused("9987", "lost_card"),
    "pm_card_visa_chargeDeclinedStolenCard": _refused("9979", "stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": _refused("0069", "expired_card"),
    "pm_card_chargeDeclinedIncorrectCvc": _refused("0127", "incorrect_cvc"),
    "pm_card_chargeDeclinedProcessingError": _refused("0119", "processing_error"),
    "pm_card_chargeCustomerFail": _card("0341", "generic_decline"),
    "pm_card_authenticationRequired": _card("3184", AUTHENTICATE),
    "pm_usBankAccount_success": Instrument("us_bank_account", "STRIPE TEST BANK", "6789", DEBIT),
    "pm_usBankAccount_insufficientFunds": Instrument("us_bank_account", "STRIPE TEST BANK", "2227", DEBIT_FAILS),
    "pm_usBankAccount_accountClosed": Instrument("us_bank_account", "STRIPE TEST BANK", "1113", DEBIT_FAILS),
}

IBANS = {
    "DE89370400440532013000": Instrument("sepa_debit", "37040044", "3000", DEBIT),
    "DE62370400440532013001": Instrument("sepa_debit", "37040044", "3001", DEBIT_FAILS),
}

BEHAVIOURS = frozenset({SUCCEEDS, DEBIT, DEBIT_FAILS, *DECLINES})
"""What a stored method may be told to do from now on, as when an account runs dry (control surface only)."""
