"""Documents that were sent to books, over Dataverse: two requests for a hundred of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, either, eq, ge, ne, not_null
from dataverse.rows import amount, choice_label, choice_value, instant, maybe, status_label
from dataverse.stores import books_rows as wire
from dataverse.stores import set_off_rows
from dataverse.stores.books import Books
from dataverse.stores.reconciling import chunks
from dataverse.webapi import Ref
from work365.accounting.deciding import decide
from work365.accounting.documents import DocumentKind, receipt_reference
from work365.accounting.giving_up import invoice_of, is_of_memo
from work365.money import total
from work365.ports.reconciling import BooksPosition
from work365.reconciling.booked import Booked
from work365.reconciling.spent import Spent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.accounting.held import Held
    from work365.money import Currency

CHECKED_TO = "w365_moneycheckedto"
OF_INVOICE = ("_w365_invoice_value",)
HEAD = (*wire.INVOICE, "_w365_original_value", "modifiedon")
PAYING = ("w365_paymentid", "statuscode", *set_off_rows.USE)


class Credit(NamedTuple):
    """Credit notes of documents, what notes are used for, and what the books call them."""

    own: Sequence[Row]
    uses: Sequence[Row] = ()
    external_ids: Mapping[str, str] = {}


class Used(NamedTuple):
    """Invoices that have movements of write-offs; payments of documents, and payments by credit notes."""

    given_up: Collection[str]
    own: Sequence[Row]
    by_notes: Sequence[Row]


class BookedRows:
    """Invoices, credit notes and payments as the books should have them."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    def positions(self) -> list[BooksPosition]:
        """Each with its first export; the systems first, which are few."""
        by_hand = choice_value(wire.SYSTEM_TABLE, "w365_kind", "Manual")
        in_use = both(eq("statecode", 0), ne("w365_kind", by_hand))
        rows = list(self._api.find(Query(wire.SYSTEM_TABLE, (*wire.SYSTEM, CHECKED_TO), in_use, "w365_code")))
        if not rows:
            return []
        mine = (eq("_w365_system_value", row["w365_accountingsystemid"]) for row in rows)
        firsts = self._api.rows(*(Get(wire.oldest_export(one)) for one in mine))
        return [
            BooksPosition(wire.system(row), instant(first[0]["createdon"]) if first else None, maybe(instant, row[CHECKED_TO]))
            for row, first in zip(rows, firsts, strict=True)
        ]

    def touched(self, system: str, since: datetime) -> frozenset[str]:
        """One request: its exports that changed, or whose invoice did."""
        changed = either(ge("modifiedon", since), ge("w365_Invoice/modifiedon", since))
        return _invoices(self._api.find(Query(wire.EXPORT_TABLE, OF_INVOICE, both(eq("_w365_system_value", system), changed))))

    def invoices_of(self, system: str, held: Held) -> frozenset[str]:
        """Two requests for a hundred: by the export's and the link's id there, and by the mark in the note."""
        found = frozenset(invoice_of(one.ours) for one in held.documents if one.ours)
        payments = {one.ours for one in held.payments if one.ours}
        found |= {invoice_of(one) for one in payments if is_of_memo(one)}
        payments = {one for one in payments if not is_of_memo(one)}
        mine = eq("_w365_system_value", system)
        for ids in chunks([one.posted.external_id for one in held.documents]):
            exports = Query(wire.EXPORT_TABLE, OF_INVOICE, both(mine, any_of("w365_externalid", ids)))
            found |= _invoices(self._api.find(exports))
        for ids in chunks([one.external_id for one in held.payments]):
            of_payments = both(mine, eq("w365_localtable", wire.PAYMENT_TABLE), any_of("w365_externalid", ids))
            payments |= {row["w365_localid"] for row in self._api.find(Query(wire.LINK_TABLE, wire.LINK, of_payments))}
        for ids in chunks(sorted(payments)):
            notes = both(any_of("w365_invoiceid", ids), not_null("_w365_original_value"))
            paying, set_off = self._api.rows(
                Get(Query(wire.PAYMENT_TABLE, OF_INVOICE, any_of("w365_paymentid", ids))),
                Get(Query(wire.INVOICE_TABLE, ("_w365_original_value",), notes)),
            )
            found |= _invoices(paying) | {row["_w365_original_value"] for row in set_off}
        return found

    def documents(self, system: str, books: str, invoices: Collection[str]) -> Iterator[list[Booked]]:
        """The exports say which were sent there; what no export is of is left out."""
        for ids in chunks(sorted(invoices)):
            of_them = any_of("_w365_invoice_value", ids)
            heads, exports, payments, allocations, moved, notes, paying = self._api.rows(
                Get(Query(wire.INVOICE_TABLE, HEAD, any_of("w365_invoiceid", ids), "", wire.CURRENCY_EXPAND)),
                Get(Query(wire.EXPORT_TABLE, OF_INVOICE, both(eq("_w365_system_value", system), of_them))),
                Get(Query(wire.PAYMENT_TABLE, (*wire.PAYMENT, "modifiedon"), of_them, "", wire.PAYMENT_EXPAND)),
                Get(Query(wire.ALLOCATION_TABLE, wire.ALLOCATION, of_them)),
                Get(Query(wire.WRITE_OFF_TABLE, OF_INVOICE, of_them)),
                Get(set_off_rows.notes_query(ids)),
                Get(Query(wire.PAYMENT_TABLE, PAYING, any_of("_w365_creditnote_value", ids))),
            )
            sent, lost = _invoices(exports), _invoices(moved)
            credit = self._credit(system, payments, notes)
            yield [
                _booked(row, (system, books), _paid(row, payments, allocations, credit), Used(lost, payments, paying))
                for row in heads
                if row["w365_invoiceid"] in sent
            ]

    def _credit(self, system: str, payments: Iterable[Row], own: Sequence[Row]) -> Credit:
        """One request, where credit notes pay these documents or credit them."""
        ids = {row["_w365_creditnote_value"] for row in payments} | {row["w365_invoiceid"] for row in own}
        notes = sorted(ids - {None})
        if not notes:
            return Credit(own)
        exports, uses = self._api.rows(Get(wire.exports_query(system, notes)), Get(set_off_rows.uses_query(notes)))
        return Credit(own, uses, wire.external_ids(exports))

    def sync_due(self, one: Booked) -> bool:
        """Two requests, as a sync asks them; a document whose contract names other books now is not sent to these."""
        case = Books(self._api).load(one.invoice)
        if case.system is None or case.system.id != one.system:
            return False
        plan = decide(case)
        return plan.document or plan.payments

    def move_on(self, system: str, moment: datetime) -> None:
        """One write."""
        self._api.update(Ref(wire.SYSTEM_TABLE, system), {CHECKED_TO: moment})


def _invoices(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset(row["_w365_invoice_value"] for row in rows)


def _of(rows: Iterable[Row], invoice: Row) -> list[Row]:
    return [row for row in rows if row["_w365_invoice_value"] == invoice["w365_invoiceid"]]


def _paid(row: Row, payments: Iterable[Row], allocations: Iterable[Row], credit: Credit) -> tuple[wire.Paid, date]:
    """What is collected for a document and set off against it, and when it or that last changed."""
    mine, code = _of(payments, row), wire.iso(row)
    changed_on = max(instant(one["modifiedon"]).date() for one in (row, *mine))
    shown, gone = wire.paid_by(mine, _of(allocations, row), credit.external_ids, code)
    own = [note for note in credit.own if note["_w365_original_value"] == row["w365_invoiceid"]]
    off = set_off_rows.set_off(own, credit.uses, credit.external_ids, code)
    return wire.Paid((*shown, *off), gone), changed_on


def _spent(note: Row, used: Used, code: Currency) -> Spent:
    """What a credit note was used for; in the books its own document is paid under the note's id, others under the payment's."""
    id_ = note["w365_invoiceid"]
    mine = [row for row in used.by_notes if row["_w365_creditnote_value"] == id_]
    paying, ahead = _succeeded(mine), _succeeded(_of(used.own, note))
    off = set_off_rows.set_off([note], (*paying, *ahead), {}, code) if note["_w365_original_value"] else ()
    amounts = (*(amount(row["w365_amount"], code) for row in paying), *(one.applied for one in off))
    return Spent(
        paying=total(amounts, code),
        ahead=total((amount(-row["w365_amount"], code) for row in ahead), code),
        references=frozenset(map(receipt_reference, (id_, *(row["w365_paymentid"] for row in mine)))),
    )


def _succeeded(payments: Iterable[Row]) -> list[Row]:
    return [row for row in payments if status_label(wire.PAYMENT_TABLE, row) == "Succeeded"]


def _booked(row: Row, of: tuple[str, str], paid: tuple[wire.Paid, date], used: Used) -> Booked:
    code = wire.iso(row)
    kind = DocumentKind(choice_label(wire.INVOICE_TABLE, "w365_kind", row["w365_kind"]))
    given = kind is DocumentKind.CREDIT_NOTE
    whole, balance = amount(row["w365_total"], code), amount(row["w365_balance"], code)
    (shown, gone), changed_on = paid
    return Booked(
        *of,
        invoice=row["w365_invoiceid"],
        number=row["w365_number"] or "",
        kind=kind,
        total=-whole if given and whole.minor < 0 else whole,
        balance=-balance if given else balance,
        payments=shown,
        changed_on=changed_on,
        gone=gone,
        given_up=wire.written_off(row, code) if row["w365_invoiceid"] in used.given_up else None,
        spent=_spent(row, used, code) if given else None,
    )
