"""UBL 2.1. Source: EN 16931-3-2, the binding to UBL; docs.oasis-open.org/ubl/UBL-2.1.html for the order of elements."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from providers.en16931.tree import amount, document, el, every, figure
from work365.documents.einvoice import CREDIT_NOTE_TYPE, GUIDELINE

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from work365.documents.einvoice import EDifference, EInvoice, ELine, EParty, ETax
    from work365.money import Money
    from work365.periods import Period

OASIS = "urn:oasis:names:specification:ubl:schema:xsd"


def ubl(terms: EInvoice) -> bytes:
    """The document as `Invoice` or `CreditNote`."""
    credit = terms.type_code == CREDIT_NOTE_TYPE
    root = "CreditNote" if credit else "Invoice"
    names = {"": f"{OASIS}:{root}-2", "cac": f"{OASIS}:CommonAggregateComponents-2", "cbc": f"{OASIS}:CommonBasicComponents-2"}
    return document(
        root,
        names,
        el("cbc:CustomizationID", GUIDELINE),
        el("cbc:ID", terms.number),
        el("cbc:IssueDate", terms.issued.isoformat()),
        el("cbc:DueDate", terms.due.isoformat()) if terms.due else None,
        el(f"cbc:{root}TypeCode", terms.type_code),
        el("cbc:DocumentCurrencyCode", terms.currency),
        el("cbc:BuyerReference", terms.buyer_reference),
        _period(terms.period),
        el("cac:OrderReference", el("cbc:ID", terms.purchase_order)),
        *_preceding(terms),
        el("cac:ContractDocumentReference", el("cbc:ID", terms.contract)),
        el("cac:AccountingSupplierParty", _party(terms.seller, contact=True)),
        el("cac:AccountingCustomerParty", _party(terms.buyer)),
        el("cac:Delivery", el("cac:DeliveryLocation", el("cac:Address", _country(terms.delivered_to)))),
        _means(terms),
        el("cac:PaymentTerms", el("cbc:Note", terms.terms)),
        el("cac:TaxTotal", _money("cbc:TaxAmount", terms.tax), *(_subtotal(row) for row in terms.taxes)),
        _totals(terms),
        *(_line(line, credit=credit) for line in terms.lines),
    )


def _money(name: str, money: Money) -> Element | None:
    return el(name, amount(money), currencyID=money.currency)


def _period(period: Period | None) -> Element | None:
    if period is None:
        return None
    last = (period.end - timedelta(days=1)).isoformat()
    return el("cac:InvoicePeriod", el("cbc:StartDate", period.start.isoformat()), el("cbc:EndDate", last))


def _preceding(terms: EInvoice) -> list[Element]:
    return every(
        el(
            "cac:BillingReference",
            el("cac:InvoiceDocumentReference", el("cbc:ID", one.number), el("cbc:IssueDate", f"{one.issued}")),
        )
        for one in terms.preceding
    )


def _party(party: EParty, *, contact: bool = False) -> Element | None:
    vat = el("cac:PartyTaxScheme", el("cbc:CompanyID", party.vat_id), _scheme("VAT")) if party.vat_id else None
    local = el("cac:PartyTaxScheme", el("cbc:CompanyID", party.tax_number), _scheme("TAX")) if party.tax_number else None
    return el(
        "cac:Party",
        el("cbc:EndpointID", party.email, schemeID="EM"),
        el("cac:PartyIdentification", el("cbc:ID", party.identifier)),
        _address(party),
        vat,
        local,
        el("cac:PartyLegalEntity", el("cbc:RegistrationName", party.name), el("cbc:CompanyID", party.registration)),
        el("cac:Contact", el("cbc:Telephone", party.phone), el("cbc:ElectronicMail", party.email)) if contact else None,
    )


def _scheme(code: str) -> Element | None:
    return el("cac:TaxScheme", el("cbc:ID", code))


def _address(party: EParty) -> Element | None:
    first, second, third = (*party.address, "", "", "")[:3]
    return el(
        "cac:PostalAddress",
        el("cbc:StreetName", first),
        el("cbc:AdditionalStreetName", second),
        el("cbc:CityName", party.city),
        el("cbc:PostalZone", party.postal_code),
        el("cbc:CountrySubentity", party.region),
        el("cac:AddressLine", el("cbc:Line", third)),
        _country(party.country),
    )


def _country(code: str) -> Element | None:
    return el("cac:Country", el("cbc:IdentificationCode", code))


def _means(terms: EInvoice) -> Element | None:
    if not terms.means:
        return None
    return el(
        "cac:PaymentMeans",
        el("cbc:PaymentMeansCode", terms.means),
        el("cbc:PaymentID", terms.remittance),
        el("cac:PayeeFinancialAccount", el("cbc:ID", terms.iban), el("cbc:Name", terms.account_name)),
    )


def _subtotal(row: ETax) -> Element | None:
    return el(
        "cac:TaxSubtotal",
        _money("cbc:TaxableAmount", row.base),
        _money("cbc:TaxAmount", row.tax),
        el(
            "cac:TaxCategory",
            el("cbc:ID", row.category),
            el("cbc:Percent", figure(row.percent)) if row.percent is not None else None,
            el("cbc:TaxExemptionReasonCode", row.reason_code),
            el("cbc:TaxExemptionReason", row.reason),
            _scheme("VAT"),
        ),
    )


def _totals(terms: EInvoice) -> Element | None:
    return el(
        "cac:LegalMonetaryTotal",
        _money("cbc:LineExtensionAmount", terms.net),
        _money("cbc:TaxExclusiveAmount", terms.net),
        _money("cbc:TaxInclusiveAmount", terms.total),
        _money("cbc:PrepaidAmount", terms.paid) if terms.paid.minor else None,
        _money("cbc:PayableAmount", terms.due_amount),
    )


def _line(line: ELine, *, credit: bool) -> Element | None:
    word = "Credited" if credit else "Invoiced"
    return el(
        "cac:CreditNoteLine" if credit else "cac:InvoiceLine",
        el("cbc:ID", line.number),
        el("cbc:Note", line.note),
        el(f"cbc:{word}Quantity", figure(line.quantity), unitCode="C62"),
        _money("cbc:LineExtensionAmount", line.net),
        _period(line.period),
        *every(_difference(one) for one in line.differences),
        el("cac:Item", el("cbc:Name", line.name), _category(line)),
        _price(line),
    )


def _price(line: ELine) -> Element | None:
    """The net price; the list's, where one is shown, stands as the base of what is taken off."""
    code = line.net.currency
    net = el("cbc:PriceAmount", figure(line.price), currencyID=code)
    if line.list_price is None:
        return el("cac:Price", net)
    below = el(
        "cac:AllowanceCharge",
        el("cbc:ChargeIndicator", "false"),
        el("cbc:Amount", figure(line.list_price - line.price), currencyID=code),
        el("cbc:BaseAmount", figure(line.list_price), currencyID=code),
    )
    return el("cac:Price", net, below)


def _difference(difference: EDifference) -> Element | None:
    return el(
        "cac:AllowanceCharge",
        el("cbc:ChargeIndicator", "true" if difference.charge else "false"),
        el("cbc:AllowanceChargeReason", difference.reason),
        el("cbc:MultiplierFactorNumeric", figure(difference.percent)) if difference.percent is not None else None,
        _money("cbc:Amount", difference.amount),
        _money("cbc:BaseAmount", difference.base) if difference.base is not None else None,
    )


def _category(line: ELine) -> Element | None:
    rate = el("cbc:Percent", figure(line.percent)) if line.percent is not None else None
    return el("cac:ClassifiedTaxCategory", el("cbc:ID", line.category), rate, _scheme("VAT"))
