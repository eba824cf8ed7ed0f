"""The desk of the books with the night that compares them with our documents, and a bookkeeper who changes things there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dataverse.query import Query, not_null
from dataverse.rows import status_label
from dataverse.stores.booked import BookedRows
from dataverse.stores.reconciling import MoneyRows
from local.desks.books import BooksDesk
from work365.handlers.checking_books import check_all

if TYPE_CHECKING:
    from local.quickbooks.books import Entity
    from work365.handlers.checking_money import Checked
    from work365.ports.books import LedgerFor


class BooksNightDesk:
    """An invoice of 352.62 USD with a charge of 100.00, both in the books; three days later.

    Shape: the night is a fresh worker each time; everything that it asks passes the fuse of the books' desk.
    """

    def __init__(self) -> None:
        self.desk = BooksDesk()
        self.payment = self.desk.charge()
        self.desk.sync()
        self.findings = MoneyRows(self.desk.api, self.desk.tenant.currencies)
        self.later(3)

    def later(self, days: int) -> None:
        """Let days pass."""
        self.desk.clock.moment += timedelta(days=days)

    def check(self, ledger_for: LedgerFor | None = None) -> list[Checked]:
        """The timer."""
        api = self.desk.tenant.webapi(self.desk.fuse.guard(self.desk.tenant.app))
        findings = MoneyRows(api, self.desk.tenant.currencies)
        now = self.desk.clock.now()
        return list(check_all(book=BookedRows(api), findings=findings, ledger_for=ledger_for or self.desk.ledger, now=now))

    def says(self) -> list[str]:
        """The findings in short."""
        columns = ("w365_code", "w365_amount", "w365_currencycode", "statuscode")
        rows = self.desk.api.find(Query("w365_finding", columns, not_null("w365_since"), "w365_code"))
        return [f"{row['w365_code']} {row['w365_amount'] or 0:.2f} {status_label('w365_finding', row)}" for row in rows]

    def held(self, kind: str) -> Entity:
        """The one of a kind in the books."""
        [found] = self.desk.entities(kind)
        return found

    def change(self, kind: str, **members: object) -> None:
        """A bookkeeper changes it."""
        books, realm = self.desk.quickbooks.books, self.desk.setup.realm
        books.change(realm, kind, {**self.held(kind), **members})

    def delete(self, kind: str) -> None:
        """A bookkeeper deletes it."""
        self.change(kind, status="Deleted")

    def copy(self, kind: str) -> None:
        """It is there twice."""
        self.desk.quickbooks.books.add(self.desk.setup.realm, kind, dict(self.held(kind)))
