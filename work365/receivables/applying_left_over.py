"""What a payment has left over pays other invoices of its customer, company and currency; taken back, it is left over again.

As with receipts and credit notes, what an invoice takes is a payment of its own that has succeeded, and names where the money is
from. When money of the payment goes back, or its own invoice needs it, these are asked first (`refunding`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.receivables import spreading
from work365.receivables.left_over import Share, reused
from work365.receivables.payments import PaymentSource
from work365.receivables.spreading import Purse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from work365.money import Money
    from work365.receivables.payments import Debt
    from work365.receivables.settling import Settlement
    from work365.receivables.spreading import OpenInvoice, Part, Undone, Wish


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A payment through a gateway that may pay other invoices than its own.

    Attributes:
        share: how it is used, at the version that was read.
        own: the invoice that it was made for.
        reference: the gateway's id of it.
    """

    share: Share
    own: Debt
    reference: str
    received_on: date

    @property
    def label(self) -> str:
        """How a person knows it: `Payment pi_3Q of INV-7`."""
        return f"Payment {self.reference} of {self.own.number}"

    @property
    def left(self) -> Money:
        """What pays nothing yet; below zero where more went back than had come."""
        return self.share.spare


@dataclass(frozen=True, slots=True)
class LeftOverApplied:
    """A payment as it is afterwards, and what each invoice took; written together under the versions that were read."""

    left_over: LeftOver
    payments: tuple[Settlement, ...]


@dataclass(frozen=True, slots=True)
class LeftOverTakenBack:
    """A payment as it is afterwards, and what no longer pays; written together under the versions that were read.

    Shape: `reused` says that the payment's own invoice was open and needs some of it.
    """

    left_over: LeftOver
    part: Undone
    reason: str
    reused: bool


def apply(
    left_over: LeftOver, invoices: Sequence[OpenInvoice], wishes: Sequence[Wish] | None, *, now: datetime
) -> LeftOverApplied:
    """Pay invoices with what is left over, in the order of the wishes; None pays the oldest first.

    Shape:  `invoices` are the open ones of its customer, in its company and currency.
    Errors: Refused with a sentence when it cannot; nothing is half done.
    """
    if left_over.left.minor <= 0:
        message = f"Nothing is left over of {left_over.label}."
        raise Refused(message)
    purse = Purse(left_over.label, left_over.left, PaymentSource.LEFT_OVER, left_over.received_on)
    chosen = spreading.oldest_first(left_over.left, invoices) if wishes is None else wishes
    if not chosen:
        message = f"The customer owes nothing that {left_over.label} could pay; {left_over.left} of it stays left over."
        raise Refused(message)
    left, payments = spreading.spread(purse, invoices, chosen, now=now)
    return LeftOverApplied(replace(left_over, share=replace(left_over.share, spare=left)), payments)


def take_back(left_over: LeftOver, parts: Iterable[Part], number: str, reason: str) -> LeftOverTakenBack:
    """Undo what is paid of one other invoice: that is open again, and the money pays its own invoice, or is left over.

    Shape:  `parts` are what it pays now.
    Errors: Refused when it pays nothing of it; BadInput without a reason.
    """
    why = spreading.worded(reason)
    found = spreading.part_of(parts, number, label=left_over.label, command="left-over")
    share = replace(left_over.share, spare=left_over.share.spare + found.payment.amount)
    own, changed = reused(left_over.own, [share])
    after = replace(left_over, own=own, share=changed[0] if changed else share)
    return LeftOverTakenBack(after, spreading.undone(found, why), why, bool(changed))
