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
from work365.receivables.charging import CHARGEABLE, payment_id
from work365.receivables.payments import Payment, PaymentSource, PaymentState
from work365.receivables.settling import Allocation, Settlement, status_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from work365.money import Money
    from work365.receivables.payments import Debt

INVOICES_MAX = 200
"""As many invoices as one receipt pays at once: their rows fit into one change set."""


REASON_MAX = 300


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
    etag: str = ""

    @property
    def label(self) -> str:
        """How a person knows it: `Bank transfer 4711`."""
        return f"{self.method.value} {self.reference}"


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that a receipt may pay.

    Attributes:
        due: falls back to the day of issue.
        attempts: how many payments it has had.
        busy: one of them has no end yet, so the money may be on its way already.
        on_page: that one is a page at the gateway, on which the customer may be paying, and which can be closed.
        taken: what the receipt in question pays of it already.
    """

    debt: Debt
    due: date
    attempts: int = 0
    busy: bool = False
    on_page: bool = False
    taken: Money | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to pay. `amount` is None for as much as is open and there is."""

    number: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """A receipt as it is afterwards, and what each invoice took of it; written together under the versions that were read."""

    receipt: Receipt
    payments: tuple[Settlement, ...] = ()


@dataclass(frozen=True, slots=True)
class Undone:
    """A payment that is none any more, and its invoice that is open again by as much."""

    payment: Payment
    debt: Debt


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

    Errors: BadInput for an amount that is not above zero, a day to come, or no reference.
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
    id_ = receipt_id(account, entity, method, reference, received_on, amount)
    return Receipt(id_, account, entity, method, reference, received_on, amount, amount)


def oldest_first(receipt: Receipt, invoices: Iterable[OpenInvoice]) -> list[Wish]:
    """The invoices that the money reaches, the one due for longest first; one with a payment under way is left out."""
    wishes: list[Wish] = []
    left = receipt.unapplied
    for one in sorted(invoices, key=lambda one: (one.due, one.debt.number)):
        if not left.minor or len(wishes) == INVOICES_MAX:
            break
        if one.busy or one.taken is not None:
            continue
        part = min(left, one.debt.balance, key=lambda money: money.minor)
        wishes.append(Wish(one.debt.number, part))
        left -= part
    return wishes


def apply(receipt: Receipt, invoices: Iterable[OpenInvoice], wishes: Sequence[Wish], *, now: datetime) -> Applied:
    """Pay invoices with a receipt, in the order of the wishes.

    Shape:  `invoices` are the open ones of the customer, in the receipt's company and currency.
    Errors: Refused with a sentence when an invoice cannot be paid or the money does not reach; nothing is half done.
    """
    _usable(receipt)
    if len(wishes) > INVOICES_MAX:
        message = f"one receipt pays at most {INVOICES_MAX} invoices at once; name the others in a second step"
        raise Refused(message)
    known = {one.debt.number: one for one in invoices}
    left, payments = receipt.unapplied, []
    for wish in wishes:
        one = known.pop(wish.number, None)
        if one is None:
            message = (
                f"'{wish.number}' is no open invoice of this customer in {receipt.amount.currency} and this legal entity, or was "
                "named twice; look it up under Invoices"
            )
            raise Refused(message)
        part = _part(receipt, one, wish, left)
        payments.append(_payment(receipt, one, part, now))
        left -= part
    return Applied(_left(receipt, left), tuple(payments))


def _usable(receipt: Receipt) -> None:
    if receipt.state is ReceiptState.RETURNED:
        message = f"{receipt.label} was returned; there is nothing left of it"
        raise Refused(message)


def _part(receipt: Receipt, one: OpenInvoice, wish: Wish, left: Money) -> Money:
    debt, nothing = one.debt, zero(receipt.amount.currency)
    if debt.credit_note or debt.status not in CHARGEABLE or debt.balance <= nothing:
        message = f"{debt.label} is not open: nothing is owed of it"
        raise Refused(message)
    if one.busy:
        message = f"{debt.label} is being charged at this moment; wait for the result, or it could be paid twice"
        raise Refused(message)
    if one.taken is not None:
        message = f"{receipt.label} pays {one.taken} of {debt.label} already; take that back first to pay another amount"
        raise Refused(message)
    part = wish.amount if wish.amount is not None else min(left, debt.balance, key=lambda money: money.minor)
    if part <= nothing:
        message = f"Nothing is left of {receipt.label} for {debt.label}." if wish.amount is None else _too_little(part, debt)
        raise Refused(message)
    if debt.balance < part:
        message = f"{part} is more than what is open of {debt.label}. Use at most {debt.balance} for it"
        raise Refused(message)
    if left < part:
        message = f"{part} is more than what is left of {receipt.label} for {debt.label}. Use at most {left} for it"
        raise Refused(message)
    return part


def _too_little(part: Money, debt: Debt) -> str:
    return f"{part} cannot be used for {debt.label}; the amount must be above zero and at most {debt.balance}"


def _payment(receipt: Receipt, one: OpenInvoice, part: Money, now: datetime) -> Settlement:
    before, attempt = one.debt, one.attempts + 1
    balance, charged = before.balance - part, before.charged + part
    after = replace(before, balance=balance, charged=charged, status=status_after(before.status, balance, charged))
    words = f"{part} came in by {receipt.label}; balance {balance}"
    payment = Payment(
        id=payment_id(before.id, attempt),
        invoice=before.id,
        attempt=attempt,
        amount=part,
        source=PaymentSource.MANUAL,
        state=PaymentState.SUCCEEDED,
        account=before.account,
        profile=None,
        job=None,
        sent_on=now,
        message=words,
        received_on=receipt.received_on,
    )
    allocation = Allocation(derived("allocation", payment.id, before.id), part)
    return Settlement(payment, after, words, allocation, None if balance.minor else receipt.received_on)


def _left(receipt: Receipt, left: Money) -> Receipt:
    return replace(receipt, unapplied=left, state=ReceiptState.OPEN if left.minor else ReceiptState.USED)


def take_back(receipt: Receipt, payment: Payment, debt: Debt, reason: str) -> TakenBack:
    """Undo what a receipt pays of one invoice: the money is unapplied again.

    Errors: BadInput without a reason.
    """
    return TakenBack(_left(receipt, receipt.unapplied + payment.amount), (_undone(payment, debt, _why(reason)),), _why(reason))


def returned(receipt: Receipt, payments: Iterable[tuple[Payment, Debt]], reason: str) -> TakenBack:
    """The bank took the whole receipt back: every invoice that it paid is open again, and nothing of it is left.

    Errors: BadInput without a reason; Refused when it was returned already.
    """
    why = _why(reason)
    _usable(receipt)
    gone = replace(receipt, unapplied=zero(receipt.amount.currency), state=ReceiptState.RETURNED)
    return TakenBack(gone, tuple(_undone(payment, debt, why) for payment, debt in payments), why)


def _undone(payment: Payment, debt: Debt, why: str) -> Undone:
    balance, charged = debt.balance + payment.amount, debt.charged - payment.amount
    open_again = replace(debt, balance=balance, charged=charged, status=status_after(debt.status, balance, charged))
    words = f"{payment.amount} was taken back: {why}"
    return Undone(replace(payment, state=PaymentState.RETURNED, message=words), open_again)


def _why(reason: str) -> str:
    why = " ".join(reason.split())
    if not why or len(why) > REASON_MAX:
        message = f"say why the money is taken back, in at most {REASON_MAX} characters; the reason is kept with the payment"
        raise BadInput(message, "--reason")
    return why
