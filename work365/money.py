"""Money: an exact number of minor units in one currency.

Two types on purpose. `Money` is what is posted: an integer of minor units. A price is what is multiplied: a `Decimal` with as
many places as its list has. `rounded` is the only place where a computed amount becomes `Money`, once per line, half away from
zero; totals are sums of rounded lines, and `split` divides without losing a cent (docs/adr/0001-money.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NewType

from work365.errors import BadInput, CurrencyMismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Currency = NewType("Currency", str)

_ZERO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_TWO_DECIMALS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK "
    "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD "
    "KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
    "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH "
    "USD UYU UZS VES WST XCD YER ZAR ZMW ZWG"
)

EXPONENT: dict[Currency, int] = {
    Currency(code): places
    for places, codes in enumerate((_ZERO_DECIMALS, "", _TWO_DECIMALS, _THREE_DECIMALS, _FOUR_DECIMALS))
    for code in codes.split()
}
"""Decimal places per currency as ISO 4217 lists them. Gateways and displays keep tables of their own: they disagree."""

PLACES = 10
"""Decimal places of a rate, of a price and of what is not billed yet: as many as a decimal column of Dataverse has."""


def currency(code: str, path: str = "") -> Currency:
    """Check a currency code.

    Errors: BadInput when the code is not an ISO 4217 currency in upper case; there is no default currency.
    """
    known = Currency(code)
    if known not in EXPONENT:
        message = f"'{code}' is not a currency we know; use an ISO 4217 code such as USD, EUR or GBP"
        raise BadInput(message, path)
    return known


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """A posted amount.

    Units:  `minor` counts minor units of `currency` (cents, yen, fils) and may be negative.
    Errors: CurrencyMismatch on arithmetic or comparison between two currencies.
    """

    minor: int
    currency: Currency

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __str__(self) -> str:
        return f"{self.major} {self.currency}"

    @property
    def major(self) -> Decimal:
        """The amount in major units with the currency's own number of places, e.g. ``Decimal('10.05')``."""
        return Decimal(self.minor).scaleb(-EXPONENT[self.currency])

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            message = f"{self} and {other} are amounts in two currencies; they cannot be added or compared"
            raise CurrencyMismatch(message)
        return other.minor


def zero(code: Currency) -> Money:
    """Nothing, in one currency."""
    return Money(0, code)


def total(amounts: Iterable[Money], code: Currency) -> Money:
    """The sum of amounts that are already rounded; zero for none."""
    result = zero(code)
    for amount in amounts:
        result += amount
    return result


def half_away(numerator: int, denominator: int) -> int:
    """The integer nearest to a fraction, halves away from zero. `denominator` must be positive."""
    doubled = 2 * abs(numerator) + denominator
    nearest = doubled // (2 * denominator)
    return -nearest if numerator < 0 else nearest


def ten_places(value: Fraction) -> Decimal:
    """A rate, or an amount that is not billed yet, to PLACES decimals, half away from zero."""
    scaled = value * 10**PLACES
    return Decimal(half_away(scaled.numerator, scaled.denominator)).scaleb(-PLACES)


def rounded(amount: Fraction | Decimal | int, code: Currency) -> Money:
    """Turn a computed amount in major units into Money: half away from zero, once per line."""
    exact = Fraction(amount) * 10 ** EXPONENT[code]
    return Money(half_away(exact.numerator, exact.denominator), code)


def exactly(amount: Decimal, code: Currency, path: str = "") -> Money:
    """Turn a stated amount in major units into Money.

    Errors: BadInput when it has more places than the currency: a stated amount is never rounded behind a person's back.
    """
    scaled = amount.scaleb(EXPONENT[code]) if amount.is_finite() else amount
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        message = f"{amount} is not an amount in {code}, which has {EXPONENT[code]} decimal places"
        raise BadInput(message, path)
    return Money(int(scaled), code)


def stated(amount: Decimal, code: str) -> str:
    """An amount as a person typed it, in a currency that may be none of ours: a column of Dataverse adds zeros to it."""
    try:
        return str(exactly(amount, currency(code)))
    except BadInput:
        return f"{amount.normalize():f} {code}"


def split(whole: Money, weights: Sequence[int]) -> list[Money]:
    """Split an amount by weights so that the parts sum to it exactly (largest remainder, first come on a tie).

    Shape:  n >= 1 weights >= 0, at least one of them positive; n parts in the same order.
    Errors: BadInput for any other weights.
    """
    return [Money(part, whole.currency) for part in divided(whole.minor, weights)]


def divided(whole: int, weights: Sequence[int]) -> list[int]:
    """`split` for whole things that have no currency, such as seats."""
    base = sum(weights)
    if base <= 0 or min(weights) < 0:
        message = f"weights must be zero or more, and one of them positive; got {list(weights)}"
        raise BadInput(message)
    parts = [whole * weight // base for weight in weights]
    spare = whole - sum(parts)
    order = sorted(range(len(weights)), key=lambda index: (-(whole * weights[index] % base), index))
    for index in order[:spare]:
        parts[index] += 1
    return parts
