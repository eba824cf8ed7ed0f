"""Acts around the books: syncs that people ask for, what a bookkeeper enters there, and what is read back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from local.months.acts import act
from local.months.taking import bills
from local.quickbooks.faults import Refusal
from work365.accounting.documents import RECEIPT_PREFIX
from work365.jobs import JobKind
from work365.receivables.payments import InvoiceId

if TYPE_CHECKING:
    from random import Random

    from local.months.office import Office


@act(4)
def press_sync(office: Office, dice: Random) -> str:
    """A person sends a document to the books; that of a contract without books is refused."""
    row = dice.choice(bills(office))
    office.asks(JobKind.SYNC, InvoiceId(row["w365_invoiceid"]))
    office.work()
    return str(row["w365_number"])


@act(3)
def a_bookkeeper_enters_a_payment(office: Office, dice: Random) -> str | None:
    """Of an invoice that is in the books and open there: all of it, or a part."""
    partner, realm = office.partner, office.partner.company.realm
    found = [one for one in partner.quickbooks.books.all(realm, "Invoice") if one["Balance"] > 0]
    if not found:
        return None
    number, amount = str(dice.choice(found)["DocNumber"]), dice.choice((None, Decimal("12.34")))
    try:
        partner.quickbooks.pay(realm, number, amount, reference=f"cheque {dice.randint(1, 999)}")
    except Refusal:  # less is open there
        return None
    return f"{number}, {amount or 'all of it'}"


@act(2)
def a_bookkeeper_takes_a_payment_out(office: Office, dice: Random) -> str | None:
    """One that was entered by hand; never one of ours."""
    partner, realm = office.partner, office.partner.company.realm
    entered = [one for one in partner.quickbooks.books.all(realm, "Payment") if one["TotalAmt"] > 0]
    found = [one for one in entered if not str(one.get("PaymentRefNum", "")).startswith(RECEIPT_PREFIX)]
    if not found:
        return None
    one = dice.choice(found)
    partner.quickbooks.unpay(realm, one["Id"])
    return f"{one['TotalAmt']}"


@act(4)
def the_books_are_read(office: Office, dice: Random) -> str:
    """The timer of every hour."""
    del dice
    office.reads_books()
    return ""
