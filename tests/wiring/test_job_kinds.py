"""Kinds of jobs: each has its handler, with the gate and the customer's page before it where that matters."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

import wiring
from dataverse.rows import bind, choice_value, status, status_label
from dataverse.stores.checklists import Checklists
from dataverse.webapi import Ref
from tests.wiring.wired import TOLD, Unsettled, Wired, asked
from wiring.job_kinds import DOERS
from work365.handlers import checklists
from work365.jobs import JobKind, JobResult, JobState

if TYPE_CHECKING:
    from local.desks.billing import BillingDesk


class Closed:
    """A gate that lets nobody pass."""

    def stops(self, _job: object, _whose: object, _request: object) -> JobResult:
        return JobResult(JobState.REFUSED, "the gate is closed")


AMENDED = {"contract": "C-1", "on": "2026-02-01", "frequency": "annual"}


@pytest.mark.parametrize("kind", [JobKind.CHANGE, JobKind.CREDIT, JobKind.CANCEL, JobKind.WRITE_OFF, JobKind.AMEND])
def test_requests_of_people_go_through_the_gate(desk: BillingDesk, kind: JobKind) -> None:
    """A handler that was wired without it would let everything pass."""
    contract = desk.contract("C-1")
    subscription = desk.subscription(contract)
    desk.run(date(2026, 1, 1))
    (invoice,) = desk.invoices()
    said = {"reason": "x", "subscription": subscription, "event": "Quantity", "quantity": "12", "on": "2026-01-01"}
    said = {"reason": "x", **AMENDED} if kind is JobKind.AMEND else said
    job = asked(desk, kind.value)
    row = {"w365_arguments": json.dumps(said), **bind("w365_Invoice", "w365_invoice", invoice.id)}
    desk.api.update(Ref("w365_job", job), row)
    system = wiring.Application(TOLD, desk.clock)
    vars(system).update({"api": desk.api, "queue": desk.queue, "gate": Closed(), "mailer": None})
    system.run_job({"job": job})
    assert desk.api.read(Ref("w365_job", job), select=("w365_message",))["w365_message"] == "the gate is closed"


class NoTrace:
    """A gateway that has not heard of a page yet."""

    def close(self, _payment: object, _profile: object) -> None:
        return None


@pytest.mark.parametrize("kind", [JobKind.CREDIT, JobKind.CANCEL, JobKind.WRITE_OFF])
def test_what_changes_a_balance_waits_for_the_customers_page(desk: BillingDesk, kind: JobKind) -> None:
    """A handler that was wired without it would let the customer pay what is not owed any more."""
    desk.subscription(desk.contract("C-1"))
    desk.run(date(2026, 1, 1))
    (invoice,) = desk.invoices()
    kinds = choice_value("w365_paymentprocessor", "w365_kind", "Stripe")
    processor = desk.api.create("w365_paymentprocessor", {"w365_code": "stripe", "w365_kind": kinds, "w365_secretname": "key"})
    row = desk.api.read(Ref("w365_invoice", invoice.id), select=("w365_balance", "_transactioncurrencyid_value"))
    page = {
        "w365_name": "attempt 1",
        "w365_attempt": 1,
        "w365_amount": row["w365_balance"],
        "w365_source": choice_value("w365_payment", "w365_source", "Pay link"),
        "w365_senton": desk.clock.now(),
        "w365_customerreference": "cus_1",
        **bind("w365_Invoice", "w365_invoice", invoice.id),
        **bind("w365_Processor", "w365_paymentprocessor", processor),
        **bind("transactioncurrencyid", "transactioncurrency", row["_transactioncurrencyid_value"]),
        **status("w365_payment", "Pending"),
    }
    desk.api.create("w365_payment", page)
    job = asked(desk, kind.value)
    said = {"w365_arguments": '{"reason": "x"}', **bind("w365_Invoice", "w365_invoice", invoice.id)}
    desk.api.update(Ref("w365_job", job), said)
    system = wiring.Application(TOLD, desk.clock)
    vars(system).update({"api": desk.api, "queue": desk.queue, "mailer": None, "gateway_for": lambda _: NoTrace()})
    system.run_job({"job": job})
    row = desk.api.read(Ref("w365_job", job), select=("statuscode", "w365_message"))
    assert (status_label("w365_job", row), row["w365_message"]) == (
        "Waiting",
        "The payment page cannot be reached; this continues by itself.",
    )


def test_an_item_of_a_checklist_is_ticked(desk: BillingDesk) -> None:
    """Over the real checklist: what is asked for stands there, and the account says that nothing is missing."""
    kind = choice_value("w365_checklistitem", "w365_kind", "By hand")
    item = {"w365_name": "Tax form", "w365_code": "tax-form", "w365_kind": kind, "w365_validfrom": "2026-01-01"}
    desk.api.create("w365_checklistitem", item)
    account = desk.api.create("account", {"name": "Fabrikam", "accountnumber": "N-1"})
    book = Checklists(desk.api)
    [entry] = checklists.start("N-1", book=book).entries
    job = asked(desk, "Tick")
    said = {"account": account, "item": "tax-form", "do": "tick", "note": "W-8BEN", "version": entry.etag}
    desk.api.update(Ref("w365_job", job), {"w365_arguments": json.dumps(said)})
    system = wiring.Application(TOLD, desk.clock)
    vars(system).update({"api": desk.api, "queue": desk.queue, "mailer": None})
    system.run_job({"job": job})
    row = desk.api.read(Ref("w365_job", job), select=("w365_message",))
    assert row["w365_message"] == "Tax form is ticked. Nothing is missing."
    assert desk.api.read(Ref("account", account), select=("w365_documents",))["w365_documents"] == "Complete"


def test_a_kind_that_nobody_does_is_refused_at_once(desk: BillingDesk) -> None:
    """With a sentence, instead of five failures."""
    made = asked(desk, "Issue")
    Wired(desk, Unsettled()).run_job({"job": made})
    assert desk.states("w365_job") == ["Refused"]


def test_a_deployment_without_a_mailbox_refuses_to_send_and_does_everything_else(desk: BillingDesk) -> None:
    """The sentence names the setting; jobs of other kinds are done as ever."""
    made = {kind: asked(desk, kind) for kind in ("Send", "Verify")}
    wired = wiring.Application(TOLD, desk.clock)
    vars(wired).update({"api": desk.api, "queue": desk.queue})
    told = {}
    for kind, job in made.items():
        wired.run_job({"job": job})
        told[kind] = desk.api.read(Ref("w365_job", job), select=("w365_message",))["w365_message"]
    assert "W365_MAILBOX" in told["Send"]
    assert "W365_MAILBOX" not in told["Verify"]


def test_every_kind_of_job_that_a_person_can_ask_for_is_done_by_somebody() -> None:
    """A kind that nobody does is refused (above): none of the table's may be forgotten."""
    assert set(DOERS) == set(JobKind)
