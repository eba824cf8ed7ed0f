"""Books in memory: a ledger and an export book, held to the contract suites of their ports."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from work365.accounting.deciding import Case, Export, ExportState, Link
from work365.accounting.documents import BookPayment, Entry, Posted
from work365.accounting.held import Held, HeldDocument, HeldPayment, entered_by_us
from work365.accounting.payload import document_note
from work365.accounting.rules import BooksRules
from work365.accounting.settling import FROM_BOOKS, Effect, KnownPayment, Receivable
from work365.errors import Conflict, NotFound
from work365.money import total, zero
from work365.ports.books import Position
from work365.receivables.payments import Debt, InvoiceId, InvoiceStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from work365.accounting.deciding import BooksSystem, Plan
    from work365.accounting.documents import Customer, Document, DocumentKind, Item, Receipt
    from work365.findings import Finding
    from work365.money import Money
    from work365.ports.books import Names


T = TypeVar("T")


@dataclass
class FakeLedger:
    """Books that keep what they are told.

    Attributes:
        extra: added to the total of every document, as books do that round tax in their own way.
        calls: what was asked and written, by the port's words.
        used: the credit note that each payment without money uses.
    """

    extra: Money | None = None
    calls: list[str] = field(default_factory=list)
    customers: dict[str, Customer] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    documents: dict[str, Posted] = field(default_factory=dict)
    payments: dict[str, BookPayment] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, DocumentKind] = field(default_factory=dict)
    last: int = 0

    @property
    def rules(self) -> BooksRules:
        """Those of no vendor."""
        return BooksRules("The books", 21)

    def find_customer(self, customer: Customer) -> Entry | None:
        """By our reference."""
        self.calls.append("find customer")
        return next((Entry(key) for key, known in self.customers.items() if known.reference == customer.reference), None)

    def create_customer(self, customer: Customer) -> Entry:
        """Keep it."""
        self.calls.append("create customer")
        return self._kept(self.customers, customer)

    def update_customer(self, external_id: str, customer: Customer) -> None:
        """Keep its newest form."""
        self.calls.append("update customer")
        self.customers[external_id] = customer

    def find_items(self, items: Sequence[Item]) -> Mapping[str, Entry]:
        """By number."""
        self.calls.append("find items")
        ids = {number: key for key, number in self.items.items()}
        return {item.reference: Entry(ids[item.number]) for item in items if item.number in ids}

    def create_item(self, item: Item, *, account: str = "") -> Entry:
        """Keep it."""
        del account
        self.calls.append("create item")
        return self._kept(self.items, item.number)

    def find_document(self, document: Document) -> Posted | None:
        """By number."""
        self.calls.append("find document")
        return next((posted for posted in self.documents.values() if posted.number == document.number), None)

    def create_document(self, document: Document, names: Names) -> Posted:
        """Keep it, unless its number is in use."""
        del names
        self.calls.append("create document")
        if any(posted.number == document.number for posted in self.documents.values()):
            message = "the number is in use"
            raise Conflict(message, system="books", code="6140")
        self.last += 1
        return self._posted(str(self.last), document, zero(document.currency))

    def update_document(self, external_id: str, document: Document, names: Names) -> Posted:
        """Keep its newest form."""
        del names
        self.calls.append("update document")
        before = self.documents[external_id]
        return self._posted(external_id, document, before.total - before.balance)

    def find_receipt(self, receipt: Receipt) -> str | None:
        """By reference."""
        self.calls.append("find receipt")
        return next((key for key, known in self.payments.items() if known.reference == receipt.reference), None)

    def create_receipt(self, receipt: Receipt, *, customer: str, posted: Posted) -> str:
        """Keep it, and lower the document's balance."""
        del customer
        self.calls.append("create receipt")
        entered = self.pay(posted.external_id, min(receipt.applied, posted.balance), reference=receipt.reference)
        self._use(receipt, min(receipt.applied, posted.balance))
        return entered.external_id

    def delete_credit_note(self, external_id: str) -> None:
        """Forget it."""
        self.calls.append("delete credit note")
        self.documents.pop(external_id, None)

    def read_receipt(self, external_id: str) -> BookPayment | None:
        """As it is."""
        self.calls.append("read receipt")
        return self.payments.get(external_id)

    def change_receipt(self, external_id: str, receipt: Receipt, *, posted: Posted) -> BookPayment:
        """Apply it anew."""
        self.calls.append("change receipt")
        before = self.payments[external_id].applied[posted.external_id]
        now = self.documents[posted.external_id]
        applied = min(receipt.applied, now.balance + before)
        self.documents[posted.external_id] = replace(now, balance=now.balance + before - applied)
        self._use(receipt, applied - before)
        self.payments[external_id] = replace(self.payments[external_id], applied={posted.external_id: applied})
        return self.payments[external_id]

    def withdraw_receipt(self, external_id: str) -> None:
        """Forget it; its documents are open again."""
        self.calls.append("withdraw receipt")
        gone = self.payments.pop(external_id, None)
        credit = self.used.pop(external_id, None)
        for document, amount in ({} if gone is None else gone.applied).items():
            for id_ in (document, *([credit] if credit else ())):
                self.documents[id_] = replace(self.documents[id_], balance=self.documents[id_].balance + amount)

    def _use(self, receipt: Receipt, amount: Money) -> None:
        """Lower what is open of the credit note that pays."""
        if receipt.credit is not None:
            note = self.documents[receipt.credit.external_id]
            self.documents[receipt.credit.external_id] = replace(note, balance=note.balance - amount)
            entered = next(key for key, known in self.payments.items() if known.reference == receipt.reference)
            self.used[entered] = receipt.credit.external_id

    def payments_since(self, moment: datetime) -> Iterable[BookPayment]:
        """All of them, whenever they were made."""
        del moment
        self.calls.append("payments")
        return list(self.payments.values())

    def held(self, numbers: Sequence[str], references: Sequence[str]) -> Held:
        """By number and reference."""
        self.calls.append("held")
        found = self._everything()
        documents = (one for one in found.documents if one.posted.number in numbers)
        return Held(tuple(documents), tuple(one for one in found.payments if one.reference in references))

    def held_since(self, moment: datetime) -> Held:
        """Everything of ours, whenever it was made."""
        del moment
        self.calls.append("held since")
        found = self._everything()
        payments = tuple(one for one in found.payments if entered_by_us(one))
        return Held(tuple(one for one in found.documents if one.ours), payments)

    def _everything(self) -> Held:
        documents = (HeldDocument(self.kinds[key], posted) for key, posted in self.documents.items())
        return Held(tuple(documents), tuple(map(_held, self.payments.values())))

    def pay(self, document: str, amount: Money, *, reference: str = "", note: str = "") -> BookPayment:
        """A bookkeeper enters a payment."""
        self.last += 1
        payment = BookPayment(str(self.last), reference, note, None, {document: amount})
        self.payments[payment.external_id] = payment
        posted = self.documents[document]
        self.documents[document] = replace(posted, balance=posted.balance - amount)
        return payment

    def _posted(self, external_id: str, document: Document, paid: Money) -> Posted:
        total = document.total + (self.extra or zero(document.currency))
        posted = Posted(external_id, document.number, total, total - paid, document_note(document))
        self.documents[external_id] = posted
        self.kinds[external_id] = document.kind
        return posted

    def _kept(self, shelf: dict[str, T], value: T) -> Entry:
        self.last += 1
        shelf[str(self.last)] = value
        return Entry(str(self.last))


def _held(payment: BookPayment) -> HeldPayment:
    amounts = list(payment.applied.values())
    return HeldPayment(payment.external_id, payment.reference, payment.note, total(amounts, amounts[0].currency))


@dataclass
class FakeExportBook:
    """Rows in memory: one system, invoices as cases.

    Attributes:
        cases: by invoice id.
        paid: what came in for each invoice, payments included.
        writes: what was written, by the port's words.
    """

    system: BooksSystem
    cases: dict[str, Case] = field(default_factory=dict)
    known: dict[str, list[KnownPayment]] = field(default_factory=dict)
    paid: dict[str, Money] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    changed_meanwhile: set[str] = field(default_factory=set)
    since: datetime | None = None

    def systems(self) -> Iterable[BooksSystem]:
        """The one."""
        return [self.system]

    def load(self, invoice: str) -> Case:
        """The case as it stands."""
        if invoice not in self.cases:
            message = f"no invoice {invoice}"
            raise NotFound(message, system="rows")
        return self.cases[invoice]

    def begin(self, case: Case, plan: Plan, *, job: str, now: datetime) -> None:
        """Write the export as pending, if nobody wrote it meanwhile."""
        self.writes.append("begin")
        stored = self.cases[case.document.id].export
        if (stored.etag if stored else "") != (case.export.etag if case.export else ""):
            message = "the export changed"
            raise Conflict(message, system="rows")
        known = case.export.external_id if case.export else ""
        export = Export(
            plan.version, ExportState.PENDING, plan.payload_hash, known, now, job, f"{(stored.etag if stored else '')}+"
        )
        self.since = self.since or now
        self._kept(replace(case, export=export))

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
        """Write the outcome and what was learned."""
        self.writes.append("finish")
        self.messages.append(message)
        stored = self.cases[case.document.id]
        known = stored.export.external_id if stored.export else ""
        export = Export(plan.version, state, plan.payload_hash, posted.external_id if posted else known, None, "", "done+")
        self._kept(replace(stored, export=export, links={**stored.links, **links}))

    def position(self, system: str) -> Position:
        """Nothing to read before the first export."""
        del system
        open_exports = [
            case.export.sent_on
            for case in self.cases.values()
            if case.export and case.export.state in (ExportState.PENDING, ExportState.UNKNOWN) and case.export.sent_on
        ]
        return Position(self.system, self.since, min(open_exports, default=None))

    def receivables(self, system: str, payments: Sequence[BookPayment]) -> Sequence[Receivable]:
        """Invoices whose documents the payments touch, or touched before."""
        del system
        touched = {document for payment in payments for document in payment.applied}
        ids = {payment.external_id for payment in payments}
        found = []
        for invoice, case in self.cases.items():
            known = self.known.get(invoice, [])
            earlier = any(payment.source == FROM_BOOKS and payment.gateway_reference in ids for payment in known)
            if case.export is not None and (case.export.external_id in touched or earlier):
                found.append(self._receivable(case, case.export.external_id, known))
        return found

    def _receivable(self, case: Case, external_id: str, known: list[KnownPayment]) -> Receivable:
        document = case.document
        nothing = zero(document.currency)
        paid, id_, state = self.paid.get(document.id, nothing), InvoiceId(document.id), InvoiceStatus(case.status)
        balance = document.total - paid
        debt = Debt(id_, document.number, document.customer.id, state, document.total, paid, balance, nothing)
        return Receivable(debt, external_id, tuple(known))

    def settle(self, system: BooksSystem, effects: Sequence[Effect]) -> Sequence[str]:
        """Write payments, what is paid, and the status."""
        del system
        left = []
        for effect in effects:
            invoice = effect.debt.id
            if effect.debt.number in self.changed_meanwhile:
                left.append(effect.debt.number)
                continue
            self.writes.append("settle")
            rows = {row.id: row for row in effect.rows}
            kept = [payment for payment in self.known.get(invoice, []) if payment.id not in rows]
            fresh = [
                KnownPayment(row.id, row.attempt, FROM_BOOKS, row.amount, row.external_id, counted=bool(row.amount.minor))
                for row in effect.rows
            ]
            self.known[invoice] = [*kept, *fresh]
            self.paid[invoice] = effect.debt.charged
            self.cases[invoice] = replace(self.cases[invoice], status=effect.debt.status.value)
            self.findings += effect.findings
        return left

    def read_to(self, system: str, moment: datetime) -> None:
        """Remember it."""
        del system
        self.writes.append("read to")
        self.since = moment

    def _kept(self, case: Case) -> None:
        self.cases[case.document.id] = case
