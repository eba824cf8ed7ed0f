"""A write-off as the books want it: a credit memo over a bad-debt item, applied to its invoice by a payment without money.

That is how bookkeepers write off bad debts in QuickBooks Online by hand: an expense account for bad debts, an item that posts to
it, a credit memo over that item, applied under Receive payment; the invoice is closed, and the loss is an expense. There is one
memo for each invoice, over what is written off of it now: taking back makes it smaller, or takes it out.

Source: fitsmallbusiness.com, "How to Write Off Bad Debt in QuickBooks Online"; depositfix.com, article of the same name.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.accounting.documents import CreditUsed, DocumentKind, Item, Line, Receipt
from work365.money import zero

if TYPE_CHECKING:
    from datetime import date

    from work365.accounting.documents import Document
    from work365.money import Money

BAD_DEBT = Item("W365-BAD-DEBT", "W365-BAD-DEBT", "Bad debt")
NUMBER_PREFIX = "WO-"


def memo_id(invoice: str) -> str:
    """The id of the memo of an invoice; it names the invoice, so that whoever finds it in the books finds that."""
    return f"{invoice}:write-off"


def memo_receipt_id(invoice: str) -> str:
    """The id of what applies it."""
    return f"{invoice}:write-off-applied"


def is_of_memo(id_: str) -> bool:
    """Whether an id is that of a memo, or of what applies one."""
    return ":" in id_


def invoice_of(id_: str) -> str:
    """The invoice that a memo is for, or what applies it; any other id as it is."""
    return id_.partition(":")[0]


def memo_number(invoice: str) -> str:
    """The number of a memo in the books: short enough for a document's number there (21 characters)."""
    return f"{NUMBER_PREFIX}{invoice.replace('-', '')[:16]}"


def memo(document: Document, amount: Money, on: date) -> Document:
    """The memo over what is written off of a document; without tax, which stays as it was billed."""
    nothing = zero(document.currency)
    text = f"Written off: invoice {document.number}"
    line = Line(BAD_DEBT.reference, text, Decimal(1), amount.major, amount, nothing, Decimal(0), service_date=on)
    return replace(
        document,
        id=memo_id(document.id),
        kind=DocumentKind.CREDIT_NOTE,
        number=memo_number(document.id),
        issued_on=on,
        due_on=None,
        items=(BAD_DEBT,),
        lines=(line,),
        net=amount,
        tax=nothing,
        total=amount,
        purchase_order="",
    )


def memo_receipt(document: Document, made: Document, external_id: str) -> Receipt:
    """What applies a memo to its document. Shape: `external_id` is that of the memo in the books."""
    credit = CreditUsed(made.number, external_id)
    return Receipt(memo_receipt_id(document.id), zero(document.currency), made.total, made.issued_on, credit=credit)
