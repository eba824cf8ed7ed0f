"""Ports to invoices that customers pay by a link: the rows, and the gateway's own pages on which they pay once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from work365.receivables.pay_links import PayCase, PayLink
    from work365.receivables.pay_pages import PageNow
    from work365.receivables.payments import Debt, InvoiceId, Payment, Processor, ProfileKind
    from work365.receivables.settling import Outcome


@dataclass(frozen=True, slots=True)
class PageWanted:
    """How a page is to look.

    Attributes:
        about: a short text for lists and statements, such as the invoice's number.
        language: the customer's; "" lets the gateway choose.
        offered: the ways of paying.
        done, back: where the browser goes afterwards; neither carries the link.
    """

    about: str
    language: str
    offered: tuple[ProfileKind, ...]
    done: str
    back: str


class PayPages(Protocol):
    """A gateway's own pages for paying once. Errors of each: External as the gateway raises it."""

    def customer(self, account: str, name: str) -> str:
        """The gateway's id of a customer; the same one however often it is asked for within a day. Moves no money."""

    def open(self, payment: Payment, wanted: PageWanted) -> PageNow:
        """The one page of a payment, over its amount, until its hour is over; the same one however often it is asked for.

        Errors: Refused for an amount that the gateway does not take.
        """

    def find(self, payment: Payment) -> PageNow | None:
        """The page of a payment as it is now, by its own id or among the customer's; None when there is no trace of one."""

    def close(self, payment: Payment) -> Outcome | None:
        """Close the page of a payment, and say what became of the payment; None when there is no trace of a page.

        Shape: failed means that nobody can pay there any more; anything else that somebody did, or that it cannot be closed.
        """


class PayPagesFor(Protocol):
    """Whoever knows how to reach the pages of a processor."""

    def __call__(self, processor: Processor) -> PayPages:
        """The pages. Errors: Refused when the processor has none."""


class PayLinkBook(Protocol):
    """The rows of links, and of the invoices behind them."""

    def by_hash(self, link_hash: str) -> PayLink | None:
        """The link with this hash: one request, whether there is one or not."""

    def case(self, invoice: InvoiceId) -> PayCase:
        """What opening a page is decided on. Errors: NotFound."""

    def open(self, payment: Payment, debt: Debt, *, note: str) -> None:
        """Write a new attempt and the note on its invoice, all or nothing.

        Errors: Conflict when the attempt exists or the invoice changed.
        """
