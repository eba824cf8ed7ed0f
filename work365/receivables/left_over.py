"""Money of a payment that its invoice does not use: it pays that invoice as soon as more of it is open.

A payment through a gateway may find its invoice paid by other money, or other money may come later that the books say pays it.
What is left over then is the customer's. So in whatever order money comes and goes, beside money left over nothing of its invoice
is open, and nobody is charged or reminded for what the customer has paid already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.money import zero
from work365.receivables.payments import InvoiceStatus
from work365.receivables.settling import open_for, owing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from work365.money import Money
    from work365.receivables.payments import Debt, PaymentId


@dataclass(frozen=True, slots=True)
class Share:
    """A payment through a gateway as its own invoice sees it.

    Attributes:
        used: what of it pays the invoice.
        spare: what of it pays nothing; below zero where more went back than had come.
        etag: the version of the payment that was read.
    """

    payment: PaymentId
    attempt: int
    used: Money
    spare: Money
    etag: str = ""


def reused(debt: Debt, shares: Iterable[Share]) -> tuple[Debt, tuple[Share, ...]]:
    """Pay what is open of an invoice with what its own payments have left over, the oldest first.

    Shape: the invoice afterwards, and those of its payments that changed.
    """
    changed = []
    for one in sorted(shares, key=lambda share: share.attempt):
        part = min(one.spare, _open(debt))
        if part.minor > 0:
            debt = owing(debt, -part)
            changed.append(replace(one, used=one.used + part, spare=one.spare - part))
    return debt, tuple(changed)


def made_room(debt: Debt, shares: Iterable[Share], wanted: Money) -> tuple[Debt, tuple[Share, ...]]:
    """Have payments give way to other money, the newest first, until as much as is wanted is open.

    Shape: as of `reused`; less may be open than is wanted, where there is nothing more to give way.
    """
    changed = []
    for one in sorted(shares, key=lambda share: -share.attempt):
        part = min(one.used, wanted - open_for(debt))
        if part.minor > 0:
            debt = owing(debt, part)
            changed.append(replace(one, used=one.used - part, spare=one.spare + part))
    return debt, tuple(changed)


def words(share: Share, number: str) -> str:
    """What a payment is used for, for its form: `87.66 EUR of it pays INV-7, 12.34 EUR pays nothing: give it back`."""
    pays = f"{share.used} of it pays {number}"
    return f"{pays}, {share.spare} pays nothing: give it back" if share.spare.minor > 0 else pays


def _open(debt: Debt) -> Money:
    """Not what was given up: beside that, nothing is left over."""
    return zero(debt.balance.currency) if debt.status is InvoiceStatus.CANCELLED else debt.balance
