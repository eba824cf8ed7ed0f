"""What the stand-in posts and what it refuses, as QuickBooks does."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from local.quickbooks.schema import mistakes
from transport.exact import dumps, loads

if TYPE_CHECKING:
    from tests.local.quickbooks.conftest import Company


def test_an_invoice_is_completed_as_quickbooks_does(company: Company) -> None:
    """Ids, totals, balance and tax come back, and the answer is of the published type."""
    made = company.post("Invoice", company.invoice(TxnTaxDetail={"TotalTax": Decimal("25.34")}))
    assert (made["TotalAmt"], made["Balance"], made["SyncToken"]) == (Decimal("342.14"), Decimal("342.14"), "0")
    assert [line["DetailType"] for line in made["Line"]] == ["SalesItemLineDetail", "SubTotalLineDetail"]
    assert mistakes("Invoice", dumps(made)) == []
    assert loads(company.send("GET", f"invoice/{made['Id']}").body)["Invoice"] == made


def _without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"DocNumber": "X" * 22}, "2050"),
        ({"CustmerRef": {"value": "1"}}, "2010"),
        ({"EmailStatus": "Send"}, "2010"),
        ({"TxnDate": 20261101}, "2010"),
        ({"CustomerRef": {"value": "999"}}, "2500"),
        ({"CustomerRef": {}}, "2020"),
        ({"Line": []}, "2020"),
        ({"CurrencyRef": {"value": "EUR"}}, "6000"),
        ({"ExchangeRate": Decimal("1.1")}, "6000"),
        ({"Id": "1"}, "2020"),
        ({"Id": "99", "SyncToken": "0"}, "610"),
        ({"TxnTaxDetail": {"TotalTax": Decimal(-999)}}, "6000"),
    ],
)
def test_wrong_invoices(company: Company, change: dict[str, Any], code: str) -> None:
    """Each mistake has Intuit's code, and nothing is posted."""
    assert company.post("Invoice", company.invoice(**change))["code"] == code
    assert company.ask("select count(*) from Invoice") == {"totalCount": 0}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"Amount": "316.80"}, "2010"),
        ({"Amount": Decimal("316.81")}, "6070"),
        ({"Amount": Decimal("316.805")}, "6000"),
        ({"DetailType": "DiscountLineDetail"}, "6000"),
        ({"SalesItemLineDetail": {"Quantity": 1}}, "2010"),
        ({"SalesItemLineDetail": {"ItemRef": {"value": "999"}}}, "2500"),
        ({"SalesItemLineDetail": {"TaxCodeRef": {"value": "7"}}}, "2500"),
    ],
)
def test_wrong_lines(company: Company, line: dict[str, Any], code: str) -> None:
    """Text amounts, amounts that do not multiply, unknown members, items and tax codes."""
    body = company.invoice()
    detail = {**body["Line"][0]["SalesItemLineDetail"], **line.get("SalesItemLineDetail", {})}
    body["Line"] = [{**body["Line"][0], **line, "SalesItemLineDetail": detail}]
    assert company.post("Invoice", body)["code"] == code


@pytest.mark.parametrize("name", ["Amount", "DetailType"])
def test_members_that_a_line_needs(company: Company, name: str) -> None:
    """A line without its amount or kind is refused."""
    body = company.invoice()
    assert company.post("Invoice", {**body, "Line": [_without(body["Line"][0], name)]})["code"] == "2020"


def test_a_number_is_unique_if_the_company_wants_it(company: Company, single: Company) -> None:
    """6140 with the body of Intuit's sample; the preference can be off."""
    company.post("Invoice", company.invoice())
    refused = company.send("POST", "invoice", company.invoice())
    fault = loads(refused.body)["Fault"]
    assert (refused.status, fault["type"]) == (400, "ValidationFault")
    assert fault["Error"][0]["Detail"] == "Duplicate Document Number Error : You must specify a different number."
    single.post("Invoice", single.invoice())
    assert "Id" in single.post("Invoice", single.invoice())


def test_updates_need_the_newest_token(company: Company) -> None:
    """A sparse update keeps the rest; a stale token is 5010."""
    made = company.post("Invoice", company.invoice(PrivateNote="ours"))
    update = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "DueDate": "2026-12-01"}
    changed = company.post("Invoice", update)
    assert (changed["SyncToken"], changed["PrivateNote"], changed["DueDate"]) == ("1", "ours", "2026-12-01")
    assert company.post("Invoice", update)["code"] == "5010"


def test_names_are_unique_and_clean(company: Company) -> None:
    """6240 for a name in use, whatever its letter case; no colons; a currency is for good."""
    made = company.customer(CurrencyRef={"value": "EUR"})
    assert company.post("Customer", {"DisplayName": "CONTOSO"})["code"] == "6240"
    assert company.post("Customer", {"DisplayName": "A:B"})["code"] == "6000"
    assert company.post("Customer", {"DisplayName": " "})["code"] == "2020"
    assert company.post("Customer", {"DisplayName": "X" * 501})["code"] == "2050"
    switch = {"Id": made, "SyncToken": "0", "DisplayName": "Contoso", "CurrencyRef": {"value": "USD"}}
    assert company.post("Customer", switch)["code"] == "6000"
    company.item()
    account = {"IncomeAccountRef": {"value": company.ask("select * from Account")["Account"][0]["Id"]}}
    assert company.post("Item", {"Name": "microsoft 365 e3", **account})["code"] == "6240"
    assert company.post("Item", {"Name": "Box", "Type": "Inventory", **account})["code"] == "6000"
    assert company.post("Item", {"Name": "Box"})["code"] == "2020"
    assert company.post("Item", {"Name": "Box", "Sku": "X" * 101, **account})["code"] == "2050"


def test_currencies(company: Company, single: Company) -> None:
    """A foreign document gets the company's rate unless it names one; without multicurrency there is none."""
    company.customer(CurrencyRef={"value": "EUR"})
    assert company.post("Invoice", company.invoice())["ExchangeRate"] == Decimal("1.08")
    assert company.post("Invoice", company.invoice("INV-2", ExchangeRate=Decimal("1.1")))["ExchangeRate"] == Decimal("1.1")
    assert single.post("Customer", {"DisplayName": "Euro", "CurrencyRef": {"value": "EUR"}})["code"] == "6000"


def test_tax_elsewhere_comes_from_codes(british: Company) -> None:
    """The amount that was sent is ignored; 9.975 % of 4,495.16 is 448.39 by rounding the line."""
    codes = {row["Name"]: row["Id"] for row in british.ask("select * from TaxCode")["TaxCode"]}
    body = british.invoice("INV-1", "4495.16", GlobalTaxCalculation="TaxExcluded", TxnTaxDetail={"TotalTax": 1})
    body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] = {"value": codes["QST"]}
    assert british.post("Invoice", body)["TxnTaxDetail"]["TotalTax"] == Decimal("448.39")
    body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] = {"value": "TAX"}
    assert british.post("Invoice", {**body, "DocNumber": "INV-2"})["code"] == "2500"
    assert british.post("Invoice", british.invoice("INV-3"))["code"] == "6000"


def test_credit_memos_are_counted_apart(company: Company) -> None:
    """A credit memo may carry an invoice's number."""
    company.post("Invoice", company.invoice())
    assert company.post("CreditMemo", company.invoice())["TotalAmt"] == Decimal("316.80")
    assert company.post("CreditMemo", company.invoice())["code"] == "6140"


def payment(company: Company, invoice: dict[str, Any], amount: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  members of a body
    """A body of a payment of an invoice."""
    line = {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    return {"CustomerRef": invoice["CustomerRef"], "TotalAmt": Decimal(amount), "Line": [line], **more}


def test_a_payment_lowers_balances_and_can_be_undone(company: Company) -> None:
    """Applied, changed, deleted: the invoice's balance follows, and its token moves."""
    invoice = company.post("Invoice", company.invoice())
    made = company.post("Payment", payment(company, invoice, "16.80", TotalAmt=Decimal(20)))
    assert made["UnappliedAmt"] == Decimal("3.20")
    read = company.ask("select * from Invoice")["Invoice"][0]
    assert (read["Balance"], read["LinkedTxn"], read["SyncToken"]) == (300, [{"TxnId": made["Id"], "TxnType": "Payment"}], "1")
    more = {**payment(company, invoice, "316.80"), "Id": made["Id"], "SyncToken": "0"}
    assert company.post("Payment", more)["SyncToken"] == "1"
    assert company.ask("select * from Invoice")["Invoice"][0]["Balance"] == 0
    gone = company.post("Payment", {"Id": made["Id"], "SyncToken": "1"}, "minorversion=75&operation=delete")
    assert gone["status"] == "Deleted"
    assert company.ask("select * from Invoice")["Invoice"][0]["Balance"] == Decimal("316.80")
    assert company.ask("select * from Payment") == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"TotalAmt": None}, "2010"),
        ({"TotalAmt": 1}, "6000"),
        ({"PaymentRefNum": "X" * 22}, "2050"),
        ({"CustomerRef": {"value": "999"}}, "2500"),
        ({"CurrencyRef": {"value": "EUR"}}, "6000"),
        ({"Line": [{"Amount": 1, "LinkedTxn": [{"TxnId": "999", "TxnType": "Invoice"}]}]}, "2500"),
        ({"Line": [{"Amount": 1, "LinkedTxn": [{"TxnId": "999", "TxnType": "Estimate"}]}]}, "6000"),
    ],
)
def test_wrong_payments(company: Company, change: dict[str, Any], code: str) -> None:
    """Each mistake has Intuit's code, and the balance stays."""
    invoice = company.post("Invoice", company.invoice())
    assert company.post("Payment", {**payment(company, invoice, "316.80"), **change})["code"] == code
    assert company.ask("select * from Invoice")["Invoice"][0]["Balance"] == Decimal("316.80")


def test_nobody_pays_more_than_is_open_or_for_others(company: Company) -> None:
    """An application beyond the balance, a missing total and another customer's invoice are refused; linked invoices stay."""
    invoice = company.post("Invoice", company.invoice())
    assert company.post("Payment", payment(company, invoice, "316.81"))["code"] == "6000"
    assert company.post("Payment", _without(payment(company, invoice, "1.00"), "TotalAmt"))["code"] == "2020"
    other = {**payment(company, invoice, "1.00"), "CustomerRef": {"value": company.customer("Fabrikam")}}
    assert company.post("Payment", other)["code"] == "6000"
    company.quickbooks.pay(company.setup.realm, "INV-1")
    removal = {"Id": invoice["Id"], "SyncToken": "1"}
    assert company.post("Invoice", removal, "minorversion=75&operation=delete")["code"] == "5010"
