"""What each kind of payment processor can collect, as data: which instruments, and in which currencies.

Asking here costs no request: a charge that its gateway could never take is refused before an attempt is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.money import Currency
from work365.receivables.payments import ProfileKind

if TYPE_CHECKING:
    from collections.abc import Callable

DEBIT_SCHEMES = {
    "ach": Currency("USD"),
    "autogiro": Currency("SEK"),
    "bacs": Currency("GBP"),
    "becs": Currency("AUD"),
    "becs_nz": Currency("NZD"),
    "betalingsservice": Currency("DKK"),
    "faster_payments": Currency("GBP"),
    "pad": Currency("CAD"),
    "pay_to": Currency("AUD"),
    "sepa_core": Currency("EUR"),
}
"""The bank schemes of GoCardless, each with the one currency that it moves.

Source: GoCardless, API reference, "Payments" (`scheme`, `currency`), as its Java library of 2026 says it.
"""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a kind of processor takes.

    Attributes:
        kinds: instruments that it can charge; none when money comes by hand. A card is paid, or not, in the answer; a bank debit
            is under way until a later one.
        currencies: None when the gateway's own table of amounts decides.
        setup_page: has a page of its own on which a customer stores a card or an account by a link.
        pay_page: has a page of its own on which a customer pays one invoice by a link, without storing anything.
    """

    kinds: frozenset[ProfileKind] = frozenset()
    currencies: frozenset[Currency] | None = None
    setup_page: bool = False
    pay_page: bool = False


CAPABILITIES = {
    "Stripe": Capabilities(frozenset(ProfileKind), setup_page=True, pay_page=True),
    "Manual": Capabilities(),
    "GoCardless": Capabilities(frozenset({ProfileKind.BANK_DEBIT}), frozenset(DEBIT_SCHEMES.values())),
}
"""By the kind of a payment processor's row. A kind that is not listed takes nothing."""


PAGE_DEBITS = {Currency("EUR"): "sepa_debit", Currency("GBP"): "bacs_debit", Currency("USD"): "us_bank_account"}
"""The bank debit that Stripe's pages offer beside cards, by currency; others are paid by card."""


def capabilities(kind: str) -> Capabilities:
    """What a kind of processor takes; nothing when this version does not know it."""
    return CAPABILITIES.get(kind, Capabilities())


def kinds_that(can: Callable[[Capabilities], bool]) -> str:
    """The kinds of processors that can do something, as a person reads them."""
    return " or ".join(kind for kind, taken in CAPABILITIES.items() if can(taken))
