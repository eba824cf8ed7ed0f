"""What must be true of the books: each document that was sent there is open there by as much as here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dataverse.rows import status_label
from local.months.reading import invoices, is_note, minor, numbers
from work365.money import EXPONENT, Currency

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.months.partner import Partner

EXPORT, FINDING, COUNTED = "w365_accountingexport", "w365_finding", "books-paid-twice"


def the_books_agree(partner: Partner) -> Iterator[str]:
    """Once everything is synced: there once, with the same total and balance; or a finding says what a person has to sort out."""
    books, realm = partner.quickbooks.books, partner.company.realm
    there = {kind: books.all(realm, kind) for kind in ("Invoice", "CreditMemo")}
    sent, said, called = _sent(partner), _findings(partner), numbers(partner)
    for row in invoices(partner):
        if row["w365_invoiceid"] not in sent or {row["w365_number"], called.get(row["_w365_original_value"])} & said:
            continue
        kind, sign = ("CreditMemo", -1) if is_note(row) else ("Invoice", 1)
        found = [one for one in there[kind] if one["DocNumber"] == row["w365_number"]]
        held = [(_minor(one, "TotalAmt"), _minor(one, "Balance")) for one in found]
        ours = [(sign * minor(row, "w365_total"), sign * minor(row, "w365_balance"))]
        if held != ours:
            yield f"{row['w365_number']}: total and balance in the books {held}, here {ours}"


def _sent(partner: Partner) -> set[str]:
    rows = partner.rows(EXPORT)
    return {row["_w365_invoice_value"] for row in rows if status_label(EXPORT, row) == "Done"}


def _findings(partner: Partner) -> set[str]:
    """Numbers of documents for which cash was entered in the books that does not count here: they are paid, or cancelled."""
    rows = [row for row in partner.rows(FINDING) if str(row["w365_code"]).startswith("books-") and row["w365_code"] != COUNTED]
    return {row["w365_subject"].partition(":")[0] for row in rows if status_label(FINDING, row) == "Open"}


def _minor(entity: dict[str, Any], member: str) -> int:
    return int(entity[member].scaleb(EXPONENT[Currency(entity["CurrencyRef"]["value"])]))
