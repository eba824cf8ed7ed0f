"""Ports to the books: the accounting system outside, and our own rows about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from work365.accounting.deciding import BooksSystem, Case, ExportState, Link, Plan
    from work365.accounting.documents import BookPayment, Customer, Document, Entry, Item, Posted, Receipt
    from work365.accounting.held import Held
    from work365.accounting.rules import BooksRules
    from work365.accounting.settling import Effect, Receivable


@dataclass(frozen=True, slots=True)
class Names:
    """What the books call the parties of a document: the customer's id there, and the items' by our reference."""

    customer: str
    items: Mapping[str, str]


class Ledger(Protocol):
    """One company's books in an accounting system.

    Every create is safe only after the find before it: the system itself does not promise to do a request once.
    """

    @property
    def rules(self) -> BooksRules:
        """What it accepts, known without asking."""

    def find_customer(self, customer: Customer) -> Entry | None:
        """The entry for our customer: one that we made, or one of the same name and currency that a bookkeeper made."""

    def create_customer(self, customer: Customer) -> Entry:
        """Add a customer. Errors: Conflict when its name was taken meanwhile."""

    def update_customer(self, external_id: str, customer: Customer) -> None:
        """Send a customer's particulars again, with our mark. Errors: Conflict when it changed there meanwhile."""

    def find_items(self, items: Sequence[Item]) -> Mapping[str, Entry]:
        """The entries for our items, by reference; those that do not exist are absent."""

    def create_item(self, item: Item, *, account: str = "") -> Entry:
        """Add an item, which posts to an account, by default to that of the system. Errors: Conflict when its name was taken."""

    def find_document(self, document: Document) -> Posted | None:
        """Whatever the books hold under the document's number."""

    def create_document(self, document: Document, names: Names) -> Posted:
        """Post a document. Errors: Conflict when the number is in use; OutcomeUnknown: find it before anything else."""

    def update_document(self, external_id: str, document: Document, names: Names) -> Posted:
        """Send a document's content again. Errors: Conflict when it changed there meanwhile."""

    def find_receipt(self, receipt: Receipt) -> str | None:
        """The id of a payment that we entered before."""

    def create_receipt(self, receipt: Receipt, *, customer: str, posted: Posted) -> str:
        """Enter a payment of ours and apply it to a document, as far as that is open there; answers its id."""

    def delete_credit_note(self, external_id: str) -> None:
        """Take out a credit note that pays nothing any more; one that is gone already is no error."""

    def read_receipt(self, external_id: str) -> BookPayment | None:
        """A payment that we entered, as it is now; None when it is not there any more."""

    def change_receipt(self, external_id: str, receipt: Receipt, *, posted: Posted) -> BookPayment:
        """Say anew how much a payment is and what of it pays a document, as far as that is open there besides.

        Shape:  what the books made of it. Errors: Conflict when it changed there meanwhile; NotFound.
        """

    def withdraw_receipt(self, external_id: str) -> None:
        """Take out a payment that we entered; one that is gone already is no error."""

    def payments_since(self, moment: datetime) -> Iterable[BookPayment]:
        """Payments entered, changed or deleted at or after a moment, in any order."""

    def held(self, numbers: Sequence[str], references: Sequence[str]) -> Held:
        """All documents under these numbers and all payments under these references, whoever made them; in few requests."""

    def held_since(self, moment: datetime) -> Held:
        """Documents and payments that carry our mark and changed at or after a moment; not what was deleted there."""


class LedgerFor(Protocol):
    """Finds the ledger of a system."""

    def __call__(self, system: BooksSystem) -> Ledger:
        """Open a company's books. Errors: Refused, in words, when we cannot post to systems of its kind."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a system has been read back.

    Attributes:
        since: read payments from this moment on; None when no document has ever been sent there.
        unsettled: when the oldest export was begun whose outcome is still open; payments since then must be read again.
    """

    system: BooksSystem
    since: datetime | None
    unsettled: datetime | None


class ExportBook(Protocol):
    """Where exports, links and payments made in the books are kept."""

    def systems(self) -> Iterable[BooksSystem]:
        """The accounting systems that are in use and not kept by hand."""

    def load(self, invoice: str) -> Case:
        """Everything that the tenant knows about an invoice and its books. Errors: NotFound."""

    def begin(self, case: Case, plan: Plan, *, job: str, now: datetime) -> None:
        """Write that something is about to be sent, and who is at it. Errors: Conflict when another worker did so meanwhile."""

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
        """Record what became of it, and everything that was learned on the way, in one change set."""

    def position(self, system: str) -> Position:
        """How far a system has been read back. Errors: NotFound."""

    def receivables(self, system: str, payments: Sequence[BookPayment]) -> Sequence[Receivable]:
        """The invoices that these payments touch, or touched before, as they are now."""

    def settle(self, system: BooksSystem, effects: Sequence[Effect]) -> Sequence[str]:
        """Write payments, allocations, balances and findings: one change set per invoice, under the invoice's ETag.

        Shape: the numbers of invoices that changed meanwhile and were left as they are; the next reading does them again.
        """

    def read_to(self, system: str, moment: datetime) -> None:
        """Remember how far the books have been read."""
