"""The ledger port over QuickBooks Online: find before create, and recognise our own by number, reference and note."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from providers.quickbooks import bodies
from providers.quickbooks.client import one_of, quoted
from providers.quickbooks.company import account_id, read_company
from providers.quickbooks.faults import DUPLICATE_NAME
from providers.quickbooks.held import QuickBooksHeld, paid_there
from work365.accounting.documents import BookPayment, Entry, Posted
from work365.accounting.payload import NOTE_WORD, customer_note, document_note
from work365.accounting.rules import BooksRules
from work365.errors import Conflict, NotFound, Refused
from work365.money import Currency, exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from providers.quickbooks.client import Client, Entity
    from providers.quickbooks.company import Company
    from work365.accounting.deciding import BooksSystem
    from work365.accounting.documents import Customer, Document, Item, Receipt
    from work365.accounting.held import Held
    from work365.money import Money
    from work365.ports.books import Names

RULES = BooksRules(name="QuickBooks", number_length=21)
CHANGES_REACH = timedelta(days=29)
"""Change data capture goes 30 days back. Source: developer.intuit.com, "Change data capture"."""

COMPANY_KEPT = timedelta(minutes=10)
CHANGES_LIMIT = 1000
NAMES_AT_ONCE = 30


class QuickBooksLedger:
    """One QuickBooks company as a ledger."""

    def __init__(self, client: Client, system: BooksSystem, now: Callable[[], datetime]) -> None:
        self._client, self._system, self._now = client, system, now
        self._known: tuple[datetime, Company] | None = None
        self._held = QuickBooksHeld(client, posted=self._posted, currency=self._currency)

    @property
    def rules(self) -> BooksRules:
        """What QuickBooks accepts."""
        return RULES

    @property
    def _company(self) -> Company:
        """Its ground rules, asked for again now and then: a person may add a tax code or a currency there."""
        if self._known is None or self._now() - self._known[0] > COMPANY_KEPT:
            self._known = (self._now(), read_company(self._client))
        return self._known[1]

    @cached_property
    def _income_account(self) -> str:
        return account_id(self._client, self._system.income_account, "an income account")

    def find_customer(self, customer: Customer) -> Entry | None:
        """The first of its names that belongs to it, or to nobody else."""
        names = bodies.customer_names(customer)
        rows = {str(row["DisplayName"]).lower(): row for row in self._client.query("Customer", one_of("DisplayName", names))}
        for name in names:
            row = rows.get(name.lower())
            if row is not None and self._fits(row, customer):
                return Entry(str(row["Id"]), ours=customer_note(customer) in str(row.get("Notes", "")))
        return None

    def create_customer(self, customer: Customer) -> Entry:
        """Add it under the first name that is free."""
        foreign = self._company.foreign(customer.currency)
        return _first_free(
            bodies.customer_names(customer),
            make=lambda name: self._client.write("Customer", bodies.customer_body(customer, name, foreign=foreign)),
            find=lambda: self.find_customer(customer),
        )

    def update_customer(self, external_id: str, customer: Customer) -> None:
        """Send what we know of it; its name, its currency and other notes stay as they are there."""
        row = self._client.read("Customer", external_id)
        body = bodies.customer_body(customer, str(row["DisplayName"]), foreign=False)
        notes, mark = str(row.get("Notes", "")), customer_note(customer)
        body["Notes"] = notes if mark in notes else f"{notes}\n{mark}".strip()
        self._client.write("Customer", {**body, "Id": external_id, "SyncToken": row["SyncToken"], "sparse": True})

    def _fits(self, row: Entity, customer: Customer) -> bool:
        currency = row.get("CurrencyRef", {}).get("value", self._company.home)
        note = str(row.get("Notes", ""))
        whose = customer_note(customer) in note or f"{NOTE_WORD} customer" not in note
        return whose and currency == customer.currency

    def find_items(self, items: Sequence[Item]) -> Mapping[str, Entry]:
        """By stock-keeping unit."""
        found: dict[str, Entry] = {}
        for start in range(0, len(items), NAMES_AT_ONCE):
            part = items[start : start + NAMES_AT_ONCE]
            rows = self._client.query("Item", one_of("Sku", [item.number for item in part]))
            ids = {str(row.get("Sku", "")): str(row["Id"]) for row in sorted(rows, key=lambda row: int(row["Id"]), reverse=True)}
            found |= {item.reference: Entry(ids[item.number]) for item in part if item.number in ids}
        return found

    def create_item(self, item: Item, *, account: str = "") -> Entry:
        """Add it as a service under the first name that is free."""
        posts_to = account_id(self._client, account, "such an account") if account else self._income_account
        return _first_free(
            bodies.item_names(item),
            make=lambda name: self._client.write("Item", bodies.item_body(item, name, posts_to)),
            find=lambda: self.find_items([item]).get(item.reference),
        )

    def find_document(self, document: Document) -> Posted | None:
        """By number; ours first, should a company allow a number twice."""
        rows = self._client.query(bodies.KINDS[document.kind], f"DocNumber = {quoted(document.number)}")
        whose = document_note(document).rsplit(" ", 1)[0]
        rows.sort(key=lambda row: (not str(row.get("PrivateNote", "")).startswith(whose), int(row["Id"])))
        return self._posted(rows[0]) if rows else None

    def create_document(self, document: Document, names: Names) -> Posted:
        """Post it."""
        body = bodies.document_body(document, names, self._company, self._system.default_tax_code)
        return self._posted(self._client.write(bodies.KINDS[document.kind], body))

    def update_document(self, external_id: str, document: Document, names: Names) -> Posted:
        """Send its content again; what a bookkeeper added beside it stays."""
        kind = bodies.KINDS[document.kind]
        row = self._client.read(kind, external_id)
        body = bodies.document_body(document, names, self._company, self._system.default_tax_code)
        return self._posted(self._client.write(kind, {**body, "Id": external_id, "SyncToken": row["SyncToken"], "sparse": True}))

    def find_receipt(self, receipt: Receipt) -> str | None:
        """By its reference."""
        rows = self._client.query("Payment", f"PaymentRefNum = {quoted(receipt.reference)}")
        return str(min(rows, key=lambda row: int(row["Id"]))["Id"]) if rows else None

    def create_receipt(self, receipt: Receipt, *, customer: str, posted: Posted) -> str:
        """Enter it and apply it."""
        foreign = self._company.foreign(receipt.amount.currency)
        return str(self._client.write("Payment", bodies.receipt_body(receipt, customer, posted, foreign=foreign))["Id"])

    def delete_credit_note(self, external_id: str) -> None:
        """Delete it."""
        self._client.delete("CreditMemo", external_id)

    def read_receipt(self, external_id: str) -> BookPayment | None:
        """By its id."""
        try:
            return self._payment(self._client.read("Payment", external_id))
        except NotFound:
            return None

    def change_receipt(self, external_id: str, receipt: Receipt, *, posted: Posted) -> BookPayment:
        """Send the whole payment as it is there with our amounts and lines; what a bookkeeper paid with the rest of it stays.

        Source: developer.intuit.com, "Payment", full update: the lines that are sent replace those that are there, and what is
        left out is cleared.
        """
        row = self._client.read("Payment", external_id)
        before = self._payment(row).applied.get(posted.external_id)
        there = posted if before is None else replace(posted, balance=posted.balance + before)
        foreign = self._company.foreign(receipt.applied.currency)
        body = bodies.receipt_body(receipt, str(row["CustomerRef"]["value"]), there, foreign=foreign)
        ours = {posted.external_id} | ({receipt.credit.external_id} if receipt.credit is not None else set())
        theirs = [line for line in row.get("Line", []) if not ours.intersection(linked["TxnId"] for linked in line["LinkedTxn"])]
        return self._payment(
            self._client.write("Payment", {**row, **body, "Line": [*body.get("Line", []), *theirs], "sparse": False})
        )

    def withdraw_receipt(self, external_id: str) -> None:
        """Delete it."""
        self._client.delete("Payment", external_id)

    def payments_since(self, moment: datetime) -> Iterable[BookPayment]:
        """By change data capture, which also tells of deletions; by query where that reaches no further or was cut off."""
        since = moment.astimezone(UTC).replace(microsecond=0)
        changed = self._client.changes("Payment", max(since, self._now().astimezone(UTC) - CHANGES_REACH))
        for row in changed:
            yield self._payment(row)
        if since < self._now() - CHANGES_REACH or len(changed) >= CHANGES_LIMIT:
            condition = f"MetaData.LastUpdatedTime >= {quoted(since.isoformat())}"
            for row in self._client.query("Payment", condition, order="MetaData.LastUpdatedTime"):
                yield self._payment(row)

    def held(self, numbers: Sequence[str], references: Sequence[str]) -> Held:
        """A hundred at once."""
        return self._held.named(numbers, references)

    def held_since(self, moment: datetime) -> Held:
        """A thousand at once."""
        return self._held.since(moment)

    def _posted(self, row: Entity) -> Posted:
        currency = self._currency(row)
        return Posted(
            external_id=str(row["Id"]),
            number=str(row.get("DocNumber", "")),
            total=_money(row["TotalAmt"], currency),
            balance=_money(row.get("Balance", 0), currency),
            note=str(row.get("PrivateNote", "")),
        )

    def _payment(self, row: Entity) -> BookPayment:
        currency = self._currency(row)
        applied: dict[str, Money] = {}
        for document, amount in paid_there(row):
            applied[document] = _money(amount, currency) + applied[document] if document in applied else _money(amount, currency)
        return BookPayment(
            external_id=str(row["Id"]),
            reference=str(row.get("PaymentRefNum", "")),
            note=str(row.get("PrivateNote", "")),
            received_on=date.fromisoformat(str(row["TxnDate"])[:10]) if "TxnDate" in row else None,
            applied=applied,
            deleted=row.get("status") == "Deleted",
        )

    def _currency(self, row: Entity) -> Currency:
        return Currency(str(row.get("CurrencyRef", {}).get("value", self._company.home)))


def _money(value: Decimal | int, currency: Currency) -> Money:
    return exactly(Decimal(value), currency)


def _first_free(names: Sequence[str], *, make: Callable[[str], Entity], find: Callable[[], Entry | None]) -> Entry:
    """Make an entry under the first name that nobody has, unless another worker made it meanwhile.

    Errors: Refused when every name is taken; any other Conflict.
    """
    for name in names:
        try:
            return Entry(str(make(name)["Id"]))
        except Conflict as conflict:
            if conflict.code != DUPLICATE_NAME:
                raise
        found = find()
        if found is not None:
            return found
    message = (
        f"QuickBooks already uses the names {' and '.join(names)}, perhaps for inactive entries. Rename those there, "
        "then sync again."
    )
    raise Refused(message)
