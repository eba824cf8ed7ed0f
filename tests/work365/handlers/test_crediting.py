"""Credit notes over lines of a document: from the person's job to the number, on paper and in the books."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status
from dataverse.stores.books import Books
from dataverse.stores.sending import Sending
from dataverse.webapi import Ref
from local.desks.crediting import CreditingDesk, billed
from local.sample.generated import ENTITY
from providers.catalogues.languages import Languages
from work365.accounting.documents import as_given
from work365.accounting.rules import BooksRules, check, sendable
from work365.crediting.asking import wishes
from work365.crediting.noting import note
from work365.documents.view import view_of
from work365.errors import BadInput, Conflict, Refused
from work365.jobs import JobKind
from work365.money import rounded, zero
from work365.ports.crediting import Writing

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
FIRST, SECOND, NOTE = "INV-CO-2026-00001", "INV-CO-2026-00002", "CN-CO-2026-00001"


@pytest.fixture
def desk() -> CreditingDesk:
    """Ten seats of 31.00 billed for March 2026 as the first invoice: 310.00 net, 368.90 with 19 % tax."""
    made = billed()
    assert [(one.number, one.amounts) for one in made.invoices()] == [(FIRST, ["310.00"])]
    return made


def test_an_amount_becomes_a_credit_note_with_its_own_number(desk: CreditingDesk) -> None:
    """F29: 280.00 of a line, linked to the original, with the tax of its rate; what is left is said."""
    said = desk.credit(FIRST, "1=280.00")
    assert said == (f"333.20 EUR given back with tax; 35.70 EUR is left of {FIRST}. Issued as {NOTE}, due on 2026-03-15.")
    assert desk.standing_of(NOTE) == ("Credit note", "Issued", Decimal("-333.20"), Decimal(0))
    assert desk.standing_of(FIRST) == ("Invoice", "Partial", Decimal("368.90"), Decimal("35.70"))
    (line,) = [line for line in desk.all_lines() if line["w365_Invoice"]["w365_number"] == NOTE]
    assert line["w365_origin"] == desk.invoices()[1].lines[0]["w365_key"]
    assert line["w365_description"].startswith(f"{FIRST}, line 1: ")


def test_thirds_of_a_line_sum_up_to_the_line(desk: CreditingDesk) -> None:
    """F123, scenario F1: three notes over a third each come to the invoice, to the cent; the last carries the residue."""
    contract = desk.contract("C-2", start=MARCH)
    desk.subscription(contract, seats=3, price=Decimal("3.35"), start=MARCH)
    desk.run(MARCH)
    desk.credit(SECOND, "1:1")
    desk.credit(SECOND, "1=3.34")
    desk.credit(SECOND, "1")
    notes = [one for one in desk.invoices() if one.kind == "Credit note"]
    assert [one.net for one in notes] == [Decimal("-3.35"), Decimal("-3.34"), Decimal("-3.36")]
    invoice = next(one for one in desk.invoices() if one.number == SECOND)
    assert sum(one.total for one in notes) == -invoice.total
    assert sum(one.tax for one in notes) == -invoice.tax
    with pytest.raises(Refused, match=r"Nothing is left of line 1 .*10.05 EUR was billed, 3.35 EUR by CN-CO-2026-00001"):
        desk.credit(SECOND, "1")


@pytest.mark.parametrize(
    ("lines", "reason", "refusal"),
    [
        ("1=310.01", "Why", "310.00 EUR is left of line 1"),
        ("1:11", "Why", "10 units left; 11 are too many"),
        ("2", "Why", "there is no line 2"),
        ("1, 1:2", "Why", "named twice"),
        ("one", "Why", "'one' names no line"),
        ("1=0", "Why", "credits nothing"),
        ("1=1.005", "Why", "not an amount in EUR"),
        ("1", " ", "Say why"),
        ("1", "x" * 301, "at most 300"),
    ],
)
def test_what_cannot_be_credited_is_refused(desk: CreditingDesk, lines: str, reason: str, refusal: str) -> None:
    """Each refusal says what is wrong; nothing is written."""
    with pytest.raises(BadInput, match=refusal):
        desk.credit(FIRST, lines, reason)
    assert len(desk.invoices()) == 1


def test_discounts_belong_to_their_lines() -> None:
    """F123: a line may not give back more than the invoice came to; with its discount line it may."""
    desk = CreditingDesk(MARCH)
    desk.standing("C-1", start=MARCH, discountpercent=Decimal(10))
    desk.run(MARCH)
    assert desk.invoices()[0].amounts == ["310.00", "-31.00"]
    with pytest.raises(Refused, match=r"Only 332.01 EUR is left .* discounts and credits belong to them"):
        desk.credit(FIRST, "1")
    with pytest.raises(Refused, match="give nothing back"):
        desk.credit(FIRST, "2")
    desk.credit(FIRST, "1 2")
    assert desk.standing_of(NOTE)[2] == Decimal("-332.01")
    assert desk.standing_of(FIRST)[1:] == ("Paid", Decimal("332.01"), Decimal(0))


def test_a_note_that_waits_for_approval_is_a_draft(desk: CreditingDesk) -> None:
    """The approval rule holds for credit notes too; the job is done and says what to do."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(300)})
    assert "The note is a draft. A total of -333.20 EUR must be verified first" in desk.credit(FIRST, "1=280.00")
    assert [one.number for one in desk.invoices()] == ["", FIRST]
    with pytest.raises(BadInput, match=r"30.00 EUR is left of line 1 .*, 280.00 EUR by A draft"):
        desk.credit(FIRST, "1=40.00")


def test_a_job_that_runs_again_credits_once(desk: CreditingDesk) -> None:
    """The note's id stems from the job."""
    wish = desk.wish(JobKind.CREDIT, FIRST, "1:2")
    desk.again(wish)
    assert desk.again(wish).message == f"{FIRST} is credited. It is issued as {NOTE}."
    assert len(desk.invoices()) == 2


def test_a_contract_that_moves_leaves_its_documents_with_the_company_that_issued_them(desk: CreditingDesk) -> None:
    """F128: April is billed by the new company from its own series; a credit of March is still the old one's, by its series."""
    moved = bind("w365_LegalEntity", "w365_legalentity", desk.second_company("AT"))
    desk.api.update(Ref("w365_billingcontract", desk.only()[0]), moved)
    desk.run(APRIL)
    desk.credit(FIRST, "1:2")
    sellers = {
        one.number: document.seller.name for one in desk.invoices() if (document := Sending(desk.api).load(one.id).document)
    }
    assert sellers == {FIRST: "Contoso Cloud", "INV-AT-2026-00001": "AT", NOTE: "Contoso Cloud"}


def test_a_note_says_the_same_of_its_tax_as_the_line() -> None:
    """Reverse charge: category, note and registration stand on the note's line too; nothing looks the rate up again."""
    desk = CreditingDesk(MARCH)
    rate = {"w365_place": "AT", "w365_category": "standard", "w365_percent": Decimal(0), "w365_validfrom": date(2020, 1, 1)}
    said = {"w365_code": "RC", "w365_vatcategory": "AE", "w365_note": "Reverse charge", "w365_registration": "ATU99"}
    desk.api.create("w365_taxrate", {**rate, **said, **bind("w365_LegalEntity", "w365_legalentity", ENTITY)})
    contract = desk.standing("C-1", start=MARCH)
    row = desk.api.read(Ref("w365_billingcontract", contract), select=("_w365_account_value",))
    desk.api.update(Ref("account", row["_w365_account_value"]), {"w365_taxcountry": "AT", "w365_taxnumber": "ATU12345678"})
    desk.run(MARCH)
    desk.credit(FIRST, "1:2")
    columns = ("w365_taxcode", "w365_taxcategorycode", "w365_taxnote", "w365_taxregistration")
    lines = [tuple(line[name] for name in columns) for line in desk.api.find(Query("w365_invoiceline", columns))]
    assert lines == [("RC", "AE", "Reverse charge", "ATU99")] * 2


def test_only_what_is_open_is_charged(desk: CreditingDesk) -> None:
    """A paid invoice is credited, and the note cancelled: what undoes the note is set off against it, and not charged."""
    contract = next(iter(desk.numbers))
    desk.api.update(
        Ref("w365_billingcontract", contract), {"w365_autocharge": choice_value("w365_billingcontract", "w365_autocharge", "Yes")}
    )
    paid = {"w365_balance": Decimal(0), "w365_amountcharged": Decimal("368.90"), **status("w365_invoice", "Paid")}
    desk.api.update(Ref("w365_invoice", desk.id_of(FIRST)), paid)
    desk.credit(FIRST, "1=100.00")
    assert desk.standing_of(NOTE)[2:] == (Decimal("-119.00"), Decimal("-119.00"))
    desk.cancel(NOTE)
    assert desk.standing_of(SECOND)[2:] == (Decimal("119.00"), Decimal(0))
    charges = eq("w365_kind", choice_value("w365_job", "w365_kind", "Charge"))
    assert list(desk.api.find(Query("w365_job", ("w365_jobid",), filter=charges))) == []


def test_notes_are_printed_and_posted_like_other_documents(desk: CreditingDesk) -> None:
    """A credit by units, one by amount, and a cancellation: each adds up on paper, and the books get what is given back."""
    desk.credit(FIRST, "1:3")
    desk.credit(FIRST, "1=33.33")
    desk.cancel(FIRST)
    sending, books = Sending(desk.api), Books(desk.api)
    for ordinal in (1, 2, 3):
        number = f"CN-CO-2026-0000{ordinal}"
        document = sending.load(desk.id_of(number)).document
        assert document is not None
        view = view_of(document, Languages().formats("en"))
        assert view.title == f"Credit note {number}"
        assert f"{FIRST}, line 1" in view.blocks[0].lines[0].description
        given = as_given(books.load(desk.id_of(number)).document)
        check(given, BooksRules("the books", 21))
        quantity, price = sendable(given.lines[0])
        assert rounded(quantity * price, given.currency) == given.lines[0].amount > zero(given.currency)
    original = sending.load(desk.id_of(FIRST)).document
    assert original is not None
    assert view_of(original, Languages().formats("en")).closed


def test_two_credits_at_once_do_not_exceed_the_line(desk: CreditingDesk) -> None:
    """The second one finds that the document was written since it looked, and decides again."""
    late = desk.crediting.load(desk.id_of(FIRST))
    desk.credit(FIRST, "1=200.00")
    writing = Writing("2f2d4c1e-0000-7000-8000-000000000001", "credit:late", "Late", MARCH)
    with pytest.raises(Conflict):
        desk.crediting.credit(late, note(late, wishes("1=200.00")), writing)
    assert len(desk.invoices()) == 2
