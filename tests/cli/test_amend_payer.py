"""`w365 contract amend --payer`: another account pays from a day on, and each day is billed to one of them."""

from __future__ import annotations

import json
from datetime import date

import pytest
import typer
from typer.testing import CliRunner

from cli import explaining
from dataverse.query import Query
from dataverse.rows import bind, status
from dataverse.stores.explaining import Explanations
from dataverse.webapi import Ref
from local.desks.payers import CONTRACT, TODAY, PayerDesk
from local.sample.generated import PRODUCT
from work365.errors import BadInput, Refused
from work365.scenario import scenario
from work365.simulation import answer, simulate

MARCH, MID, APRIL, MAY = (date(2026, 3, 1), date(2026, 3, 15), date(2026, 4, 1), date(2026, 5, 1))


def test_from_the_next_month_on_the_other_one_pays() -> None:
    """F110: what is billed stays; April is billed once, to Beta; the history says so."""
    office = PayerDesk()
    before = office.tenant.shape()
    said = office.amends(APRIL, "--dry-run")
    assert office.tenant.shape() == before
    assert said["change"] == "billed to Beta instead of Alpha"
    office.amends(APRIL)
    assert office.bills(date(2026, 3, 11)) == {}
    assert office.row("_w365_payer_value")["_w365_payer_value"] is None
    assert office.bills(APRIL) == {"Beta": ["310.00 2026-04-01"]}
    assert office.row("_w365_payer_value")["_w365_payer_value"] == office.beta
    assert office.bills(MAY) == {"Beta": ["310.00 2026-05-01"]}
    (noted,) = json.loads(office.types("history", "C-1", "--output", "json"))
    assert (noted["from"], noted["change"], noted["reason"]) == (
        "2026-04-01",
        "billed to Beta instead of Alpha",
        "Beta bought Alpha",
    )


def test_within_a_billed_month_both_get_a_document() -> None:
    """F110: Alpha gets back 17 of 31 days, and Beta pays them; one run, two documents, each day once."""
    office = PayerDesk()
    said = office.amends(MID, "--dry-run")
    assert [(one["amount"], one["start"], one["payer"]) for one in said["next_invoice"]["lines"]] == [
        ("-170.00", "2026-03-15", "Alpha"),
        ("170.00", "2026-03-15", "Beta"),
    ]
    typed = ("--payer", "B-7", "--on", "2026-03-15", "--reason", "agreed", "--dry-run")
    assert "+ 10 seats, 2026-03-15 to 2026-04-01, 17/31: 170.00 EUR for Beta" in office.types("amend", "C-1", *typed)
    office.amends(MID)
    assert office.bills(MID) == {"Alpha": ["-170.00 2026-03-15"], "Beta": ["170.00 2026-03-15"]}
    assert office.bills(date(2026, 3, 16)) == {}
    assert office.bills(APRIL) == {"Beta": ["310.00 2026-04-01"]}


def test_a_late_change_is_for_whoever_paid_then() -> None:
    """Two more seats from 11 March, learned of in April: Alpha pays four days of them, Beta the rest; a credit is not netted."""
    office = PayerDesk()
    office.amends(MID)
    office.bills(MID)
    office.bills(APRIL)
    office.change(office.alone, office.seat, date(2026, 3, 11), 8, recorded=date(2026, 4, 2))
    assert office.bills(date(2026, 4, 2)) == {
        "Alpha": ["-40.00 2026-03-11", "32.00 2026-03-11"],
        "Beta": ["-170.00 2026-03-15", "136.00 2026-03-15", "-310.00 2026-04-01", "248.00 2026-04-01"],
    }


def test_the_documents_are_explained_and_can_be_redone() -> None:
    """F110, F5: who pays from when, why each line is there, and a scenario that gives both documents again."""
    office = PayerDesk()
    office.amends(MID)
    office.bills(MID)
    app = typer.Typer()
    explaining.register(app, lambda: Explanations(office.api))
    credit, charge = (
        one.number for one in office.invoices() if any(line["w365_periodstart"] == MID.isoformat() for line in one.lines)
    )
    said = CliRunner().invoke(app, ["explain", "invoice", credit]).stdout
    assert "for Alpha" in said
    assert "Its contract is billed to Alpha until 14 March 2026, to Beta from 15 March 2026 on." in said
    assert "From 15 March 2026 on Beta pays instead of Alpha (`w365 contract history C-1`)" in said
    assert "what was charged beyond that day is given back to Alpha" in said
    answered = json.loads(CliRunner().invoke(app, ["explain", "invoice", charge, "--output", "json"]).stdout)
    assert answered["payers"] == [{"from": "2026-03-01", "payer": "Alpha"}, {"from": "2026-03-15", "payer": "Beta"}]
    redone = answer(simulate(scenario(answered["scenario"])))["invoices"][-2:]
    assert [(one["payer"], one["total"]) for one in redone] == [("Alpha", "-170.00"), ("Beta", "170.00")]


def test_back_again_and_another_order() -> None:
    """Undone by another amendment: Alpha pays May again. Beta's purchase order changes without a change of the payer."""
    office = PayerDesk(purchaseorder="PO-A")
    office.amends(APRIL, "--purchase-order", "PO-1")
    assert office.amends(APRIL, "--purchase-order", "PO-2")["change"] == "purchase order of Beta PO-2 instead of PO-1"
    office.amends(MAY, payer="Alpha")
    assert office.bills(APRIL) == {"Beta": ["310.00 2026-04-01"]}
    assert office.bills(MAY) == {"Alpha": ["310.00 2026-05-01"]}
    assert office.row("_w365_payer_value")["_w365_payer_value"] is None
    orders = [office.api.read(Ref("w365_invoice", one.id), select=("w365_purchaseorder",)) for one in office.invoices()]
    assert [row["w365_purchaseorder"] for row in orders] == ["PO-A", "PO-2", "PO-A"]


PLAN = {
    "w365_key": "P-1",
    "w365_description": "Set-up in parts",
    "w365_commitment": 1200,
    "w365_parts": 12,
    "w365_firstdue": APRIL,
    **bind("w365_Product", "w365_product", PRODUCT),
}
REFUSED = [
    ("no such account", ("--payer", "Gamma", "--on", "2026-04-01"), "no active account is called 'Gamma'; give its number"),
    ("two of a name", ("--payer", "Twin", "--on", "2026-04-01"), "several accounts are called 'Twin': T-1, T-2; give the number"),
    (
        "a billed cycle begins then",
        ("--payer", "Beta", "--on", "2026-03-01"),
        "the contract begins on 2026-03-01; an amendment holds from a later day",
    ),
    ("it pays already", ("--payer", "Alpha", "--on", "2026-04-01"), "nothing of that changes on 2026-04-01"),
    (
        "an order of the customer",
        ("--payer", "Alpha", "--on", "2026-04-01", "--purchase-order", "PO"),
        "that of the contract's customer stands on its form",
    ),
    ("an order of nobody", ("--on", "2026-04-01", "--purchase-order", "PO"), "a purchase order is named with another payer"),
    (
        "of one subscription",
        ("--payer", "Beta", "--subscription", "Premium", "--frequency", "annual"),
        "a subscription has a frequency and an anchor of its own, and no other terms",
    ),
]


@pytest.mark.parametrize(("arguments", "why"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_is_refused_in_words(arguments: tuple[str, ...], why: str) -> None:
    """Nothing is written, and the sentence says what to do."""
    office = PayerDesk()
    for number in ("T-1", "T-2"):
        office.account("Twin", accountnumber=number)
    before = office.tenant.shape()
    with pytest.raises((Refused, BadInput)) as caught:
        office.types("amend", "C-1", "--reason", "agreed", *arguments)
    assert why in str(caught.value)
    assert office.tenant.shape() == before


def test_billed_months_stay_with_who_paid_them() -> None:
    """F110: April is billed; from a day of March on Beta cannot pay, and the days on which it can are named."""
    office = PayerDesk()
    office.bills(APRIL)
    with pytest.raises(
        Refused, match="the days of 2026-04-01 to 2026-04-30 are billed, and that stays; Beta can pay from 2026-04-02"
    ):
        office.amends(MID)
    office.amends(date(2026, 4, 2))
    assert office.bills(date(2026, 4, 2)) == {"Alpha": ["-299.67 2026-04-02"], "Beta": ["299.67 2026-04-02"]}


def test_what_was_agreed_with_one_payer_is_ended_first() -> None:
    """A minimum, and sums in parts: who owes them from the day on is for people to say."""
    office = PayerDesk()
    plan = office.api.create("w365_instalmentplan", PLAN | bind("w365_Contract", CONTRACT, office.alone))
    with pytest.raises(Refused, match="instalment plan P-1 was agreed with whoever pays now; end it first"):
        office.amends(APRIL)
    office.api.delete(Ref("w365_instalmentplan", plan))
    office.api.update(
        Ref(CONTRACT, office.alone), {"w365_minimumamount": 500, **bind("w365_CommitmentProduct", "w365_product", PRODUCT)}
    )
    with pytest.raises(Refused, match="nobody has said which payer owes a shortfall; take it off first"):
        office.amends(APRIL)


def test_seats_that_are_paid_first_have_one_payer() -> None:
    """Two seats wait for Alpha's payment: Beta cannot pay before. Once Beta is to pay, no further seats wait for Alpha's."""
    office = PayerDesk()
    wish = {"quantity": 12, "on": TODAY, "when": "paid", "pay_by": date(2026, 3, 20)}
    assert office.ask(office.seat, "Quantity", **wish)[0] == "Succeeded"
    with pytest.raises(Refused, match="the prepayment of Premium for the change on 2026-03-10 was agreed with whoever pays now"):
        office.amends(APRIL)
    (planned,) = office.api.find(Query("w365_scheduledchange", ("w365_scheduledchangeid",)))
    office.api.update(Ref("w365_scheduledchange", planned["w365_scheduledchangeid"]), status("w365_scheduledchange", "Cancelled"))
    office.amends(APRIL)
    state, said = office.ask(office.seat, "Quantity", **wish)
    assert (state, "from 2026-04-01 on another account pays the contract" in said) == ("Refused", True)
