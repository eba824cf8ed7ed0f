"""An e-invoice as values: the business terms of EN 16931 that we fill, under names that a biller knows.

BT-n and BG-n in the docstrings are the standard's own numbers. Amounts are `Money`; a writer prints them with all places of the
currency.
Source: EN 16931-1:2017, semantic model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from work365.documents.document import Preceding
    from work365.money import Currency, Money
    from work365.periods import Period

INVOICE_TYPE, CREDIT_NOTE_TYPE = "380", "381"
"""BT-3, of UNTDID 1001."""
SEPA_TRANSFER, TRANSFER = "58", "30"
"""BT-81, of UNTDID 4461: within the single euro payments area, and elsewhere."""
GUIDELINE = "urn:cen.eu:en16931:2017"
"""BT-24."""


@dataclass(frozen=True, slots=True)
class EParty:
    """Seller (BG-4) or buyer (BG-7).

    Attributes:
        name: BT-27, BT-44.
        identifier: BT-29, BT-46: what the seller calls the party.
        registration: BT-30, BT-47: a number that is no VAT id.
        vat_id: BT-31, BT-48, with its country's prefix.
        tax_number: BT-32: the seller's local tax number.
        address: BT-35, BT-36, BT-162 and BT-50, BT-51, BT-163: at most three lines.
        city, postal_code, region: BT-37 to BT-39, BT-52 to BT-54.
        country: BT-40, BT-55: ISO 3166 code.
        email: BT-34, BT-49: the electronic address, under scheme EM.
        phone: BT-42.
    """

    name: str
    country: str
    identifier: str = ""
    registration: str = ""
    vat_id: str = ""
    tax_number: str = ""
    address: tuple[str, ...] = ()
    city: str = ""
    postal_code: str = ""
    region: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class EDifference:
    """An allowance (BG-27) or a charge (BG-28) on a line: what lies between quantity times price and the line's net.

    Shape: `amount` (BT-136, BT-141) is positive; `reason` is BT-139, BT-144. Where `percent` (BT-138) is given, so is `base`
           (BT-137), and that percentage of the base is the amount to the cent.
    """

    charge: bool
    amount: Money
    reason: str
    percent: Decimal | None = None
    base: Money | None = None


@dataclass(frozen=True, slots=True)
class ELine:
    """One line (BG-25).

    Attributes:
        number: BT-126.
        name: BT-153, one line of text; `note` is BT-127.
        quantity: BT-129 in units (C62); negative on a line that takes something back.
        price: BT-146, never negative; `list_price` is BT-148, None where none is shown; BT-147 is what lies between them.
        net: BT-131; quantity times price, and the differences, come to it to the cent.
        category: BT-151; `percent` is BT-152, None where the category has no rate.
        period: BG-26.
    """

    number: str
    name: str
    quantity: Decimal
    price: Decimal
    net: Money
    category: str
    percent: Decimal | None
    note: str = ""
    period: Period | None = None
    differences: tuple[EDifference, ...] = ()
    list_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ETax:
    """One row of the VAT breakdown (BG-23): BT-118, BT-119, BT-116, BT-117, BT-120, BT-121."""

    category: str
    percent: Decimal | None
    base: Money
    tax: Money
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class EInvoice:
    """An invoice or credit note.

    Attributes:
        type_code: BT-3; `number` BT-1, `issued` BT-2, `due` BT-9, `currency` BT-5.
        buyer_reference: BT-10; `purchase_order` BT-13, `contract` BT-12.
        terms: BT-20, in words.
        preceding: BG-3.
        period: BG-14.
        means: BT-81, empty when nothing is to be transferred.
        iban: BT-84; `account_name` BT-85; `remittance` is BT-83.
        delivered_to: BT-80, the country that the tax was looked up for.
        net: BT-106 and BT-109; `tax` BT-110, `total` BT-112, `paid` BT-113, `due_amount` BT-115.
    """

    type_code: str
    number: str
    issued: date
    currency: Currency
    seller: EParty
    buyer: EParty
    delivered_to: str
    lines: tuple[ELine, ...]
    taxes: tuple[ETax, ...]
    net: Money
    tax: Money
    total: Money
    paid: Money
    due_amount: Money
    due: date | None = None
    buyer_reference: str = ""
    purchase_order: str = ""
    contract: str = ""
    terms: str = ""
    preceding: tuple[Preceding, ...] = ()
    period: Period | None = None
    means: str = ""
    iban: str = ""
    account_name: str = ""
    remittance: str = ""
