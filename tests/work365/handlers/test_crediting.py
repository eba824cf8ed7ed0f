"""Credit notes and cancellation in a tenant: from the person's job to the number, and to the run that bills again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status
from dataverse.stores.books import Books
from dataverse.stores.sending import Sending
from dataverse.stores.statements import StatementRows
from dataverse.webapi import Ref
from local.desks.crediting import CreditingDesk
from local.desks.usage import TIME, USAGE, add_time, add_usage, billing_states
from local.sample.generated import ENTITY
from providers.catalogues.languages import Languages
from work365.accounting.documents import as_given
from work365.accounting.rules import BooksRules, check, sendable
from work365.crediting.asking import wishes
from work365.crediting.noting import note
from work365.documents.view import view_of
from work365.errors import BadInput, Conflict, Refused
from work365.jobs import JobKind
from work365.money import rounded, total, zero
from work365.ports.crediting import Writing
from work365.receivables.statement import statement

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
FIRST, SECOND = "INV-CO-2026-00001", "INV-CO-2026-00002"
NOTE = "CN-CO-2026-00001"


@pytest.fixture
def desk() -> CreditingDesk:
    """Ten seats of 31.00 billed for March 2026 as the first invoice: 310.00 net, 368.90 with 19 % tax."""
    made = CreditingDesk(MARCH)
    made.standing("C-1", start=MARCH)
    made.run(MARCH)
    assert [(one.number, one.amounts) for one in made.invoices()] == [(FIRST, ["310.00"])]
    return made


def seats_end(desk: CreditingDesk, day: date) -> None:
    """The first subscription goes to no seats."""
    desk.change(*only(desk), day, 0)


def only(desk: CreditingDesk) -> tuple[str, str]:
    """The first contract and its first subscription."""
    row = desk.api.first(Query("w365_subscription", ("w365_subscriptionid",), order="createdon"))
    assert row is not None
    return next(iter(desk.numbers)), row["w365_subscriptionid"]


def test_an_amount_becomes_a_credit_note_with_its_own_number(desk: CreditingDesk) -> None:
    """F29: 280.00 of a line, linked to the original, with the tax of its rate; what is left is said."""
    said = desk.credit(FIRST, "1=280.00")
    assert said == (f"333.20 EUR given back with tax; 35.70 EUR is left of {FIRST}. Issued as {NOTE}, due on 2026-03-15.")
    assert desk.standing_of(NOTE) == ("Credit note", "Issued", Decimal("-333.20"), Decimal(0))
    assert desk.standing_of(FIRST) == ("Invoice", "Partial", Decimal("368.90"), Decimal("35.70"))
    (line,) = [line for line in desk.all_lines() if line["w365_Invoice"]["w365_number"] == NOTE]
    assert line["w365_origin"] == desk.invoices()[1].lines[0]["w365_key"]
    assert line["w365_description"].startswith(f"{FIRST}, line 1: ")


def test_f29_a_refund_rides_on_the_next_invoice_as_a_line(desk: CreditingDesk) -> None:
    """F29: 10 seats of 31.00 ended on 4 March: 310.00 x 28/31 = 280.00, on the run after the contract's last cycle."""
    contract, _ = only(desk)
    seats_end(desk, date(2026, 3, 4))
    desk.subscription(contract, start=APRIL)
    desk.run(APRIL)
    assert desk.invoices()[1].amounts == ["-280.00", "310.00"]


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


def test_e6_a_credit_of_billing_stops_at_what_people_gave_back(desk: CreditingDesk) -> None:
    """Scenario E6: 100.00 was given back by hand; ending on 4 March then gives back 210.00 and not 280.00, and only once."""
    desk.credit(FIRST, "1=100.00")
    seats_end(desk, date(2026, 3, 4))
    desk.run(APRIL)
    desk.run(date(2026, 5, 1))
    assert [amounts for one in desk.invoices() for amounts in one.amounts] == ["-100.00", "-210.00", "310.00"]
    with pytest.raises(Refused, match="Nothing is left of line 1"):
        desk.credit(FIRST, "1")


@pytest.mark.parametrize("lines", ["1", "1=130.25", "1:5"])
def test_e6_holds_where_prices_include_the_tax(lines: str) -> None:
    """310.00 with 49.50 of tax in it: what people and billing give back of it together is never more, with tax."""
    desk = CreditingDesk(MARCH)
    now = choice_value("w365_billingcontract", "w365_changesbilled", "Now")
    included = choice_value("w365_billingcontract", "w365_pricesincludetax", "Yes")
    contract = desk.contract("C-1", start=MARCH, changesbilled=now, pricesincludetax=included)
    subscription = desk.subscription(contract, start=MARCH)
    desk.run(MARCH)
    desk.credit(FIRST, lines)
    desk.change(contract, subscription, date(2026, 3, 1), 0)
    desk.run(APRIL)
    assert sum(one.total for one in desk.invoices()) == 0


def test_e6_a_credit_by_hand_stops_at_what_billing_gave_back(desk: CreditingDesk) -> None:
    """Scenario E6, the other way round: billing gave back 280.00, so 30.00 is left."""
    seats_end(desk, date(2026, 3, 4))
    desk.run(APRIL)
    with pytest.raises(BadInput, match=r"30.00 EUR is left of line 1 .* 280.00 EUR by CN-CO-2026-00001"):
        desk.credit(FIRST, "1=30.01")
    desk.credit(FIRST, "1")
    assert [one.net for one in desk.invoices() if one.kind == "Credit note"] == [Decimal(-280), Decimal(-30)]


def test_f134_what_a_cancelled_invoice_was_about_is_billed_by_the_next_run(desk: CreditingDesk) -> None:
    """F134, scenario B5: changes and one-time items are unbilled again; the next run bills them with the cycle."""
    contract = next(iter(desk.numbers))
    desk.item(contract, date(2026, 3, 20), "50.00")
    desk.change(*only(desk), date(2026, 3, 16), 15)
    desk.run(APRIL)
    second = next(one for one in desk.invoices() if one.number == SECOND)
    assert sorted(second.amounts) == ["-160.00", "240.00", "465.00", "50.00"]
    assert desk.item_states() == ["Billed"]
    said = desk.cancel(SECOND)
    assert said == (
        f"{SECOND} is cancelled: 708.05 EUR given back with tax. The next run bills contract C-1 again. "
        f"Issued as {NOTE}, due on 2026-04-15."
    )
    assert desk.item_states() == ["Unbilled"]
    assert [state for state, _ in desk.change_rows(contract)] == ["Billed", "Unbilled"]
    desk.run(date(2026, 4, 2))
    third = next(one for one in desk.invoices() if one.number == "INV-CO-2026-00003")
    assert sorted(third.amounts) == sorted(second.amounts)
    assert [line["w365_kind"] for line in third.lines] == [line["w365_kind"] for line in second.lines]
    assert desk.item_states() == ["Billed"]
    assert [state for state, _ in desk.change_rows(contract)] == ["Billed", "Billed"]
    desk.run(date(2026, 4, 3))
    assert len(desk.invoices()) == 4
    assert desk.standing_of(SECOND)[1:] == ("Cancelled", Decimal("708.05"), Decimal(0))


def test_a_contract_that_moves_leaves_its_documents_with_the_company_that_issued_them(desk: CreditingDesk) -> None:
    """F128: April is billed by the new company from its own series; a credit of March is still the old one's, by its series."""
    moved = bind("w365_LegalEntity", "w365_legalentity", desk.second_company("AT"))
    desk.api.update(Ref("w365_billingcontract", only(desk)[0]), moved)
    desk.run(APRIL)
    desk.credit(FIRST, "1:2")
    sellers = {
        one.number: document.seller.name for one in desk.invoices() if (document := Sending(desk.api).load(one.id).document)
    }
    assert sellers == {FIRST: "Contoso Cloud", "INV-AT-2026-00001": "AT", NOTE: "Contoso Cloud"}


def test_only_the_company_that_billed_a_month_corrects_it(desk: CreditingDesk) -> None:
    """F128: seats of March that are learned of after the move are held, and billed by the company that billed March."""
    contract = only(desk)[0]
    entity = Query("w365_billingcontract", ("_w365_legalentity_value",), filter=eq("w365_billingcontractid", contract))
    old = desk.api.first(entity)
    moved = bind("w365_LegalEntity", "w365_legalentity", desk.second_company("AT"))
    desk.api.update(Ref("w365_billingcontract", contract), moved)
    subscription = desk.api.first(Query("w365_subscription", ("w365_subscriptionid",)))
    assert old is not None
    assert subscription is not None
    desk.change(contract, subscription["w365_subscriptionid"], date(2026, 3, 16), 15)
    desk.run(APRIL)
    assert [one.number for one in desk.invoices()] == [FIRST]
    (held,) = desk.api.find(Query("w365_finding", ("w365_message",), filter=eq("statecode", 0)))
    assert "what changed from 2026-03-16 on corrects an invoice of the company that the contract was with" in held["w365_message"]
    back = bind("w365_LegalEntity", "w365_legalentity", old["_w365_legalentity_value"])
    desk.api.update(Ref("w365_billingcontract", contract), back)
    desk.run(date(2026, 4, 2))
    assert [one.number for one in desk.invoices()] == [FIRST, SECOND]


def test_a_statement_shows_the_cancelled_invoice_beside_its_note(desk: CreditingDesk) -> None:
    """368.90 billed, given back, and billed again: 368.90 is owed, which is what the open documents come to."""
    [account] = desk.api.find(Query("account", ("accountid",), filter=eq("name", "Customer of C-1")))
    desk.api.update(Ref("account", account["accountid"]), {"accountnumber": "A-1"})
    desk.cancel(FIRST)
    desk.run(date(2026, 3, 2))
    [one] = StatementRows(desk.api).customer("A-1", children=False).accounts
    made = statement(one.documents, one.payments, one.currency, first=MARCH, last=date(2026, 3, 31))
    assert [(entry.number, f"{entry.balance.major}") for entry in made.entries] == [
        (NOTE, "-368.90"), (FIRST, "0.00"), (SECOND, "368.90"),
    ]  # fmt: skip
    assert (f"{made.closing.major}", f"{total((on.open for on in made.open), one.currency).major}") == ("368.90", "368.90")
    assert made.unapplied == zero(one.currency)


def test_an_older_invoice_is_cancelled_between_two_that_stand(desk: CreditingDesk) -> None:
    """Only what it billed is billed again; the months behind it stand, and the next cycle follows as if nothing had been."""
    for month in (APRIL, date(2026, 5, 1)):
        desk.run(month)
    desk.cancel(SECOND)
    desk.run(date(2026, 5, 10))
    desk.run(date(2026, 6, 1))
    numbered = {one.number: one for one in desk.invoices()}
    assert [line["w365_periodstart"] for line in numbered["INV-CO-2026-00004"].lines] == ["2026-04-01"]
    assert [line["w365_periodstart"] for line in numbered["INV-CO-2026-00005"].lines] == ["2026-06-01"]
    assert len(numbered) == 6


def test_cancelled_twice_billed_three_times(desk: CreditingDesk) -> None:
    """Every time under new keys; in the end one invoice stands."""
    for day, number in ((date(2026, 3, 2), FIRST), (date(2026, 3, 3), SECOND)):
        desk.cancel(number)
        desk.run(day)
    assert sum(one.net for one in desk.invoices()) == 310
    assert [desk.standing_of(f"INV-CO-2026-0000{n}")[1] for n in (1, 2, 3)] == ["Cancelled", "Cancelled", "Issued"]


def test_b5_a_cancelled_draft_gives_its_changes_back(desk: CreditingDesk) -> None:
    """Scenario B5: a draft has no number, so nothing is credited; its changes are billed by the next run, which needs no note."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(300)})
    desk.run(APRIL)
    assert desk.cancel("") == "This draft is cancelled. The next run bills contract C-1 again."
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": None})
    desk.run(date(2026, 4, 2))
    assert [one.number for one in desk.invoices()] == ["", FIRST, SECOND]


def test_a_corrected_invoice_is_not_cancelled(desk: CreditingDesk) -> None:
    """The document that corrected it goes first; after that it can be cancelled, and both months are billed again."""
    seats_end(desk, date(2026, 3, 20))
    contract = next(iter(desk.numbers))
    desk.subscription(contract, seats=20, start=APRIL)
    desk.run(APRIL)
    with pytest.raises(Refused, match=f"{SECOND} corrects lines of {FIRST}: cancel that one first"):
        desk.cancel(FIRST)
    desk.cancel(SECOND)
    desk.cancel(FIRST)
    before = sum(one.net for one in desk.invoices())
    assert before == 0
    desk.run(date(2026, 4, 2))
    assert sum(one.net for one in desk.invoices()) == Decimal("190.00") + 620


def test_an_invoice_with_money_in_it_is_not_cancelled(desk: CreditingDesk) -> None:
    """Refund first; also while the gateway has not answered yet."""
    money = desk.tenant.currencies.bind("EUR")
    invoice = desk.id_of(FIRST)
    row = {
        "w365_name": "A payment",
        "w365_attempt": 1,
        "w365_amount": Decimal(10),
        "w365_source": choice_value("w365_payment", "w365_source", "Manual"),
        **bind("w365_Invoice", "w365_invoice", invoice),
        **money,
    }
    payment = desk.api.create("w365_payment", row)
    with pytest.raises(Refused, match=r"A payment .* is under way"):
        desk.cancel(FIRST)
    desk.api.update(Ref("w365_payment", payment), status("w365_payment", "Succeeded"))
    paid = {"w365_name": "Paid", "w365_amount": Decimal(10), **bind("w365_Payment", "w365_payment", payment)}
    desk.api.create("w365_allocation", {**paid, **bind("w365_Invoice", "w365_invoice", invoice), **money})
    with pytest.raises(Refused, match=r"10.00 EUR was paid .* Refund it first"):
        desk.cancel(FIRST)


def test_e1_an_invoice_of_nothing_is_cancelled_and_billed_again() -> None:
    """Scenario E1: lines of zero trip nothing: there is nothing to give back, and the cycle is billed again."""
    desk = CreditingDesk(MARCH)
    contract = desk.contract("C-1", start=MARCH)
    desk.subscription(contract, seats=5, price=Decimal(0), start=MARCH)
    desk.run(MARCH)
    assert desk.cancel(FIRST) == f"{FIRST} is cancelled. The next run bills contract C-1 again."
    desk.run(date(2026, 3, 2))
    assert [(one.number, one.amounts) for one in desk.invoices()] == [(FIRST, ["0.00"]), (SECOND, ["0.00"])]


def test_e2_all_credited_then_cancelled(desk: CreditingDesk) -> None:
    """Scenario E2: nothing is left to give back, so no second note is made; the cycle is billed again."""
    desk.credit(FIRST)
    assert desk.cancel(FIRST) == f"{FIRST} is cancelled. The next run bills contract C-1 again."
    desk.run(date(2026, 3, 2))
    assert [one.number for one in desk.invoices()] == [NOTE, FIRST, SECOND]
    assert sum(one.net for one in desk.invoices()) == 310


def test_e4_ended_on_the_first_day_with_a_fee(desk: CreditingDesk) -> None:
    """Scenario E4: all seats end on the day they began; the seats are given back whole, the one-time fee stands."""
    contract = next(iter(desk.numbers))
    desk.item(contract, MARCH, "99.00")
    seats_end(desk, MARCH)
    desk.run(APRIL)
    assert sorted(amount for one in desk.invoices() for amount in one.amounts) == ["-310.00", "310.00", "99.00"]


def test_e5_ended_after_a_change_is_still_billed(desk: CreditingDesk) -> None:
    """Scenario E5: 15 seats from the 11th, none from the 21st: the run gives back and charges for both."""
    desk.change(*only(desk), date(2026, 3, 11), 15)
    desk.change(*only(desk), date(2026, 3, 21), 0)
    desk.run(APRIL)
    # 310 x 21/31 = 210.00 back, 465 x 21/31 = 315.00 charged, 465 x 11/31 = 165.00 back
    assert desk.invoices()[0].amounts == ["-210.00", "315.00", "-165.00"]


def test_e7_a_wrong_credit_note_is_undone(desk: CreditingDesk) -> None:
    """Scenario E7: cancelling it charges again what it gave back; its line can be credited anew, and no run bills it."""
    desk.credit(FIRST, "1=100.00")
    assert f"{NOTE} is cancelled: 119.00 EUR charged again with tax." in desk.cancel(NOTE, "Another customer had the outage")
    assert desk.standing_of(SECOND) == ("Invoice", "Issued", Decimal("119.00"), Decimal("119.00"))
    with pytest.raises(Refused, match=f"{SECOND} cancelled {NOTE}, which cannot be undone"):
        desk.cancel(SECOND)
    desk.credit(FIRST, "1=300.00")
    desk.run(APRIL)
    assert [one.net for one in desk.invoices()] == [-100, -300, 310, 100, 310]


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


def test_a_cancellation_cannot_be_cancelled(desk: CreditingDesk) -> None:
    """The run bills again what the invoice was about; undoing the note as well would bill it twice."""
    desk.cancel(FIRST)
    with pytest.raises(Refused, match=f"{NOTE} cancelled {FIRST}, which cannot be undone"):
        desk.cancel(NOTE)
    assert desk.cancel(FIRST) == f"{FIRST} is cancelled. The next run bills contract C-1 again. It is issued as {NOTE}."
    with pytest.raises(Refused, match="is cancelled: it was given back as a whole"):
        desk.credit(FIRST)


def test_a_contract_that_has_ended_is_not_reopened(desk: CreditingDesk) -> None:
    """No run would bill it again, so the cancellation is refused with what to do."""
    contract = next(iter(desk.numbers))
    desk.api.update(Ref("w365_billingcontract", contract), status("w365_billingcontract", "Ended"))
    with pytest.raises(Refused, match="Activate the contract first, or credit the lines"):
        desk.cancel(FIRST)


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


def test_a_run_that_bills_meanwhile_is_not_overlooked(desk: CreditingDesk) -> None:
    """Billing gave back 280.00 between the look and the write: the contract's version has moved."""
    late = desk.crediting.load(desk.id_of(FIRST))
    seats_end(desk, date(2026, 3, 4))
    desk.run(APRIL)
    writing = Writing("2f2d4c1e-0000-7000-8000-000000000002", "credit:late", "Late", MARCH)
    with pytest.raises(Conflict):
        desk.crediting.credit(late, note(late, wishes("1=200.00")), writing)


@pytest.mark.parametrize("changes", ["Now", "Next cycle"])
def test_usage_and_time_of_a_cancelled_invoice_are_billed_again(changes: str) -> None:
    """F134: usage is unbilled and unclaimed, time is approved again, and the next run bills both, also without a cycle."""
    desk = CreditingDesk(MARCH)
    contract = desk.contract("C-1", start=MARCH, usagemarkuppercent=Decimal(20), changesbilled=changes)
    azure = desk.subscription(contract, seats=0, price=Decimal(0), start=MARCH, printedname="Azure plan")
    desk.run(MARCH)
    usage = add_usage(desk, contract, azure, date(2026, 3, 15), "100.00")
    add_time(desk, contract, date(2026, 3, 16), "1.5")
    desk.run(APRIL)
    before = desk.invoices()[0]
    assert (before.number, len(before.lines), desk.states(TIME)) == (FIRST, 2, ["Billed"])
    waiting = add_usage(desk, contract, azure, date(2026, 3, 15), "110.00", prior="120.00")
    desk.api.update(Ref(USAGE, waiting), bind("w365_PriorInvoice", "w365_invoice", before.id))
    desk.api.update(Ref(USAGE, usage), {"w365_billingstate": choice_value(USAGE, "w365_billingstate", "Restated")})
    desk.cancel(FIRST)
    assert (desk.item_states(), desk.states(TIME)) == ([], ["Approved"])
    desk.run(date(2026, 4, 2))
    again = next(one for one in desk.invoices() if one.number == SECOND)
    assert sorted(again.amounts) == sorted(["132.00", before.amounts[1]])
    assert (billing_states(desk, USAGE), desk.states(TIME)) == (["Billed", "Restated"], ["Billed"])


def test_what_was_given_back_of_a_line_counts_for_the_line_in_its_place(desk: CreditingDesk) -> None:
    """Scenarios E3 and E6: 100.00 back by hand, then ten seats turn out to have been twelve: 272.00 of 372.00 are left."""
    desk.credit(FIRST, "1=100.00")
    desk.change(*only(desk), MARCH, 12, recorded=date(2026, 3, 10))
    desk.run(APRIL)
    second = next(one for one in desk.invoices() if one.number == SECOND)
    assert second.amounts == ["-310.00", "372.00", "372.00"]
    with pytest.raises(BadInput, match=r"272.00 EUR is left of line 2"):
        desk.credit(SECOND, "2=272.01")
    desk.credit(SECOND, "2=272.00")
