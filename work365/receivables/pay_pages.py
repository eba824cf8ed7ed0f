"""Pages of a gateway on which a customer pays one invoice: each is an attempt to collect the whole balance.

A page that is open may be paid at any moment, so whoever wants to charge, to post money or to credit closes it first, and goes on
only when the gateway says that nobody can pay there any more.

    Pending ──(the gateway opened a page)──> Needs action ──(paid)──> Succeeded | Processing (bank debit) → …
       └──(never opened)──> Failed                └──(closed by us, or its hour is over)──> Failed

The page's end stands in the request that opens it, an hour after the attempt began, and the gateway opens none that would last
less than half an hour: a request that is late by more than that opens nothing, so an attempt without a trace is soon over.
Source: docs.stripe.com/api/checkout/sessions/create (`expires_at`: 30 minutes to 24 hours after creation).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.errors import InvariantBroken
from work365.receivables import wording
from work365.receivables.charging import CHARGEABLE, payment_id
from work365.receivables.payments import DeclineClass, Payment, PaymentSource, PaymentState, PayPage
from work365.receivables.settling import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from work365.receivables.payments import Debt

LASTS = timedelta(hours=1)
"""How long a page can be paid on."""
OPENS_FOR = timedelta(minutes=20)
"""How long we ask for the page of an attempt again: leaves ten minutes for clocks that differ."""
LOST_AFTER = timedelta(minutes=40)
"""When an attempt without a page at the gateway will never have one."""
OPEN_STATES = frozenset({PaymentState.PENDING, PaymentState.UNKNOWN, PaymentState.NEEDS_ACTION})


@dataclass(frozen=True, slots=True)
class PageNow:
    """A page at the gateway as it is now: what became of its payment, and its address while it is open."""

    outcome: Outcome
    url: str = ""


def page_of(payment: Payment) -> PayPage:
    """Where a payment by link is made. Errors: InvariantBroken for every other payment."""
    if payment.page is None:
        message = f"payment {payment.id} is not made on a page"
        raise InvariantBroken(message)
    return payment.page


def open_page_of(payments: Iterable[Payment]) -> Payment | None:
    """The payment whose page may be open at the gateway."""
    return next((one for one in payments if one.page is not None and one.state in OPEN_STATES), None)


def attempt(debt: Debt, payments: Sequence[Payment], page: PayPage, now: datetime) -> Payment:
    """The attempt that a new page is opened for: the whole balance. Shape: `payments` are the earlier ones."""
    number = 1 + max((one.attempt for one in payments), default=0)
    return Payment(
        id=payment_id(debt.id, number),
        invoice=debt.id,
        attempt=number,
        amount=debt.balance,
        source=PaymentSource.PAY_LINK,
        state=PaymentState.PENDING,
        account=debt.account,
        profile=None,
        job=None,
        sent_on=now.replace(microsecond=0),
        page=page,
    )


def turned_down_lately(payments: Iterable[Payment], debt: Debt, now: datetime) -> bool:
    """Whether the gateway has refused a page over this balance within the last hour: pressing again makes no further attempt."""
    return any(
        one.page is not None
        and one.state is PaymentState.FAILED
        and one.code.startswith(wording.REJECTED)
        and one.amount == debt.balance
        and now - one.sent_on < LASTS
        for one in payments
    )


def may_open(payment: Payment, now: datetime) -> bool:
    """Whether the page of an attempt may still be asked for."""
    return now - payment.sent_on < OPENS_FOR


def lost(payment: Payment, now: datetime) -> bool:
    """Whether an attempt that has no page at the gateway will never have one."""
    return now - payment.sent_on >= LOST_AFTER


def never_opened() -> Outcome:
    """The end of an attempt that the gateway has no page of."""
    return Outcome(PaymentState.FAILED, code=wording.NEVER_ARRIVED, words="no page was opened", decline=DeclineClass.SOFT)


def closed(session: str) -> Outcome:
    """The end of an attempt whose page nobody can pay on any more."""
    words = "the payment page was closed before anything was paid"
    return Outcome(PaymentState.FAILED, code=wording.PAGE_CLOSED, words=words, decline=DeclineClass.SOFT, session=session)


def still_right(payment: Payment, debt: Debt) -> bool:
    """Whether what an open page takes is what is owed, at a gateway that may still take it."""
    if payment.code == wording.OTHER_AMOUNT:
        return False
    return debt.status in CHARGEABLE and payment.amount == debt.balance and page_of(payment).processor.active
