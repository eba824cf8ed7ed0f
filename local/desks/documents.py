"""Invoices to look at: small builders that the tests share. Taxes and totals are computed, so what they build adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from providers.catalogues.languages import Languages
from work365.documents.document import Buyer, ChangeNamed, Document, DocumentKind, DocumentLine, Seller
from work365.documents.letter import letter_for
from work365.documents.view import view_of
from work365.invoicing.lines import Kind
from work365.money import Currency, rounded, total
from work365.periods import Period

if TYPE_CHECKING:
    from work365.documents.letter import Letter
    from work365.documents.printed import DocumentView

LANGUAGES = Languages()
ENGLISH = LANGUAGES.formats("en")
USD, JPY, KWD = Currency("USD"), Currency("JPY"), Currency("KWD")
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
SELLER = Seller(
    "Contoso Cloud Ltd",
    ("1 Harbour Street", "London EC1A 1BB", "United Kingdom"),
    "GB123456789",
    "billing@contoso.example",
    "+44 20 7946 0000",
    ("Account holder: Contoso Cloud Ltd", "IBAN GB33 BUKB 2020 1555 5555 55", "BIC BUKBGB22"),
    country="GB",
    code="CO",
)
BUYER = Buyer(
    "Fabrikam GmbH",
    ("Industriestraße 14", "70565 Stuttgart", "Germany"),
    "DE811234567",
    "C-1042",
    street="Industriestraße 14",
    postal_code="70565",
    city="Stuttgart",
    country="DE",
    email="ap@fabrikam.example",
)


def line(
    kind: Kind,
    description: str,
    amount: str,
    *,
    code: Currency = USD,
    percent: str | None = "20",
    **more: Any,  # noqa: ANN401  the line's other fields
) -> DocumentLine:
    """One line; its tax is the percentage of its amount."""
    money = rounded(Decimal(amount), code)
    tax = rounded(money.major * Decimal(percent or 0) / 100, code)
    return DocumentLine(
        kind=kind,
        description=description,
        amount=money,
        tax=tax,
        tax_percent=None if percent is None else Decimal(percent),
        **more,
    )


def cycle(description: str, quantity: str, price: str, *, code: Currency = USD, percent: str | None = "20") -> DocumentLine:
    """A whole cycle: quantity times price, March 2026."""
    count, unit = Decimal(quantity), Decimal(price)
    return line(
        Kind.CYCLE, description, str(count * unit), code=code, percent=percent, period=MARCH, quantity=count, unit_price=unit
    )


def seats_added() -> tuple[DocumentLine, DocumentLine]:
    """Ten seats become twelve on 10 February 2026: a credit and a charge for 19 of 28 days."""
    named = ChangeNamed(2, "Quantity", date(2026, 2, 10), 12, 2)
    parts: dict[str, Any] = {
        "period": Period(date(2026, 2, 10), date(2026, 3, 1)),
        "unit_price": Decimal("22.00"),
        "fraction": (19, 28),
        "change": named,
    }
    return (
        line(Kind.CREDIT, "Microsoft 365 Business Premium", "-149.29", quantity=Decimal(10), **parts),
        line(Kind.CHARGE, "Microsoft 365 Business Premium", "179.14", quantity=Decimal(12), **parts),
    )


def invoice(*lines: DocumentLine, code: Currency = USD, charged: str = "0", **changes: Any) -> Document:  # noqa: ANN401  the document's other fields
    """An issued invoice over these lines."""
    net = total((one.amount for one in lines), code)
    tax = total((one.tax for one in lines), code)
    paid = rounded(Decimal(charged), code)
    made = Document(
        kind=DocumentKind.INVOICE,
        number="INV-2026-00012",
        currency=code,
        seller=SELLER,
        buyer=BUYER,
        lines=lines,
        net=net,
        tax=tax,
        total=net + tax,
        charged=paid,
        balance=net + tax - paid,
        issued=date(2026, 3, 1),
        due=date(2026, 3, 15),
        period=MARCH,
        purchase_order="PO-77812",
        contract_number="CT-0031",
        terms_days=14,
    )
    return replace(made, **changes)


def viewed(document: Document, language: str = "en") -> DocumentView:
    """What is printed of a document, in English unless the test is about another language."""
    return view_of(document, LANGUAGES.formats(language))


def lettered(document: Document, language: str = "en") -> Letter:
    """The mail that carries a document."""
    return letter_for(document, LANGUAGES.formats(language))
