"""Stories of what is owed and never comes as money: write-offs, and credit notes that pay other invoices."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from local.desks.writing_off import WritingOffDesk
from local.pairs.story import Scene, Story
from work365.errors import Refused
from work365.handlers import applying_credit
from work365.jobs import JobKind
from work365.receivables.spreading import Wish

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.receivables.payments import InvoiceId


def asked(kind: JobKind) -> Scene:
    """An invoice over 150.00, and a person's wish: to give up 40.00 of it, or to claim again what was given up."""
    desk = WritingOffDesk()
    invoice = desk.billed()
    if kind is JobKind.TAKE_BACK_WRITE_OFF:
        desk.gives_up(invoice)
    job = desk.asks(kind, invoice, "40.00")
    return Scene(
        desk.fuse,
        act=partial(desk.run, job),
        settle=partial(desk.settle, invoice, job),
        seen=lambda: (desk.account_of(invoice), desk.ledger(invoice), desk.state_of(job)[0]),
    )


def credited(*, back: bool) -> Scene:
    """Two invoices over 150.00, one of which was credited with 100.00: the note pays the other one, or what it pays is undone."""
    desk = WritingOffDesk()
    invoice, other = desk.billed(), desk.billed()
    note = desk.number(desk.credited(other, "100.00"))
    pay, undo = partial(_pay, desk, note, invoice), partial(_undo, desk, note, invoice)
    if back:
        pay()
    act: Callable[[], object] = undo if back else pay

    def again() -> None:
        with suppress(Refused):
            act()

    return Scene(desk.fuse, act=act, settle=again, seen=lambda: (desk.account_of(invoice), desk.bill(invoice).payments))


def _pay(desk: WritingOffDesk, note: str, invoice: InvoiceId) -> None:
    applying_credit.apply(note, [Wish(desk.number(invoice), None)], book=desk.credits, now=desk.now)


def _undo(desk: WritingOffDesk, note: str, invoice: InvoiceId) -> None:
    applying_credit.take_back(note, desk.number(invoice), "Meant otherwise", book=desk.credits)


GIVEN_UP = ("0.00", "40.00", "110.00", "Issued"), [("Written off", "40.00")], "Succeeded"
CLAIMED = ("0.00", "110.00", "40.00", "Issued"), [("Written off", "150.00"), ("Taken back", "-40.00")], "Succeeded"
PAID = ("100.00", "0.00", "50.00", "Partial"), ("Succeeded",)
UNDONE = ("0.00", "0.00", "150.00", "Issued"), ("Returned",)
STORIES = (
    Story("write off a part", "writing_off.write_off", partial(asked, JobKind.WRITE_OFF), GIVEN_UP),
    Story("claim it again", "writing_off.take_back", partial(asked, JobKind.TAKE_BACK_WRITE_OFF), CLAIMED),
    Story("a credit note pays an invoice", "applying_credit.apply", partial(credited, back=False), PAID),
    Story("what a credit note pays is undone", "applying_credit.take_back", partial(credited, back=True), UNDONE),
)
