"""Stories of payments on their way to the books, and of cash on its way back."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from local.desks.books import NUMBER, BooksDesk
from local.pairs.story import Scene, Story
from work365.errors import External

if TYPE_CHECKING:
    from collections.abc import Callable

PASSES = 5


def _settled(desk: BooksDesk, run: Callable[[], object]) -> None:
    """Messages are delivered again, timers tick again."""
    for _ in range(PASSES):
        desk.clock.moment += timedelta(minutes=3)
        with suppress(External):
            run()


def synced() -> Scene:
    """An invoice, of which a part was charged, goes to the books with its payment."""
    desk = BooksDesk()
    desk.charge()

    def seen() -> object:
        held = [len(desk.entities(kind)) for kind in ("Customer", "Item", "Invoice", "Payment")]
        exports = [(row["w365_version"], row["status"]) for row in desk.rows("w365_accountingexport", "w365_version")]
        return held, f"{desk.entities('Invoice')[0]['Balance']:.2f}", exports, [row["status"] for row in desk.rows("w365_job")]

    return Scene(desk.fuse, act=desk.sync, settle=partial(_settled, desk, desk.sync), seen=seen)


def read_back(*, charged_later: bool = False, taken_out: bool = False) -> Scene:
    """A bookkeeper has entered what is open of an invoice as paid: before the books heard of its charge; or took it out again."""
    desk = BooksDesk()
    if not charged_later:
        desk.charge()
    desk.sync()
    desk.clock.moment += timedelta(days=2)
    cash = desk.quickbooks.pay(desk.setup.realm, NUMBER, reference="cheque 7")
    if charged_later:
        desk.charge()
    if taken_out:
        desk.read_back()
        desk.clock.moment += timedelta(hours=1)
        desk.quickbooks.unpay(desk.setup.realm, cash["Id"])

    def seen() -> object:
        invoice = desk.invoice()
        payments = [(f"{row['w365_amount']:.2f}", row["status"]) for row in desk.rows("w365_payment", "w365_amount")]
        used = [f"{row['w365_amount']:.2f}" for row in desk.rows("w365_allocation", "w365_amount")]
        return invoice["status"], f"{invoice['w365_balance']:.2f}", payments, used, len(desk.entities("Payment"))

    return Scene(desk.fuse, act=desk.read_back, settle=partial(_settled, desk, desk.read_back), seen=seen)


STORIES = (
    Story("sync an invoice and its payment", "syncing.sync", synced, ([1, 2, 1, 1], "252.62", [(1, "Done")], ["Succeeded"])),
    Story(
        "read cash from the books",
        "reading_back.read_back",
        read_back,
        ("Paid", "0.00", [("100.00", "Succeeded"), ("252.62", "Succeeded")], ["100.00", "252.62"], 2),
    ),
    Story(
        "read cash that a charge gives way to",
        "reading_back.read_back",
        partial(read_back, charged_later=True),
        ("Paid", "0.00", [("100.00", "Succeeded"), ("352.62", "Succeeded")], ["352.62"], 1),
    ),
    Story(
        "read that cash was taken out beside a charge left over",
        "reading_back.read_back",
        partial(read_back, charged_later=True, taken_out=True),
        ("Partial", "252.62", [("100.00", "Succeeded"), ("0.00", "Failed")], ["100.00"], 0),
    ),
)
