"""What we tell an accounting system: a customer, its items, one document, and the receipts on it.

These values carry our own words and ids only. What the books call the same things is learned by asking (`Entry`, `Posted`), and
kept beside a hash of what was sent, so that a second sync of unchanged rows needs no call at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.money import Currency, Money

OTHER_ITEM = "W365-OTHER"
"""Number of the item that lines without a product post to."""

RECEIPT_PREFIX = "W365-"
"""How the reference of every receipt that we enter in the books begins."""


class DocumentKind(Enum):
    """The documents that go to the books. The values are the labels of the choice in the table model."""

    INVOICE = "Invoice"
    CREDIT_NOTE = "Credit note"


@dataclass(frozen=True, slots=True)
class Customer:
    """Who owes. One per account and currency: accounting systems fix a customer's currency for good."""

    id: str
    name: str
    currency: Currency
    number: str = ""
    email: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    tax_number: str = ""

    @property
    def reference(self) -> str:
        """Our name for this customer in links and in the books' notes."""
        return f"{self.id}:{self.currency}"


@dataclass(frozen=True, slots=True)
class Item:
    """What was sold. `number` is our stock-keeping unit."""

    reference: str
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is posted.

    Attributes:
        item: reference of its `Item`.
        unit_price: per unit and whole cycle, as printed; times quantity it need not be the amount (`rules.sendable`).
        tax_code: what the books call its tax; "" for none.
    """

    item: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Money
    tax: Money
    tax_percent: Decimal
    tax_code: str = ""
    service_date: date | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One invoice or credit note.

    Shape:  amounts of a credit note are what is given back, so they are positive here (see `as_given`).

    Attributes:
        exchange_rate: of the books' home currency per unit of ours; None leaves it to the books' own rate of that day.
    """

    id: str
    kind: DocumentKind
    number: str
    customer: Customer
    currency: Currency
    issued_on: date
    due_on: date | None
    items: tuple[Item, ...]
    lines: tuple[Line, ...]
    net: Money
    tax: Money
    total: Money
    purchase_order: str = ""
    exchange_rate: Decimal | None = None


def receipt_reference(payment: str) -> str:
    """The reference of a payment of ours in the books: short enough for a bookkeeper's reference field (21 characters)."""
    return RECEIPT_PREFIX + payment.replace("-", "")[:16]


@dataclass(frozen=True, slots=True)
class CreditUsed:
    """A credit note that pays a document. `external_id` is its id in the books, "" while it is not there."""

    number: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that we collected for a document, as the books should show it; or a credit that pays it without any money.

    Attributes:
        id: of our payment row.
        amount: what is left of it; zero where a credit pays.
        applied: what of the amount, or of the credit, pays this document.
        gateway_reference: the gateway's id of the payment, for the note.
    """

    id: str
    amount: Money
    applied: Money
    received_on: date
    gateway_reference: str = ""
    credit: CreditUsed | None = None

    @property
    def reference(self) -> str:
        """What we look for before we enter it."""
        return receipt_reference(self.id)

    @property
    def worth(self) -> Money:
        """All of its money; of a credit, which has none, what it pays."""
        return self.amount if self.credit is None else self.applied


@dataclass(frozen=True, slots=True)
class Entry:
    """What the books call a customer or an item of ours.

    Attributes:
        ours: it carries our mark; else a bookkeeper made it, and the next write marks it.
    """

    external_id: str
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Posted:
    """A document as the books have it.

    Attributes:
        total, balance: what the books computed.
        note: the private note, by which we recognise our own.
    """

    external_id: str
    number: str
    total: Money
    balance: Money
    note: str


@dataclass(frozen=True, slots=True)
class BookPayment:
    """A payment as the books have it.

    Attributes:
        applied: what it pays of each document, by the books' document id.
        deleted: it is no longer there; `applied` is then empty.
    """

    external_id: str
    reference: str
    note: str
    received_on: date | None
    applied: dict[str, Money]
    deleted: bool = False


def as_given(document: Document) -> Document:
    """A credit note with its amounts turned positive; anything else as it is."""
    if document.kind is not DocumentKind.CREDIT_NOTE or document.total.minor > 0:
        return document
    lines = tuple(replace(line, amount=-line.amount, tax=-line.tax, unit_price=-line.unit_price) for line in document.lines)
    return replace(document, lines=lines, net=-document.net, tax=-document.tax, total=-document.total)
