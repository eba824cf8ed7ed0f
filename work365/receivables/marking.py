"""What we write beside a payment at a gateway, so that it can be found for ever: the key protects for a day, the mark always.

A mark has three members, as many as the narrowest gateway keeps (GoCardless, API reference, "Payments": metadata of up to 3 keys,
names of up to 50 and values of up to 500 characters).
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from work365.receivables.payments import PaymentState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from work365.receivables.payments import Payment
    from work365.receivables.refunds import Refund
    from work365.receivables.settling import Outcome

PAYMENT, ENVIRONMENT, INVOICE, REFUND = "w365_payment", "w365_environment", "w365_invoice", "w365_refund"

CLOCKS_APART = timedelta(days=3)
"""How far a gateway's clock and ours may differ when a payment is looked for by age. One that such a difference hid would be
taken for one that never arrived, and be made a second time; a few more payments of the customer are looked through for it."""

FOUND_MAX = 2000
"""Among how many payments of one customer we look for ours, before we say that we cannot be sure."""

MOST_TELLING = (
    PaymentState.SUCCEEDED,
    PaymentState.PROCESSING,
    PaymentState.NEEDS_ACTION,
    PaymentState.UNKNOWN,
    PaymentState.FAILED,
)


class Owner(Enum):
    """Whose mark a payment at a gateway carries.

    Attributes:
        OURS: that of this environment.
        ANOTHER: that of another environment, such as a sandbox made from this one.
        NOBODY: none; it was made at the gateway, or by somebody else.
    """

    OURS = "Ours"
    ANOTHER = "Another environment"
    NOBODY = "Nobody"


def mark(payment: Payment, environment: str) -> dict[str, str]:
    """The metadata of a payment; two environments may hold copies of the same rows."""
    return {PAYMENT: payment.id, ENVIRONMENT: environment, INVOICE: payment.invoice}


def marked(metadata: Mapping[str, object], payment: Payment, environment: str) -> bool:
    """Whether metadata are those of our payment."""
    return metadata.get(PAYMENT) == payment.id and metadata.get(ENVIRONMENT) == environment


def refund_mark(refund: Refund, environment: str) -> dict[str, str]:
    """The metadata of a refund; events that repeat them name our payment."""
    return {REFUND: refund.id, ENVIRONMENT: environment, PAYMENT: refund.payment}


def refund_marked(metadata: Mapping[str, object], refund: Refund, environment: str) -> bool:
    """Whether metadata are those of our refund."""
    return metadata.get(REFUND) == refund.id and metadata.get(ENVIRONMENT) == environment


def owner_of(metadata: Mapping[str, object], environment: str) -> Owner:
    """Whose mark metadata are."""
    named = metadata.get(ENVIRONMENT)
    if not named:
        return Owner.NOBODY
    return Owner.OURS if named == environment else Owner.ANOTHER


def most_telling(found: Iterable[Outcome]) -> Outcome | None:
    """Of several finds the one that matters: money that moved, or may move, before what failed."""
    return min(found, key=lambda one: MOST_TELLING.index(one.state), default=None)
