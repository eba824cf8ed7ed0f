"""The payment book over Dataverse: whose rights, which profile, how many requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, eq
from dataverse.rows import bind, status
from dataverse.webapi import Ref
from local.dataverse import seed
from local.desks.charge import ChargeDesk
from local.stripe.enrolling import control
from work365.receivables.payments import ProfileKind

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def desk() -> Iterator[ChargeDesk]:
    """One tenant for this module; every test has its own invoices."""
    tenant = ChargeDesk()
    yield tenant
    tenant.close()


def test_the_intent_is_the_persons_and_the_outcome_the_systems(desk: ChargeDesk) -> None:
    """The payment row is created with the rights of whoever pressed the button; the allocation is our own."""
    invoice = desk.invoice()
    desk.run(desk.job(invoice))
    assert desk.only_payment(invoice)["_createdby_value"] == seed.ADMIN_USER_ID
    allocation = desk.quiet.first(Query("w365_allocation", ("_createdby_value",), eq("_w365_invoice_value", invoice)))
    assert allocation is not None
    assert allocation["_createdby_value"] == seed.APPLICATION_USER_ID


def test_a_charge_takes_nine_requests(desk: ChargeDesk) -> None:
    """Two begin the job, two decide, one writes the intent, one goes to Stripe, two write the outcome, one ends the job."""
    desk.run(desk.job(desk.invoice()))
    job = desk.job(desk.invoice())
    desk.fuse.reset()
    desk.run(job)
    assert desk.fuse.count == 9
    assert [sent.address for sent in desk.fuse.sent].count("/v1/payment_intents") == 1


def test_the_job_chooses_the_profile_then_the_contract_then_the_account(desk: ChargeDesk) -> None:
    """A bank account on the contract wins over the account's default card; the job's choice wins over both."""
    bank, other = desk.enrol("pm_usBankAccount_success"), desk.enrol("pm_card_mastercard")
    contract = desk.quiet.create(
        "w365_billingcontract",
        {
            "w365_number": "C-1",
            "w365_startdate": "2026-01-01",
            "w365_billday": 1,
            "w365_frequency": 365000000,
            "w365_policy": 365000000,
            "w365_prorate": 365000000,
            "w365_changesbilled": 365000000,
            **bind("w365_Account", "account", desk.account),
            **bind("w365_LegalEntity", "w365_legalentity", desk.entity),
            **bind("w365_PaymentProfile", "w365_paymentprofile", bank),
        },
    )
    billed = desk.invoice(**bind("w365_Contract", "w365_billingcontract", contract))
    of_account = desk.payments.case(desk.invoice(), None).profile
    of_contract = desk.payments.case(billed, None).profile
    of_job = desk.payments.case(billed, other).profile
    assert of_account is not None
    assert of_contract is not None
    assert of_job is not None
    assert (of_account.id, of_contract.id, of_job.id) == (desk.profile, bank, other)
    assert (of_contract.kind, of_contract.expires) == (ProfileKind.BANK_DEBIT, None)
    assert (of_account.expires, of_account.processor.secret) == ((2028, 12), "stripe-key")


@pytest.mark.parametrize(
    ("total", "label", "amount", "words"),
    [
        ("150.00", "Issued", "150.01", "150.01 EUR is more than the balance. Charge at most 150.00 EUR on Invoice INV-"),
        ("150.00", "Issued", "0", "the amount must be above zero"),
        ("150.00", "Issued", "-1", "the amount must be above zero"),
        ("150.00", "Draft", None, "is still a draft"),
        ("150.00", "Cancelled", None, "is cancelled"),
        ("0.00", "Paid", None, "is paid already"),
    ],
)
def test_refusals_reach_the_person_and_leave_no_trace(
    desk: ChargeDesk, total: str, label: str, amount: str | None, words: str
) -> None:
    """The job says why; no payment row, no request to the gateway."""
    invoice = desk.invoice(total, label)
    job = desk.job(invoice, amount=amount)
    desk.fuse.reset()
    desk.run(job)
    state, message = desk.state_of(job)
    assert state == "Refused"
    assert words in message
    assert desk.bill(invoice).payments == ()
    assert not any("stripe" in sent.address or sent.address.startswith("/v1/") for sent in desk.fuse.sent)


def test_the_form_shows_what_happened(desk: ChargeDesk) -> None:
    """The invoice's last charge status says it in words, after a decline and after a success."""
    invoice = desk.invoice()
    bad = desk.enrol("pm_card_chargeCustomerFail")
    desk.run(desk.job(invoice, profile=bad))
    read = desk.quiet.read(Ref("w365_invoice", invoice), select=("w365_lastchargestatus", "w365_paidon"))
    assert read["w365_lastchargestatus"].startswith("The card was declined: the bank refused without a reason.")
    desk.run(desk.job(invoice))
    read = desk.quiet.read(Ref("w365_invoice", invoice), select=("w365_lastchargestatus", "w365_paidon"))
    assert read["w365_lastchargestatus"] == "Charged 150.00 EUR to Visa ending 4242; balance 0.00 EUR"
    assert read["w365_paidon"] == "2026-03-10"


def test_a_card_that_was_switched_off_is_refused(desk: ChargeDesk) -> None:
    """A profile's status counts, whatever the gateway would say."""
    card = desk.enrol("pm_card_visa")
    desk.quiet.update(Ref("w365_paymentprofile", card), status("w365_paymentprofile", "Expired"))
    invoice = desk.invoice()
    job = desk.job(invoice, profile=card)
    desk.run(job)
    assert desk.state_of(job) == (
        "Refused",
        "The payment profile Visa ending 4242 is expired; choose another one or ask the customer for a new one.",
    )


def test_a_wrong_gateway_key_needs_attention(desk: ChargeDesk) -> None:
    """Stripe refuses our request: the job failed, the attempt is over, nothing was taken."""
    invoice = desk.invoice()
    job = desk.job(invoice)
    control(desk.stripe, "fail", {"status": 401})
    desk.run(job)
    state, message = desk.state_of(job)
    assert state == "Failed"
    assert "the gateway refused our request" in message
    assert desk.bill(invoice).payments == ("Failed",)
