"""Posting to one company's books: what becomes of a body that has passed the schema, and what a bookkeeper does by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.quickbooks import lists, receipts, sales
from local.quickbooks.faults import not_found, stale, unsupported

if TYPE_CHECKING:
    from decimal import Decimal

    from local.quickbooks.books import Books, Entity
    from local.quickbooks.company import CompanySetup

RULES = {"Customer": lists.customer, "Item": lists.item, "Payment": receipts.payment}


class Posting:
    """One company's writes. Whoever uses it holds the stand-in's lock."""

    def __init__(self, setup: CompanySetup, books: Books) -> None:
        self._setup, self._books, self._realm = setup, books, setup.realm

    def post(self, kind: str, body: Entity, operation: str = "") -> Entity:
        """Create, update or delete, wholly or not at all."""
        if operation not in ("", "update", "delete"):
            raise unsupported(f"operation={operation}")
        self._books.begin()
        try:
            entity = self._removed(kind, body) if operation == "delete" else self._kept(kind, body)
        except BaseException:
            self._books.end(good=False)
            raise
        self._books.end(good=True)
        return entity

    def pay(self, number: str, amount: Decimal | None, reference: str) -> Entity:
        """A bookkeeper enters a payment of an invoice by hand: of its whole balance, if no amount is said."""
        invoice = next((row for row in self._books.all(self._realm, "Invoice") if row.get("DocNumber") == number), None)
        if invoice is None:
            raise not_found(f"Invoice {number}")
        paid = invoice["Balance"] if amount is None else amount
        line = {"Amount": paid, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
        body = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": paid, "Line": [line]}
        return self.post("Payment", body | ({"PaymentRefNum": reference} if reference else {}))

    def _kept(self, kind: str, body: Entity) -> Entity:
        before = self._books.current(self._realm, kind, body) if "Id" in body else None
        if before is not None and body.get("sparse"):
            body = {**before, **body}
        entity = self._ruled(kind, body, before)
        if before is None:
            stored = self._books.add(self._realm, kind, entity)
        else:
            if kind == "Payment":
                receipts.move(self._setup, self._books, before, -1)
            stored = self._books.change(self._realm, kind, {**entity, "MetaData": before["MetaData"]})
        if kind == "Payment":
            receipts.move(self._setup, self._books, stored, 1)
        return stored

    def _ruled(self, kind: str, body: Entity, before: Entity | None) -> Entity:
        if kind in RULES:
            return RULES[kind](self._setup, self._books, body, before)
        return sales.document(self._setup, self._books, kind, body, before)

    def _removed(self, kind: str, body: Entity) -> Entity:
        before = self._books.current(self._realm, kind, body)
        if kind == "Payment":
            receipts.move(self._setup, self._books, before, -1)
        elif before.get("LinkedTxn"):
            raise stale()
        tombstone = {name: before[name] for name in ("Id", "SyncToken", "domain", "MetaData")} | {"status": "Deleted"}
        return self._books.change(self._realm, kind, tombstone)
