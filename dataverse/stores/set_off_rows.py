"""What credit notes take off the document that they credit, as the books should show it. Pure: nothing here calls anybody.

A note is set off against its own document without any payment here: when it is issued while something is open of that, and when
a refund takes what it had freed. Books know no such thing by themselves: there a payment over 0.00 links the two. Its id is that
of the note, which has one document only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataverse.query import Query, any_of, both, either, eq, not_null
from dataverse.rows import amount, choice_value, day, instant, maybe, status
from work365.accounting.documents import CreditUsed, Receipt
from work365.accounting.settling import KnownPayment
from work365.money import zero

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dataverse.rows import Row
    from work365.money import Currency

INVOICE_TABLE, PAYMENT_TABLE = "w365_invoice", "w365_payment"
NOTE = ("w365_invoiceid", "w365_number", "w365_invoicedate", "w365_amountcharged", "createdon", "_w365_original_value")
USE = ("w365_amount", "_w365_invoice_value", "_w365_creditnote_value")


def notes_query(invoices: Iterable[str]) -> Query:
    """The credit notes of these documents."""
    issued = both(eq("w365_kind", choice_value(INVOICE_TABLE, "w365_kind", "Credit note")), not_null("w365_number"))
    return Query(INVOICE_TABLE, NOTE, both(any_of("_w365_original_value", invoices), issued), "w365_number")


def uses_query(notes: Sequence[str]) -> Query:
    """What else these notes were used for: payments of other invoices, and what went to a prepaid balance."""
    of_them = either(any_of("_w365_creditnote_value", notes), any_of("_w365_invoice_value", notes))
    return Query(PAYMENT_TABLE, USE, both(eq("statuscode", status(PAYMENT_TABLE, "Succeeded")["statuscode"]), of_them))


def set_off(notes: Iterable[Row], uses: Sequence[Row], external_ids: Mapping[str, str], code: Currency) -> tuple[Receipt, ...]:
    """What each note takes off its document. Shape: `notes` are those of one document; `uses` may be those of others too."""
    return tuple(one for one in (_set_off(note, uses, external_ids, code) for note in notes) if one.applied.minor > 0)


def _set_off(note: Row, uses: Iterable[Row], external_ids: Mapping[str, str], code: Currency) -> Receipt:
    id_ = note["w365_invoiceid"]
    # a payment of the note itself is below zero, one by the note above: both are used up elsewhere
    elsewhere = (abs(use["w365_amount"]) for use in uses if id_ in (use["_w365_creditnote_value"], use["_w365_invoice_value"]))
    return Receipt(
        id=id_,
        amount=zero(code),
        applied=amount(-(note["w365_amountcharged"] or 0) - sum(elsewhere), code),
        received_on=maybe(day, note["w365_invoicedate"]) or instant(note["createdon"]).date(),
        credit=CreditUsed(note["w365_number"], external_ids.get(id_, "")),
    )


def known(receipts: Iterable[Receipt]) -> tuple[KnownPayment, ...]:
    """The same, so that they are recognised when payments are read in the books."""
    return tuple(KnownPayment(one.id, 0, "Credit note", one.applied) for one in receipts)
