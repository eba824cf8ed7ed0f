"""An invoice as values: what must be known to print it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from work365.contracts.contract import Policy, Prorate

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
    """The company that issues the document."""

    name: str
    address: tuple[str, ...] = ()
    tax_number: str = ""
    email: str = ""
    phone: str = ""
    bank_details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Buyer:
    """The customer that it is made out to."""

    name: str
    address: tuple[str, ...] = ()
    tax_number: str = ""
    account_number: str = ""


@dataclass(frozen=True, slots=True)
class ChangeNamed:
    """The row of the change log that a line comes from, in words that a customer can check.

    Attributes:
        event: "Quantity", "Price", "Cancel", … as in the change log.
        quantity, delta: seats after the change, and by how many they changed.
    """

    sequence: int
    event: str
    effective: date
    quantity: int
    delta: int


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line.

    Attributes:
        fraction: used and whole, e.g. (22, 31); None where nothing was prorated.
        origin: key of the earlier line that this one corrects.
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


@dataclass(frozen=True, slots=True)
class Document:
    """A document with everything that is printed on it.

    Attributes:
        terms_days: days to pay, None when nobody agreed on any.
        tax_notes: what to print beside a tax, by tax code, e.g. the reverse-charge sentence.
        charged: collected so far; `balance` is what is still owed.
        collected: the contract charges its payment method by itself, so nobody should send money as well.
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
    collected: bool = False
    tax_notes: dict[str, str] = field(default_factory=dict)
