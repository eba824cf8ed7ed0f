"""Credits, cancellations, refunds and write-offs above their thresholds wait for somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dataverse.rows import bind, choice_value
from local.desks.approvals import START, ApprovalDesk, hired
from local.desks.approved_money import Till
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def till() -> Iterator[Till]:
    """100.00 EUR or more waits."""
    made = Till()
    made.listen()
    yield made
    made.close()


def test_a_refund_above_the_threshold_goes_out_once_somebody_else_approves(till: Till) -> None:
    invoice = till.paid()
    small = till.wish(invoice, "40.00", by=till.cashier.entra)
    till.run(small)
    assert till.state_of(small)[0] == "Succeeded"
    large = till.wish(invoice, "100.00", by=till.cashier.entra)
    till.run(large)
    assert till.state_of(large) == (
        "Waits for approval",
        "Waits for approval until 2026-03-17 09:00 UTC. 100.00 EUR given back waits for an approver: 100.00 EUR or more does.",
    )
    assert till.stand(invoice).refunds == ("Succeeded",)
    assert till.approves(large)[0] == "Succeeded"
    assert till.stand(invoice).refunds == ("Succeeded", "Succeeded")


def test_a_refund_of_all_that_is_left_is_asked_again_when_less_is_left(till: Till) -> None:
    """Approved were 150.00; by then 30.00 have gone back another way."""
    invoice = till.paid()
    large = till.wish(invoice, by=till.cashier.entra)
    till.run(large)
    till.refund(invoice, "30.00")
    state, said = till.approves(large)
    assert state == "Waits for approval"
    assert said.startswith(
        "The facts changed after Ann Approver had approved it: left to give back 120.00 EUR instead of 150.00 EUR"
    )
    assert till.approves(large)[0] == "Succeeded"
    assert till.stand(invoice).held == 0


def test_a_write_off_above_the_threshold_waits(till: Till) -> None:
    invoice = till.billed("150.00")
    job = till.asks(JobKind.WRITE_OFF, invoice, by=till.cashier.entra)
    till.run(job)
    assert till.state_of(job)[0] == "Waits for approval"
    assert till.ledger(invoice) == []
    assert till.approves(job)[0] == "Succeeded"
    assert till.ledger(invoice) == [("Written off", "150.00")]


def test_a_write_off_is_asked_again_when_part_of_it_was_paid(till: Till) -> None:
    """What is approved is what is given up then."""
    invoice = till.billed("150.00")
    job = till.asks(JobKind.WRITE_OFF, invoice, by=till.cashier.entra)
    till.run(job)
    till.transfer(invoice, 3000, "T-1")
    assert till.approves(job)[0] == "Waits for approval"
    assert till.approves(job)[0] == "Succeeded"
    assert till.ledger(invoice) == [("Written off", "120.00")]


@pytest.fixture
def desk() -> ApprovalDesk:
    """An invoice over ten seats, 368.90 EUR with tax; credits of 200.00 EUR or more wait."""
    made = ApprovalDesk()
    made.run(START)
    made.says("approve-credits", "200.00 EUR")
    return made


def invoice_of(desk: ApprovalDesk) -> str:
    (one,) = desk.invoices()
    return one.id


def asks(desk: ApprovalDesk, kind: JobKind, **arguments: object) -> str:
    """A request of somebody in billing that a worker has taken."""
    clerk = hired(desk.api, f"Clerk {len(arguments)}", "Work365 Billing")
    job = desk.asks(clerk, kind, {"reason": "Outage on 4 March", **arguments}, invoice_of(desk))
    desk.deliver(job)
    return job


def test_a_credit_above_the_threshold_waits_and_then_is_what_was_approved(desk: ApprovalDesk) -> None:
    job = asks(desk, JobKind.CREDIT)
    (number,) = [one.number for one in desk.invoices()]
    assert desk.said(job) == (
        "Waits for approval",
        "Waits for approval until 2026-03-08 03:15 UTC. 368.90 EUR credited waits for an approver: 200.00 EUR or more does.",
    )
    assert [one.what for one in desk.waiting()] == [f"368.90 EUR credited of {number}: Outage on 4 March"]
    desk.answers(desk.approver, "approve")
    assert desk.said(job)[0] == "Succeeded"
    assert sorted(f"{one.total:.2f}" for one in desk.invoices()) == ["-368.90", "368.90"]


def test_credits_that_add_up_are_asked_again(desk: ApprovalDesk) -> None:
    """50.00 were credited meanwhile, so less is left."""
    job = asks(desk, JobKind.CREDIT, lines="1=300.00")
    assert desk.said(asks(desk, JobKind.CREDIT, lines="1=5.00", note="small"))[0] == "Succeeded"
    desk.answers(desk.approver, "approve")
    state, said = desk.said(job)
    assert state == "Waits for approval"
    assert "left 362.95 EUR instead of 368.90 EUR" in said


def test_a_cancellation_waits_for_what_it_gives_back(desk: ApprovalDesk) -> None:
    job = asks(desk, JobKind.CANCEL)
    assert desk.said(job)[0] == "Waits for approval"
    assert [one.total for one in desk.invoices()] != []
    desk.answers(desk.approver, "refuse", reason="Credit two seats instead")
    assert desk.said(job)[0] == "Refused"
    assert len(desk.invoices()) == 1


def test_what_the_system_credits_by_itself_waits_for_nobody(desk: ApprovalDesk) -> None:
    """Only its own user can write such a job: anybody may type such a key."""
    row = {
        "w365_name": "Credit",
        "w365_kind": choice_value("w365_job", "w365_kind", "Credit"),
        "w365_arguments": '{"reason": "Never paid"}',
        **bind("w365_Invoice", "w365_invoice", invoice_of(desk)),
    }
    clerk = hired(desk.api, "Clerk", "Work365 Billing")
    typed = clerk.api.create("w365_job", {**row, "w365_key": "auto:credit:typed"})
    desk.deliver(typed)
    assert desk.said(typed)[0] == "Waits for approval"
    own = desk.api.create("w365_job", {**row, "w365_key": "auto:credit:1"})
    desk.deliver(own)
    assert desk.said(own)[0] == "Succeeded"
