"""Money that came in without a gateway, such as a bank transfer or a cheque, and what invoices take of it.

A receipt is posted once: its id is derived from what the bank statement says. What an invoice takes of it is a payment like any
other, so statements, books and cancellations know it; what none has taken is unapplied credit of the customer. A part that is
taken back leaves its payment standing as Returned, with the reason, and goes back to the receipt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.ids import derived
from work365.money import zero
from work365.receivables import spreading
from work365.receivables.payments import PaymentSource
from work365.receivables.spreading import Purse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from work365.money import Money
    from work365.receivables.settling import Settlement
    from work365.receivables.spreading import OpenInvoice, Part, Undone, Wish

REFERENCE_MAX = 100


class Method(Enum):
    """How the money came. The values are the labels of the choice."""

    BANK_TRANSFER = "Bank transfer"
    CHEQUE = "Cheque"
    CASH = "Cash"
    OTHER = "Other"


class ReceiptState(Enum):
    """Where a receipt stands. The values are the labels of its status reason."""

    OPEN = "Open"
    USED = "Used"
    RETURNED = "Returned"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money of one customer for one legal entity.

    Attributes:
        reference: what the bank statement or the cheque says.
        unapplied: what no invoice has taken of it.
        posted_for: what it was to pay when it was posted, in words; empty for one of a time when that was not kept.
        etag: the row's version when it was read; empty for one that has no row yet.
    """

    id: str
    account: str
    entity: str
    method: Method
    reference: str
    received_on: date
    amount: Money
    unapplied: Money
    state: ReceiptState = ReceiptState.OPEN
    posted_for: str = ""
    etag: str = ""

    @property
    def label(self) -> str:
        """How a person knows it: `Bank transfer 4711`."""
        return f"{self.method.value} {self.reference}"


@dataclass(frozen=True, slots=True)
class Applied:
    """A receipt as it is afterwards, and what each invoice took of it; written together under the versions that were read."""

    receipt: Receipt
    payments: tuple[Settlement, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A receipt as it is afterwards, and what no longer pays; written together under the versions that were read."""

    receipt: Receipt
    parts: tuple[Undone, ...]
    reason: str


def receipt_id(account: str, entity: str, method: Method, reference: str, received_on: date, amount: Money) -> str:
    """The id of a receipt: the same for everyone who would post this money."""
    return derived("receipt", account, entity, method.value, reference, received_on.isoformat(), str(amount))


def posted(
    account: str, entity: str, method: Method, reference: str, received_on: date, amount: Money, *, today: date
) -> Receipt:
    """New money, none of it applied.

    Errors: BadInput for an amount that is not above zero, a day to come, or a reference that is none or too long.
    """
    reference = " ".join(reference.split())
    if amount <= zero(amount.currency):
        message = f"{amount} cannot have come in; the amount must be above zero. Money that went back is a return of its receipt"
        raise BadInput(message, "AMOUNT")
    if received_on > today:
        message = f"{received_on} is still to come; post the money once it is there"
        raise BadInput(message, "--on")
    if not reference:
        message = "say what the bank statement or the cheque says, such as its number; so the money is not posted twice"
        raise BadInput(message, "--reference")
    if len(reference) > REFERENCE_MAX:
        message = f"has {len(reference)} characters; {REFERENCE_MAX} fit: say what tells this money from other money"
        raise BadInput(message, "--reference")
    id_ = receipt_id(account, entity, method, reference, received_on, amount)
    return Receipt(id_, account, entity, method, reference, received_on, amount, amount)


def meant_for(wishes: Sequence[Wish] | None) -> str:
    """What money is to pay, in words that are the same whenever the same is asked for. Shape: as in `apply`, and none at all."""
    if wishes is None:
        return "the oldest invoices first"
    return ", ".join(f"{one.amount} of {one.number}" if one.amount else one.number for one in wishes) or "no invoice"


def refuse_other_use(known: Receipt, posted_for: str) -> None:
    """Money that is posted again must be for the same. Errors: Refused when it was posted for something else."""
    if known.posted_for not in {"", posted_for}:
        message = (
            f"{known.label} of {known.amount} was posted before, to pay {known.posted_for}; now it is to pay {posted_for}. "
            "Nothing was written. `w365 receipt apply` uses what is left of it, `w365 receipt take-back` undoes what it pays; if "
            "this is other money, give what tells it apart as its --reference"
        )
        raise Refused(message)


def apply(receipt: Receipt, invoices: Sequence[OpenInvoice], wishes: Sequence[Wish] | None, *, now: datetime) -> Applied:
    """Pay invoices with a receipt, in the order of the wishes; None pays the oldest first.

    Shape:  `invoices` are the open ones of the customer, in the receipt's company and currency.
    Errors: Refused with a sentence when an invoice cannot be paid or the money does not reach; nothing is half done.
    """
    _usable(receipt)
    chosen = spreading.oldest_first(receipt.unapplied, invoices) if wishes is None else wishes
    purse = Purse(receipt.label, receipt.unapplied, PaymentSource.MANUAL, receipt.received_on)
    left, payments = spreading.spread(purse, invoices, chosen, now=now)
    return Applied(_left(receipt, left), payments)


def _usable(receipt: Receipt) -> None:
    if receipt.state is ReceiptState.RETURNED:
        message = f"{receipt.label} was returned; there is nothing left of it"
        raise Refused(message)


def _left(receipt: Receipt, left: Money) -> Receipt:
    return replace(receipt, unapplied=left, state=ReceiptState.OPEN if left.minor else ReceiptState.USED)


def take_back(receipt: Receipt, part: Part, reason: str) -> TakenBack:
    """Undo what a receipt pays of one invoice: the money is unapplied again.

    Errors: BadInput without a reason.
    """
    why = spreading.worded(reason)
    return TakenBack(_left(receipt, receipt.unapplied + part.payment.amount), (spreading.undone(part, why),), why)


def returned(receipt: Receipt, parts: Iterable[Part], reason: str) -> TakenBack:
    """The bank took the whole receipt back: every invoice that it paid is open again, and nothing of it is left.

    Errors: BadInput without a reason; Refused when it was returned already.
    """
    why = spreading.worded(reason)
    _usable(receipt)
    gone = replace(receipt, unapplied=zero(receipt.amount.currency), state=ReceiptState.RETURNED)
    return TakenBack(gone, tuple(spreading.undone(part, why) for part in parts), why)
