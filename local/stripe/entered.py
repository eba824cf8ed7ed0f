"""What a customer types on Stripe's page: a test token, a test card's number or a test account, as a new payment method.

Source: docs.stripe.com/testing ("Cards by brand", "Declined payments", "3D Secure authentication", "SEPA Direct Debit", "Bacs
Direct Debit").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.stripe import customers
from local.stripe.faults import Fault
from local.stripe.instruments import DEBIT, IBANS, TOKENS, Instrument

if TYPE_CHECKING:
    from local.stripe.shelf import Object
    from local.stripe.world import World

ACCOUNTS = {**IBANS, "108800 00012345": Instrument("bacs_debit", "108800", "2345", DEBIT)}
NUMBERS = {
    "4242424242424242": "pm_card_visa",
    "5555555555554444": "pm_card_mastercard",
    "4000000000000002": "pm_card_chargeDeclined",
    "4000000000009995": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "4000002760003184": "pm_card_authenticationRequired",
}
"""Test cards by number, as a customer types them on the page; never sent to the API."""


def method(world: World, session: Object, text: str) -> Object:
    """A payment method that nobody has yet. Errors: Fault for what is no test instrument, or none that the page offers."""
    wanted = text.strip()
    known = NUMBERS.get(wanted.replace(" ", ""), wanted)
    if known in ACCOUNTS:
        made = customers.stored(world, ACCOUNTS[known])
    elif known in TOKENS:
        made = customers.method(world, known)
    else:
        raise Fault(400, f"{text} is neither a test token nor a test card or account")
    allowed = session["allowed_payment_method_types"]
    if allowed and made["type"] not in allowed:
        raise Fault(400, f"the page offers {', '.join(allowed)}, and no {made['type']}")
    return made
