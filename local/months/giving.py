"""Acts that give money back: refunds, disputes, charge-backs, and what banks make of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.rows import status_label
from local.gocardless.enrolling import control as door
from local.months.acts import act
from local.months.arriving import REFUND_ARRIVES, debits_arrive
from local.months.taking import bills, code_of
from local.stripe.enrolling import control
from work365.jobs import JobKind
from work365.receivables.payments import InvoiceId

if TYPE_CHECKING:
    from random import Random

    from local.months.office import Office

LONG_ENOUGH_MIN = 20
"""After so many minutes a sweep asks about a payment again."""


def succeeded(office: Office) -> list[dict[str, Any]]:
    """Payments through a gateway that came, by their references."""
    rows = [row for row in office.partner.rows("w365_payment") if row["w365_gatewayreference"] and _came_through(row)]
    kept = [row for row in rows if status_label("w365_payment", row) == "Succeeded"]
    return sorted(kept, key=lambda row: str(row["w365_gatewayreference"]))


def _came_through(row: dict[str, Any]) -> bool:
    return bool(row["_w365_profile_value"] or row["_w365_processor_value"])


@act(8)
def give_back(office: Office, dice: Random) -> str | None:
    """A person gives a payment back, all of it or a part."""
    found = succeeded(office)
    if not found:
        return None
    return _gives_back(office, dice.choice(found), dice.choice((None, None, Decimal("0.50"), Decimal(30))))


def _gives_back(office: Office, row: dict[str, Any], part: Decimal | None) -> str:
    invoice, reason = InvoiceId(row["_w365_invoice_value"]), {"reason": "Two seats too many"}
    office.asks(JobKind.REFUND, invoice, amount=part, code=code_of(row), arguments=reason, payment=row["w365_paymentid"])
    office.work()
    return str(part or "all of it")


@act(4)
def refunds_arrive(office: Office, dice: Random) -> str | None:
    """Refunds at GoCardless get on, or bounce; where none is on its way, a part of a debit goes back first."""
    refunds = office.partner.gocardless.world.refunds
    if not any(one["status"] in REFUND_ARRIVES for one in refunds.values()):
        _gives_a_debit_back(office, dice)
    moved = []
    for refund in list(refunds.values()):
        if refund["status"] in REFUND_ARRIVES:
            to = "bounced" if dice.random() < 0.2 and refund["status"] == "submitted" else REFUND_ARRIVES[refund["status"]]
            door(office.partner.gocardless, "refund", refund=refund["id"], to=to)
            moved.append(to)
    return ", ".join(moved) or None


def _gives_a_debit_back(office: Office, dice: Random) -> None:
    """A debit takes days until it has arrived, and only then can anything of it be given back."""
    debits_arrive(office.partner)
    office.partner.later(minutes=LONG_ENOUGH_MIN)
    office.sweep()
    debits = [row for row in succeeded(office) if row["w365_gatewayreference"].startswith("PM")]
    if debits:
        _gives_back(office, dice.choice(debits), Decimal("0.50"))


@act(4)
def a_bank_disputes(office: Office, dice: Random) -> str | None:
    """A cardholder's bank takes a charge back, or a part of it."""
    found = [row for row in succeeded(office) if row["w365_gatewayreference"].startswith("pi_")]
    if not found:
        return None
    reference, amount = dice.choice(found)["w365_gatewayreference"], dice.choice((None, None, 20))
    try:
        control(office.partner.stripe, "dispute", {"payment_intent": reference, "amount": amount})
    except AssertionError:  # nothing is left of it
        return None
    return str(amount or "all of it")


@act(4)
def a_bank_decides(office: Office, dice: Random) -> str | None:
    """A dispute is won or lost."""
    found = [one["id"] for one in control(office.partner.stripe, "disputes") if one["status"] == "needs_response"]
    if not found:
        return None
    to = dice.choice(("won", "lost", "under_review"))
    control(office.partner.stripe, "disputed", {"dispute": dice.choice(found), "to": to})
    return to


@act(3)
def a_debit_is_charged_back(office: Office, dice: Random) -> str | None:
    """A bank takes a debit back weeks later; or its customer gives way."""
    debits = office.partner.gocardless.world.payments.values()
    if back := [one["id"] for one in debits if one["status"] == "charged_back"]:
        door(office.partner.gocardless, "chargeback", payment=dice.choice(back), ends="cancelled")
        return "cancelled"
    if paid := [one["id"] for one in debits if one["status"] in ("confirmed", "paid_out")]:
        door(office.partner.gocardless, "move", payment=dice.choice(paid), to="charged_back")
        return "charged back"
    return None


@act(4)
def credit(office: Office, dice: Random) -> str:
    """A person credits a billed document, or a part of it."""
    row = dice.choice(bills(office))
    lines = dice.choice(("", "1=20.00", "1:1"))
    office.asks(JobKind.CREDIT, InvoiceId(row["w365_invoiceid"]), arguments={"lines": lines, "reason": "Outage on the fourth"})
    office.work()
    return f"{row['w365_number']} {lines or 'all of it'}"


@act(1)
def cancel(office: Office, dice: Random) -> str:
    """A person cancels a document."""
    row = dice.choice(bills(office))
    office.asks(JobKind.CANCEL, InvoiceId(row["w365_invoiceid"]), arguments={"reason": "Wrong customer"})
    office.work()
    return str(row["w365_number"])
