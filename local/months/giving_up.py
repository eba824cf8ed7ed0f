"""Acts that end debts without money: write-offs, and credit notes that pay other invoices."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dataverse.rows import choice_label
from dataverse.stores.applying_credit import Credits
from dataverse.stores.currencies import Currencies
from local.months.acts import act
from local.months.taking import INVOICE, bills, code_of, part_of
from work365.handlers import applying_credit
from work365.jobs import JobKind
from work365.receivables.payments import InvoiceId

if TYPE_CHECKING:
    from random import Random

    from local.months.office import Office


def open_notes(office: Office) -> list[dict[str, Any]]:
    """Credit notes of which something is left, by their numbers."""
    rows = [row for row in office.partner.rows(INVOICE) if row["w365_number"] and row["w365_balance"] < 0]
    kept = [row for row in rows if choice_label(INVOICE, "w365_kind", row["w365_kind"]) == "Credit note"]
    return sorted(kept, key=lambda row: str(row["w365_number"]))


@act(4)
def write_off(office: Office, dice: Random) -> str:
    """A person gives up what is open of an invoice, or claims it again."""
    row = dice.choice(bills(office))
    kind = dice.choice((JobKind.WRITE_OFF, JobKind.WRITE_OFF, JobKind.TAKE_BACK_WRITE_OFF))
    amount, invoice = part_of(row, dice), InvoiceId(row["w365_invoiceid"])
    office.asks(kind, invoice, amount=amount, code=code_of(row), arguments={"reason": "Insolvent"})
    office.work()
    return f"{kind.value}, {row['w365_number']}, {amount or 'all of it'}"


@act(4)
def a_credit_note_pays(office: Office, dice: Random) -> str | None:
    """A bookkeeper uses what is left of a credit note for the oldest invoices."""
    found = open_notes(office)
    if not found:
        return None
    number, book = str(dice.choice(found)["w365_number"]), credits_of(office)
    pay = partial(
        applying_credit.apply, number, None, book=book, now=office.partner.now, close_page=office.application.close_page
    )
    office.tries("the bookkeeper", pay)
    return number


def credits_of(office: Office) -> Credits:
    """Credit notes, their requests passing the fuse."""
    partner = office.partner
    return Credits(partner.guarded, Currencies(partner.quiet), partner.today)
