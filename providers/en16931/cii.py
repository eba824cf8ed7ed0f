"""UN/CEFACT Cross Industry Invoice D16B, in the profile EN 16931 of Factur-X 1.0 (ZUGFeRD 2).

Source: EN 16931-3-3, the binding to CII; the Factur-X specification of FNFE-MPE and FeRD for the order of elements.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from providers.en16931.tree import amount, document, el, every, figure
from work365.documents.einvoice import GUIDELINE

if TYPE_CHECKING:
    from datetime import date
    from xml.etree.ElementTree import Element

    from work365.documents.einvoice import EDifference, EInvoice, ELine, EParty, ETax
    from work365.periods import Period

UNECE = "urn:un:unece:uncefact:data:standard"
NAMES = {
    "rsm": f"{UNECE}:CrossIndustryInvoice:100",
    "ram": f"{UNECE}:ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{UNECE}:UnqualifiedDataType:100",
    "qdt": f"{UNECE}:QualifiedDataType:100",
}


def cii(terms: EInvoice) -> bytes:
    """The document as `CrossIndustryInvoice`; its type code says whether it is a credit note."""
    return document(
        "rsm:CrossIndustryInvoice",
        NAMES,
        el("rsm:ExchangedDocumentContext", el("ram:GuidelineSpecifiedDocumentContextParameter", el("ram:ID", GUIDELINE))),
        el(
            "rsm:ExchangedDocument",
            el("ram:ID", terms.number),
            el("ram:TypeCode", terms.type_code),
            el("ram:IssueDateTime", _day(terms.issued)),
        ),
        el(
            "rsm:SupplyChainTradeTransaction",
            *(_line(line) for line in terms.lines),
            _agreement(terms),
            el("ram:ApplicableHeaderTradeDelivery", _place(terms.delivered_to)),
            _settlement(terms),
        ),
    )


def _day(day: date, prefix: str = "udt") -> Element | None:
    return el(f"{prefix}:DateTimeString", f"{day:%Y%m%d}", format="102")


def _period(period: Period | None) -> Element | None:
    if period is None:
        return None
    return el(
        "ram:BillingSpecifiedPeriod",
        el("ram:StartDateTime", _day(period.start)),
        el("ram:EndDateTime", _day(period.end - timedelta(days=1))),
    )


def _agreement(terms: EInvoice) -> Element | None:
    return el(
        "ram:ApplicableHeaderTradeAgreement",
        el("ram:BuyerReference", terms.buyer_reference),
        _party("ram:SellerTradeParty", terms.seller, contact=True),
        _party("ram:BuyerTradeParty", terms.buyer),
        el("ram:BuyerOrderReferencedDocument", el("ram:IssuerAssignedID", terms.purchase_order)),
        el("ram:ContractReferencedDocument", el("ram:IssuerAssignedID", terms.contract)),
    )


def _party(name: str, party: EParty, *, contact: bool = False) -> Element | None:
    return el(
        name,
        el("ram:ID", party.identifier),
        el("ram:Name", party.name),
        el("ram:SpecifiedLegalOrganization", el("ram:ID", party.registration)),
        _contact(party) if contact else None,
        _address(party),
        el("ram:URIUniversalCommunication", el("ram:URIID", party.email, schemeID="EM")),
        el("ram:SpecifiedTaxRegistration", el("ram:ID", party.tax_number, schemeID="FC")),
        el("ram:SpecifiedTaxRegistration", el("ram:ID", party.vat_id, schemeID="VA")),
    )


def _contact(party: EParty) -> Element | None:
    return el(
        "ram:DefinedTradeContact",
        el("ram:TelephoneUniversalCommunication", el("ram:CompleteNumber", party.phone)),
        el("ram:EmailURIUniversalCommunication", el("ram:URIID", party.email)),
    )


def _address(party: EParty) -> Element | None:
    first, second, third = (*party.address, "", "", "")[:3]
    return el(
        "ram:PostalTradeAddress",
        el("ram:PostcodeCode", party.postal_code),
        el("ram:LineOne", first),
        el("ram:LineTwo", second),
        el("ram:LineThree", third),
        el("ram:CityName", party.city),
        el("ram:CountryID", party.country),
        el("ram:CountrySubDivisionName", party.region),
    )


def _place(country: str) -> Element | None:
    return el("ram:ShipToTradeParty", el("ram:PostalTradeAddress", el("ram:CountryID", country)))


def _settlement(terms: EInvoice) -> Element | None:
    return el(
        "ram:ApplicableHeaderTradeSettlement",
        el("ram:PaymentReference", terms.remittance),
        el("ram:InvoiceCurrencyCode", terms.currency),
        _means(terms),
        *(_tax(row) for row in terms.taxes),
        _period(terms.period),
        el(
            "ram:SpecifiedTradePaymentTerms",
            el("ram:Description", terms.terms),
            el("ram:DueDateDateTime", _day(terms.due)) if terms.due else None,
        ),
        _totals(terms),
        *every(
            el(
                "ram:InvoiceReferencedDocument",
                el("ram:IssuerAssignedID", one.number),
                el("ram:FormattedIssueDateTime", _day(one.issued, "qdt")),
            )
            for one in terms.preceding
        ),
    )


def _means(terms: EInvoice) -> Element | None:
    if not terms.means:
        return None
    return el(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        el("ram:TypeCode", terms.means),
        el("ram:PayeePartyCreditorFinancialAccount", el("ram:IBANID", terms.iban), el("ram:AccountName", terms.account_name)),
    )


def _tax(row: ETax) -> Element | None:
    return el(
        "ram:ApplicableTradeTax",
        el("ram:CalculatedAmount", amount(row.tax)),
        el("ram:TypeCode", "VAT"),
        el("ram:ExemptionReason", row.reason),
        el("ram:BasisAmount", amount(row.base)),
        el("ram:CategoryCode", row.category),
        el("ram:ExemptionReasonCode", row.reason_code),
        el("ram:RateApplicablePercent", figure(row.percent)) if row.percent is not None else None,
    )


def _totals(terms: EInvoice) -> Element | None:
    return el(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        el("ram:LineTotalAmount", amount(terms.net)),
        el("ram:TaxBasisTotalAmount", amount(terms.net)),
        el("ram:TaxTotalAmount", amount(terms.tax), currencyID=terms.currency),
        el("ram:GrandTotalAmount", amount(terms.total)),
        el("ram:TotalPrepaidAmount", amount(terms.paid)) if terms.paid.minor else None,
        el("ram:DuePayableAmount", amount(terms.due_amount)),
    )


def _line(line: ELine) -> Element | None:
    return el(
        "ram:IncludedSupplyChainTradeLineItem",
        el(
            "ram:AssociatedDocumentLineDocument",
            el("ram:LineID", line.number),
            el("ram:IncludedNote", el("ram:Content", line.note)),
        ),
        el("ram:SpecifiedTradeProduct", el("ram:Name", line.name)),
        el(
            "ram:SpecifiedLineTradeAgreement",
            _list_price(line),
            el("ram:NetPriceProductTradePrice", el("ram:ChargeAmount", figure(line.price))),
        ),
        el("ram:SpecifiedLineTradeDelivery", el("ram:BilledQuantity", figure(line.quantity), unitCode="C62")),
        el(
            "ram:SpecifiedLineTradeSettlement",
            el(
                "ram:ApplicableTradeTax",
                el("ram:TypeCode", "VAT"),
                el("ram:CategoryCode", line.category),
                el("ram:RateApplicablePercent", figure(line.percent)) if line.percent is not None else None,
            ),
            _period(line.period),
            *every(_difference(one) for one in line.differences),
            el("ram:SpecifiedTradeSettlementLineMonetarySummation", el("ram:LineTotalAmount", amount(line.net))),
        ),
    )


def _list_price(line: ELine) -> Element | None:
    """The gross price, with what the net price is below it."""
    if line.list_price is None:
        return None
    below = line.list_price - line.price
    no_charge = el("ram:ChargeIndicator", el("udt:Indicator", "false"))
    return el(
        "ram:GrossPriceProductTradePrice",
        el("ram:ChargeAmount", figure(line.list_price)),
        el("ram:AppliedTradeAllowanceCharge", no_charge, el("ram:ActualAmount", figure(below))) if below else None,
    )


def _difference(difference: EDifference) -> Element | None:
    return el(
        "ram:SpecifiedTradeAllowanceCharge",
        el("ram:ChargeIndicator", el("udt:Indicator", "true" if difference.charge else "false")),
        el("ram:CalculationPercent", figure(difference.percent)) if difference.percent is not None else None,
        el("ram:BasisAmount", amount(difference.base)) if difference.base is not None else None,
        el("ram:ActualAmount", amount(difference.amount)),
        el("ram:Reason", difference.reason),
    )
