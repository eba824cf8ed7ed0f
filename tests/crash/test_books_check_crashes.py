"""The nightly check of the books, killed and confused at every request: each difference is one finding, nothing is written there.

A clean run counts the requests. Then, for each request and each way to go wrong, a payment of an invoice is missing in the books,
and a part of a credit note was given back there; the next night comes again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from dataverse.query import Query, not_null
from dataverse.rows import status_label
from dataverse.stores.booked import BookedRows
from dataverse.stores.reconciling import MoneyRows
from local.desks.corrected_books import NOTE, CorrectedBooksDesk
from local.faults import Died, Fault
from local.quickbooks.posting import Posting
from tests.crash.walking import broken, clean
from work365.errors import External
from work365.handlers.checking_books import check_all

if TYPE_CHECKING:
    from local.quickbooks.books import Entity
    from tests.points import Tried

FOUND = ["books-balance-differs -15.00 Open", "books-payment-missing -100.00 Open"]
FAULTS = (Fault.DIE_AFTER, Fault.LOSE_ANSWER, Fault.MEANWHILE)
"""To die before a request is to die after the one before it; MEANWHILE is a second worker, wholly between two requests."""


class Night:
    """A charge of 100.00, a credit note over 50.00 that pays 20.00: the books had both as they are here."""

    def __init__(self) -> None:
        self.desk = CorrectedBooksDesk()
        self.desk.charge()
        self.desk.note()
        self.desk.sync_note()
        self.desk.use_note("20.00")
        self.desk.resync()
        self._bookkeeper()
        self.desk.clock.moment += timedelta(days=4)
        self.start, self.there = self.desk.remember(), self.held()
        self.attempt()  # what a process keeps between requests is known to every case

    def _bookkeeper(self) -> None:
        books, realm = self.desk.quickbooks.books, self.desk.setup.realm
        charged = self._entity("Payment", "TotalAmt", Decimal(100))
        Posting(self.desk.setup, books).post("Payment", {"Id": charged["Id"], "SyncToken": charged["SyncToken"]}, "delete")
        books.change(realm, "CreditMemo", {**self._entity("CreditMemo", "DocNumber", NOTE), "Balance": Decimal(15)})

    def _entity(self, kind: str, member: str, value: object) -> Entity:
        return next(one for one in self.desk.entities(kind) if one.get(member) == value)

    def held(self) -> list[Entity]:
        """What the books hold."""
        return [one for kind in ("Invoice", "CreditMemo", "Payment") for one in self.desk.entities(kind)]

    def again(self) -> Night:
        """Everything as it was."""
        self.desk.return_to(self.start)
        return self

    def attempt(self) -> None:
        """The timer, which may die or fail; what it raises is the host's business."""
        desk, api = self.desk, self.desk.tenant.webapi(self.desk.fuse.guard(self.desk.tenant.app))
        findings, now = MoneyRows(api, desk.tenant.currencies), desk.clock.now()
        with suppress(Died, External):
            list(check_all(book=BookedRows(api), findings=findings, ledger_for=desk.ledger, now=now))

    def check(self, place: str) -> None:
        """What a clean run leaves; books that were silent are silent no more."""
        assert [one for one in self._says() if one != "money-not-checked 0.00 Resolved"] == FOUND, place
        assert self.held() == self.there, place

    def _says(self) -> list[str]:
        columns = ("w365_code", "w365_amount", "statuscode")
        rows = self.desk.api.find(Query("w365_finding", columns, not_null("w365_since"), "w365_code"))
        return [f"{row['w365_code']} {row['w365_amount'] or 0:.2f} {status_label('w365_finding', row)}" for row in rows]


@pytest.fixture(scope="module")
def night() -> Night:
    """Built once; each case begins where it was built."""
    return Night()


@pytest.fixture(scope="module")
def requests(night: Night) -> int:
    """How many requests a clean run sends."""
    return clean(night.again())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_each_difference_is_found_once_whatever_breaks(night: Night, requests: int, fault: Fault, tried: Tried) -> None:
    """Die between any two requests, or lose an answer, or have company: the next night ends as a clean one."""
    for _, place in broken(night.again, fault, tried(f"books check, {fault.value}", range(1, requests + 1))):
        night.attempt()
        night.check(place)
