"""Acts of customers who pay by a link, while staff goes on charging."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dataverse.stores.pay_link_rows import made
from local.months.acts import act
from local.months.taking import owing
from local.stripe.enrolling import control
from work365.jobs import JobKind
from work365.receivables.links import hashed
from work365.receivables.pay_links import NewLink, link_id
from work365.receivables.payments import InvoiceId

if TYPE_CHECKING:
    from random import Random

    from local.months.office import Office

GOOD_FOR = timedelta(days=30)
ENTERED = (
    *("pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_visa_chargeDeclined"),
    *("pm_usBankAccount_success", "pm_usBankAccount_insufficientFunds"),
)
"""What customers enter on a page."""


def open_pages(office: Office) -> list[dict[str, Any]]:
    """Stripe's pages on which somebody may pay now."""
    found = [one for one in control(office.partner.stripe, "sessions") if one["mode"] == "payment"]
    return [one for one in found if one["status"] == "open"]


def opens(office: Office, invoice: InvoiceId) -> None:
    """The customer has a link, and presses Pay on the invoice's page."""
    token = f"made-up-token-of-a-month-number-{len(office.partner.rows('w365_paymentlink')):012d}"
    digest = hashed(token)
    link = NewLink(link_id(digest), invoice, digest, office.partner.now + GOOD_FOR, "ap@k-1.example")
    if office.tries("the mail with the link", lambda: office.partner.quiet.change([made(link)])):
        office.tries("the customer", lambda: office.application.open_payment(token))


def enters(office: Office, session: str, instrument: str) -> str:
    """The customer enters a card or an account; what the page makes of it."""
    try:
        control(office.partner.stripe, "complete", {"session": session, "with": instrument})
    except AssertionError:  # the page is closed, or takes no such thing
        return f"{instrument}, not taken"
    return instrument


@act(3)
def a_customer_presses_pay(office: Office, dice: Random) -> str:
    """By a link of an invoice, whether something is owed of it or not; the page stays open for a day."""
    row = owing(office, dice)
    opens(office, InvoiceId(row["w365_invoiceid"]))
    return str(row["w365_number"])


@act(20)
def a_customer_comes_back_to_the_page(office: Office, dice: Random) -> str | None:
    """One that is still open; with a card that works, or not, or from a bank account."""
    found = open_pages(office)
    if not found:
        return None
    return enters(office, dice.choice(found)["id"], dice.choice(ENTERED))


@act(5)
def a_customer_pays_by_link(office: Office, dice: Random) -> str:
    """Presses Pay, and enters something on the page."""
    row = owing(office, dice)
    said = _pays(office, InvoiceId(row["w365_invoiceid"]), dice.choice(ENTERED))
    return f"{row['w365_number']}: {said}"


@act(4)
def staff_charges_beside_an_open_page(office: Office, dice: Random) -> str:
    """The customer has the page open and pays before, or after, a worker takes the job."""
    row, first = owing(office, dice), dice.random() < 0.5
    invoice = InvoiceId(row["w365_invoiceid"])
    opens(office, invoice)
    office.asks(JobKind.CHARGE, invoice)
    if first:
        office.work()
    said = _on_its_page(office, invoice, "pm_card_visa")
    office.work()
    return f"{row['w365_number']}, {'after the worker' if first else 'before'}: {said}"


def _pays(office: Office, invoice: InvoiceId, instrument: str) -> str:
    opens(office, invoice)
    return _on_its_page(office, invoice, instrument)


def _on_its_page(office: Office, invoice: InvoiceId, instrument: str) -> str:
    mine = [one["id"] for one in open_pages(office) if one["metadata"].get("w365_invoice") == invoice]
    return ", ".join(enters(office, session, instrument) for session in mine) or "no page"


@act(12)
def a_page_is_left(office: Office, dice: Random) -> str | None:
    """Its day is over."""
    found = open_pages(office)
    if not found:
        return None
    control(office.partner.stripe, "lapse", {"session": dice.choice(found)["id"]})
    return ""
