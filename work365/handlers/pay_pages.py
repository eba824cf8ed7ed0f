"""What becomes of a payment whose page is, or may be, open at the gateway: follow it, or close it first.

Closing comes before whatever would ask for the same money: the gateway is told to close the page, and only its answer counts. An
attempt whose page is still on its way to the gateway holds everybody up until its page is there, or can no longer come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import Unavailable
from work365.handlers.recording import record
from work365.receivables.pay_pages import closed, lost, never_opened, open_page_of, page_of, still_right
from work365.receivables.payments import InvoiceId, PaymentState
from work365.receivables.spreading import on_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from work365.handlers.jobs import Doer
    from work365.jobs import Job, JobResult
    from work365.ports.payments import GatewayFor, PaymentBook
    from work365.ports.platform import Clock
    from work365.receivables.payments import Payment, Profile
    from work365.receivables.settling import Outcome
    from work365.receivables.spreading import OpenInvoice, Wish

    ClosePage = Callable[[InvoiceId], object]


def close_open_page(payments: Iterable[Payment], *, book: PaymentBook, gateway_for: GatewayFor, now: datetime) -> Payment | None:
    """Close the page of an invoice's attempts, if one may be open; the payment as it is then, None when there was none.

    Shape:  failed: nobody can pay there any more. Anything else: somebody did, or the gateway cannot close it.
    Errors: Unavailable while the page may still come; External; Conflict when rows keep changing.
    """
    payment = open_page_of(payments)
    return None if payment is None else _closed(payment, book, gateway_for, now)


def cleared_before(doer: Doer, *, book: PaymentBook, gateway_for: GatewayFor, clock: Clock) -> Doer:
    """A doer that changes what is owed of its job's invoice, once nobody can pay it on an open page any more."""

    def do(job: Job) -> JobResult:
        if job.invoice is not None:
            clear(InvoiceId(job.invoice), book=book, gateway_for=gateway_for, now=clock.now())
        return doer(job)

    return do


def clear(invoice: InvoiceId, *, book: PaymentBook, gateway_for: GatewayFor, now: datetime) -> None:
    """Close the page of an invoice, if one may be open. Errors: as `close_open_page`."""
    close_open_page(book.attempts(invoice).payments, book=book, gateway_for=gateway_for, now=now)


def freed(
    read: Callable[[], Sequence[OpenInvoice]], wishes: Sequence[Wish] | None, close_page: ClosePage | None
) -> Sequence[OpenInvoice]:
    """What a customer's money may pay, read again once the pages of what is meant are closed. Shape: None closes none."""
    invoices = read()
    pages = on_pages(invoices, wishes) if close_page is not None else []
    if close_page is None or not pages:
        return invoices
    for invoice in pages:
        close_page(invoice)
    return read()


def follow(payment: Payment, *, book: PaymentBook, gateway_for: GatewayFor, now: datetime) -> Payment:
    """Ask the gateway about a page's payment; a page that takes another amount than is owed is closed. Errors: External."""
    profile = _instrument(payment)
    outcome = gateway_for(profile.processor).find(payment, profile)
    if outcome is None:
        return _without_trace(payment, book, now)
    if outcome.state is PaymentState.NEEDS_ACTION and not still_right(payment, book.standing(payment).debt):
        return _closed(payment, book, gateway_for, now)
    return record(payment, outcome, profile, book, now)


def _closed(payment: Payment, book: PaymentBook, gateway_for: GatewayFor, now: datetime) -> Payment:
    profile = _instrument(payment)
    outcome = gateway_for(profile.processor).close(payment, profile)
    if outcome is not None:
        return record(payment, outcome, profile, book, now)
    after = _without_trace(payment, book, now)
    if not after.state.final:
        message = f"a customer has just opened the page for {payment.amount}; it can be closed in a moment"
        raise Unavailable(message, system="The payment page")
    return after


def _without_trace(payment: Payment, book: PaymentBook, now: datetime) -> Payment:
    """One that the gateway has no page of: over once none can come any more."""
    if payment.state.final or not lost(payment, now):
        return payment
    known = page_of(payment).session
    outcome: Outcome = closed(known) if known else never_opened()
    return record(payment, outcome, _instrument(payment), book, now)


def _instrument(payment: Payment) -> Profile:
    return page_of(payment).instrument(payment.account)
