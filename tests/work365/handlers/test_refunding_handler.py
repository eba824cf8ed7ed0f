"""Refunds over the real adapters: what is given back, what it does to the invoice, the statement and the balance."""

from __future__ import annotations

import re
from collections.abc import Iterator  # noqa: TC003  pytest reads the fixture's types
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from dataverse.query import Query, eq
from local.desks.giving_back import GivingDesk, Stand
from local.gocardless.enrolling import control as door
from local.stripe.enrolling import control
from work365.money import Money
from work365.ports.payments import About
from work365.receivables import refund_wording as wording

if TYPE_CHECKING:
    from work365.ports.payments import Gateway
    from work365.receivables.payments import Payment, Processor, Profile
    from work365.receivables.refunds import Refund, RefundOutcome

PAID = Stand("150.00", "0.00", "Paid", "150.00", "0.00", (), 15000)


@pytest.fixture
def desk() -> Iterator[GivingDesk]:
    """A tenant that listens to both gateways."""
    giving = GivingDesk()
    giving.listen()
    yield giving
    giving.close()


def test_a_part_then_the_rest(desk: GivingDesk) -> None:
    """The invoice is open again by what went back, with the reason said; nothing is left in the end."""
    invoice = desk.paid()
    assert desk.stand(invoice) == PAID
    state, words = desk.refund(invoice, "40.00")
    given, opened = words.split(". ", 1)
    assert (state, given) == ("Succeeded", "Refunded 40.00 EUR to Visa ending 4242: Two seats too many")
    assert opened == f"Invoice {desk.number(invoice)} is open again by 40.00 EUR; its balance is 40.00 EUR"
    assert desk.stand(invoice) == Stand("110.00", "40.00", "Partial", "110.00", "0.00", ("Succeeded",), 11000)
    assert desk.refund(invoice)[0] == "Succeeded"
    assert desk.stand(invoice) == Stand("0.00", "150.00", "Issued", "0.00", "0.00", ("Succeeded", "Succeeded"), 0)
    assert desk.owed() == ("150.00", "150.00")
    assert desk.refund(invoice)[1].endswith(": all of it went back.")


def test_more_than_is_left_is_refused_with_what_may(desk: GivingDesk) -> None:
    """And zero, and what has too many places; no row is written."""
    invoice = desk.paid()
    for amount, says in (("150.01", "is more than what is left"), ("-1.00", "must be above zero"), ("1.001", "decimal places")):
        state, words = desk.refund(invoice, amount)
        assert (state, says in words, words.endswith("Give back at most 150.00 EUR.")) == ("Refused", True, True), words
    assert desk.stand(invoice) == PAID
    job = desk.wish(invoice, reason=" ")
    desk.run(job)
    assert desk.state_of(job)[1].startswith("reason: say why the money is given back")


def test_what_paid_nothing_goes_first(desk: GivingDesk) -> None:
    """A debit for an invoice that was paid by cash meanwhile: refunding it leaves the invoice paid."""
    invoice = desk.billed()
    desk.run(desk.job(invoice, profile=desk.mandate))
    desk.cash(invoice)
    desk.collect(invoice, debit=True)
    assert desk.stand(invoice) == Stand("150.00", "0.00", "Paid", "150.00", "150.00", (), 15000)
    assert desk.owed()[0] == desk.owed()[1]
    assert desk.refund(invoice)[0] == "Succeeded"
    assert "is on its way back to Bank of Contoso ending 1100" in desk.said(invoice)
    desk.refund_moves(invoice, "submitted", "paid")
    assert desk.stand(invoice) == Stand("150.00", "0.00", "Paid", "150.00", "0.00", ("Succeeded",), 0)
    assert "150.00 EUR had paid nothing of" in desk.said(invoice)


def test_what_was_credited_goes_before_what_was_paid(desk: GivingDesk) -> None:
    """A paid invoice with a credit note over 60.00: 60.00 of a refund settle the note, the rest opens the invoice."""
    invoice = desk.paid()
    desk.credited(invoice, "60.00")
    assert desk.owed() == ("-60.00", "-60.00")
    desk.refund(invoice, "50.00")
    assert desk.stand(invoice) == Stand("150.00", "0.00", "Paid", "100.00", "0.00", ("Succeeded",), 10000)
    assert "50.00 EUR had been credited by" in desk.said(invoice)
    assert desk.owed() == ("-10.00", "-10.00")
    desk.refund(invoice, "30.00")
    assert desk.stand(invoice) == Stand("130.00", "20.00", "Partial", "70.00", "0.00", ("Succeeded", "Succeeded"), 7000)
    assert desk.owed() == ("20.00", "20.00")


@pytest.mark.parametrize("how", ["event", "sweep"])
def test_a_refund_that_comes_back_takes_its_effect_back(desk: GivingDesk, how: str) -> None:
    """The card was closed: the invoice is paid again; the statement shows both days, and still adds up."""
    invoice = desk.paid()
    desk.refund(invoice, "40.00")
    desk.later(days=3)
    if how == "event":
        desk.refund_ends(invoice, "failed", "expired_or_canceled_card")
    else:
        control(desk.stripe, "refund", {"refund": desk.last_refund(invoice), "ends": "failed"})
        desk.ask(invoice)
    assert desk.stand(invoice) == replace(PAID, refunds=("Failed",))
    assert "came back:" in desk.said(invoice)
    assert "40.00 EUR pays Invoice" in desk.said(invoice)
    moved = [(one.day.day, one.kind.value, str(one.amount.major)) for one in desk.statement().entries]
    assert moved == [(10, "invoice", "150.00"), (10, "payment", "-150.00"), (10, "refund", "40.00"), (13, "payment", "-40.00")]
    assert desk.owed() == ("0.00", "0.00")
    assert desk.refund(invoice)[0] == "Succeeded"


def test_what_comes_back_is_spare_when_the_invoice_was_paid_otherwise(desk: GivingDesk) -> None:
    """It is not allocated twice, and may be given back once more."""
    invoice = desk.paid()
    desk.refund(invoice)
    desk.collect(invoice)
    desk.refund_ends(invoice, "failed", "declined")
    assert desk.stand(invoice) == Stand("150.00", "0.00", "Paid", "150.00", "150.00", ("Failed",), 30000)
    assert "is not needed for" in desk.said(invoice)
    assert desk.owed() == ("-150.00", "-150.00")


def test_a_refund_on_its_way_is_not_given_twice(desk: GivingDesk) -> None:
    """What is under way is held: only the rest may go; nothing is open until it has arrived."""
    invoice = desk.paid(debit=True)
    assert desk.refund(invoice, "100.00")[0] == "Succeeded"
    assert desk.stand(invoice) == replace(PAID, refunds=("Processing",), held=5000)
    assert desk.refund(invoice, "50.01")[1].endswith("Give back at most 50.00 EUR.")
    assert desk.refund(invoice, "50.00")[0] == "Succeeded"
    assert "150.00 EUR is on its way back" in desk.refund(invoice)[1]


def test_what_goes_wrong_at_the_gateway_is_said_and_changes_nothing(desk: GivingDesk) -> None:
    """A merchant that may not refund: GoCardless' own words, and it may be asked for again."""
    invoice = desk.paid(debit=True)
    door(desk.gocardless, "refunds", enabled=False)
    state, words = desk.refund(invoice, "10.00")
    assert (state, "Refunds are not enabled" in words) == ("Refused", True), words
    assert desk.stand(invoice) == replace(PAID, refunds=("Failed",))


class Miscounting:
    """A gateway that gives back 100 times what it is asked for."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever else a gateway does
        return getattr(self._gateway, name)

    def refund(self, made: Refund, payment: Payment, profile: Profile, *, before: Money) -> RefundOutcome:
        outcome = self._gateway.refund(made, payment, profile, before=before)
        return replace(outcome, amount=Money(made.amount.minor * 100, made.amount.currency))

    def find_refund(self, made: Refund, payment: Payment, profile: Profile) -> RefundOutcome | None:
        found = self._gateway.find_refund(made, payment, profile)
        return None if found is None else replace(found, amount=Money(made.amount.minor * 100, made.amount.currency))


class MiscountingDesk(GivingDesk):
    """Whose gateways do so."""

    def gateway_for(self, processor: Processor) -> Gateway:
        return cast("Gateway", Miscounting(super().gateway_for(processor)))


def test_another_amount_that_goes_back_is_told_once_and_books_nothing() -> None:
    """The job, the refund and its payment say both amounts; sweeps say no more, and no other refund goes beside it."""
    desk = MiscountingDesk()
    invoice = desk.paid()
    state, words = desk.refund(invoice, "1.00")
    assert state == "Failed"
    assert re.match(
        r"The gateway gives back 100\.00 EUR of the payment of Invoice .+ \(re_\w+\), and was asked for 1\.00 EUR\.", words
    )
    assert desk.stand(invoice) == replace(PAID, refunds=("Unknown",), held=14900)
    desk.ask(invoice)
    assert (desk.said(invoice), desk.stand(invoice).refunds) == (words, ("Unknown",))
    assert "gives back another amount of" in desk.refund(invoice, "2.00")[1]
    desk.close()


def test_several_payments_are_named(desk: GivingDesk) -> None:
    """An invoice that was paid in two parts: which one, the job does not guess."""
    invoice = desk.paid(amount="50.00")
    desk.collect(invoice)
    state, words = desk.refund(invoice, "10.00")
    assert (state, words.startswith("There are 2 payments: pi_")) == ("Refused", True), words


def test_an_invoice_without_payments_has_nothing_to_give(desk: GivingDesk) -> None:
    """Nor has one whose charge failed."""
    assert desk.refund(desk.billed())[1] == "Nothing was paid that could be given back; look it up under Payments."


def test_somebody_who_may_not_give_money_back_is_told_so(desk: GivingDesk) -> None:
    """The row is written with the person's own rights, before the gateway is asked."""
    invoice = desk.paid()
    person = desk.hire("Work365 Customer Service")
    job = desk.wish(invoice, by=person)
    desk.run(job)
    assert desk.state_of(job) == ("Refused", wording.not_allowed(f"Invoice {desk.number(invoice)}"))
    assert desk.stand(invoice) == PAID


def test_the_books_hear_of_each_change_once(desk: GivingDesk) -> None:
    """A contract that sends to its books by itself: the charge, the refund, its coming back."""
    invoice = desk.paid(**desk.to_books())
    desk.refund(invoice, "40.00")
    desk.refund_ends(invoice, "failed", "declined")
    for _ in range(2):
        desk.ask(invoice, About.REFUND)
    jobs = list(desk.quiet.find(Query("w365_job", ("w365_key",), eq("_w365_invoice_value", invoice))))
    assert sum(row["w365_key"].startswith("auto:sync:") for row in jobs) == 3
