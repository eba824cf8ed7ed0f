"""Write-offs over the real adapters: what is given up, what becomes of it when money comes after all, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003  pytest reads the fixture's types
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dataverse.query import Query, eq
from dataverse.stores.statements import StatementRows
from local.desks.giving_back import ACCOUNT
from local.desks.writing_off import WritingOffDesk
from local.gocardless.enrolling import collect
from work365.handlers import receiving
from work365.jobs import JobKind
from work365.receivables.statement import EntryKind, statement


@pytest.fixture(scope="module")
def desk() -> Iterator[WritingOffDesk]:
    """One tenant; every test has an invoice of its own."""
    made = WritingOffDesk()
    made.listen()
    yield made
    made.close()


def test_a_part_then_the_rest_then_all_of_it_again(desk: WritingOffDesk) -> None:
    """Status and balance follow; the account and the statement say the same after each step; the ledger keeps all three."""
    invoice = desk.billed()
    desk.collect(invoice, "50.00")
    before = Decimal(desk.owed()[0])
    state, words = desk.gives_up(invoice, "40.00")
    assert (state, words) == (
        "Succeeded",
        f"40.00 EUR of invoice {desk.number(invoice)} is written off: Insolvent. Balance 60.00 EUR.",
    )
    assert desk.account_of(invoice) == ("50.00", "40.00", "60.00", "Partial")
    assert desk.gives_up(invoice)[0] == "Succeeded"
    assert desk.account_of(invoice) == ("50.00", "100.00", "0.00", "Written off")
    assert desk.owed() == (f"{before - 100:.2f}", f"{before - 100:.2f}")
    assert desk.claims(invoice)[1].startswith(f"100.00 EUR of invoice {desk.number(invoice)} is owed again: Paid by")
    assert desk.account_of(invoice) == ("50.00", "0.00", "100.00", "Partial")
    assert desk.owed() == (f"{before:.2f}", f"{before:.2f}")
    assert desk.ledger(invoice) == [("Written off", "40.00"), ("Written off", "60.00"), ("Taken back", "-100.00")]


def test_the_statement_shows_it_as_its_own_movement(desk: WritingOffDesk) -> None:
    """Nothing of the invoice is open by age from that day on; the statement of the day before does not know it."""
    invoice = desk.billed()
    number, issued = desk.number(invoice), desk.now.date()
    desk.later(days=40)
    desk.gives_up(invoice)
    said = desk.statement()
    [entry] = [one for one in said.entries if one.kind is EntryKind.WRITE_OFF and one.applied[0][0] == number]
    assert (entry.amount.major, entry.day) == (Decimal("-150.00"), desk.now.date())
    assert number not in [one.number for one in said.open]
    (account,) = StatementRows(desk.quiet).customer(ACCOUNT, children=False).accounts
    earlier = statement(account.documents, account.payments, account.currency, first=date(2026, 1, 1), last=issued)
    assert number in [one.number for one in earlier.open]


REFUSED = [
    ({}, "150.01", "must be above zero and not above 150.00 EUR. Write off at most 150.00 EUR."),
    ({}, "0.001", "too many decimal places; EUR has 2. Write off at most 150.00 EUR."),
    ({}, "-1", "Write off at most 150.00 EUR."),
    ({"label": "Draft"}, None, "is still a draft; change or cancel it"),
    ({"label": "Cancelled"}, None, "is cancelled; nothing of it is owed."),
    (
        {"w365_disputedamount": Decimal(50)},
        None,
        "50.00 EUR of Invoice {} is disputed. Write off at most 100.00 EUR, or say that",
    ),
    ({"w365_disputedamount": Decimal(150)}, "10", "150.00 EUR of Invoice {} is disputed. Say that the disputed part is given up"),
]


@pytest.mark.parametrize(("columns", "amount", "says"), REFUSED, ids=[says for _, _, says in REFUSED])
def test_what_cannot_be_given_up_is_refused_with_what_can(
    desk: WritingOffDesk, columns: dict[str, Any], amount: str | None, says: str
) -> None:
    """Nothing moves."""
    invoice = desk.billed(**columns)
    before = desk.account_of(invoice)
    state, words = desk.gives_up(invoice, amount)
    assert (state, says.format(desk.number(invoice)) in words) == ("Refused", True), words
    assert (desk.account_of(invoice), desk.ledger(invoice)) == (before, [])


def test_a_disputed_part_goes_when_a_person_says_so(desk: WritingOffDesk) -> None:
    """And the free part goes without saying so."""
    invoice = desk.billed(w365_disputedamount=Decimal(50))
    assert desk.gives_up(invoice, "100.00")[0] == "Succeeded"
    assert desk.gives_up(invoice)[0] == "Refused"
    assert desk.gives_up(invoice, disputed=True)[0] == "Succeeded"
    assert desk.account_of(invoice)[2:] == ("0.00", "Written off")


def test_nothing_is_given_up_while_money_is_on_its_way(desk: WritingOffDesk) -> None:
    """A debit that is on its way is waited for; what is written off is not charged; a reason must be said."""
    invoice = desk.billed()
    desk.run(desk.job(invoice, profile=desk.mandate))
    assert "is on its way. Wait for its result" in desk.gives_up(invoice)[1]
    [debit] = desk.debits(invoice)
    collect(desk.gocardless, debit["id"])
    desk.told(2)
    assert "Nothing of Invoice" in desk.gives_up(invoice)[1]
    other = desk.billed()
    blank = desk.asks(JobKind.WRITE_OFF, other, reason=" ")
    desk.run(blank)
    assert desk.state_of(blank)[1].startswith("reason: say why")
    desk.gives_up(other)
    charge = desk.job(other)
    desk.run(charge)
    assert desk.state_of(charge)[1].endswith("is written off; take that back first to charge it.")


def test_a_late_transfer_takes_back_what_it_pays_and_no_more(desk: WritingOffDesk) -> None:
    """By naming the invoice; oldest first leaves it alone; a bounced transfer leaves it open, for a person to decide again."""
    invoice = desk.billed()
    desk.gives_up(invoice)
    desk.transfer(invoice, 4000, "late")
    assert desk.account_of(invoice) == ("40.00", "110.00", "0.00", "Written off")
    assert desk.ledger(invoice) == [("Written off", "150.00"), ("Taken back", "-40.00")]
    said = desk.owed()
    assert said[0] == said[1]
    desk.bounce("late")
    assert desk.account_of(invoice) == ("0.00", "110.00", "40.00", "Issued")
    desk.transfer(invoice, 50000, "whole")
    assert desk.account_of(invoice) == ("150.00", "0.00", "0.00", "Paid")
    receipt = desk.receipts.find(ACCOUNT, "whole")
    assert receipt.unapplied.major == Decimal("350.00")
    gone = desk.billed()
    desk.gives_up(gone)
    assert receiving.apply(receipt, None, book=desk.receipts, now=desk.now).payments
    assert desk.account_of(gone)[3] == "Written off"


def test_money_of_a_dispute_that_comes_back_pays_what_was_written_off(desk: WritingOffDesk) -> None:
    """The bank takes a payment, the rest is given up, the dispute is won: the customer owes nothing and has nothing with us."""
    invoice = desk.paid()
    dispute = desk.dispute(invoice)
    assert desk.account_of(invoice) == ("0.00", "0.00", "150.00", "Issued")
    assert "is disputed. Say that the disputed part is given up too." in desk.gives_up(invoice)[1]
    assert desk.gives_up(invoice, disputed=True)[0] == "Succeeded"
    assert desk.account_of(invoice) == ("0.00", "150.00", "0.00", "Written off")
    desk.disputed(dispute, "won")
    assert desk.account_of(invoice) == ("150.00", "0.00", "0.00", "Paid")
    assert desk.ledger(invoice) == [("Written off", "150.00"), ("Taken back", "-150.00")]
    assert desk.stand(invoice).spare == "0.00"


def test_only_who_may_create_write_offs_writes_off(desk: WritingOffDesk) -> None:
    """Customer Service is told whom to ask; the row of Billing says who it was."""
    invoice = desk.billed()
    job = desk.asks(JobKind.WRITE_OFF, invoice, by=desk.hire("Work365 Customer Service"))
    desk.run(job)
    assert "your roles do not let you write off" in desk.state_of(job)[1]
    assert desk.account_of(invoice)[1] == "0.00"
    finance = desk.hire("Work365 Billing")
    job = desk.asks(JobKind.WRITE_OFF, invoice, by=finance)
    desk.run(job)
    [row] = desk.quiet.find(Query("w365_writeoff", ("_createdby_value",), eq("_w365_invoice_value", invoice)))
    [user] = desk.quiet.find(Query("systemuser", ("systemuserid",), eq("azureactivedirectoryobjectid", finance)))
    assert row["_createdby_value"] == user["systemuserid"]


def test_the_books_are_told_once_of_each_movement(desk: WritingOffDesk) -> None:
    """Where the contract sends to its books by itself."""
    invoice = desk.billed(**desk.to_books())
    job = desk.asks(JobKind.WRITE_OFF, invoice)
    desk.run(job)
    desk.run(job)
    mine = eq("_w365_invoice_value", invoice)
    synced = [row for row in desk.quiet.find(Query("w365_job", ("w365_key",), mine)) if row["w365_key"].startswith("auto:sync")]
    assert len(synced) == 1
