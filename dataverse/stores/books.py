"""The export book over Dataverse: four requests to sync an invoice for the first time, three to see that nothing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dataverse.batch import LIMIT, ChangeSet, Failed, Get, Update
from dataverse.query import Query, any_of, both, eq, ne, not_null
from dataverse.rows import bind, choice_value, day, instant, maybe, status, status_label
from dataverse.stores import books_ops, set_off_rows
from dataverse.stores import books_rows as wire
from dataverse.stores import payments_rows as paying
from dataverse.stores.books_credit import known_there, waiting_ops
from dataverse.stores.findings import still_open
from dataverse.stores.inheriting import SETTINGS, Inherited
from dataverse.webapi import Ref
from work365.accounting.deciding import Case, ExportState
from work365.accounting.documents import DocumentKind
from work365.accounting.giving_up import invoice_of, is_of_memo
from work365.accounting.settling import FROM_BOOKS, SAID, row_id
from work365.errors import Conflict, InvariantBroken
from work365.ids import derived
from work365.ports.books import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from dataverse.batch import Op
    from dataverse.rows import Row
    from dataverse.webapi import WebApi
    from work365.accounting.deciding import BooksSystem, Link, Plan
    from work365.accounting.documents import BookPayment, Posted
    from work365.accounting.settling import Effect, Receivable

MESSAGE_MAX = 4000
OWED_EXPAND = f"{wire.CURRENCY_EXPAND},{paying.CONTRACT_EXPAND}"


class Books:
    """Exports, links and payments made in the books."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._currencies: dict[str, str] = {}

    def systems(self) -> Iterator[BooksSystem]:
        """The accounting systems that are in use and not kept by hand."""
        by_hand = choice_value(wire.SYSTEM_TABLE, "w365_kind", "Manual")
        active = both(eq("statecode", 0), ne("w365_kind", by_hand))
        for row in self._api.find(Query(wire.SYSTEM_TABLE, wire.SYSTEM, active, "w365_code")):
            yield wire.system(row)

    def load(self, invoice: str) -> Case:
        """The invoice and its history in one request, what its system calls its parties in another."""
        of_invoice = eq("_w365_invoice_value", invoice)
        head, lines, exports, payments, allocations, moved, own, said = self._api.rows(
            Get(Ref(wire.INVOICE_TABLE, invoice), wire.INVOICE, wire.INVOICE_EXPAND),
            Get(Query(wire.LINE_TABLE, wire.LINE, of_invoice, "w365_ordinal", wire.LINE_EXPAND)),
            Get(Query(wire.EXPORT_TABLE, wire.EXPORT, of_invoice)),
            Get(Query(wire.PAYMENT_TABLE, wire.PAYMENT, of_invoice, expand=wire.PAYMENT_EXPAND)),
            Get(Query(wire.ALLOCATION_TABLE, wire.ALLOCATION, of_invoice)),
            Get(Query(wire.WRITE_OFF_TABLE, wire.WRITE_OFF, of_invoice, "w365_movedon desc", top=1)),
            Get(set_off_rows.notes_query([invoice])),
            SETTINGS,
        )
        row = head[0]
        self._learn_currency(row)
        document = wire.document(row, lines, Inherited(said))
        named = (row.get("w365_Contract") or {}).get("w365_AccountingSystem")
        system = wire.system(named) if named else None
        links, notes, uses = ([], [], []) if system is None else known_there(self._api, system.id, document, (payments, own))
        external_ids = wire.external_ids(notes)
        paid = wire.paid_by(payments, allocations, external_ids, document.currency)
        off = set_off_rows.set_off(own, uses, external_ids, document.currency)
        return Case(
            document=document,
            status=status_label(wire.INVOICE_TABLE, row),
            system=system,
            export=wire.newest_export(exports, system),
            links=wire.links(links),
            # a note that is not there yet asks for another sync of this when it is
            receipts=(*paid.shown, *(one for one in off if one.credit is not None and one.credit.external_id)),
            gone=paid.gone,
            written_off=wire.written_off(row, document.currency),
            written_off_on=maybe(day, moved[0]["w365_movedon"]) if moved else None,
        )

    def begin(self, case: Case, plan: Plan, *, job: str, now: datetime) -> None:
        """Write the export row, or take it up again, under the version that was read."""
        system = _system(case)
        ref = _export(case, plan)
        row: Row = {
            "w365_payloadhash": plan.payload_hash,
            "w365_senton": now,
            "w365_message": f"{wire.HELD_BY}{job}",
            **status(wire.EXPORT_TABLE, ExportState.PENDING.value),
        }
        if case.export is not None and case.export.version == plan.version:
            self._api.update(ref, row, etag=case.export.etag)
            return
        row |= {
            "w365_externalid": case.export.external_id or None if case.export is not None else None,
            "w365_name": f"{case.document.number} in {case.system.code if case.system else ''}"[:200],
            "w365_version": plan.version,
            **bind("w365_Invoice", wire.INVOICE_TABLE, case.document.id),
            **bind("w365_System", wire.SYSTEM_TABLE, system),
            **bind("transactioncurrencyid", "transactioncurrency", self._currency_id(case.document.currency)),
        }
        self._api.create(wire.EXPORT_TABLE, row, id=ref.id)

    def finish(
        self,
        case: Case,
        plan: Plan,
        *,
        state: ExportState,
        message: str,
        posted: Posted | None = None,
        links: Mapping[str, Link],
    ) -> None:
        """Export, invoice and links in one change set."""
        system = _system(case)
        row: Row = {"w365_message": message[:MESSAGE_MAX], **status(wire.EXPORT_TABLE, state.value)}
        ops: list[Op] = []
        if posted is not None:
            row |= {
                "w365_externalid": posted.external_id,
                "w365_externalnumber": posted.number,
                "w365_externaltotal": posted.total.major,
            }
            ops.append(Update(Ref(wire.INVOICE_TABLE, case.document.id), {"w365_accountingreference": posted.external_id}))
        ops.insert(0, Update(_export(case, plan), row))
        if state is ExportState.DONE and plan.document and case.document.kind is DocumentKind.CREDIT_NOTE:
            ops += waiting_ops(self._api, case.document.id, system, f"{system}:{plan.version}")
        ops += [books_ops.link_op(system, _table(case, local_id), local_id, link) for local_id, link in links.items()]
        self._api.change(ops)

    def position(self, system: str) -> Position:
        """The system, its first export and its oldest open one, in one request."""
        head, first, unsettled = self._api.rows(
            Get(Ref(wire.SYSTEM_TABLE, system), wire.SYSTEM),
            Get(wire.oldest_export(eq("_w365_system_value", system))),
            Get(wire.oldest_export(both(eq("_w365_system_value", system), wire.open_exports()))),
        )
        beginning = instant(first[0]["createdon"]) if first else None
        return Position(
            system=wire.system(head[0]),
            since=maybe(instant, head[0]["w365_readbackto"]) or beginning,
            unsettled=instant(unsettled[0]["createdon"]) if unsettled else None,
        )

    def receivables(self, system: str, payments: Sequence[BookPayment]) -> Sequence[Receivable]:
        """Three requests at most, however many payments."""
        documents = sorted({document for payment in payments for document in payment.applied})
        ids = [payment.external_id for payment in payments]
        from_books = eq("w365_source", choice_value(wire.PAYMENT_TABLE, "w365_source", FROM_BOOKS))
        exports, earlier = self._api.rows(
            Get(
                Query(
                    wire.EXPORT_TABLE, wire.EXPORT, both(eq("_w365_system_value", system), any_of("w365_externalid", documents))
                )
            ),
            Get(Query(wire.PAYMENT_TABLE, wire.PAYMENT, both(from_books, any_of("w365_gatewayreference", ids)))),
        )
        ours = [row for row in earlier if row["w365_paymentid"] == _booked_id(system, row)]
        invoices = sorted({row["_w365_invoice_value"] for row in (*exports, *ours)})
        return self._receivables(system, invoices) if invoices else []

    def _receivables(self, system: str, invoices: Sequence[str]) -> list[Receivable]:
        of_them = any_of("_w365_invoice_value", invoices)
        heads, exports, payments, allocations, notes, stand, said = self._api.rows(
            Get(Query(wire.INVOICE_TABLE, paying.INVOICE, any_of("w365_invoiceid", invoices), "w365_number", OWED_EXPAND)),
            Get(
                Query(
                    wire.EXPORT_TABLE, wire.EXPORT, both(eq("_w365_system_value", system), of_them, not_null("w365_externalid"))
                )
            ),
            Get(Query(wire.PAYMENT_TABLE, wire.PAYMENT, of_them)),
            Get(Query(wire.ALLOCATION_TABLE, wire.ALLOCATION, of_them)),
            Get(set_off_rows.notes_query(invoices)),
            Get(still_open(SAID)),
            SETTINGS,
        )
        uses = list(self._api.find(set_off_rows.uses_query([row["w365_invoiceid"] for row in notes]))) if notes else []
        found, inherited = [], Inherited(said)
        for row in heads:
            invoice = row["w365_invoiceid"]
            self._learn_currency(row)
            mine = [export for export in exports if export["_w365_invoice_value"] == invoice]
            newest = max(mine, key=lambda export: int(export["w365_version"]))
            own = [note for note in notes if note["_w365_original_value"] == invoice]
            one = wire.receivable(
                row,
                newest["w365_externalid"],
                [payment for payment in payments if payment["_w365_invoice_value"] == invoice],
                [one for one in allocations if one["_w365_invoice_value"] == invoice],
                inherited,
            )
            off = set_off_rows.known(set_off_rows.set_off(own, uses, {}, one.debt.balance.currency))
            found.append(replace(one, payments=(*one.payments, *off), said=frozenset(row["w365_key"] for row in stand)))
        return found

    def settle(self, system: BooksSystem, effects: Sequence[Effect]) -> Sequence[str]:
        """One change set for each invoice, as many in one request as Dataverse takes."""
        left: list[str] = []
        sets = [books_ops.effect_ops(effect, system.kind, self._currency_id(effect.debt.balance.currency)) for effect in effects]
        for together in _requests(sets):
            outcomes = self._api.batch([ChangeSet(sets[index]) for index in together])
            for index, outcome in zip(together, outcomes, strict=True):
                if isinstance(outcome, Failed):
                    left.append(_left(effects[index], outcome))
        return left

    def read_to(self, system: str, moment: datetime) -> None:
        """How far the books have been read."""
        self._api.update(Ref(wire.SYSTEM_TABLE, system), {"w365_readbackto": moment})

    def _learn_currency(self, row: Row) -> None:
        self._currencies[wire.iso(row)] = row["transactioncurrencyid"]["transactioncurrencyid"]

    def _currency_id(self, code: str) -> str:
        """The currency row of an invoice that was read before."""
        return self._currencies[code]


def _requests(sets: Sequence[Sequence[Op]]) -> Iterator[list[int]]:
    """Indexes of change sets that fit into one request together."""
    together: list[int] = []
    size = 0
    for index, ops in enumerate(sets):
        if together and size + len(ops) > LIMIT:
            yield together
            together, size = [], 0
        together.append(index)
        size += len(ops)
    if together:
        yield together


def _left(effect: Effect, failed: Failed) -> str:
    """The number of an invoice that changed meanwhile. Errors: whatever else went wrong."""
    if not isinstance(failed.error, Conflict):
        raise failed.error
    return effect.debt.number


def _system(case: Case) -> str:
    if case.system is None:
        message = "an export needs a system"
        raise InvariantBroken(message)
    return case.system.id


def _export(case: Case, plan: Plan) -> Ref:
    return Ref(wire.EXPORT_TABLE, derived("accounting-export", case.document.id, _system(case), str(plan.version)))


def _table(case: Case, local_id: str) -> str:
    if local_id == case.document.customer.reference:
        return "account"
    if is_of_memo(local_id) and invoice_of(local_id) == case.document.id:
        return "w365_writeoff"
    ours = {*(receipt.id for receipt in case.receipts), *case.gone}
    return "w365_payment" if local_id in ours else "w365_product"


def _booked_id(system: str, row: Row) -> str:
    return row_id(system, str(row["w365_gatewayreference"]), str(row["_w365_invoice_value"]))
