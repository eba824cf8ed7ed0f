"""The nightly check of a company's books over the tenant and the local QuickBooks: what a bookkeeper changes there is found."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from dataverse.rows import choice_value, status
from dataverse.stores.booked import BookedRows
from dataverse.webapi import Ref
from local.desks.books_night import BooksNightDesk
from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.accounting.deciding import BooksSystem
    from work365.ports.books import Ledger


@pytest.fixture
def night() -> BooksNightDesk:
    """A fresh tenant and company."""
    return BooksNightDesk()


def deleted(night: BooksNightDesk) -> None:
    """Payment and invoice."""
    night.delete("Payment")
    night.delete("Invoice")


def total_changed(night: BooksNightDesk) -> None:
    """A line was changed there."""
    night.change("Invoice", TotalAmt=Decimal("350.00"), Balance=Decimal("250.00"))


def failed(night: BooksNightDesk) -> None:
    """The charge did not succeed after all; the invoice is open here and there."""
    night.desk.api.update(Ref("w365_payment", night.payment), status("w365_payment", "Failed"))
    night.later(2)


PLANTED: list[tuple[str, Callable[[BooksNightDesk], object], str]] = [
    ("document deleted", deleted, "books-document-missing -352.62"),
    ("total changed", total_changed, "books-total-differs -2.62"),
    ("balance changed", lambda night: night.change("Invoice", Balance=Decimal("200.00")), "books-balance-differs -52.62"),
    ("payment deleted", lambda night: night.delete("Payment"), "books-payment-missing -100.00"),
    ("payment changed", lambda night: night.change("Payment", TotalAmt=Decimal("90.00")), "books-payment-differs -10.00"),
    ("payment twice", lambda night: night.copy("Payment"), "books-counted-twice 100.00"),
    ("document twice", lambda night: night.copy("Invoice"), "books-counted-twice 352.62"),
    ("payment failed here", failed, "books-not-here 100.00"),
]  # fmt: skip


def test_what_agrees_is_no_finding_night_after_night(night: BooksNightDesk) -> None:
    """And is marked as checked."""
    for _ in range(3):
        assert [one.differences for one in night.check()] == [()]
        night.later(1)
    [position] = BookedRows(night.desk.api).positions()
    assert position.checked_to == night.desk.clock.now() - timedelta(days=1)


@pytest.mark.parametrize(("name", "plant", "says"), PLANTED, ids=[one[0] for one in PLANTED])
def test_any_single_change_is_one_finding(
    night: BooksNightDesk, name: str, plant: Callable[[BooksNightDesk], object], says: str
) -> None:
    """Found at once, because what we sent is old; the same on the next night; still there after a month."""
    plant(night)
    for days in (1, 30):
        night.check()
        assert night.says() == [f"{says} Open"], name
        night.later(days)
    night.check()
    assert night.says() == [f"{says} Open"], name


def test_what_is_mended_is_closed_and_what_is_explained_stays(night: BooksNightDesk) -> None:
    """A payment that is entered again; a total that somebody has explained."""
    before = dict(night.held("Payment"))
    night.delete("Payment")
    night.check()
    books, realm = night.desk.quickbooks.books, night.desk.setup.realm
    books.add(realm, "Payment", before)
    night.change("Invoice", Balance=Decimal("200.00"))
    night.check()
    assert night.says() == ["books-balance-differs -52.62 Open", "books-payment-missing -100.00 Resolved"]
    [one] = night.findings.standing()
    night.findings.explain(one, "Written off there in agreement with the auditor.")
    night.later(40)
    assert night.check()[0].explained == {one.key}
    assert night.says()[0] == "books-balance-differs -52.62 Ignored"


def test_a_sync_that_is_queued_is_not_missed_yet(night: BooksNightDesk) -> None:
    """A payment of today; two days later it is."""
    night.delete("Payment")
    night.desk.api.update(Ref("w365_payment", night.payment), {"w365_message": "touched"})
    night.check()
    assert night.says() == []
    night.later(2)
    night.check()
    assert night.says() == ["books-payment-missing -100.00 Open"]


def test_books_that_do_not_answer_are_said_and_caught_up_with(night: BooksNightDesk) -> None:
    """Nothing is compared meanwhile."""
    night.delete("Payment")

    def closed(system: BooksSystem) -> Ledger:
        message = f"this version cannot post to {system.code}"
        raise Refused(message)

    [silent] = night.check(closed)
    assert "cannot post" in silent.silent
    assert night.says() == ["money-not-checked 0.00 Open"]
    night.later(30)
    night.check()
    assert night.says() == ["books-payment-missing -100.00 Open", "money-not-checked 0.00 Resolved"]


def test_books_to_which_nothing_was_sent_are_not_asked(night: BooksNightDesk) -> None:
    """They may not even be set up."""
    kind = choice_value("w365_accountingsystem", "w365_kind", "Xero")
    night.desk.api.create("w365_accountingsystem", {"w365_name": "New", "w365_code": "new", "w365_kind": kind})
    assert [one.code for one in night.check()] == [night.desk.system.code]


def test_one_night_asks_few_questions(night: BooksNightDesk) -> None:
    """However many documents: a handful for the changes, and three for a hundred documents."""
    night.check()
    night.desk.fuse.reset()
    night.check()
    asked = [sent for sent in night.desk.fuse.sent if "/query" in sent.address]
    assert 0 < len(asked) <= 8
