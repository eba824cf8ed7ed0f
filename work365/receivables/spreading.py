"""What money that a customer has with us pays of its invoices, whether it came as a receipt or is left of a credit note.

What an invoice takes is a payment that has succeeded, so statements, books and refusals to cancel know it like any other. A part
that is taken back leaves its payment standing as Returned, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.errors import BadInput, Refused
from work365.ids import derived
from work365.money import zero
from work365.receivables.charging import CHARGEABLE, payment_id
from work365.receivables.left_over import reused
from work365.receivables.payments import InvoiceStatus, Payment, PaymentState
from work365.receivables.settling import Allocation, Settlement, open_for, owing, paid_again
from work365.receivables.write_offs import taken_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from work365.money import Money
    from work365.receivables.left_over import Share
    from work365.receivables.payments import Debt, InvoiceId, PaymentSource

INVOICES_MAX = 200
"""As many invoices as are paid at once: their rows fit into one change set."""

PAYABLE = CHARGEABLE | {InvoiceStatus.WRITTEN_OFF}
"""What is written off may still be paid: that takes as much of it back."""

REASON_MAX = 300


@dataclass(frozen=True, slots=True)
class Purse:
    """Money that is there to pay with.

    Attributes:
        label: how a person knows it: `Bank transfer 4711`.
        on: the day from which it counts for the invoices that it pays.
    """

    label: str
    left: Money
    source: PaymentSource
    on: date


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that a purse may pay.

    Attributes:
        due: falls back to the day of issue.
        attempts: how many payments it has had.
        busy: one of them has no end yet, so the money may be on its way already.
        on_page: that one is a page at the gateway, on which the customer may be paying, and which can be closed.
        taken: what the purse in question pays of it already.
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
class Part:
    """What a purse pays of one invoice now. Shape: `others` are payments of that invoice that have money left over."""

    payment: Payment
    debt: Debt
    others: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Undone:
    """A payment that is less, or none any more, and its invoice that is open again by as much, but for what others had left over.

    Attributes:
        payment: Returned, or with the amount that it still pays.
        others: those payments of the invoice through a gateway that pay more of it now.
    """

    payment: Payment
    debt: Debt
    others: tuple[Share, ...] = ()


def on_pages(invoices: Iterable[OpenInvoice], wishes: Sequence[Wish] | None) -> list[InvoiceId]:
    """Those that are meant, or all where nobody said which, on whose page at the gateway somebody may be paying."""
    meant = None if wishes is None else {wish.number for wish in wishes}
    return [one.debt.id for one in invoices if one.on_page and (meant is None or one.debt.number in meant)]


def oldest_first(left: Money, invoices: Iterable[OpenInvoice]) -> list[Wish]:
    """The invoices that an amount reaches, the one due for longest first.

    Shape: one with a payment under way is left out, and so is what was written off: that is paid by naming its invoice.
    """
    wishes: list[Wish] = []
    for one in sorted(invoices, key=lambda one: (one.due, one.debt.number)):
        if not left.minor or len(wishes) == INVOICES_MAX:
            break
        if one.busy or one.taken is not None or one.debt.balance.minor <= 0:
            continue
        part = min(left, one.debt.balance)
        wishes.append(Wish(one.debt.number, part))
        left -= part
    return wishes


def spread(
    purse: Purse, invoices: Iterable[OpenInvoice], wishes: Sequence[Wish], *, now: datetime
) -> tuple[Money, tuple[Settlement, ...]]:
    """Pay invoices in the order of the wishes: what is left then, and what each took.

    Shape:  `invoices` are the open ones of the customer, in the purse's company and currency.
    Errors: Refused with a sentence when an invoice cannot be paid or the money does not reach; nothing is half done.
    """
    if len(wishes) > INVOICES_MAX:
        message = f"{purse.label} pays at most {INVOICES_MAX} invoices at once; name the others in a second step"
        raise Refused(message)
    known = {one.debt.number: one for one in invoices}
    left, payments = purse.left, []
    for wish in wishes:
        one = known.pop(wish.number, None)
        if one is None:
            message = (
                f"'{wish.number}' is no open invoice of this customer in {left.currency} and this legal entity, or was named "
                "twice; look it up under Invoices"
            )
            raise Refused(message)
        part = _part(purse.label, one, wish, left)
        payments.append(_payment(purse, one, part, now))
        left -= part
    return left, tuple(payments)


def _part(label: str, one: OpenInvoice, wish: Wish, left: Money) -> Money:
    debt, nothing = one.debt, zero(left.currency)
    most = open_for(debt)
    if debt.credit_note or debt.status not in PAYABLE or most <= nothing:
        message = f"{debt.label} is not open: nothing is owed of it"
        raise Refused(message)
    if one.busy:
        message = f"{debt.label} is being charged at this moment; wait for the result, or it could be paid twice"
        raise Refused(message)
    if one.taken is not None:
        message = f"{label} pays {one.taken} of {debt.label} already; take that back first to pay another amount"
        raise Refused(message)
    part = wish.amount if wish.amount is not None else min(left, most)
    if part <= nothing:
        message = f"Nothing is left of {label} for {debt.label}." if wish.amount is None else _too_little(part, debt, most)
        raise Refused(message)
    if most < part:
        message = f"{part} is more than what is open of {debt.label}. Use at most {most} for it"
        raise Refused(message)
    if left < part:
        message = f"{part} is more than what is left of {label} for {debt.label}. Use at most {left} for it"
        raise Refused(message)
    return part


def _too_little(part: Money, debt: Debt, most: Money) -> str:
    return f"{part} cannot be used for {debt.label}; the amount must be above zero and at most {most}"


def _payment(purse: Purse, one: OpenInvoice, part: Money, now: datetime) -> Settlement:
    before, attempt = one.debt, one.attempts + 1
    after = owing(before, -part)
    id_ = payment_id(before.id, attempt)
    back = taken_back(before, after, id_, id_, now.date())
    words = f"{part} came in by {purse.label}; balance {after.balance}"
    words = f"{words}; {back.reason} that had been written off" if back else words
    payment = Payment(
        id=id_,
        invoice=before.id,
        attempt=attempt,
        amount=part,
        source=purse.source,
        state=PaymentState.SUCCEEDED,
        account=before.account,
        profile=None,
        job=None,
        sent_on=now,
        message=words,
        received_on=purse.on,
    )
    allocation = Allocation(derived("allocation", payment.id, before.id), part)
    paid_on = purse.on if paid_again(before, after) else None
    return Settlement(payment, after, words, allocation, paid_on, taken_back=back)


def part_of(parts: Iterable[Part], number: str, *, label: str, command: str) -> Part:
    """What a purse pays of one invoice. Errors: Refused when it pays nothing of it, with the command that lists what it pays."""
    found = next((part for part in parts if part.debt.number == number), None)
    if found is None:
        message = f"{label} pays nothing of '{number}'; `w365 {command} show` lists what it pays"
        raise Refused(message)
    return found


def undone(part: Part, why: str, amount: Money | None = None) -> Undone:
    """A payment that no longer pays, for a reason; where an amount is named, by so much of it."""
    whole = part.payment.amount
    gone = whole if amount is None else amount
    words = f"{gone} was taken back: {why}"
    debt, others = reused(owing(part.debt, gone), part.others)
    if gone == whole:
        return Undone(replace(part.payment, state=PaymentState.RETURNED, message=words), debt, others)
    return Undone(replace(part.payment, amount=whole - gone, message=words), debt, others)


def worded(reason: str) -> str:
    """The reason that is kept with a payment that is taken back. Errors: BadInput when there is none, or too long a one."""
    why = " ".join(reason.split())
    if not why or len(why) > REASON_MAX:
        message = f"say why the money is taken back, in at most {REASON_MAX} characters; the reason is kept with the payment"
        raise BadInput(message, "--reason")
    return why
