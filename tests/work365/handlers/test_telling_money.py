"""Which payments customers are told of, when, and in which words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dataverse.query import Query
from dataverse.rows import bind
from dataverse.stores.currencies import Currencies
from dataverse.stores.telling_money import PaymentNews
from local.desks.charge import ChargeDesk
from local.desks.telling_money import MARCH, TellingMoneyDesk

SUBJECT = "Payment received: 120.00 EUR for invoice INV-1"


@pytest.fixture
def desk() -> TellingMoneyDesk:
    return TellingMoneyDesk()


@pytest.mark.parametrize(
    ("source", "state", "told"),
    [
        ("Charge", "Succeeded", 1),
        ("Auto charge", "Succeeded", 1),
        *((source, "Succeeded", 0) for source in ("Books", "Manual", "Prepaid")),
        *(("Charge", state, 0) for state in ("Pending", "Unknown", "Processing", "Needs action", "Failed", "Returned")),
    ],
)
def test_what_a_gateway_has_collected_is_told_once(desk: TellingMoneyDesk, source: str, state: str, told: int) -> None:
    """F47: a receipt is mailed; hour by hour nothing is added."""
    contract = desk.reachable("C-1")
    desk.paid(desk.invoiced(contract, "30.00"), desk.card(contract), "120.00", source=source, state=state)
    assert [desk.tell(MARCH + timedelta(days=days)) for days in range(5)] == [told, 0, 0, 0, 0]
    assert desk.mails() == [("ap@c-1.example", SUBJECT)] * told
    assert desk.told() == [("Payment", "Customer", "ap@c-1.example", "Sent")] * told


def test_two_payments_have_two_receipts(desk: TellingMoneyDesk) -> None:
    """Also of one contract on one day."""
    contract = desk.reachable("C-1")
    card = desk.card(contract)
    for amount in ("120.00", "80.00"):
        desk.paid(desk.invoiced(contract, "0.00"), card, amount)
    assert desk.tell(MARCH) == 2
    assert sorted(subject for _, subject in desk.mails()) == [SUBJECT, "Payment received: 80.00 EUR for invoice INV-2"]


def test_a_bank_debit_is_told_when_it_succeeds(desk: TellingMoneyDesk) -> None:
    """Not on the days on which it is under way; without a bank's name it is a bank account."""
    contract = desk.reachable("C-1")
    bank = desk.card(contract, "", "3000", kind="Bank debit")
    payment = desk.paid(desk.invoiced(contract, "0.00"), bank, "120.00", state="Processing")
    assert [desk.tell(MARCH), desk.tell(date(2026, 3, 14))] == [0, 0]
    desk.becomes(payment, "Succeeded", on=date(2026, 3, 15))
    assert [desk.tell(date(2026, 3, 15)), desk.tell(date(2026, 3, 16))] == [1, 0]
    ((_, body),) = desk.texts("Customer")
    assert "Paid with: Bank account ending in 3000\nStill open: 0.00 EUR\n" in body


def test_what_a_charge_leaves_is_what_is_told() -> None:
    """A part of an invoice is charged to a test card at the gateway, with the rows that charging writes itself."""
    desk = ChargeDesk()
    row = {
        "w365_name": "C-1",
        "w365_number": "C-1",
        "w365_startdate": date(2026, 1, 1),
        **bind("w365_Account", "account", desk.account),
        **bind("w365_LegalEntity", "w365_legalentity", desk.entity),
    }
    contract = desk.quiet.create("w365_billingcontract", row)
    invoice = desk.invoice("150.00", **bind("w365_Contract", "w365_billingcontract", contract))
    news = PaymentNews(desk.quiet, Currencies(desk.quiet))
    desk.run(desk.job(invoice, amount="120.00"))
    [one] = news.received(desk.now.date())
    assert (one.payment, one.contract) == (desk.only_payment(invoice)["w365_paymentid"], contract)
    assert (str(one.amount), str(one.balance), one.received_on) == ("120.00 EUR", "30.00 EUR", desk.now.date())
    assert one.paid_with is not None
    assert one.paid_with.last_four == "4242"
    desk.close()


@pytest.mark.parametrize(("days", "told"), [(3, 1), (4, 0)])
def test_what_is_older_than_three_days_is_not_told(desk: TellingMoneyDesk, days: int, told: int) -> None:
    """The first hour after an upgrade does not tell of last year."""
    contract = desk.reachable("C-1")
    desk.paid(desk.invoiced(contract, "0.00"), desk.card(contract), "120.00")
    assert desk.tell(MARCH + timedelta(days=days)) == told


def test_money_that_went_back_meanwhile_is_not_told(desk: TellingMoneyDesk) -> None:
    """The mail system was busy; until it is free, the bank has taken one of two back."""
    contract = desk.reachable("C-1")
    card = desk.card(contract)
    payments = [desk.paid(desk.invoiced(contract, "0.00"), card, amount) for amount in ("120.00", "80.00")]
    desk.decide(MARCH)
    desk.becomes(payments[0], "Returned")
    desk.deliver()
    assert desk.mails() == [("ap@c-1.example", "Payment received: 80.00 EUR for invoice INV-2")]
    messages = [row["w365_message"] for row in desk.api.find(Query("w365_notice", ("w365_message",)))]
    assert "It was not sent: the payment was returned meanwhile." in messages


@pytest.mark.parametrize(
    ("company", "contract", "told"), [("off", "", 0), ("customer", "", 1), ("off", "customer", 1), ("customer", "off", 0)]
)
def test_receipts_are_a_setting(desk: TellingMoneyDesk, company: str, contract: str, told: int) -> None:
    """Said for the company, and overridden for a contract."""
    made = desk.reachable("C-1")
    desk.paid(desk.invoiced(made, "0.00"), desk.card(made), "120.00")
    desk.choose("payment-receipts", company)
    if contract:
        desk.choose("payment-receipts", contract, contract=made)
    assert desk.tell(MARCH) == told


def test_a_customer_who_declines_notices_gets_no_receipts(desk: TellingMoneyDesk) -> None:
    """They wanted none but those about the end of a term."""
    contract = desk.reachable("C-1", declines=True)
    desk.paid(desk.invoiced(contract, "0.00"), desk.card(contract), "120.00")
    assert desk.tell(MARCH) == 0


def test_nobody_is_told_of_what_another_payer_paid(desk: TellingMoneyDesk) -> None:
    """A contract says how its own customer is reached; nor is there anybody for an invoice without a contract."""
    contract, other = desk.reachable("C-1"), desk.reachable("C-2")
    payer, card = desk.customer_of(other), desk.card(other)
    for invoice in (desk.invoiced(contract, "0.00", payer=payer), desk.invoiced("", "0.00", payer=payer)):
        desk.paid(invoice, card, "120.00")
    assert desk.tell(MARCH) == 0


RECEIPTS = {
    "en": (
        "Dear Customer of C-1,\n\n"
        "we have received 120.00 EUR for invoice INV-1. Thank you.\n\n"
        "Contract: C-1\nInvoice: INV-1\nAmount: 120.00 EUR\nReceived on: 10 March 2026\n"
        "Paid with: Visa ending in 4242\nStill open: 30.00 EUR\n\n"
    ),
    "de-AT": (
        "wir haben 120,00 EUR für Rechnung INV-1 erhalten. Vielen Dank.\n\n"
        "Vertrag: C-1\nRechnung: INV-1\nBetrag: 120,00 EUR\nEingegangen am: 10. März 2026\n"
        "Bezahlt mit: Visa mit der Endung 4242\nNoch offen: 30,00 EUR\n\n"
    ),
    "es": (
        "Hemos recibido 120,00 EUR por la factura INV-1. Muchas gracias.\n\n"
        "Contrato: C-1\nFactura: INV-1\nImporte: 120,00 EUR\nRecibido el: 10 de marzo de 2026\n"
        "Pagado con: Visa terminada en 4242\nPendiente: 30,00 EUR\n\n"
    ),
}


@pytest.mark.parametrize("language", RECEIPTS)
def test_the_receipt_says_amount_invoice_means_and_rest(desk: TellingMoneyDesk, language: str) -> None:
    """In the customer's language."""
    contract = desk.reachable("C-1", language=language)
    desk.paid(desk.invoiced(contract, "30.00"), desk.card(contract), "120.00")
    desk.tell(MARCH)
    ((_, body),) = desk.texts("Customer")
    assert RECEIPTS[language] in body
