"""Cancelled documents: what is given back, what the next run bills again, and what cannot be cancelled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, choice_value, status
from dataverse.stores.statements import StatementRows
from dataverse.webapi import Ref
from local.desks.crediting import CreditingDesk, billed
from local.desks.usage import TIME, USAGE, add_time, add_usage, billing_states
from local.sample.generated import ENTITY
from work365.errors import Refused
from work365.money import total, zero
from work365.receivables.statement import statement

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
FIRST, SECOND, NOTE = "INV-CO-2026-00001", "INV-CO-2026-00002", "CN-CO-2026-00001"


@pytest.fixture
def desk() -> CreditingDesk:
    """Ten seats of 31.00 billed for March 2026 as the first invoice: 310.00 net, 368.90 with 19 % tax."""
    return billed()


def test_f134_what_a_cancelled_invoice_was_about_is_billed_by_the_next_run(desk: CreditingDesk) -> None:
    """F134, scenario B5: changes and one-time items are unbilled again; the next run bills them with the cycle."""
    contract = next(iter(desk.numbers))
    desk.item(contract, date(2026, 3, 20), "50.00")
    desk.change(*desk.only(), date(2026, 3, 16), 15)
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
    desk.seats_end(date(2026, 3, 20))
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
