"""An invoice as values: what must be known to print it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

from work365.contracts.policy import Policy, Prorate
from work365.documents.template import PLAIN, Template
from work365.money import rounded

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.invoicing.lines import Kind
    from work365.money import Currency, Money
    from work365.periods import Period


class DocumentKind(Enum):
    """What the document is. The values are the labels of the choice in the table model."""

    INVOICE = "Invoice"
    CREDIT_NOTE = "Credit note"


@dataclass(frozen=True, slots=True)
class Seller:
    """The company that issues the document. Shape: `country` is an ISO 3166 code; `code` is what we call the company."""

    name: str
    address: tuple[str, ...] = ()
    tax_number: str = ""
    email: str = ""
    phone: str = ""
    bank_details: tuple[str, ...] = ()
    country: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """The customer that it is made out to.

    Attributes:
        address: as it is printed; `street`, `postal_code`, `city` and `region` are its parts.
        country: ISO 3166 code of the country for tax.
        language: IETF tag; empty means the seller's.
        reference: what the customer wants to read on every document, e.g. a routing id.
        email: where its invoices go.
    """

    name: str
    address: tuple[str, ...] = ()
    tax_number: str = ""
    account_number: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    language: str = ""
    reference: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class ChangeNamed:
    """The row of the change log that a line comes from, in words that a customer can check.

    Attributes:
        event: "Quantity", "Price", "Cancel", … as in the change log.
        quantity, delta: seats after the change, and by how many they changed.
        hourly: the hours that are left of its cycle are given back, not the days.
    """

    sequence: int
    event: str
    effective: date
    quantity: int
    delta: int
    hourly: bool = False


@dataclass(frozen=True, slots=True)
class Preceding:
    """An earlier document that this one corrects."""

    number: str
    issued: date


@dataclass(frozen=True, slots=True)
class VatRule:
    """What a tax rate means to the tax office: the category of EN 16931 (S, Z, E, AE, K, G, O), and the sentence beside it."""

    category: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The bundle that a line's subscription is a part of.

    Attributes:
        bundle: id of the bundle's subscription; `bundle_name` as it is printed.
        per_seat: how many of the part come with each seat of the bundle.
        hidden: the catalogue says that the part is not printed.
    """

    bundle: str
    bundle_name: str
    per_seat: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line.

    Attributes:
        subscription: id of the subscription that it is for.
        fraction: used and whole, e.g. (22, 31); None where nothing was prorated.
        origin: key of the earlier line that this one corrects.
        contract: number of the contract that it belongs to.
        provider: whom its service comes from; empty for the seller's own.
        product_class: the label of its product's class; empty where nobody chose one.
        list_price: the list's, per unit and whole cycle, when the line was made; None where nobody knew one.
        part: the bundle that it comes with; None for what is sold by itself.
        base: of a percentage off, what it is a percentage of; None where that is not known, or need not be said.
        users: who holds its seats, where the contract wants them named.
        price_includes_tax: its unit price is with the tax, its amount without.
        vat: what its tax meant when it was applied; None where nobody said so then.
    """

    kind: Kind
    description: str
    amount: Money
    tax: Money
    period: Period | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    fraction: tuple[int, int] | None = None
    tax_percent: Decimal | None = None
    tax_code: str = ""
    change: ChangeNamed | None = None
    origin: str = ""
    subscription: str = ""
    contract: str = ""
    provider: str = ""
    product_class: str = ""
    list_price: Decimal | None = None
    part: Part | None = None
    base: Money | None = None
    users: tuple[str, ...] = ()
    vat: VatRule | None = None
    price_includes_tax: bool = False

    @property
    def priced(self) -> Money:
        """Its amount in terms of its unit price: with the tax where that includes it."""
        return self.amount + self.tax if self.price_includes_tax else self.amount

    def at(self, price: Decimal) -> Money:
        """What it comes to at a price: quantity and fraction are its own, the sign is that of its amount."""
        used, whole = self.fraction or (1, 1)
        sign = -1 if self.amount.minor < 0 else 1
        return rounded(Fraction(self.quantity or 0) * Fraction(price) * Fraction(used * sign, whole), self.amount.currency)


@dataclass(frozen=True, slots=True)
class Document:
    """A document with everything that is printed on it.

    Attributes:
        id: of its row, for whoever opens something with it.
        terms_days: days to pay, None when nobody agreed on any.
        tax_notes: what to print beside a tax, by tax code, e.g. the reverse-charge sentence.
        charged: collected so far; `balance` is what is still owed.
        prepaid: what of it came from the customer's prepaid balance, and what was left there; None where nothing did.
        collected: the contract charges its payment method by itself, so nobody should send money as well.
        vat: what each rate means, by tax code and percentage.
        preceding: the documents that a credit note corrects.
        extra: values of the columns that the template adds, by column.
    """

    kind: DocumentKind
    number: str
    currency: Currency
    seller: Seller
    buyer: Buyer
    lines: tuple[DocumentLine, ...]
    net: Money
    tax: Money
    total: Money
    charged: Money
    balance: Money
    issued: date
    due: date | None = None
    period: Period | None = None
    purchase_order: str = ""
    contract_number: str = ""
    terms_days: int | None = None
    policy: Policy = Policy.ADVANCE
    prorate: Prorate = Prorate.DAYS
    prepaid: tuple[Money, Money] | None = None
    collected: bool = False
    tax_notes: dict[str, str] = field(default_factory=dict)
    vat: dict[tuple[str, Decimal], VatRule] = field(default_factory=dict)
    preceding: tuple[Preceding, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)
    template: Template = PLAIN
    id: str = ""


def as_given(document: Document) -> Document:
    """A credit note with its amounts turned positive: they are what is given back. Anything else as it is.

    Source: EN 16931, document type 381; a credit note that the books hold is turned round in the same way.
    """
    if document.kind is not DocumentKind.CREDIT_NOTE or document.total.minor > 0:
        return document
    return replace(
        document,
        lines=tuple(replace(line, amount=-line.amount, tax=-line.tax) for line in document.lines),
        net=-document.net,
        tax=-document.tax,
        total=-document.total,
        charged=-document.charged,
        balance=-document.balance,
    )
