"""A charge and cash that a bookkeeper enters for one invoice: each counts once; the books and we say the same of what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq, not_null
from dataverse.rows import status_label
from local.desks.giving_back import Stand
from local.desks.told_books import ToldBooksDesk
from local.gocardless.enrolling import control as door

if TYPE_CHECKING:
    from work365.receivables.payments import InvoiceId

TWICE = "books-paid-twice"


@pytest.fixture
def desk() -> ToldBooksDesk:
    """Contoso, whose contract sends to its books by itself."""
    return ToldBooksDesk()


def open_there(desk: ToldBooksDesk, invoice: InvoiceId) -> str:
    found = [row for row in desk.quickbooks.books.all(desk.company.realm, "Invoice") if row["DocNumber"] == desk.number(invoice)]
    return f"{found[0]['Balance']:.2f}"


def found(desk: ToldBooksDesk) -> list[tuple[str, str]]:
    """Findings that stand, with their sentences."""
    rows = desk.quiet.find(Query("w365_finding", ("w365_code", "w365_message", "statuscode"), not_null("w365_code")))
    return [(row["w365_code"], row["w365_message"]) for row in rows if status_label("w365_finding", row) == "Open"]


def delete_cash(desk: ToldBooksDesk) -> None:
    desk.deletes_there("Payment", lambda row: "PaymentRefNum" not in row)


def well_synced(desk: ToldBooksDesk) -> bool:
    return all(one.startswith("Succeeded") for one in desk.syncs())


def charged_before_the_cash_is_read(desk: ToldBooksDesk, *, debit: bool = False) -> InvoiceId:
    """A charge of all of it, of which the books have not heard when a bookkeeper enters 12.34 in cash; then that is read."""
    invoice = desk.billed()
    assert well_synced(desk)
    desk.pays_there(invoice, "12.34")
    desk.collect(invoice, debit=debit)
    desk.night()
    return invoice


def test_the_charge_gives_way_and_the_sync_agrees(desk: ToldBooksDesk) -> None:
    """12.34 of it are left over, a person is told why, and the rest pays the invoice in the books."""
    invoice = charged_before_the_cash_is_read(desk)
    assert desk.stand(invoice) == Stand("150.00", "0.00", "Paid", "150.00", "12.34", (), 15000)
    [(code, said)] = [one for one in found(desk) if one[0] == TWICE]
    assert code == TWICE
    assert f"pays 12.34 EUR of invoice {desk.number(invoice)} that had been charged here, so as much of it is left over" in said
    assert well_synced(desk)
    assert open_there(desk, invoice) == "0.00"
    desk.night()
    assert [code for code, _ in found(desk)] == [TWICE]
    assert desk.owed() == ("-12.34", "-12.34")


def test_cash_that_was_entered_twice_is_taken_out_again(desk: ToldBooksDesk) -> None:
    """The charge pays all of it again, here and, after the sync that follows, there."""
    invoice = charged_before_the_cash_is_read(desk)
    assert well_synced(desk)
    delete_cash(desk)
    desk.night()
    assert desk.stand(invoice) == Stand("150.00", "0.00", "Paid", "150.00", "0.00", (), 15000)
    assert well_synced(desk)
    desk.night()
    assert (open_there(desk, invoice), desk.owed(), found(desk)) == ("0.00", ("0.00", "0.00"), [])


def test_what_is_left_over_goes_back_and_the_cash_stays(desk: ToldBooksDesk) -> None:
    """The invoice is paid by both; nothing is owed to anybody."""
    invoice = charged_before_the_cash_is_read(desk)
    assert desk.refund(invoice, "12.34")[0] == "Succeeded"
    assert desk.stand(invoice) == Stand("150.00", "0.00", "Paid", "150.00", "0.00", ("Succeeded",), 13766)
    assert well_synced(desk)
    assert (open_there(desk, invoice), desk.owed()) == ("0.00", ("0.00", "0.00"))


def test_a_debit_that_is_charged_back_leaves_the_cash(desk: ToldBooksDesk) -> None:
    """The invoice is open by the rest, here and there."""
    invoice = charged_before_the_cash_is_read(desk, debit=True)
    door(desk.gocardless, "move", payment=desk.debits(invoice)[0]["id"], to="charged_back")
    desk.told(1)
    assert desk.stand(invoice) == Stand("12.34", "137.66", "Partial", "12.34", "0.00", (), 0)
    assert well_synced(desk)
    assert (open_there(desk, invoice), desk.owed()) == ("137.66", ("137.66", "137.66"))


def test_cash_takes_back_what_had_been_given_up(desk: ToldBooksDesk) -> None:
    """As by any other money that comes late; the memo in the books follows."""
    invoice = desk.billed()
    assert well_synced(desk)
    desk.pays_there(invoice, "50.00")
    desk.gives_up(invoice)
    desk.night()
    assert desk.stand(invoice) == Stand("50.00", "0.00", "Written off", "50.00", "0.00", (), 0)
    rows = desk.quiet.find(
        Query("w365_writeoff", ("w365_amount", "w365_reason"), eq("_w365_invoice_value", invoice), "w365_amount")
    )
    assert [(f"{row['w365_amount']:.2f}", row["w365_reason"]) for row in rows] == [
        ("-50.00", "50.00 EUR was paid after all"),
        ("150.00", "Insolvent"),
    ]
    assert well_synced(desk)
    assert (open_there(desk, invoice), desk.owed()) == ("0.00", ("0.00", "0.00"))
    desk.night()
    assert found(desk) == []


def test_cash_from_before_the_first_reading_counts_however_often_the_invoice_was_sent_since(desk: ToldBooksDesk) -> None:
    """The books could not be read for weeks; the reading begins at the first export, not at the last sync."""
    invoice = desk.billed()
    assert well_synced(desk)
    desk.pays_there(invoice, "12.34")
    desk.later(days=20)
    desk.collect(invoice, "10.00")
    assert well_synced(desk)
    desk.night()
    assert desk.stand(invoice) == Stand("22.34", "127.66", "Partial", "22.34", "0.00", (), 1000)
    assert open_there(desk, invoice) == "127.66"
