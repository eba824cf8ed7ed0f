"""Our values as QuickBooks bodies: only members that we mean, amounts as exact numbers.

Source: the types of Intuit's published schema (QuickBooks-V3-Java-SDK, Finance.xsd); field lengths from developer.intuit.com's
entity pages (DocNumber 21, PaymentRefNum 21, item name 100).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from work365.accounting.documents import DocumentKind, as_given
from work365.accounting.payload import customer_note, document_note, receipt_note
from work365.accounting.rules import sendable

if TYPE_CHECKING:
    from providers.quickbooks.client import Entity
    from providers.quickbooks.company import Company
    from work365.accounting.documents import Customer, Document, Item, Line, Posted, Receipt
    from work365.money import Money
    from work365.ports.books import Names

NAME_LENGTH = 100
KINDS = {DocumentKind.INVOICE: "Invoice", DocumentKind.CREDIT_NOTE: "CreditMemo"}


def clean(name: str) -> str:
    """A name without the characters that QuickBooks reserves for levels and lines."""
    return " ".join(name.replace(":", " ").split())[:NAME_LENGTH].strip()


def customer_names(customer: Customer) -> list[str]:
    """The names that a customer may have there, best first: display names are unique among all parties of a company."""
    plain = clean(customer.name)
    longer = [f"{plain[:80]} ({customer.currency})", f"{plain[:60]} ({customer.number or customer.id[:8]} {customer.currency})"]
    return [plain, *longer]


def item_names(item: Item) -> list[str]:
    """The names that an item may have there, best first."""
    plain = clean(item.name) or clean(item.number)
    return [plain, f"{plain[:60]} ({clean(item.number)[:36]})"]


def customer_body(customer: Customer, name: str, *, foreign: bool) -> Entity:
    """A customer under one of its names."""
    address = {
        "Line1": customer.street,
        "City": customer.city,
        "CountrySubDivisionCode": customer.region,
        "PostalCode": customer.postal_code,
        "Country": customer.country,
    }
    return _said(
        {
            "DisplayName": name,
            "CompanyName": clean(customer.name),
            "PrimaryEmailAddr": _said({"Address": customer.email}),
            "BillAddr": _said(address),
            "Notes": customer_note(customer),
            "CurrencyRef": {"value": customer.currency} if foreign else None,
        }
    )


def item_body(item: Item, name: str, account: str) -> Entity:
    """An item as a service: nothing is kept in stock."""
    return {"Name": name, "Sku": item.number[:NAME_LENGTH], "Type": "Service", "IncomeAccountRef": {"value": account}}


def document_body(document: Document, names: Names, company: Company, default_tax_code: str) -> Entity:
    """An invoice or credit memo with its tax amount as we computed it."""
    given = as_given(document)
    foreign = company.foreign(document.currency)
    lines = [_line(line, names, company, default_tax_code) for line in given.lines]
    body = {
        "DocNumber": document.number,
        "TxnDate": document.issued_on.isoformat(),
        "DueDate": document.due_on.isoformat() if document.due_on and document.kind is DocumentKind.INVOICE else None,
        "CustomerRef": {"value": names.customer},
        "CurrencyRef": {"value": document.currency} if foreign else None,
        "ExchangeRate": document.exchange_rate if foreign else None,
        "PrivateNote": document_note(document),
        "CustomerMemo": {"value": f"Purchase order {document.purchase_order}"} if document.purchase_order else None,
        "GlobalTaxCalculation": None if company.country == "US" else "TaxExcluded",
        "Line": lines,
        "TxnTaxDetail": {"TotalTax": given.tax.major},
    }
    return _said(body)


def _line(line: Line, names: Names, company: Company, default_tax_code: str) -> Entity:
    quantity, unit_price = sendable(line)
    taxed = bool(line.tax.minor)
    code = company.tax_code(line.tax_code or (default_tax_code if taxed else ""), taxed=taxed)
    detail = {
        "ItemRef": {"value": names.items[line.item]},
        "Qty": quantity,
        "UnitPrice": unit_price,
        "TaxCodeRef": {"value": code} if code else None,
        "ServiceDate": line.service_date.isoformat() if line.service_date else None,
    }
    return {
        "DetailType": "SalesItemLineDetail",
        "Description": line.description[:4000],
        "Amount": line.amount.major,
        "SalesItemLineDetail": _said(detail),
    }


def receipt_body(receipt: Receipt, customer: str, posted: Posted, *, foreign: bool) -> Entity:
    """A payment of ours, applied to its document as far as that is open; the rest stays on the customer's account.

    A credit is applied by a payment over nothing that links the credit memo with the invoice, both with what is applied.
    Source: docs.breadwinner.com, "Applying Credit to an Invoice"; developer.intuit.com, "Payment" (against several invoices and
    credit memos).
    """
    applied: Money = min(receipt.applied, posted.balance, key=lambda money: money.minor)
    linked = [_linked(applied, posted.external_id, "Invoice")]
    if receipt.credit is not None:
        linked.append(_linked(applied, receipt.credit.external_id, "CreditMemo"))
    body = {
        "CustomerRef": {"value": customer},
        "TotalAmt": receipt.amount.major,
        "TxnDate": receipt.received_on.isoformat(),
        "PaymentRefNum": receipt.reference,
        "PrivateNote": receipt_note(receipt),
        "CurrencyRef": {"value": receipt.amount.currency} if foreign else None,
        "Line": linked if applied.major > Decimal(0) else None,
    }
    return _said(body)


def _linked(amount: Money, entity_id: str, kind: str) -> Entity:
    return {"Amount": amount.major, "LinkedTxn": [{"TxnId": entity_id, "TxnType": kind}]}


def _said(members: dict[str, Any]) -> Entity:
    """Only the members that say something."""
    return {name: value for name, value in members.items() if value not in (None, "", {})}
