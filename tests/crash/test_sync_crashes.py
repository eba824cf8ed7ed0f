"""Die before and after every request of Sync and read-back, lose its answer, recover: one of everything, and no stuck job."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dataverse.webapi import Ref
from local.desks.books import JOB, NUMBER, TOTAL, BooksDesk
from local.faults import CRASHES, Died
from work365.accounting.documents import receipt_reference
from work365.errors import External
from work365.handlers.reading_back import ReadBack
from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.points import Tried

SECOND = derived("job", "sync-2")
RESTS = (None, ReadBack(), ReadBack(payments=1), ReadBack(payments=2))
"""A final job is left alone; a reading that changed nothing."""


def charged() -> BooksDesk:
    """An invoice of which 100.00 were charged, never synced."""
    desk = BooksDesk()
    desk.charge()
    return desk


def changed() -> BooksDesk:
    """An invoice that was synced; since then its due date and its customer's city changed."""
    desk = charged()
    desk.sync()
    desk.api.update(Ref("w365_invoice", desk.made.invoice), {"w365_duedate": date(2026, 4, 1)})
    desk.api.update(Ref("account", desk.made.account), {"address1_city": "Ulm"})
    desk.clock.moment += timedelta(days=2)
    desk.job(SECOND)
    return desk


def paid() -> BooksDesk:
    """An invoice that was synced, and whose rest a bookkeeper then entered as paid."""
    desk = charged()
    desk.sync()
    desk.clock.moment += timedelta(days=2)
    desk.quickbooks.pay(desk.setup.realm, NUMBER, reference="cheque 7")
    return desk


def settle(desk: BooksDesk, run: Callable[[BooksDesk], object]) -> None:
    """The platform's way: deliver again, tick again, until it rests."""
    desk.fuse.reset()
    for _ in range(6):
        desk.clock.moment += timedelta(minutes=3)
        with suppress(External):
            if run(desk) in RESTS:
                return


def synced(desk: BooksDesk, *, version: int = 1, job: str = JOB, city: str = "Stuttgart", due: str = "2026-03-15") -> None:
    """What must be true after a sync, whatever happened on the way."""
    [customer] = desk.entities("Customer")
    assert customer["BillAddr"]["City"] == city
    assert [item["Name"] for item in desk.entities("Item")] == ["Other services", "Business Premium"]
    [invoice] = desk.entities("Invoice")
    assert (invoice["TotalAmt"], invoice["Balance"], invoice["DueDate"]) == (TOTAL, Decimal("252.62"), due)
    [payment] = desk.entities("Payment")
    assert payment["PaymentRefNum"] == receipt_reference(derived("payment", desk.made.invoice, "1"))
    exports = desk.rows("w365_accountingexport", "w365_version", "w365_externalid", "w365_externaltotal")
    assert [(row["w365_version"], row["status"], row["w365_externalid"]) for row in exports] == [
        (number, "Done", invoice["Id"]) for number in range(1, version + 1)
    ]
    assert desk.invoice()["w365_accountingreference"] == invoice["Id"]
    assert {row["w365_localtable"] for row in desk.rows("w365_accountinglink", "w365_localtable")} == {
        "account",
        "w365_product",
        "w365_payment",
    }
    jobs = {row["w365_key"]: row["status"] for row in desk.rows("w365_job", "w365_key")}
    assert jobs[job] == "Succeeded"


def settled(desk: BooksDesk) -> None:
    """What must be true after a read-back."""
    invoice = desk.invoice()
    assert (invoice["status"], invoice["w365_balance"], invoice["w365_amountcharged"]) == ("Paid", 0, TOTAL)
    assert invoice["w365_paidon"] == desk.entities("Payment")[1]["TxnDate"]
    payments = desk.rows("w365_payment", "w365_attempt", "w365_amount")
    assert [(row["w365_attempt"], row["w365_amount"], row["status"]) for row in payments] == [
        (1, Decimal(100), "Succeeded"),
        (2, Decimal("252.62"), "Succeeded"),
    ]
    assert sum(row["w365_amount"] for row in desk.rows("w365_allocation", "w365_amount")) == TOTAL
    assert desk.rows("w365_finding", "w365_code") == []
    assert len(desk.entities("Payment")) == 2


SCENARIOS: dict[str, tuple[Callable[[], BooksDesk], Callable[[BooksDesk], object], Callable[[BooksDesk], None]]] = {
    "sync": (charged, BooksDesk.sync, synced),
    "sync of a change": (
        changed,
        lambda desk: desk.sync(SECOND),
        lambda desk: synced(desk, version=2, job=SECOND, city="Ulm", due="2026-04-01"),
    ),
    "read-back": (paid, BooksDesk.read_back, settled),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_crash_point(name: str, tried: Tried) -> None:
    """Whatever request it dies at, running it again ends as the clean run does."""
    prepare, run, holds = SCENARIOS[name]
    desk = prepare()
    before = desk.remember()
    desk.fuse.reset()
    run(desk)
    requests = desk.fuse.count
    holds(desk)
    for at, fault in tried(f"{name}", product(range(1, requests + 1), CRASHES)):
        desk.return_to(before)
        desk.fuse.arm(at=at, fault=fault)
        with suppress(Died, External):
            run(desk)
        assert desk.fuse.blown is not None
        place = f"{fault.value} at request {at}: {desk.fuse.blown}"
        settle(desk, run)
        try:
            holds(desk)
        except Exception as error:
            error.add_note(place)
            raise


def test_a_sync_costs_few_requests_and_a_second_one_writes_nothing() -> None:
    """Four to the tenant, the job's own three, one (once) that asks who we are; a second sync asks the books nothing."""
    desk = charged()
    desk.fuse.reset()
    desk.sync()
    assert sum("/api/data" in sent.address for sent in desk.fuse.sent) - 4 == 4
    before = {kind: desk.entities(kind) for kind in ("Customer", "Item", "Invoice", "Payment")}
    desk.job(SECOND)
    desk.fuse.reset()
    result = desk.sync(SECOND)
    assert result is not None
    assert result.message == f"The books have invoice {NUMBER} as it is; nothing was sent."
    assert [sent for sent in desk.fuse.sent if "/v3/" in sent.address] == []
    assert {kind: desk.entities(kind) for kind in before} == before


def test_read_back_of_nothing_new_settles_nothing() -> None:
    """Our own payment is recognised; a second reading writes only how far it has read."""
    desk = charged()
    desk.sync()
    desk.clock.moment += timedelta(hours=1)
    assert desk.read_back().payments == 1
    assert desk.invoice()["status"] == "Partial"
    desk.clock.moment += timedelta(hours=1)
    desk.fuse.reset()
    assert desk.read_back().payments == 0
    assert [sent.method for sent in desk.fuse.sent if "/api/data" in sent.address] == ["POST", "PATCH"]
