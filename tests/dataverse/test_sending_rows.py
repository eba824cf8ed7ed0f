"""Rows of an invoice into what is printed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from dataverse.rows import choice_value, status
from dataverse.stores import sending_rows as wire
from dataverse.stores.inheriting import Inherited
from local.desks.documents import viewed
from work365.contracts.policy import Policy, Prorate
from work365.documents.deliveries import Delivery, DeliveryState
from work365.documents.document import VatRule
from work365.documents.recipients import Addresses
from work365.errors import BadInput

INVOICE_ID, ENTITY_ID, OTHER = (f"{n}0000000-0000-4000-8000-000000000000" for n in (1, 2, 3))


def invoice_row(**changes: object) -> dict[str, Any]:
    """An issued invoice with its lookups."""
    return {
        "w365_number": "INV-2026-00012",
        "w365_kind": choice_value("w365_invoice", "w365_kind", "Invoice"),
        "w365_invoicedate": "2026-03-01",
        "w365_duedate": "2026-03-15",
        "w365_periodstart": "2026-03-01",
        "w365_periodend": "2026-04-01",
        "w365_purchaseorder": None,
        "w365_net": Decimal("264.0000"),
        "w365_tax": Decimal("52.8000"),
        "w365_total": Decimal("316.8000"),
        "w365_amountcharged": 0,
        "w365_balance": Decimal("316.8"),
        "w365_prepaidused": None,
        "w365_prepaidleft": None,
        "_w365_account_value": OTHER,
        "_w365_legalentity_value": ENTITY_ID,
        "transactioncurrencyid": {"isocurrencycode": "USD"},
        "w365_LegalEntity": {
            "w365_companyname": "Contoso Cloud Ltd",
            "w365_address": "1 Harbour Street\r\n\r\nLondon",
            "w365_taxregistration": "GB1",
            "w365_email": None,
            "w365_phone": None,
            "w365_bankdetails": None,
            "w365_paymenttermsdays": 30,
            "w365_country": "GB",
            "w365_code": "CO",
            "w365_template": None,
            "w365_logo": None,
        },
        "w365_Account": {
            "name": "Fabrikam GmbH",
            "accountnumber": "C-1",
            "emailaddress1": "office@fabrikam.example",
            "w365_taxnumber": None,
            "address1_line1": "Industriestraße 14",
            "address1_postalcode": "70565",
            "address1_city": "Stuttgart",
            "address1_stateorprovince": None,
            "address1_country": "Germany",
            "w365_taxcountry": "DE",
            "w365_language": "es",
            "w365_buyerreference": "04011000-12345-34",
        },
        "w365_Contract": {
            "w365_number": "CT-1",
            "w365_policy": choice_value("w365_billingcontract", "w365_policy", "Arrears"),
            "w365_prorate": choice_value("w365_billingcontract", "w365_prorate", "30-day months"),
            "w365_paymenttermsdays": None,
            "w365_billingemail": "ap@fabrikam.example",
            "w365_secondaryemail": None,
            "w365_additionalrecipients": "a@x.example",
            "w365_autocharge": choice_value("w365_billingcontract", "w365_autocharge", "Yes"),
            "w365_template": None,
        },
        **changes,
    }


def line_row(**changes: object) -> dict[str, Any]:
    """One line of it."""
    return {
        "w365_kind": choice_value("w365_invoiceline", "w365_kind", "Charge"),
        "w365_description": "Business Premium",
        "w365_periodstart": "2026-03-10",
        "w365_periodend": "2026-04-01",
        "w365_quantity": Decimal("12.0000"),
        "w365_unitprice": Decimal("22.0000000000"),
        "w365_fractionnumerator": 22,
        "w365_fractiondenominator": 31,
        "w365_amount": 264,
        "w365_taxpercent": 20,
        "w365_tax": Decimal("52.8"),
        "w365_taxcode": "S",
        "w365_taxcategorycode": None,
        "w365_taxnote": None,
        "w365_priceincludestax": False,
        "w365_origin": None,
        "w365_listprice": None,
        "_w365_subscription_value": OTHER,
        "w365_Change": {
            "w365_sequence": 2,
            "w365_event": choice_value("w365_changelog", "w365_event", "Quantity"),
            "w365_effective": "2026-03-10",
            "w365_quantity": 12,
            "w365_quantitydelta": 2,
            "w365_refund": None,
        },
        **changes,
    }


def rate_row(**changes: object) -> dict[str, Any]:
    """A tax rate of the company."""
    return {
        "_w365_legalentity_value": ENTITY_ID,
        "w365_place": "DE",
        "w365_code": "S",
        "w365_validfrom": "2020-01-01",
        "w365_note": None,
        "w365_percent": Decimal("0.0000"),
        "w365_vatcategory": None,
        **changes,
    }


def test_a_row_becomes_a_document_that_prints() -> None:
    """Amounts in the row's currency, the company's terms where the contract has none, empty columns as nothing."""
    document = wire.document(wire.inherited(invoice_row(), Inherited([])), [line_row()], [])
    assert document is not None
    assert (document.policy, document.prorate, document.terms_days, document.due) == (
        Policy.ARREARS,
        Prorate.DAYS30,
        30,
        date(2026, 3, 15),
    )
    assert document.collected
    assert (document.seller.address, document.buyer.address) == (
        ("1 Harbour Street", "London"),
        ("Industriestraße 14", "70565 Stuttgart", "Germany"),
    )
    [line] = viewed(document).blocks[0].lines
    assert (line.quantity, line.unit_price, line.fraction, line.amount) == (
        "12",
        "22.00",
        "22/31 days of 30-day months",
        "264.00",
    )
    assert line.notes == ("Change 2: quantity 10 → 12 from 10 Mar 2026",)


@pytest.mark.parametrize("column", ["w365_number", "w365_invoicedate"])
def test_without_number_or_date_there_is_nothing_to_print(column: str) -> None:
    """A draft."""
    assert wire.document(invoice_row(**{column: None}), [line_row()], []) is None


def test_an_invoice_without_a_contract_prints_too() -> None:
    """A one-off document: days, in advance, the company's terms, the account's address."""
    row = invoice_row(w365_Contract=None)
    document = wire.document(row, [line_row(w365_Change=None, w365_periodstart=None, w365_fractiondenominator=None)], [])
    assert document is not None
    assert (document.policy, document.prorate, document.contract_number) == (Policy.ADVANCE, Prorate.DAYS, "")
    assert (document.lines[0].period, document.lines[0].fraction, document.lines[0].change) == (None, None, None)
    assert wire.addresses(row) == Addresses(fallback="office@fabrikam.example")


def test_an_unknown_currency_is_named() -> None:
    """No default currency."""
    with pytest.raises(BadInput, match="'XYZ' is not a currency we know"):
        wire.document(invoice_row(transactioncurrencyid={"isocurrencycode": "XYZ"}), [], [])


def test_the_newest_valid_note_of_the_same_company_is_printed() -> None:
    """By tax code, on the invoice's date."""

    def note(entity: str, day: str, text: str) -> dict[str, Any]:
        return rate_row(_w365_legalentity_value=entity, w365_validfrom=day, w365_note=text)

    notes = [
        note(ENTITY_ID, "2026-02-01", "new"),
        note(ENTITY_ID, "2020-01-01", "old"),
        note(ENTITY_ID, "2026-03-02", "later"),
        note(OTHER, "2026-03-01", "other"),
    ]
    document = wire.document(invoice_row(), [line_row()], notes)
    assert document is not None
    assert document.tax_notes == {"S": "new"}


def test_what_a_rate_means_is_read_for_the_customers_place() -> None:
    """Two places share the code for "no tax": the category is the one of the customer's country, never another's."""
    rates = [
        rate_row(w365_code="NON", w365_place="GB", w365_vatcategory="O", w365_note="Outside"),
        rate_row(w365_code="NON", w365_place="DE", w365_vatcategory="AE", w365_note="Reverse charge"),
        rate_row(w365_code="NON", w365_place="FR", w365_vatcategory="K"),
        rate_row(w365_code="VAT 19", w365_percent=19),
    ]
    document = wire.document(invoice_row(), [line_row()], rates)
    assert document is not None
    assert document.vat == {("NON", Decimal(0)): VatRule("AE", "Reverse charge"), ("VAT 19", Decimal(19)): VatRule("S")}
    assert document.tax_notes["NON"] == "Reverse charge"


def test_the_account_says_language_reference_and_place() -> None:
    """What a document needs beside its figures comes from the account and the contract."""
    document = wire.document(invoice_row(), [line_row()], [])
    assert document is not None
    said = document.buyer
    assert (said.language, said.reference, said.country, said.email) == ("es", "04011000-12345-34", "DE", "ap@fabrikam.example")
    assert (document.seller.country, document.seller.code, document.lines[0].subscription) == ("GB", "CO", OTHER)


def test_a_template_that_cannot_be_read_is_named() -> None:
    """The sentence says what is wrong and where to correct it."""
    row = invoice_row()
    row["w365_LegalEntity"]["w365_template"] = '{"accent": "red"}'
    with pytest.raises(BadInput, match="has the accent 'red'; write a colour as #7a1f3d; correct it under Legal entities"):
        wire.document(row, [line_row()], [])


def test_a_delivery_reads_back_as_it_was_written() -> None:
    """Every field survives the row, long messages are cut at the column's length."""
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    value = Delivery(
        id=OTHER,
        invoice=INVOICE_ID,
        recipient="a@x.example",
        attempt=2,
        state=DeliveryState.UNKNOWN,
        job=ENTITY_ID,
        begun=now,
        reference="r",
        message="m" * 3000,
        document_hash="h",
        etag='W/"1"',
    )
    row = wire.new_delivery(value)
    assert row["w365_Invoice@odata.bind"] == f"/w365_invoices({INVOICE_ID})"
    assert {name: row[name] for name in status("w365_delivery", "Unknown")} == status("w365_delivery", "Unknown")
    read = {
        **row,
        "w365_deliveryid": OTHER,
        "_w365_invoice_value": INVOICE_ID,
        "_w365_job_value": ENTITY_ID,
        "w365_begunon": now.isoformat(),
        "@odata.etag": 'W/"1"',
    }
    back = wire.delivery(read)
    assert (back.state, back.begun, back.message) == (value.state, now, "m" * 2000)
    assert (back.recipient, back.attempt, back.job, back.etag) == ("a@x.example", 2, ENTITY_ID, 'W/"1"')
