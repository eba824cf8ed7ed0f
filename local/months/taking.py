"""Acts that take money: bills, charges, what cards and banks say to them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dataverse.rows import choice_label, status_label
from dataverse.webapi import Ref
from local.dataverse import seed
from local.gocardless.enrolling import control as door
from local.months.acts import act
from local.stripe.enrolling import control
from work365.errors import Work365Error
from work365.jobs import JobKind
from work365.receivables.payments import InvoiceId

if TYPE_CHECKING:
    from random import Random

    from local.months.office import Office

INVOICE, NUMBER = "w365_invoice", "CFQ7TTC0LCHC:0002"
ONWARDS = {"pending_submission": "submitted", "submitted": "confirmed", "confirmed": "paid_out"}
OWED = 0.8
MOODS = ("succeeds", "succeeds", "succeeds", "insufficient_funds", "lost_card", "authentication_required", "processing_error")
PRICES = (("C-1", "150.00"), ("C-1", "89.90"), ("C-2", "0.99"), ("C-2", "1000.00"), ("C-USD", "75.55"), ("C-JPY", "4203"))


def bills(office: Office) -> list[dict[str, Any]]:
    """Every invoice that has a number, credit notes excepted, in the order of issue."""
    rows = [row for row in office.partner.rows(INVOICE) if row["w365_number"]]
    kept = [row for row in rows if choice_label(INVOICE, "w365_kind", row["w365_kind"]) == "Invoice"]
    return sorted(kept, key=lambda row: (row["w365_invoicedate"], row["w365_number"]))


def owing(office: Office, dice: Random) -> dict[str, Any]:
    """A bill of which something is owed, mostly."""
    found = bills(office)
    owed = [row for row in found if row["w365_balance"] > 0]
    return dice.choice(owed if owed and dice.random() < OWED else found)


def code_of(row: dict[str, Any]) -> str:
    """The currency of a row."""
    return next(code for code in ("EUR", "USD", "JPY") if seed.currency_id(code) == row["_transactioncurrencyid_value"])


def part_of(row: dict[str, Any], dice: Random) -> Decimal | None:
    """An amount that somebody may ask for: mostly all of it, sometimes a part, at times more than is owed."""
    total = Decimal(row["w365_total"])
    whole = code_of(row) == "JPY"
    part = dice.choice((None, None, total / 3, total / 2, total + 1))
    return None if part is None else part.quantize(Decimal(1) if whole else Decimal("0.01"))


@act(5)
def bill_by_hand(office: Office, dice: Random) -> str:
    """A person writes an invoice outside the cycle, in one of several currencies."""
    contract, price = dice.choice(PRICES)
    office.asks(JobKind.ONE_OFF, arguments={"contract": contract, "lines": f"{NUMBER} at {price}"})
    office.work()
    return f"{contract} over {price} net"


@act(10)
def press_charge(office: Office, dice: Random) -> str:
    """A person charges an invoice, all of it or a part, on the card or the mandate."""
    row = dice.choice(bills(office))
    amount, profile = part_of(row, dice), dice.choice(("", office.partner.profile, office.partner.mandate))
    office.asks(JobKind.CHARGE, InvoiceId(row["w365_invoiceid"]), amount=amount, code=code_of(row), profile=profile)
    office.work()
    return f"{row['w365_number']}, {amount or 'all of it'}"


@act(5)
def two_people_press_charge(office: Office, dice: Random) -> str:
    """At the same moment, for the same invoice; the worker of the second may run wholly within that of the first."""
    row = dice.choice(bills(office))
    for _ in range(2):
        office.asks(JobKind.CHARGE, InvoiceId(row["w365_invoiceid"]), amount=part_of(row, dice), code=code_of(row))
    office.work()
    return str(row["w365_number"])


@act(4)
def card_changes_its_mood(office: Office, dice: Random) -> str:
    """The card runs dry, is reported lost, wants its holder to sign, or works again."""
    mood = dice.choice(MOODS)
    profiles = {row["w365_paymentprofileid"]: row for row in office.partner.rows("w365_paymentprofile")}
    method = profiles[office.partner.profile]["w365_methodreference"]
    control(office.partner.stripe, "behaviour", {"payment_method": method, "behaviour": mood})
    return mood


@act(1)
def new_card(office: Office, dice: Random) -> str:
    """The customer stores another one, which counts from now on."""
    token = dice.choice(("pm_card_visa", "pm_card_mastercard", "pm_usBankAccount_success", "pm_usBankAccount_insufficientFunds"))
    before = office.partner.profile
    try:
        office.partner.profile = office.partner.enrol(token, default=True)
        office.partner.quiet.update(Ref("w365_paymentprofile", before), {"w365_isdefault": False})
    except (AssertionError, Work365Error):  # Stripe or the tenant is out of order
        return f"{token}, not quite"
    return token


@act(6)
def banks_work(office: Office, dice: Random) -> str | None:
    """Debits get on at both gateways; one in four comes back."""
    moved = []
    for debit in list(office.partner.gocardless.world.payments.values()):
        to = ONWARDS.get(debit["status"])
        if to is not None and dice.random() < 0.8:
            back = debit["status"] == "submitted" and dice.random() < 0.25
            door(office.partner.gocardless, "move", payment=debit["id"], to="failed" if back else to)
            moved.append("failed" if back else to)
    for row in office.partner.rows("w365_payment"):
        reference = row["w365_gatewayreference"] or ""
        if status_label("w365_payment", row) == "Processing" and reference.startswith("pi_") and dice.random() < 0.5:
            moved += _settles(office, reference, dice.choice(("succeeded", "succeeded", "failed")))
    return ", ".join(moved) or None


def _settles(office: Office, reference: str, ends: str) -> list[str]:
    try:
        control(office.partner.stripe, "settle", {"payment_intent": reference, "ends": ends})
    except AssertionError:  # it has ended there, and nobody has told us yet
        return []
    return [ends]
