"""Documents that were sent to books, over Dataverse: two requests for a hundred of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.batch import Get
from dataverse.query import Query, any_of, both, either, eq, ge, ne, not_null
from dataverse.rows import amount, choice_label, choice_value, instant, maybe
from dataverse.stores import books_rows as wire
from dataverse.stores.reconciling import chunks
from dataverse.webapi import Ref
from work365.accounting.documents import CreditUsed, DocumentKind, Receipt
from work365.accounting.giving_up import invoice_of, is_of_memo, memo_number, memo_receipt_id
from work365.money import zero
from work365.ports.reconciling import BooksPosition
from work365.reconciling.booked import Booked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.accounting.held import Held

CHECKED_TO = "w365_moneycheckedto"
OF_INVOICE = ("_w365_invoice_value",)


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
        firsts = self._api.rows(*(Get(_first(row["w365_accountingsystemid"])) for row in rows))
        return [
            BooksPosition(wire.system(row), instant(first[0]["w365_senton"]) if first else None, maybe(instant, row[CHECKED_TO]))
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
            found |= _invoices(self._api.find(Query(wire.PAYMENT_TABLE, OF_INVOICE, any_of("w365_paymentid", ids))))
        return found

    def documents(self, system: str, books: str, invoices: Collection[str]) -> Iterator[list[Booked]]:
        """The exports say which were sent there; what no export is of is left out."""
        for ids in chunks(sorted(invoices)):
            of_them = any_of("_w365_invoice_value", ids)
            heads, exports, payments, allocations = self._api.rows(
                Get(
                    Query(
                        wire.INVOICE_TABLE, (*wire.INVOICE, "modifiedon"), any_of("w365_invoiceid", ids), "", wire.CURRENCY_EXPAND
                    )
                ),
                Get(Query(wire.EXPORT_TABLE, OF_INVOICE, both(eq("_w365_system_value", system), of_them))),
                Get(Query(wire.PAYMENT_TABLE, (*wire.PAYMENT, "modifiedon"), of_them, "", wire.PAYMENT_EXPAND)),
                Get(Query(wire.ALLOCATION_TABLE, wire.ALLOCATION, of_them)),
            )
            sent = _invoices(exports)
            yield [
                booked
                for row in heads
                if row["w365_invoiceid"] in sent
                for booked in _with_memo(row, _booked(row, system, books, _of(payments, row), _of(allocations, row)))
            ]

    def move_on(self, system: str, moment: datetime) -> None:
        """One write."""
        self._api.update(Ref(wire.SYSTEM_TABLE, system), {CHECKED_TO: moment})


def _first(system: str) -> Query:
    mine = both(eq("_w365_system_value", system), not_null("w365_senton"))
    return Query(wire.EXPORT_TABLE, ("w365_senton",), mine, "w365_senton", top=1)


def _invoices(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset(row["_w365_invoice_value"] for row in rows)


def _of(rows: Iterable[Row], invoice: Row) -> list[Row]:
    return [row for row in rows if row["_w365_invoice_value"] == invoice["w365_invoiceid"]]


def _with_memo(row: Row, one: Booked) -> list[Booked]:
    """A document, and where some of it is written off, the memo that says so there and what applies it."""
    lost = wire.written_off(row, one.total.currency)
    if not lost.minor:
        return [one]
    number, nothing = memo_number(one.invoice), zero(lost.currency)
    memo = replace(one, kind=DocumentKind.CREDIT_NOTE, number=number, total=lost, balance=nothing, payments=())
    applied = Receipt(memo_receipt_id(one.invoice), nothing, lost, one.changed_on, credit=CreditUsed(number, ""))
    return [replace(one, payments=(*one.payments, applied)), memo]


def _booked(row: Row, system: str, books: str, payments: Sequence[Row], allocations: Sequence[Row]) -> Booked:
    code = wire.iso(row)
    kind = DocumentKind(choice_label(wire.INVOICE_TABLE, "w365_kind", row["w365_kind"]))
    given = kind is DocumentKind.CREDIT_NOTE
    total, balance = amount(row["w365_total"], code), amount(row["w365_balance"], code)
    return Booked(
        system=system,
        books=books,
        invoice=row["w365_invoiceid"],
        number=row["w365_number"] or "",
        kind=kind,
        total=-total if given and total.minor < 0 else total,
        balance=-balance if given else balance,
        payments=wire.paid_by(payments, allocations, {}, code).shown,
        changed_on=max(instant(one["modifiedon"]).date() for one in (row, *payments)),
    )
