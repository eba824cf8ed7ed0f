"""What AvaTax hears of what is undone: a note is told with the taxes that it says, a cancelled draft is taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dataverse.webapi import Ref
from local.desks.taxed import TaxedDesk
from local.sample.generated import ENTITY
from work365.errors import Refused
from work365.jobs import JobState

MARCH, NEXT_DAY, APRIL = date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1)
NOTHING = (Decimal(0), Decimal(0))
FIRST, SECOND, NOTE = "INV-CO-2026-00001", "INV-CO-2026-00002", "CN-CO-2026-00001"


@pytest.fixture
def desk() -> TaxedDesk:
    """Ten seats of 31.00 for March, 310.00 and 58.90 tax, issued and committed at AvaTax."""
    made = TaxedDesk(MARCH)
    made.standing("C-1", start=MARCH)
    made.run(MARCH)
    made.settle_all()
    return made


def told(desk: TaxedDesk, number: str) -> tuple[str, str, str | None, Decimal, Decimal]:
    """A document at AvaTax: type, status, what it refers to, net and tax."""
    invoice = desk.id_of(number)
    (found,) = [one for one in desk.avatax.transactions.values() if one["code"] == invoice]
    return found["type"], found["status"], found["referenceCode"], found["totalAmount"], found["totalTax"]


def reported(desk: TaxedDesk) -> tuple[Decimal, Decimal]:
    """Net and tax of everything that is committed at AvaTax."""
    final = [one for one in desk.avatax.transactions.values() if one["status"] in ("Committed", "Locked")]
    return sum((one["totalAmount"] for one in final), Decimal(0)), sum((one["totalTax"] for one in final), Decimal(0))


def test_a_credit_note_is_told_with_its_own_taxes(desk: TaxedDesk) -> None:
    """Three of ten seats: 93.00 and 17.67, also after the rate moved; on the note's day, with the invoice's day for the rates."""
    desk.avatax.rates["DE", "", "standard"] = Decimal(16)
    desk.clock.moment = desk.clock.moment.replace(month=4)
    desk.credit(FIRST, "1:3")
    desk.settle_all()
    assert told(desk, NOTE) == ("ReturnInvoice", "Committed", FIRST, Decimal("-93.00"), Decimal("-17.67"))
    assert told(desk, FIRST)[:2] == ("SalesInvoice", "Committed")
    row = desk.api.read(Ref("w365_invoice", desk.id_of(NOTE)), select=("w365_taxreference", "w365_taxstate"))
    assert (row["w365_taxreference"], row["w365_taxstate"]) == (f"ReturnInvoice/{desk.id_of(NOTE)}", "Committed")


def test_a_cancelled_invoice_stays_and_its_note_gives_it_back(desk: TaxedDesk) -> None:
    """Also where a return was filed meanwhile: nothing that is locked is touched; what is billed again is all that is left."""
    desk.avatax.lock()
    desk.cancel(FIRST)
    desk.settle_all()
    assert told(desk, FIRST)[1] == "Locked"
    assert told(desk, NOTE) == ("ReturnInvoice", "Committed", FIRST, Decimal("-310.00"), Decimal("-58.90"))
    assert reported(desk) == NOTHING
    desk.run(NEXT_DAY)
    desk.settle_all()
    assert told(desk, SECOND)[:2] == ("SalesInvoice", "Committed")
    assert reported(desk) == (Decimal("310.00"), Decimal("58.90"))


def test_an_invoice_cancelled_before_its_report_is_reported_with_its_note() -> None:
    """Both jobs may come in any order; in the end the two are there and come to nothing."""
    desk = TaxedDesk(MARCH)
    desk.standing("C-1", start=MARCH)
    desk.run(MARCH)
    desk.cancel(FIRST)
    for invoice in reversed(desk.to_settle()):
        assert desk.settle(invoice).state is JobState.SUCCEEDED
    assert set(desk.statuses().values()) == {"Committed"}
    assert reported(desk) == NOTHING


def test_thirds_of_a_line_are_reported_to_the_cent() -> None:
    """3 x 3.35 and 1.91 tax, given back by three notes: AvaTax has what was printed, residue and all."""
    desk = TaxedDesk(MARCH)
    desk.subscription(desk.contract("C-1", start=MARCH), seats=3, price=Decimal("3.35"), start=MARCH)
    desk.run(MARCH)
    for lines in ("1:1", "1=3.34", "1"):
        desk.credit(FIRST, lines)
    desk.settle_all()
    assert len(desk.statuses()) == 4
    assert reported(desk) == NOTHING


def test_a_wrong_note_that_is_cancelled_is_charged_again(desk: TaxedDesk) -> None:
    """The document that undoes the note is an invoice there, and refers to the note."""
    desk.credit(FIRST, "1=100.00")
    desk.cancel(NOTE)
    desk.settle_all()
    assert told(desk, SECOND) == ("SalesInvoice", "Committed", NOTE, Decimal("100.00"), Decimal("19.00"))
    assert reported(desk) == (Decimal("310.00"), Decimal("58.90"))


def test_a_note_that_waits_for_approval_is_told_once_it_is_issued(desk: TaxedDesk) -> None:
    """Before that there is nothing to report."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(1)})
    desk.credit(FIRST, "1=100.00")
    assert len(desk.to_settle()) == 1
    with pytest.raises(Refused, match="has no number yet"):
        desk.settle(desk.id_of(""))
    desk.cancel("")
    assert desk.settle(desk.id_of("")).message == "The tax engine has the draft as voided."
    assert len(desk.statuses()) == 1


def test_a_cancelled_draft_is_taken_back(desk: TaxedDesk) -> None:
    """It never had a number: its transaction is voided by a job that the cancellation creates."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(1)})
    desk.run(APRIL)
    draft = desk.id_of("")
    assert desk.statuses()[draft] == "Saved"
    desk.cancel("")
    assert draft in desk.to_settle()
    desk.settle(draft)
    assert desk.statuses()[draft] == "Cancelled"


@pytest.mark.parametrize("gone", [True, False])
def test_a_draft_that_is_gone_there_is_left_alone(desk: TaxedDesk, *, gone: bool) -> None:
    """Nothing there, or voided there already: that is what was wanted."""
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_approvalfrom": Decimal(1)})
    desk.run(APRIL)
    draft = desk.id_of("")
    desk.cancel("")
    (key,) = [key for key in desk.avatax.transactions if key[2] == draft]
    if gone:
        del desk.avatax.transactions[key]
    else:
        desk.avatax.transactions[key]["status"] = "Cancelled"
    assert desk.settle(draft).message == "The tax engine has the draft as voided."


def test_a_company_with_a_table_tells_nobody() -> None:
    """Its credit notes get no such job."""
    desk = TaxedDesk(MARCH)
    desk.api.update(Ref("w365_legalentity", ENTITY), {"w365_taxengine": None})
    desk.standing("C-1", start=MARCH)
    desk.run(MARCH)
    desk.cancel(FIRST)
    assert (desk.to_settle(), desk.requests) == ([], [])
