"""F141 over the real adapters: a dispute reopens the balance, shows its deadline and outcome, and the account ends right."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003  pytest reads the fixture's types

import pytest

from dataverse.query import Query, eq
from local.desks.giving_back import GivingDesk, Stand
from local.gocardless.enrolling import control as door
from local.stripe.enrolling import control
from work365.ports.payments import About

PAID = Stand("150.00", "0.00", "Paid", "150.00", "0.00", (), 15000)
OPEN = Stand("0.00", "150.00", "Issued", "0.00", "0.00", (), 0)


@pytest.fixture
def desk() -> Iterator[GivingDesk]:
    """A tenant that listens to both gateways."""
    giving = GivingDesk()
    giving.listen()
    yield giving
    giving.close()


def test_a_dispute_takes_the_money_and_opens_the_invoice(desk: GivingDesk) -> None:
    """The payment is Returned, its allocation gone; what must be done until when is said on dispute, payment and invoice."""
    invoice = desk.paid()
    desk.dispute(invoice)
    assert desk.stand(invoice) == OPEN
    [(state, away, words)] = desk.disputes(invoice)
    assert (state, away) == ("Open", "150.00")
    assert words == (
        "Dispute of 150.00 EUR from Visa ending 4242 (the cardholder says that it was not them): 150.00 EUR was taken back. "
        f"Invoice {desk.number(invoice)} is open again by 150.00 EUR; its balance is 150.00 EUR. "
        "Give evidence at the gateway until 2026-03-19, or accept it there."
    )
    assert desk.bill(invoice).payments == ("Returned",)
    assert desk.only_payment(invoice)["w365_message"] == words
    assert desk.owed() == ("150.00", "150.00")


@pytest.mark.parametrize(
    ("ends", "stand", "payment", "owed"), [("won", PAID, "Succeeded", "0.00"), ("lost", OPEN, "Returned", "150.00")]
)
def test_won_or_lost_the_account_ends_right(desk: GivingDesk, ends: str, stand: Stand, payment: str, owed: str) -> None:
    """The statement shows every movement on its day, and adds up."""
    invoice = desk.paid()
    dispute = desk.dispute(invoice)
    desk.later(days=5)
    desk.disputed(dispute, "under_review")
    assert desk.disputes(invoice)[0][0] == "Under review"
    desk.later(days=20)
    desk.disputed(dispute, ends)
    assert desk.stand(invoice) == stand
    assert desk.bill(invoice).payments == (payment,)
    assert desk.disputes(invoice)[0][:2] == (ends.capitalize(), "0.00" if ends == "won" else "150.00")
    assert desk.owed() == (owed, owed)
    moved = [(one.day.isoformat()[5:], one.kind.value, str(one.amount.major)) for one in desk.statement().entries]
    back = [("04-04", "payment", "-150.00")] if ends == "won" else []
    assert moved == [
        ("03-10", "invoice", "150.00"),
        ("03-10", "payment", "-150.00"),
        ("03-10", "payment returned", "150.00"),
        *back,
    ]


def test_a_part_of_a_payment_is_disputed(desk: GivingDesk) -> None:
    """The rest counts, and only that may be given back."""
    invoice = desk.paid()
    dispute = desk.dispute(invoice, 5000)
    assert desk.stand(invoice) == Stand("100.00", "50.00", "Partial", "100.00", "0.00", (), 10000)
    assert desk.bill(invoice).payments == ("Succeeded",)
    assert desk.refund(invoice, "100.01")[1].endswith("Give back at most 100.00 EUR.")
    assert desk.refund(invoice)[0] == "Succeeded"
    assert desk.stand(invoice) == Stand("0.00", "150.00", "Issued", "0.00", "0.00", ("Succeeded",), 0)
    desk.disputed(dispute, "won")
    assert desk.stand(invoice) == Stand("50.00", "100.00", "Partial", "50.00", "0.00", ("Succeeded",), 5000)
    assert desk.owed() == ("100.00", "100.00")


def test_money_that_is_back_for_an_invoice_that_was_paid_otherwise_is_spare(desk: GivingDesk) -> None:
    """It is no invoice's, can be given back, and the balance knows it."""
    invoice = desk.paid()
    dispute = desk.dispute(invoice)
    desk.collect(invoice)
    desk.disputed(dispute, "won")
    assert desk.stand(invoice) == Stand("150.00", "0.00", "Paid", "150.00", "150.00", (), 30000)
    assert desk.owed() == ("-150.00", "-150.00")
    assert "150.00 EUR is not needed for" in desk.disputes(invoice)[0][2]


def test_an_inquiry_takes_nothing_until_it_becomes_a_dispute(desk: GivingDesk) -> None:
    """It is listed with its deadline; one that is closed came to nothing."""
    invoice = desk.paid()
    first = desk.dispute(invoice, inquiry=True)
    assert (desk.stand(invoice), desk.disputes(invoice)[0][:2]) == (PAID, ("Open", "0.00"))
    desk.disputed(first, "warning_under_review", "needs_response")
    assert desk.stand(invoice) == OPEN
    desk.disputed(first, "lost", "appeal_needs_response")
    assert (desk.stand(invoice), desk.disputes(invoice)[0][:2]) == (OPEN, ("Open", "150.00"))
    desk.disputed(first, "won")
    assert (desk.stand(invoice), desk.owed()) == (PAID, ("0.00", "0.00"))
    second = desk.paid()
    desk.disputed(desk.dispute(second, inquiry=True), "warning_closed")
    assert (desk.stand(second), desk.disputes(second)[0][:2]) == (PAID, ("Closed", "0.00"))


@pytest.mark.parametrize(("steps", "state"), [((), "Under review"), (("settled",), "Lost")])
def test_a_debit_is_charged_back(desk: GivingDesk, steps: tuple[str, ...], state: str) -> None:
    """GoCardless: under review until it is settled; nobody is asked for evidence."""
    invoice = desk.paid(debit=True)
    [debit] = desk.debits(invoice)
    door(desk.gocardless, "move", payment=debit["id"], to="charged_back", cause="authorisation_disputed")
    for step in steps:
        door(desk.gocardless, "chargeback", payment=debit["id"], ends=step)
    desk.told(1 + len(steps))
    assert desk.stand(invoice) == OPEN
    [(now, away, words)] = desk.disputes(invoice)
    assert (now, away, "(the customer says that the debit was not authorised)" in words) == (state, "150.00", True)
    assert desk.owed() == ("150.00", "150.00")


def test_a_charge_back_that_is_cancelled_and_made_again(desk: GivingDesk) -> None:
    """Each is a dispute of its own."""
    invoice = desk.paid(debit=True)
    [debit] = desk.debits(invoice)
    for _ in range(2):
        door(desk.gocardless, "move", payment=debit["id"], to="charged_back")
        door(desk.gocardless, "chargeback", payment=debit["id"], ends="cancelled")
        desk.told(1)
        assert desk.stand(invoice) == PAID
    door(desk.gocardless, "move", payment=debit["id"], to="charged_back")
    desk.told(1)
    states = sorted(one[:2] for one in desk.disputes(invoice))
    assert states == [("Under review", "150.00"), ("Won", "0.00"), ("Won", "0.00")]
    assert (desk.stand(invoice), desk.owed()) == (OPEN, ("150.00", "150.00"))


def test_a_debit_fails_late_and_is_lost(desk: GivingDesk) -> None:
    """The bank's reason is said; the invoice may be charged again."""
    invoice = desk.paid(debit=True)
    door(desk.gocardless, "move", payment=desk.debits(invoice)[0]["id"], to="failed", cause="insufficient_funds")
    desk.told(1)
    [(state, away, words)] = desk.disputes(invoice)
    assert (state, away, "(insufficient funds)" in words) == ("Lost", "150.00", True)
    desk.collect(invoice)
    assert desk.bill(invoice).payments == ("Returned", "Succeeded")
    assert (desk.stand(invoice), desk.owed()) == (PAID, ("0.00", "0.00"))


def test_a_debit_that_was_refunded_and_is_charged_back_is_owed_twice(desk: GivingDesk) -> None:
    """The customer has the money twice: the invoice is open, and what went back beyond is owed too."""
    invoice = desk.paid(debit=True)
    desk.refund(invoice, "40.00")
    desk.refund_moves(invoice, "submitted", "paid")
    door(desk.gocardless, "move", payment=desk.debits(invoice)[0]["id"], to="charged_back")
    desk.told(1)
    assert desk.stand(invoice) == Stand("0.00", "150.00", "Issued", "0.00", "-40.00", ("Succeeded",), -4000)
    assert desk.owed() == ("190.00", "190.00")
    [(_, _, words)] = desk.disputes(invoice)
    assert "its balance is 150.00 EUR. 40.00 EUR had gone back before: the customer has that twice, and owes it besides." in words
    drawn = desk.statement()
    assert [str(age) for age in (drawn.ages[0], drawn.unapplied, drawn.closing)] == ["40.00 EUR", "0.00 EUR", "190.00 EUR"]
    door(desk.gocardless, "chargeback", payment=desk.debits(invoice)[0]["id"], ends="cancelled")
    desk.told(1)
    [(_, _, words)] = desk.disputes(invoice)
    assert "40.00 EUR had gone back twice, which the customer no longer owes. It is won." in words
    assert desk.owed() == ("40.00", "40.00")


def test_a_statement_tells_what_was_taken_from_what_was_given(desk: GivingDesk) -> None:
    """A charge-back and a transfer that bounced are no refunds."""
    invoice, other = desk.paid(), desk.billed("20.00")
    desk.transfer(other, 2000, "T-1")
    desk.later(days=1)
    desk.refund(invoice, "50.00")
    desk.dispute(invoice)
    desk.bounce("T-1")
    went = {(one.kind.value, str(one.amount)) for one in desk.statement().entries if one.day == desk.now.date()}
    assert went == {("refund", "50.00 EUR"), ("payment returned", "100.00 EUR"), ("payment returned", "20.00 EUR")}


def test_an_event_whose_end_is_lost_is_found_at_night(desk: GivingDesk) -> None:
    """Disputes that are not decided are asked about; those that are, are left alone."""
    invoice = desk.paid()
    dispute = desk.dispute(invoice)
    assert len(list(desk.disputing.under_way())) == 1
    control(desk.stripe, "disputed", {"dispute": dispute, "to": "lost"})
    desk.ask(invoice, About.RETURN)
    assert desk.disputes(invoice)[0][0] == "Lost"
    assert list(desk.disputing.under_way()) == []


def test_the_books_hear_of_each_movement_once(desk: GivingDesk) -> None:
    """Charged, taken, given back; however often it is told."""
    invoice = desk.paid(**desk.to_books())
    dispute = desk.dispute(invoice)
    desk.disputed(dispute, "under_review", "won")
    for _ in range(2):
        desk.ask(invoice, About.RETURN)
    jobs = list(desk.quiet.find(Query("w365_job", ("w365_key",), eq("_w365_invoice_value", invoice))))
    assert sum(row["w365_key"].startswith("auto:sync:") for row in jobs) == 3
