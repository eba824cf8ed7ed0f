"""What an e-invoice says: business terms out of posted lines, and a sentence where something is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.desks.documents import BUYER, ENGLISH, KWD, LANGUAGES, MARCH, SELLER, cycle, invoice, line, seats_added, viewed
from work365.documents.bank import iban_in
from work365.documents.document import Document, DocumentKind, DocumentLine, VatRule
from work365.documents.einvoice import EDifference, ELine
from work365.documents.taxes import tax_rows
from work365.documents.terms import e_invoice_of
from work365.documents.vat import vat_id
from work365.errors import InvariantBroken, Refused
from work365.invoicing.lines import Kind
from work365.money import Money, rounded, total, zero

ONE = cycle("Business Premium", "12", "22.00")


def untaxed(code: str = "RC", amount: str = "100.00") -> DocumentLine:
    """A line with a rate of zero."""
    return replace(line(Kind.CYCLE, "Any", amount, percent="0", period=MARCH), tax_code=code)


def coming_to(one: ELine) -> Money:
    """What a reader with a calculator gets for a line."""
    product = rounded(one.quantity * one.price, one.net.currency)
    for difference in one.differences:
        product += difference.amount if difference.charge else -difference.amount
    return product


@pytest.mark.parametrize(
    ("of", "quantity", "price", "difference"),
    [
        (ONE, "12", "22.00", None),
        (seats_added()[1], "12", "22.00", (False, "84.86")),
        (seats_added()[0], "-10", "22.00", (True, "70.71")),
        (line(Kind.DISCOUNT, "Discount 10 % on X", "-26.40"), "-1", "26.40", None),
        (line(Kind.CYCLE, "Tiers", "310.00", quantity=Decimal(12)), "1", "310.00", None),
        (line(Kind.MINIMUM, "Odd", "5.00", quantity=Decimal(2), unit_price=Decimal(3)), "1", "5.00", None),
        (line(Kind.CYCLE, "Paused", "0.00", quantity=Decimal(0), unit_price=Decimal(22)), "0", "22", None),
    ],
    ids=["whole", "charge", "credit", "discount", "tiers", "unexplained", "paused"],
)
def test_a_line_can_be_checked(of: DocumentLine, quantity: str, price: str, difference: tuple[bool, str] | None) -> None:
    """Quantity times price, less what the fraction leaves out, is the net; a price is never negative (BR-27)."""
    [one] = e_invoice_of(invoice(of), ENGLISH).lines
    assert (one.quantity, one.price) == (Decimal(quantity), Decimal(price))
    wanted = difference and EDifference(difference[0], rounded(Decimal(difference[1]), of.amount.currency), "19/28 days")
    assert one.differences == ((wanted,) if wanted else ())
    assert coming_to(one) == one.net


def test_a_credit_note_has_positive_amounts_and_names_what_it_corrects() -> None:
    """Type 381: what is given back, without a day to pay or an account to pay to."""
    lines = (line(Kind.CREDIT, "A", "-280.00"), line(Kind.CHARGE, "B", "30.00"))
    terms = e_invoice_of(invoice(*lines, kind=DocumentKind.CREDIT_NOTE, number="CN-2"), ENGLISH)
    assert (terms.type_code, terms.due, terms.iban, terms.terms) == ("381", None, "", "")
    assert [str(one.net.major) for one in terms.lines] == ["280.00", "-30.00"]
    assert [str(money.major) for money in (terms.net, terms.tax, terms.total, terms.due_amount)] == [
        "250.00",
        "50.00",
        "300.00",
        "300.00",
    ]


def test_nothing_is_to_be_transferred_where_we_collect() -> None:
    """No account to pay to when the card is charged, or when nothing is left."""
    assert e_invoice_of(invoice(ONE), ENGLISH).iban == "GB33BUKB20201555555555"
    assert e_invoice_of(invoice(ONE, collected=True), ENGLISH).iban == ""
    assert e_invoice_of(invoice(ONE, charged="316.80"), ENGLISH).iban == ""


@pytest.mark.parametrize(
    ("category", "note", "code", "ids"),
    [
        ("Z", "", "", ("GB123456789", "DE811234567")),
        ("E", "Exempt: Article 135", "", ("GB123456789", "DE811234567")),
        ("AE", "Reverse charge", "VATEX-EU-AE", ("GB123456789", "DE811234567")),
        ("K", "", "VATEX-EU-IC", ("GB123456789", "DE811234567")),
        ("G", "", "VATEX-EU-G", ("GB123456789", "DE811234567")),
        ("O", "Outside the Union", "VATEX-EU-O", ("", "")),
    ],
)
def test_a_rate_of_zero_says_why(category: str, note: str, code: str, ids: tuple[str, str]) -> None:
    """The reason beside the tax, as text and as code; outside the scope of VAT no VAT id stands anywhere (BR-O-02)."""
    document = invoice(untaxed(), vat={("RC", Decimal(0)): VatRule(category, note)})
    terms = e_invoice_of(document, ENGLISH)
    [row] = terms.taxes
    assert (row.category, row.percent, row.reason, row.reason_code) == (
        category,
        None if category == "O" else Decimal(0),
        note,
        code,
    )
    assert (terms.seller.vat_id, terms.buyer.vat_id) == ids


def test_what_stands_on_the_line_is_what_its_tax_means() -> None:
    """An engine's line has no rate under Tax rates; and a rate that somebody edits later changes no document that was issued."""
    applied = replace(untaxed(), vat=VatRule("E", "Exempt from tax"))
    for rates in ({}, {("RC", Decimal(0)): VatRule("AE", "Reverse charge")}):
        document = invoice(applied, vat=rates, tax_notes={"RC": "Reverse charge"} if rates else {})
        [row] = e_invoice_of(document, ENGLISH).taxes
        assert (row.category, row.reason) == ("E", "Exempt from tax")
        assert [row.note for row in tax_rows(document)] == ["Exempt from tax"]


def test_a_price_with_tax_is_no_items_price() -> None:
    """BT-146 is without tax: such a line is one unit at its net amount; on the page the column says what its prices are."""
    charge = replace(seats_added()[1], price_includes_tax=True)
    [told] = e_invoice_of(invoice(charge), ENGLISH).lines
    assert (told.quantity, told.price, told.differences) == (Decimal(1), charge.amount.major, ())
    assert viewed(invoice(charge)).unit_price_label == "Unit price incl. tax"
    assert viewed(invoice(ONE)).unit_price_label == "Unit price"


NO_SELLER_ID, NOWHERE = replace(SELLER, tax_number="00-1"), replace(BUYER, country="")
NO_VAT_ID = replace(BUYER, tax_number="12/345/678")
CASES: list[tuple[str, Document, str]] = [
    ("a rate", invoice(untaxed()), r"tax rate 'RC' at 0 % does not say what it means.*enter its VAT category .* under Tax rates"),
    ("no rate", invoice(line(Kind.CYCLE, "A", "1.00", percent=None)), r"'A' on INV-2026-00012 has no tax rate.*under Tax rates"),
    (
        "a wrong category",
        invoice(replace(ONE, tax_code="V"), vat={("V", Decimal(20)): VatRule("AE")}),
        r"VAT category AE and 20 %; only S has a rate above zero",
    ),
    (
        "a reason",
        invoice(untaxed(), vat={("RC", Decimal(0)): VatRule("E")}),
        r"exempt \(E\) without a reason; enter the sentence as its note",
    ),
    (
        "the seller's id",
        invoice(ONE, seller=replace(SELLER, tax_number="00-1")),
        r"Contoso Cloud Ltd needs a VAT id.*Legal entities",
    ),
    ("a country that is none", invoice(ONE, buyer=replace(BUYER, country="UK")), r"has the tax country 'UK', .*on the account"),
    ("the seller's country", invoice(ONE, seller=replace(SELLER, country="")), r"Contoso Cloud Ltd has no country"),
    (
        "the buyer's country",
        invoice(ONE, buyer=replace(BUYER, country="")),
        r"Fabrikam GmbH has no tax country; enter it on the account",
    ),
    (
        "the buyer's id",
        invoice(untaxed(), buyer=NO_VAT_ID, vat={("RC", Decimal(0)): VatRule("AE")}),
        r"Fabrikam GmbH is billed without tax because it owes it itself, but has no VAT id",
    ),
    ("places", invoice(cycle("A", "1", "1.000", code=KWD), code=KWD), r"at most two decimal places \(BR-DEC\), and KWD has 3"),
    (
        "O beside others",
        invoice(untaxed(), ONE, vat={("RC", Decimal(0)): VatRule("O")}),
        r"outside the scope of VAT \(O\) beside others",
    ),
    (
        "tax far from its base",
        invoice(*(line(Kind.CYCLE, f"A{index}", "0.03", percent="19") for index in range(250))),
        r"is 2\.50 USD; base times rate is 1\.43 USD.*BR-CO-17",
    ),
]


@pytest.mark.parametrize(("document", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_missing_is_named_with_its_place(document: Document, said: str) -> None:
    """Nothing is guessed: a sentence says what to enter, and where."""
    with pytest.raises(Refused, match=said):
        e_invoice_of(document, ENGLISH)


def test_a_document_that_does_not_add_up_has_no_e_invoice() -> None:
    """The same check as on paper."""
    document = invoice(ONE)
    with pytest.raises(InvariantBroken):
        e_invoice_of(replace(document, tax=document.tax + Money(1, document.currency)), ENGLISH)


def test_a_number_that_is_no_vat_id_is_a_registration() -> None:
    """A local number is kept, but not under the name of a VAT id."""
    terms = e_invoice_of(invoice(ONE, buyer=NO_VAT_ID), ENGLISH)
    assert (terms.buyer.vat_id, terms.buyer.registration) == ("", "12/345/678")


def test_the_words_are_the_customers() -> None:
    """Reasons and terms in the customer's language; a discount that a run named is named again."""
    lines = (seats_added()[1], line(Kind.DISCOUNT, "Discount 12.5 % on Exchange", "-1.00"))
    terms = e_invoice_of(invoice(*lines), LANGUAGES.formats("de"))
    assert terms.terms == "Zahlbar innerhalb von 14 Tagen, bis zum 15. März 2026."
    assert [difference.reason for difference in terms.lines[0].differences] == ["19/28 Tage"]
    assert terms.lines[0].note.startswith("Änderung 2: Menge 10 → 12 ab 10. Feb. 2026")
    assert terms.lines[1].name == "Rabatt 12,5 % auf Exchange"


def test_users_are_the_note_of_their_line() -> None:
    """BT-127, in the customer's language."""
    terms = e_invoice_of(invoice(replace(ONE, users=("Anna Berg", "Ben Alm"))), LANGUAGES.formats("de"))
    assert terms.lines[0].note == "Benutzer: Anna Berg, Ben Alm"


AMOUNTS = st.decimals(Decimal(-9999), Decimal(9999), places=2)
FRACTIONS = st.integers(1, 31).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@st.composite
def lines(draw: st.DrawFn) -> DocumentLine:
    """A line of any kind, priced or not, whole or in part."""
    kind = draw(st.sampled_from(list(Kind)))
    percent = draw(st.sampled_from(["7", "19", "25.5"]))
    if draw(st.booleans()):
        return line(kind, "Any", str(draw(AMOUNTS)), percent=percent)
    quantity, price = draw(st.integers(0, 500)), draw(st.decimals(0, 400, places=4))
    used, whole = draw(FRACTIONS)
    sign = -1 if kind is Kind.CREDIT else 1
    amount = str(rounded(quantity * price * used / whole * sign, zero_usd().currency).major)
    parts: dict[str, Any] = {"quantity": Decimal(quantity), "unit_price": price, "fraction": (used, whole)}
    return line(kind, "Any", amount, percent=percent, **parts)


def zero_usd() -> Money:
    """Nothing, in the currency of the desk."""
    return zero(ONE.amount.currency)


@given(st.lists(lines(), min_size=1, max_size=15), st.sampled_from(list(DocumentKind)))
def test_the_e_invoice_says_what_the_ledger_says(made: list[DocumentLine], kind: DocumentKind) -> None:
    """Scenario F4: BR-CO-10 and 13 to 16 hold to the cent, and every total is the ledger's, turned round on a credit note."""
    document = invoice(*made, kind=kind)
    terms = e_invoice_of(document, ENGLISH)
    code = document.currency
    assert total((one.net for one in terms.lines), code) == terms.net
    assert total((row.base for row in terms.taxes), code) == terms.net
    assert total((row.tax for row in terms.taxes), code) == terms.tax
    assert terms.net + terms.tax == terms.total
    assert terms.total - terms.paid == terms.due_amount
    turned = kind is DocumentKind.CREDIT_NOTE and document.total.minor <= 0
    assert terms.total == (-document.total if turned else document.total)
    assert terms.tax == (-document.tax if turned else document.tax)
    for one in terms.lines:
        assert coming_to(one) == one.net
        assert one.price >= 0
    for row in terms.taxes:
        assert abs(row.tax.major - row.base.major * (row.percent or 0) / 100) < 1


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("IBAN GB33 BUKB 2020 1555 5555 55", "GB33BUKB20201555555555"),
        ("Woodgrove Bank, IBAN DE02 1203 0000 0000 2020 51, BIC BYLADEM1001", "DE02120300000000202051"),
        ("IBAN DE02120300000000202051 BIC BYLADEM1001", "DE02120300000000202051"),
        ("IBAN DE03 1203 0000 0000 2020 51", ""),
        ("routing 000000000, account 0000000000", ""),
        ("", ""),
    ],
)
def test_an_iban_is_known_by_its_check_digits(typed: str, found: str) -> None:
    """One digit wrong is no account to send money to."""
    assert iban_in(("Account holder: Contoso", typed)) == found


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("DE 811.234.567", "DE811234567"),
        ("CHE-123.456.789 MWST", "CHE123456789MWST"),
        ("atu12345678", "ATU12345678"),
        ("00-0000000", ""),
        ("US123", ""),
        ("", ""),
    ],
)
def test_a_vat_id_has_its_country_in_front(typed: str, known: str) -> None:
    """BR-CO-9."""
    assert vat_id(typed) == known


def test_the_period_ends_on_its_last_day() -> None:
    """A period is printed with both days included; the document keeps the half-open one."""
    terms = e_invoice_of(invoice(ONE), ENGLISH)
    assert (terms.period, terms.issued, terms.due) == (MARCH, date(2026, 3, 1), date(2026, 3, 15))
