"""From a document to the business terms of its e-invoice. Nothing is computed that is not posted, and nothing is guessed.

Sign of a line: EN 16931 forbids a negative price, so a line that takes something back has a negative quantity (BR-27). What a
fraction leaves out stands as an allowance beside quantity and price, so that every line can be checked to the cent.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

from work365.documents.bank import iban_in
from work365.documents.blocks import shown_lines
from work365.documents.checks import check
from work365.documents.countries import COUNTRIES
from work365.documents.described import reworded
from work365.documents.document import DocumentKind, as_given
from work365.documents.einvoice import (
    CREDIT_NOTE_TYPE,
    INVOICE_TYPE,
    SEPA_TRANSFER,
    TRANSFER,
    EDifference,
    EInvoice,
    ELine,
    EParty,
)
from work365.documents.payment import terms_of
from work365.documents.small_print import fraction_of, notes_of
from work365.documents.vat import COMMUNITY, OUTSIDE, REVERSE, breakdown, rated, vat_id
from work365.errors import Refused
from work365.money import EXPONENT, rounded, zero

if TYPE_CHECKING:
    from work365.documents.document import Document, DocumentLine
    from work365.documents.formats import Formats
    from work365.documents.shown import Shown
    from work365.money import Currency

PLACES_MAX = 2
ADDRESS_LINES = 3


def e_invoice_of(document: Document, writing: Formats) -> EInvoice:
    """The business terms of one issued document, its words in the customer's language.

    Errors: Refused with the sentence that says what is missing and where to enter it; InvariantBroken when it does not add up.
    """
    check(document)
    document = as_given(document)
    if EXPONENT[document.currency] > PLACES_MAX:
        _refuse(
            f"An e-invoice has at most two decimal places (BR-DEC), and {document.currency} has {EXPONENT[document.currency]}"
        )
    taxes = breakdown(document)
    categories = {row.category for row in taxes}
    credit = document.kind is DocumentKind.CREDIT_NOTE
    to_pay = not credit and not document.collected and document.balance > zero(document.currency)
    iban = iban_in(document.seller.bank_details) if to_pay else ""
    buyer = _buyer(document, categories)
    return EInvoice(
        type_code=CREDIT_NOTE_TYPE if credit else INVOICE_TYPE,
        number=document.number,
        issued=document.issued,
        due=None if credit else document.due,
        currency=document.currency,
        seller=_seller(document, categories),
        buyer=buyer,
        buyer_reference=document.buyer.reference,
        purchase_order=document.purchase_order,
        contract=document.contract_number,
        terms=_payment(document, writing),
        preceding=document.preceding,
        period=document.period,
        means=_means(iban, document.currency),
        iban=iban,
        account_name=document.seller.name if iban else "",
        remittance=document.number if iban else "",
        delivered_to=buyer.country,
        lines=tuple(_line(number, one, document, writing) for number, one in enumerate(shown_lines(document, writing), 1)),
        taxes=taxes,
        net=document.net,
        tax=document.tax,
        total=document.total,
        paid=document.charged,
        due_amount=document.balance,
    )


def _refuse(what: str) -> NoReturn:
    raise Refused(what + ".")


def _means(iban: str, code: Currency) -> str:
    if not iban:
        return ""
    return SEPA_TRANSFER if code == "EUR" else TRANSFER


def _payment(document: Document, writing: Formats) -> str:
    if document.kind is DocumentKind.CREDIT_NOTE or document.balance <= zero(document.currency):
        return ""
    return writing.labels.collected if document.collected else terms_of(document, writing)


def _seller(document: Document, categories: set[str]) -> EParty:
    seller = document.seller
    number = vat_id(seller.tax_number)
    if seller.country not in COUNTRIES:
        _refuse(f"{_without_country(seller.name, 'country', seller.country)} under Legal entities")
    if not number and OUTSIDE not in categories:
        _refuse(
            f"{seller.name} needs a VAT id with its country in front, such as DE123456789; enter it as the tax registration "
            "number under Legal entities"
        )
    outside = OUTSIDE in categories  # BR-O-02: no VAT ids there
    return EParty(
        name=seller.name,
        country=seller.country,
        identifier=(seller.code or seller.name) if outside or not number else "",
        vat_id="" if outside else number,
        tax_number="" if number else seller.tax_number,
        address=_shortened(seller.address),
        email=seller.email,
        phone=seller.phone,
    )


def _buyer(document: Document, categories: set[str]) -> EParty:
    buyer = document.buyer
    number = vat_id(buyer.tax_number)
    if buyer.country not in COUNTRIES:
        _refuse(f"{_without_country(buyer.name, 'tax country', buyer.country)} on the account")
    if not number and categories & {REVERSE, COMMUNITY}:
        _refuse(
            f"{buyer.name} is billed without tax because it owes it itself, but has no VAT id with its country in front; "
            "enter it as the tax number of the account"
        )
    return EParty(
        name=buyer.name,
        country=buyer.country,
        identifier=buyer.account_number,
        registration="" if number else buyer.tax_number,
        vat_id="" if OUTSIDE in categories else number,
        address=(buyer.street,) if buyer.street else (),
        city=buyer.city,
        postal_code=buyer.postal_code,
        region=buyer.region,
        email=buyer.email,
    )


def _without_country(name: str, word: str, code: str) -> str:
    if not code:
        return f"{name} has no {word}; enter it"
    return f"{name} has the {word} '{code}', which is no code of ISO 3166 such as GB; correct it"


def _shortened(lines: tuple[str, ...]) -> tuple[str, ...]:
    """At most three lines: what is more stands in the last one."""
    head = lines[: ADDRESS_LINES - 1]
    rest = ", ".join(lines[ADDRESS_LINES - 1 :])
    return (*head, rest) if rest else head


def _line(number: int, one: Shown, document: Document, writing: Formats) -> ELine:
    line = one.line
    rate = rated(line, document)
    quantity, price, fraction = _priced(replace(line, amount=one.before), document, writing)
    taken_off = (
        EDifference(charge=False, amount=off.amount, reason=off.name, percent=off.percent, base=off.base)
        for off in one.reductions
        if off.amount.minor
    )
    notes = notes_of(line, writing)
    return ELine(
        number=str(number),
        name=" ".join(reworded(line, writing).split()) or line.kind.value,  # BR-25: a line has a name
        note=" ".join(notes),
        quantity=quantity,
        price=price,
        net=line.amount,
        category=rate.category,
        percent=rate.percent,
        period=line.period,
        differences=(*fraction, *taken_off),
        list_price=one.listed.price if one.listed is not None and price == line.unit_price else None,
    )


def _priced(line: DocumentLine, document: Document, writing: Formats) -> tuple[Decimal, Decimal, tuple[EDifference, ...]]:
    """Quantity, price, and what lies between their product and the amount.

    A line without a unit price (tiers, discounts), or one whose price and fraction do not explain its amount, is one unit at its
    amount; so is one whose price includes the tax, because an item's price is without it (BT-146).
    """
    sign = -1 if line.amount.minor < 0 else 1
    one = Decimal(sign), abs(line.amount.major), ()
    if line.price_includes_tax or line.unit_price is None or line.quantity is None:
        return one
    if line.unit_price < 0 or line.quantity < 0:
        return one
    quantity = line.quantity * sign
    product = rounded(quantity * line.unit_price, line.amount.currency)
    if product == line.amount:
        return quantity, line.unit_price, ()
    reason = fraction_of(line, document.prorate, writing.labels)
    if not reason or line.quantity == 0:
        return one
    missing = line.amount - product
    charge = missing.minor > 0
    return quantity, line.unit_price, (EDifference(charge, missing if charge else -missing, reason),)
