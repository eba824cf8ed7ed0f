"""Invoices and credit memos: references, amounts, tax, totals and balances.

Rules, with where they are from: DocNumber at most 21 characters and unique if the company wants it (entity pages; 6140); Amount
is Qty times UnitPrice, rounded (6070); a total is not negative; a document is in its customer's currency (entity pages); tax with
automated sales tax honours an explicit amount, otherwise it is computed from each line's code (help pages on AST; for the
differences that follow see quickbooks-ruby issue 547). The body's own TotalAmt and Balance are ignored: they are read-only.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from local.quickbooks.company import percent_of
from local.quickbooks.faults import Refusal, business, duplicate_number, missing, too_long, unknown_reference

if TYPE_CHECKING:
    from local.quickbooks.books import Books, Entity
    from local.quickbooks.company import CompanySetup

NUMBER_LIMIT = 21
CENT = Decimal("0.01")
SALES_ITEM = "SalesItemLineDetail"


def document(setup: CompanySetup, books: Books, kind: str, body: Entity, before: Entity | None) -> Entity:
    """An invoice or credit memo as it will be stored."""
    _number(setup, books, kind, body)
    customer = books.refer(setup.realm, "Customer", body.get("CustomerRef"), "CustomerRef")
    currency = _currency(setup, body, customer)
    lines = [_line(setup, books, line, ordinal) for ordinal, line in enumerate(_sold(body), 1)]
    net = sum((line["Amount"] for line in lines), Decimal(0))
    tax = _tax(setup, books, body, lines)
    total = net + tax
    if total < 0:
        raise business("Transaction amount must be 0 or greater")
    applied = before["TotalAmt"] - before["Balance"] if before else Decimal(0)
    if kind == "CreditMemo" and total < applied:
        raise business(f"{applied} of this credit memo is applied already; its amount cannot be less")
    return {
        "PrintStatus": "NotSet",
        "EmailStatus": "NotSet",
        **body,
        "TxnDate": body.get("TxnDate", books.now()[:10]),
        "CustomerRef": {"value": customer["Id"], "name": customer["DisplayName"]},
        **currency,
        "Line": [*lines, {"Amount": net, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}],
        "TxnTaxDetail": {"TotalTax": tax},
        "LinkedTxn": before.get("LinkedTxn", []) if before else [],
        "TotalAmt": total,
        "Balance": total - applied,
    }


def _number(setup: CompanySetup, books: Books, kind: str, body: Entity) -> None:
    number = str(body.get("DocNumber", ""))
    if len(number) > NUMBER_LIMIT:
        raise too_long("DocNumber", NUMBER_LIMIT)
    if number and setup.unique_numbers:
        for other in books.all(setup.realm, kind):
            if other.get("DocNumber") == number and other["Id"] != body.get("Id"):
                raise duplicate_number()


def _currency(setup: CompanySetup, body: Entity, customer: Entity) -> dict[str, Any]:
    currency = body.get("CurrencyRef", {}).get("value", customer["CurrencyRef"]["value"])
    if currency != customer["CurrencyRef"]["value"]:
        raise business(f"The document is in {currency}, its customer in {customer['CurrencyRef']['value']}")
    if currency == setup.home:
        if body.get("ExchangeRate", 1) != 1:
            raise business("The exchange rate of the home currency is 1")
        return {"CurrencyRef": {"value": currency}}
    return {"CurrencyRef": {"value": currency}, "ExchangeRate": body.get("ExchangeRate", setup.rates[currency])}


def _sold(body: Entity) -> list[Entity]:
    lines = [line for line in body.get("Line", []) if line.get("DetailType") != "SubTotalLineDetail"]
    if not lines:
        raise missing("Line")
    return lines


def _line(setup: CompanySetup, books: Books, line: Entity, ordinal: int) -> Entity:
    if "DetailType" not in line:
        raise missing("Line.DetailType")
    if "Amount" not in line:
        raise missing("Line.Amount")
    if line["DetailType"] != SALES_ITEM or SALES_ITEM not in line:
        raise business("Only sales item lines are part of this stand-in")
    detail, amount = line[SALES_ITEM], Decimal(line["Amount"])
    item = books.refer(setup.realm, "Item", detail.get("ItemRef"), "Line.SalesItemLineDetail.ItemRef")
    if amount != amount.quantize(CENT):
        raise business(f"Amount {amount} has more than two decimal places")
    quantity, price = Decimal(detail.get("Qty", 1)), Decimal(detail.get("UnitPrice", amount))
    if (quantity * price).quantize(CENT, ROUND_HALF_UP) != amount:
        message = "Amount calculation incorrect in the request"
        raise Refusal("6070", message, f"{message}: Amount is not equal to UnitPrice * Qty. Supplied value:{amount}")
    named = {**detail, "ItemRef": {"value": item["Id"], "name": item["Name"]}}
    return {**line, "Id": str(ordinal), "LineNum": ordinal, "Amount": amount, SALES_ITEM: named}


def _tax(setup: CompanySetup, books: Books, body: Entity, lines: list[Entity]) -> Decimal:
    stated = Decimal(body.get("TxnTaxDetail", {}).get("TotalTax", 0))
    codes = [line[SALES_ITEM].get("TaxCodeRef", {}).get("value", "") for line in lines]
    if setup.american:
        if any(code not in ("", "TAX", "NON") for code in codes):
            raise unknown_reference("Line.SalesItemLineDetail.TaxCodeRef")
        return stated
    if body.get("GlobalTaxCalculation") != "TaxExcluded":
        raise business("Make sure that GlobalTaxCalculation says TaxExcluded: other ways are not part of this stand-in")
    parts = [_line_tax(setup, books, line["Amount"], code) for line, code in zip(lines, codes, strict=True)]
    return sum(parts, Decimal(0))


def _line_tax(setup: CompanySetup, books: Books, amount: Decimal, code: str) -> Decimal:
    if not code:
        return Decimal(0)
    percent = percent_of(setup, books, code)
    if percent is None:
        raise unknown_reference("Line.SalesItemLineDetail.TaxCodeRef")
    return (amount * percent / 100).quantize(CENT, ROUND_HALF_UP)
