"""Documents to post in tests: one customer, two products, a whole cycle and a part of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from work365.accounting.deciding import BooksSystem, Case
from work365.accounting.documents import Customer, Document, DocumentKind, Item, Line, Receipt
from work365.money import Currency, Money, exactly, total

SYSTEM = BooksSystem("11111111-1111-4111-8111-111111111111", "QBO", "QuickBooks Online", "9130347596842384", "token", "Sales")
ACCOUNT = "aaaaaaaa-1111-4111-8111-111111111111"
INVOICE = "bbbbbbbb-1111-4111-8111-111111111111"
USD = Currency("USD")


def usd(text: str) -> Money:
    """An amount in dollars."""
    return exactly(Decimal(text), USD)


def sample_customer(name: str = "Contoso Ltd", account: str = ACCOUNT, currency: str = "USD") -> Customer:
    """A customer with an address."""
    return Customer(
        account, name, Currency(currency), "C-100", "billing@contoso.example", "1 Main Street", "Seattle", "WA", "98101", "US"
    )


def sample_line(item: str, quantity: str, price: str, amount: Money, tax: str = "0", **more: str) -> Line:
    """A line of one item."""
    paid = exactly(Decimal(tax), amount.currency)
    percent = Decimal(more.get("percent", "8" if paid.minor else "0"))
    return Line(
        item,
        f"{item}, monthly",
        Decimal(quantity),
        Decimal(price),
        amount,
        paid,
        percent,
        more.get("tax_code", ""),
        date(2026, 11, 1),
    )


def sample_document(number: str = "INV-2026-00001", invoice: str = INVOICE, currency: str = "USD") -> Document:
    """Ten seats for a month and two for the rest of one, with tax: 333.81 and 25.34."""
    code = Currency(currency)
    lines = (
        sample_line("e3", "10", "31.68", exactly(Decimal("316.80"), code), "25.34"),
        sample_line("p1", "3", "7.99", exactly(Decimal("17.01"), code)),
    )
    return document_of(lines, number=number, invoice=invoice, customer=sample_customer(currency=currency))


def document_of(lines: tuple[Line, ...], *, number: str, invoice: str = INVOICE, customer: Customer | None = None) -> Document:
    """An invoice of these lines."""
    code = lines[0].amount.currency
    net, tax = total((line.amount for line in lines), code), total((line.tax for line in lines), code)
    items = {line.item: Item(line.item, f"SKU:{line.item}", f"Microsoft 365 {line.item.upper()}") for line in lines}
    who = customer or sample_customer(currency=code)
    return Document(
        invoice,
        DocumentKind.INVOICE,
        number,
        who,
        code,
        date(2026, 11, 1),
        date(2026, 12, 1),
        tuple(items.values()),
        lines,
        net,
        tax,
        net + tax,
    )


def sample_receipt(amount: str, payment: str = "cccccccc-1111-4111-8111-111111111111", reference: str = "pi_123") -> Receipt:
    """A charge that succeeded."""
    return Receipt(payment, usd(amount), usd(amount), date(2026, 11, 2), reference)


def sample_case(status: str = "Issued", document: Document | None = None, system: BooksSystem | None = SYSTEM) -> Case:
    """An issued invoice that no books have heard of."""
    return Case(document or sample_document(), status, system)


def renumbered(document: Document, **changes: object) -> Document:
    """The same document with other members."""
    return replace(document, **changes)  # type: ignore[arg-type]  # names and types are the test's own
