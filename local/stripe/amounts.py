"""What Stripe takes as an amount. A table of its own: the adapter's mistakes must not be repeated here.

Source: docs.stripe.com/currencies (zero-decimal and three-decimal currencies, special cases, minimum and maximum amounts).
"""

from __future__ import annotations

from local.stripe.faults import Fault

_CODES = """
aed all amd ang aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clf
clp cny cop crc czk djf dkk dop dzd egp etb eur fjd gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr
ils inr iqd isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk
mnt mop mru mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron
rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx usd
uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw
"""
KNOWN = frozenset(_CODES.split())
LAST_DIGIT_ZERO = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
MINIMUM = {
    "usd": 50,
    "eur": 50,
    "gbp": 30,
    "chf": 50,
    "cad": 50,
    "aud": 50,
    "jpy": 50,
    "sek": 300,
    "nok": 300,
    "dkk": 250,
    "pln": 200,
}
MAXIMUM = 99_999_999


def check_amount(amount: int, currency: str) -> None:
    """Errors: Fault 400."""
    if currency not in KNOWN:
        raise Fault(400, f"Invalid currency: {currency}.", param="currency")
    if amount < 1:
        raise Fault(400, "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount")
    if amount < MINIMUM.get(currency, 1):
        raise Fault(400, "Amount must convert to at least the minimum charge amount.", code="amount_too_small", param="amount")
    if amount > MAXIMUM:
        raise Fault(400, f"Amount must be no more than {MAXIMUM}.", code="amount_too_large", param="amount")
    if currency == "isk" and amount % 100:
        message = "Currency ISK has become effectively zero-decimal and charged amounts must be evenly divisible by 100."
        raise Fault(400, message, code="invalid_charge_amount_no_decimal_compatible", param="amount")
    if currency in LAST_DIGIT_ZERO and amount % 10:
        raise Fault(
            400, f"Amounts in {currency} must be rounded to the nearest ten.", code="parameter_invalid_integer", param="amount"
        )
