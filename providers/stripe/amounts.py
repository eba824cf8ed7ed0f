"""Amounts as Stripe counts them: a table of its own, because it differs from ISO 4217.

Source: docs.stripe.com/currencies. ISK counts as if it had two places, but only whole krónur are taken; MGA has none; IQD and CLF
have two; in three-place currencies the last digit must be 0. Public sources disagree about UGX, by a factor of 100, so it is not
charged at all.
"""

from __future__ import annotations

from work365.errors import InvariantBroken, Refused
from work365.money import EXPONENT, Currency, Money, currency

_ZERO = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
_THREE = "BHD JOD KWD OMR TND"
_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLF CNY COP CRC CZK DKK"
    " DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD ISK JMD KES KGS KHR KYD KZT LAK"
    " LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN"
    " QAR RON RSD SAR SBD SCR SEK SGD SHP SLE SOS SRD STN SZL THB TJS TOP TRY TTD TWD TZS UAH USD UYU UZS WST XCD YER ZAR"
    " ZMW"
)
STRIPE_EXPONENT = {Currency(code): places for places, codes in ((0, _ZERO), (2, _TWO), (3, _THREE)) for code in codes.split()}
"""Decimal places per currency in Stripe's API."""

THREE_PLACES = 3
LARGEST = 99_999_999


def to_stripe(amount: Money) -> int:
    """The amount in Stripe's own minor units.

    Errors: Refused when Stripe does not take the currency or the amount; it is never rounded.
    """
    places = STRIPE_EXPONENT.get(amount.currency)
    if places is None:
        message = f"Stripe cannot be charged in {amount.currency}; use another payment processor for this contract"
        raise Refused(message)
    scaled = amount.major.scaleb(places)
    units = int(scaled)
    if units != scaled or (places == THREE_PLACES and units % 10):
        message = f"Stripe does not take {amount} to the last decimal place; charge an amount that ends in 0"
        raise Refused(message)
    if units > LARGEST:
        message = f"{amount} is more than Stripe takes in one payment; charge it in parts"
        raise Refused(message)
    return units


def from_stripe(units: int, code: str) -> Money:
    """Our money from Stripe's minor units. Errors: InvariantBroken for a currency or amount that we could not have sent."""
    known = currency(code.upper())
    places = STRIPE_EXPONENT.get(known)
    shift = None if places is None else EXPONENT[known] - places
    if shift is None or (shift < 0 and units % 10**-shift):
        message = f"Stripe holds {units} units of {code}, which is no amount of ours"
        raise InvariantBroken(message)
    return Money(units * 10**shift if shift >= 0 else units // 10**-shift, known)
