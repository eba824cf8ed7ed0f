"""Stories of money without a gateway: receipts, prepaid balances, credit notes."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from local.desks.crediting import CreditingDesk
from local.desks.left_over import LeftOverDesk
from local.desks.prepaid import PrepaidDesk
from local.desks.receipts import ReceiptDesk
from local.pairs.story import Scene, Story
from work365.errors import Refused
from work365.handlers import prepaid
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, NOTE = "INV-CO-2026-00001", "CN-CO-2026-00001"
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
D = TypeVar("D", ReceiptDesk, PrepaidDesk)


def _typed(desk: D, command: Callable[[D], object], seen: Callable[[D], object]) -> Scene:
    """A person types a command, and types it again until it says that it is done."""

    def again() -> None:
        with suppress(Refused):
            command(desk)

    return Scene(desk.fuse, act=partial(command, desk), settle=again, seen=partial(seen, desk))


def _received(desk: ReceiptDesk) -> object:
    return desk.owed(), desk.unapplied(), desk.paid(), f"{desk.allocated():.2f}"


def receipt(command: Callable[[ReceiptDesk], object], *before: Callable[[ReceiptDesk], object]) -> Scene:
    """Two months are billed, and some steps have been taken."""
    desk = ReceiptDesk()
    desk.months(2)
    for step in before:
        step(desk)
    return _typed(desk, command, _received)


def _post(desk: ReceiptDesk) -> object:
    return desk.post("500.00", wishes=None)


def _keep(desk: ReceiptDesk) -> object:
    return desk.post("500.00")


def _apply(desk: ReceiptDesk) -> object:
    return desk.apply(None)


def _take_back(desk: ReceiptDesk) -> object:
    return desk.take_back(FIRST)


def _bounce(desk: ReceiptDesk) -> object:
    return desk.bounce()


def _prepaid() -> PrepaidDesk:
    """A contract that is charged by itself has paid 400.00 in advance, of which 300.00 expire in February."""
    desk = PrepaidDesk(JANUARY)
    desk.standing("C-1", autocharge=True)
    desk.top_up("C-1", "100.00")
    desk.top_up("C-1", "300.00", expires=FEBRUARY)
    return desk


def _left(desk: PrepaidDesk) -> object:
    return desk.paid(), desk.left(), len(desk.states("w365_payment")), len(desk.states("w365_allocation"))


def billed() -> Scene:
    """The monthly run bills a contract that has paid in advance, and pays all of it, so nothing is left to charge."""
    desk = _prepaid()

    def again() -> None:
        for _ in range(3):
            desk.sweep_after(20)
            desk.work()
        desk.run(JANUARY)

    jobs = partial(desk.tenant.count, "w365_job")
    return Scene(desk.fuse, act=partial(desk.run, JANUARY), settle=again, seen=lambda: (_left(desk), jobs()))


def expired() -> Scene:
    """What nobody used in time leaves the balance."""
    return _typed(_prepaid(), lambda desk: prepaid.expire_due(today=FEBRUARY, book=desk.prepaid), PrepaidDesk.left)


def given() -> Scene:
    """What is owed of a credit note is put on the balance."""
    desk = _prepaid()
    desk.run(JANUARY)
    desk.credit(FIRST, "1=100.00")
    return _typed(desk, lambda desk: prepaid.credit(NOTE, reason="Agreed", expires=None, today=JANUARY, book=desk.prepaid), _left)


def noted(kind: JobKind) -> Scene:
    """A person credits a document, or cancels it."""
    desk = CreditingDesk()
    desk.standing("C-1")
    desk.run(JANUARY)
    job = desk.wish(kind, FIRST)

    def seen() -> object:
        documents = [desk.standing_of(one.number) for one in desk.invoices()]
        return [(kind, state, f"{total:.2f}", f"{balance:.2f}") for kind, state, total, balance in documents]

    deliver = partial(desk.again, job)
    return Scene(desk.fuse, act=deliver, settle=deliver, seen=seen)


ALL, PART, NOTHING = ("368.90", "0.00", "Paid"), ("131.10", "237.80", "Partial"), ("0.00", "368.90", "Issued")
APPLIED = ([ALL, PART], {"4711": "0.00"}, [("131.10", "Succeeded"), ("368.90", "Succeeded")], "500.00")
TAKEN_BACK = ([NOTHING, PART], {"4711": "368.90"}, [("131.10", "Succeeded"), ("368.90", "Returned")], "131.10")
BOUNCED = ([NOTHING, NOTHING], {"4711": "0.00"}, [("131.10", "Returned"), ("368.90", "Returned")], "0.00")
PREPAID = ("368.90", "368.90", "0.00", "31.10")
GIVEN = ([("-119.00", "-119.00", "0.00", ""), PREPAID], "150.10", 2, 2)
CREDIT_NOTE = ("Credit note", "Issued", "-368.90", "0.00")


def left_over(command: Callable[[LeftOverDesk], object], *before: Callable[[LeftOverDesk], object]) -> Scene:
    """An invoice was paid twice, and some steps have been taken with what is left over."""
    desk = LeftOverDesk()
    for step in before:
        step(desk)

    def again() -> None:
        with suppress(Refused):
            command(desk)

    def seen() -> object:
        return desk.left(), [desk.stand(one).balance for one in (desk.twice, desk.sixty, desk.forty)], desk.owed()

    return Scene(desk.fuse, act=partial(command, desk), settle=again, seen=seen)


def _use(desk: LeftOverDesk) -> object:
    return desk.use()


def _use_no_more(desk: LeftOverDesk) -> object:
    return desk.take_back(desk.sixty)


STORIES = (
    Story("post a receipt", "receiving.post", partial(receipt, _post), APPLIED),
    Story("apply a receipt", "receiving.apply", partial(receipt, _apply, _keep), APPLIED),
    Story("take a part back", "receiving.take_back", partial(receipt, _take_back, _post), TAKEN_BACK),
    Story("a receipt bounces", "receiving.return_whole", partial(receipt, _bounce, _post), BOUNCED),
    Story("bill against a prepaid balance", "billing.work", billed, (([PREPAID], "31.10", 1, 1), 0)),
    Story("prepaid money expires", "prepaid.expire_due", expired, "100.00"),
    Story("a credit note goes on a prepaid balance", "prepaid.credit", given, GIVEN),
    Story(
        "credit a document",
        "crediting.credit",
        partial(noted, JobKind.CREDIT),
        [CREDIT_NOTE, ("Invoice", "Paid", "368.90", "0.00")],
    ),
    Story(
        "cancel a document",
        "crediting.cancel",
        partial(noted, JobKind.CANCEL),
        [CREDIT_NOTE, ("Invoice", "Cancelled", "368.90", "0.00")],
    ),
    Story(
        "what is left over pays other invoices",
        "applying_left_over.apply",
        partial(left_over, _use),
        (["50.00"], ["0.00", "0.00", "0.00"], ("-50.00", "-50.00")),
    ),
    Story(
        "what it pays of one is undone",
        "applying_left_over.take_back",
        partial(left_over, _use_no_more, _use),
        (["110.00"], ["0.00", "60.00", "0.00"], ("-50.00", "-50.00")),
    ),
)
