"""Late fees end to end: charged with a step, once; billed on the next invoice or alone; waived before and after."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dataverse.query import Query
from dataverse.rows import status
from dataverse.webapi import Ref
from local.desks.late_fees import APRIL, CONTRACT, DUE, LateFeeDesk
from local.desks.reminding import INVOICE
from work365.errors import BadInput

HOW = "Reminder +10 of INV-1: 40.00 EUR, 9 % a year on 100.00 EUR for 10 of 365 days (11 March 2026 to 20 March 2026)."
MAY = date(2026, 5, 1)


def on(day: int) -> date:
    """So many days after the due day."""
    return DUE + timedelta(days=day)


@pytest.fixture(name="desk")
def _desk() -> LateFeeDesk:
    desk = LateFeeDesk()
    desk.charges("STD", {3: {}, 10: {"fee": "40", "yearlyinterest": "9"}, 20: {"fee": "40", "yearlyinterest": "9"}})
    return desk


@pytest.fixture(name="contract")
def _contract(desk: LateFeeDesk) -> str:
    return desk.on_time("C-1", discountpercent=Decimal(10), changesbilled="Now")


def test_each_step_charges_its_fee_once_on_the_next_invoice(desk: LateFeeDesk, contract: str) -> None:
    """F140: added once per step as its own line; the contract's 10 % are not taken off it; interest goes on where it ended."""
    desk.subscription(contract, start=APRIL)
    desk.late(contract, "INV-1", "1000.00")
    for day in range(21):
        desk.day(on(day))
        desk.run(on(day))
    assert desk.said() == [
        ("INV-1 +10", "42.47 EUR", "waits for its bill"),  # 40 + 1000 x 9 % x 10/365 = 2.4658
        ("INV-1 +20", "42.47 EUR", "waits for its bill"),  # and ten days more
    ]
    desk.run(APRIL)
    (billed,) = [one for one in desk.invoices() if one.lines]
    late = "Late payment of invoice INV-1 of 24 February 2026, due on 10 March 2026"
    assert desk.lines("Fee") == [(late, "42.47"), (late, "42.47")]
    assert [amount for _, amount in desk.lines("Discount")] == ["-31.00"]
    assert {standing for _, _, standing in desk.said()} == {f"billed on {billed.number}"}
    desk.run(MAY)
    assert len(desk.lines("Fee")) == 2


def test_fees_stand_in_the_order_of_their_invoices_and_steps(desk: LateFeeDesk, contract: str) -> None:
    """Whichever day they were charged on, and behind what else is billed once: 40 EUR and ten days of 9 % on each."""
    desk.subscription(contract, start=APRIL)
    owed = {"INV-3": "3000.00", "INV-1": "1000.00", "INV-4": "4000.00", "INV-2": "2000.00"}
    ids = [desk.late(contract, name, amount, due=on(-5) if name == "INV-4" else DUE) for name, amount in owed.items()]
    for day in range(21):
        desk.day(on(day))
        for invoice in ids if day == 12 else ():
            desk.api.update(Ref(INVOICE, invoice), {"w365_balance": Decimal(500)})
    desk.item(contract, on(20), "5.00")
    desk.run(APRIL)
    query = Query("w365_invoiceline", ("w365_amount", "w365_description"), order="w365_ordinal")
    lines = [(row["w365_description"].split()[4:5], f"{row['w365_amount']:.2f}") for row in desk.api.find(query)]
    billed = ("INV-4", "49.86"), ("INV-1", "42.47"), ("INV-2", "44.93"), ("INV-3", "47.40")
    assert lines[-8:] == [([number], amount) for number, first in billed for amount in (first, "41.23")]


def test_the_customer_and_staff_read_of_it(desk: LateFeeDesk, contract: str) -> None:
    """In the mail of the step; the log says what it cost."""
    desk.late(contract, "INV-1", "100.00")
    desk.day(on(10))
    [(_, body)] = desk.texts("Customer")
    assert "A late fee of 40.25 EUR is charged for this, and billed separately." in body
    [line] = desk.reminders.log(desk.clock.now() - timedelta(days=1))
    assert (line.fee, line.message) == (
        "40.25 EUR",
        f"it costs 40.25 EUR, billed on contract C-1: {HOW}",
    )


HELD = [
    ("paid", {"w365_balance": Decimal(0)}),
    ("opted out", {"w365_noreminders": True}),
    ("paused or promised", {"w365_reminderspauseduntil": on(30)}),
    ("disputed in full", {"w365_disputedamount": Decimal(100)}),
]


@pytest.mark.parametrize("columns", [one[1] for one in HELD], ids=[one[0] for one in HELD])
def test_what_is_not_reminded_of_costs_nothing(desk: LateFeeDesk, contract: str, columns: dict[str, object]) -> None:
    """F140: not charged on disputed amounts."""
    desk.api.update(Ref(INVOICE, desk.late(contract, "INV-1", "100.00")), columns)
    desk.day(on(20))
    assert desk.fees() == []


def test_a_part_in_dispute_bears_no_interest(desk: LateFeeDesk, contract: str) -> None:
    """900 x 9 % x 10/365 = 2.2192."""
    desk.late(contract, "INV-1", "1000.00", w365_disputedamount=Decimal(100))
    desk.day(on(10))
    assert desk.said() == [("INV-1 +10", "42.22 EUR", "waits for its bill")]


def test_there_is_no_fee_on_a_fee(desk: LateFeeDesk, contract: str) -> None:
    """The invoice that bills it is reminded of like any other, and costs something only for what else is on it."""
    desk.choose("late-fee-document", "own")
    desk.late(contract, "INV-1", "100.00")
    desk.day(on(10))
    desk.work_on_jobs()
    (own,) = [one for one in desk.invoices() if one.number != "INV-1"]
    assert own.amounts == ["40.25"]
    desk.settle(next(one.id for one in desk.invoices() if one.number == "INV-1"))
    assert len(desk.day(date.fromisoformat(own.due) + timedelta(days=10))) == 1
    assert [one.invoice for one in desk.fees()] == ["INV-1"]


@pytest.mark.parametrize("ended", [False, True], ids=["by setting", "the contract has ended"])
def test_a_fee_may_be_a_document_of_its_own(desk: LateFeeDesk, contract: str, *, ended: bool) -> None:
    """By the setting; and where no run bills the contract any more, so that no fee is lost."""
    desk.late(contract, "INV-1", "100.00")
    if ended:
        desk.api.update(Ref(CONTRACT, contract), {"w365_enddate": DUE, **status(CONTRACT, "Ended")})
    else:
        desk.choose("late-fee-document", "own")
    desk.day(on(10))
    desk.run(on(10))
    assert desk.said() == [("INV-1 +10", "40.25 EUR", "waits for its bill")]
    (said,) = desk.work_on_jobs()
    (own,) = [one for one in desk.invoices() if one.number != "INV-1"]
    assert said.startswith(f"{own.total:.2f} EUR with tax for contract C-1.")
    assert desk.said() == [("INV-1 +10", "40.25 EUR", f"billed on {own.number}")]
    assert [amount for _, amount in desk.lines("Fee")] == own.amounts == ["40.25"]
    desk.run(APRIL)
    assert len(desk.invoices()) == 2


def test_a_fee_that_the_run_was_quicker_to_bill_has_no_document_of_its_own(desk: LateFeeDesk, contract: str) -> None:
    """One item, one bill, whoever comes first."""
    desk.choose("late-fee-document", "own")
    desk.subscription(contract, start=APRIL)
    desk.late(contract, "INV-1", "100.00")
    desk.day(on(20))
    desk.run(APRIL)
    assert desk.work_on_jobs() == ["There is nothing to do: the fee is billed already, or was waived."]
    assert len(desk.invoices()) == 2


def test_a_fee_for_an_invoice_on_no_contract_asks_a_person(desk: LateFeeDesk) -> None:
    """Nothing disappears: the finding says what it comes to, and how to bill it."""
    desk.open(desk.customer("A-1"), "INV-1", "100.00", due=DUE)
    desk.day(on(10))
    assert desk.said() == [("INV-1 +10", "40.25 EUR", "billed nowhere: its invoice is on no contract")]
    (message,) = desk.messages("late-fee-not-billed")
    assert message.startswith("A late fee of 40.25 EUR for INV-1 is billed nowhere, as that invoice is on no contract.")
    [(_, body)] = desk.texts("Customer")
    assert "late fee" not in body


def test_a_plan_that_cannot_be_charged_by_holds_up_its_customers_alone(desk: LateFeeDesk, contract: str) -> None:
    """The run fails with the sentence; another plan's customers are reminded, and the step is taken once it is mended."""
    desk.late(contract, "INV-1", "100.00")
    other = desk.reachable("C-2")
    plan = desk.reminder_plan("BARE")
    desk.step(plan, 10, fee=Decimal(40))
    customer = desk.api.read(Ref(CONTRACT, other), select=("_w365_account_value",))["_w365_account_value"]
    desk.say("reminder-plan", "BARE", customer=customer)
    desk.late(other, "INV-2", "100.00")
    with pytest.raises(BadInput, match="BARE charges fees and has no fee product"):
        desk.remind(on(10))
    assert [one.invoice for one in desk.fees()] == ["INV-1"]
    desk.mend(plan)
    desk.remind(on(11))
    assert [one.invoice for one in desk.fees()] == ["INV-1", "INV-2"]


def test_a_customer_who_cannot_be_told_is_not_charged(desk: LateFeeDesk) -> None:
    """The fee comes with the step, once it reached somebody."""
    contract = desk.reachable("C-3", billingemail="nowhere")
    desk.late(contract, "INV-1", "100.00")
    desk.day(on(10))
    assert (desk.fees(), desk.taken()) == ([], [])


def test_a_tenant_without_fees_asks_no_more(desk: LateFeeDesk, contract: str) -> None:
    """Reading what fees need rides in the batch that was there; a step without one writes what it wrote before."""
    desk.late(contract, "INV-1", "100.00")
    desk.fuse.reset()
    desk.remind(on(3))
    assert desk.fuse.count == 3
    assert not list(desk.api.find(Query("w365_nonrecurringitem", ("w365_key",))))
