"""What goes to AvaTax, and what is made of answers that are not as they should be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from local.http import Request, Response, httpx_transport
from providers.avalara.engine import AvalaraTax
from providers.avalara.wire import assessment, told, transaction
from transport.client import NO_RETRIES, Http
from transport.exact import dumps
from work365.errors import BadInput, External, Rejected, Unavailable
from work365.money import Currency, Money
from work365.ports.taxing import EngineChoice, EngineKind, ToldLine, ToldNote
from work365.taxing.assessing import Buyer, TaxDocument, TaxedLine

USD = Currency("USD")
CHOICE = EngineChoice(EngineKind.AVALARA, "CONTOSO", "avalara", "US", "SEATTLE")
BUYER = Buyer("A-1", "US-CA", "", "18300 Von Karman Ave", "Irvine", "92612")
LINES = [TaxedLine("k1", Money(10000, USD), "SW056000", "Seats"), TaxedLine("k2", Money(-4000, USD), "SW056000", "Credit")]
DOCUMENT = TaxDocument("doc-1", "C-1", BUYER, date(2026, 11, 1), USD, LINES)


def test_a_document_as_avatax_takes_it() -> None:
    """The seller's location, the buyer's address as far as it is known, amounts as they are, nothing final."""
    assert transaction(DOCUMENT, CHOICE, recorded=True) == {
        "type": "SalesInvoice",
        "code": "doc-1",
        "companyCode": "CONTOSO",
        "date": date(2026, 11, 1),
        "customerCode": "A-1",
        "currencyCode": "USD",
        "commit": False,
        "addresses": {
            "shipFrom": {"locationCode": "SEATTLE"},
            "shipTo": {
                "line1": "18300 Von Karman Ave", "city": "Irvine", "postalCode": "92612", "region": "CA", "country": "US",
            },
        },
        "lines": [
            {"number": "1", "quantity": 1, "amount": Decimal("100.00"), "taxCode": "SW056000", "description": "Seats",
             "taxIncluded": False},
            {"number": "2", "quantity": 1, "amount": Decimal("-40.00"), "taxCode": "SW056000", "description": "Credit",
             "taxIncluded": False},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("document", "recorded", "kind"),
    [
        (DOCUMENT, True, "SalesInvoice"),
        (replace(DOCUMENT, lines=LINES[1:]), True, "ReturnInvoice"),
        (replace(DOCUMENT, lines=LINES[1:]), False, "SalesOrder"),
    ],
)
def test_the_type_of_a_transaction(document: TaxDocument, kind: str, *, recorded: bool) -> None:
    """What gives back more than it charges is a return; an estimate is an order."""
    assert transaction(document, CHOICE, recorded=recorded)["type"] == kind


def test_a_note_as_avatax_takes_it() -> None:
    """Final, dated on its own day, its taxes as they were posted, with the day of the invoice for the rates."""
    lines = [ToldLine(Money(-10000, USD), Money(-725, USD), "SW056000", "INV-1, line 1: Seats")]
    note = ToldNote("note-1", "CN-1", "INV-1", BUYER, date(2026, 11, 20), date(2026, 11, 1), USD, lines)
    body = told(note, CHOICE)
    assert (body["type"], body["commit"], body["referenceCode"], body["date"]) == (
        "ReturnInvoice", True, "INV-1", date(2026, 11, 20),
    )  # fmt: skip
    assert body["lines"] == [
        {"number": "1", "quantity": 1, "amount": Decimal("-100.00"), "taxCode": "SW056000", "taxIncluded": False,
         "description": "INV-1, line 1: Seats",
         "taxOverride": {"type": "TaxAmount", "taxAmount": Decimal("-7.25"), "taxDate": date(2026, 11, 1),
                         "reason": "CN-1 of INV-1"}},
    ]  # fmt: skip
    assert body["addresses"] == transaction(DOCUMENT, CHOICE, recorded=True)["addresses"]


def test_a_business_abroad_is_named_by_its_number() -> None:
    """And without a location the seller's country is all there is."""
    abroad = replace(DOCUMENT, buyer=Buyer("A-1", "AT", "ATU12345678"))
    body = transaction(abroad, replace(CHOICE, location=""), recorded=True)
    assert body["businessIdentificationNo"] == "ATU12345678"
    assert body["addresses"] == {"shipFrom": {"country": "US"}, "shipTo": {"country": "AT"}}


def answered(*taxes: str, rates: tuple[str, ...] = ("0.06", "0.0125"), **line: object) -> dict[str, Any]:
    """An answer for so many lines."""
    details = [{"rate": Decimal(rate)} for rate in rates]
    lines = [
        {"lineNumber": str(number), "tax": Decimal(tax), "taxCode": "SW056000", "exemptAmount": 0, "details": details, **line}
        for number, tax in enumerate(taxes, start=1)
    ]
    return {"type": "SalesInvoice", "lines": lines}


def test_the_rates_of_jurisdictions_are_one_rate() -> None:
    """State and county together; where no tax came out there is none, and an exempt line says so."""
    taxed, zero = assessment(DOCUMENT, answered("7.25", "0")).lines
    assert (str(taxed.rate.percent), taxed.rate.code, taxed.rate.meaning.value) == ("7.2500", "SW056000", "S")
    assert (str(zero.rate.percent), zero.rate.meaning.value) == ("0", "Z")
    exempt, _ = assessment(DOCUMENT, answered("0", "0", exemptAmount=Decimal(100))).lines
    assert (exempt.rate.meaning.value, exempt.rate.note) == ("E", "Exempt from tax")


@pytest.mark.parametrize("answer", [answered("7.25"), answered("7.25", "1", "2"), {}])
def test_an_answer_about_other_lines_is_refused(answer: dict[str, Any]) -> None:
    """It would tax the wrong thing."""
    with pytest.raises(Rejected, match="and 2 were asked for"):
        assessment(DOCUMENT, answer)


def test_a_tax_of_half_a_cent_is_refused() -> None:
    """A stated amount is never rounded behind a person's back."""
    with pytest.raises(BadInput, match="tax of line 1"):
        assessment(DOCUMENT, answered("7.255", "0"))


def engine(status: int, body: object) -> AvalaraTax:
    """AvaTax that always answers this."""

    def answer(_: Request) -> Response:
        return Response(status, (("content-type", "application/json"),), dumps(body))

    http = Http("Avalara", "https://avatax.example", transport=httpx_transport(answer), retries=NO_RETRIES)
    return AvalaraTax(http, CHOICE, "1:key")


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (
            400,
            {"error": {"code": "InvalidAddress", "details": [{"message": "Address not found."}]}},
            Rejected,
            "Address not found",
        ),
        (400, {"error": {"code": "Odd", "message": "Something"}}, Rejected, r"Something \(Odd\)"),
        (400, ["nonsense"], Rejected, "answered 400"),
        (403, {"error": {"code": "AuthorizationException", "message": "No"}}, Rejected, "Check the secret"),
        (500, {}, Unavailable, "answered 500"),
    ],
)
def test_refusals_keep_avataxs_words(status: int, body: object, kind: type[External], words: str) -> None:
    """And say where to look when the sign-in is wrong."""
    with pytest.raises(kind, match=words):
        engine(status, body).calculate(DOCUMENT)


def test_a_status_that_nobody_knows_is_not_taken_for_another() -> None:
    """A person looks."""
    with pytest.raises(Rejected, match="in the status 'Queued'"):
        engine(200, {"status": "Queued"}).state("SalesInvoice/doc-1")
