"""Stories of money that goes back: refunds, disputes, charge-backs."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from local.desks.giving_back import GivingDesk, Stand
from local.desks.left_over import LeftOverDesk
from local.gocardless.enrolling import control as door
from local.pairs.story import Scene, Story
from local.stripe.enrolling import control
from work365.errors import Refused
from work365.ports.payments import About

if TYPE_CHECKING:
    from work365.receivables.payments import InvoiceId

PAID = Stand("150.00", "0.00", "Paid", "150.00", "0.00", (), 15000)
OPEN = Stand("0.00", "150.00", "Issued", "0.00", "0.00", (), 0)
PART_BACK = Stand("110.00", "40.00", "Partial", "110.00", "0.00", ("Succeeded",), 11000)
DEBIT_BACK = Stand("150.00", "0.00", "Paid", "150.00", "0.00", ("Processing",), 11000)
TRANSFER = "T-1"
CAME_BACK = Stand("150.00", "0.00", "Paid", "150.00", "0.00", ("Failed",), 15000)


def refunded(*, debit: bool = False) -> Scene:
    """A person gives a part of a payment back."""
    desk = GivingDesk()
    invoice = desk.paid(debit=debit)
    job = desk.wish(invoice, "40.00")
    return Scene(
        desk.fuse,
        act=partial(desk.run, job),
        settle=partial(desk.settle, invoice, job),
        seen=lambda: (desk.stand(invoice), desk.state_of(job)[0]),
    )


def returned() -> Scene:
    """The customer's bank sends a refund back, and somebody hears of it."""
    desk = GivingDesk()
    invoice = desk.paid()
    desk.run(desk.wish(invoice, "40.00"))
    control(desk.stripe, "refund", {"refund": desk.last_refund(invoice), "ends": "failed", "reason": "declined"})
    return _heard(desk, invoice, About.REFUND)


def disputed(*, won: bool = False) -> Scene:
    """A bank disputes a charge; or decides for us what was heard of before."""
    desk = GivingDesk()
    invoice = desk.paid()
    dispute = desk.dispute(invoice)
    if won:
        desk.ask(invoice, About.RETURN)
        desk.disputed(dispute, "won")
    return _heard(desk, invoice, About.RETURN)


def charged_back() -> Scene:
    """The bank takes back a debit that had been paid."""
    desk = GivingDesk()
    invoice = desk.paid(debit=True)
    door(desk.gocardless, "move", payment=desk.debits(invoice)[0]["id"], to="charged_back")
    return _heard(desk, invoice, About.RETURN)


def left_over(*, debit: bool) -> Scene:
    """An invoice was paid twice: the money that pays it goes, a debit or a transfer, and what is left over pays it."""
    desk = GivingDesk()
    invoice = desk.paid()
    dispute = desk.dispute(invoice)
    desk.ask(invoice, About.RETURN)
    if debit:
        desk.collect(invoice, debit=True)
    else:
        desk.transfer(invoice, 15000, TRANSFER)
    desk.disputed(dispute, "won")
    desk.ask(invoice, About.RETURN)
    if debit:
        door(desk.gocardless, "move", payment=desk.debits(invoice)[0]["id"], to="charged_back")
        return _heard(desk, invoice, About.RETURN)

    def again() -> None:
        with suppress(Refused):
            desk.bounce(TRANSFER)

    return Scene(desk.fuse, act=partial(desk.bounce, TRANSFER), settle=again, seen=lambda: desk.stand(invoice))


def _heard(desk: GivingDesk, invoice: InvoiceId, about: About) -> Scene:
    hear = partial(desk.ask, invoice, about)
    return Scene(desk.fuse, act=hear, settle=hear, seen=lambda: desk.stand(invoice))


def used_elsewhere() -> Scene:
    """What a card payment had left over pays two other invoices when its bank takes it back."""
    desk = LeftOverDesk()
    desk.use()
    control(desk.stripe, "dispute", {"payment_intent": desk.intent, "amount": None, "inquiry": False})
    hear = partial(desk.ask, desk.twice, About.RETURN)

    def seen() -> object:
        return desk.left(), [desk.stand(one).balance for one in (desk.twice, desk.sixty, desk.forty)], desk.owed()

    return Scene(desk.fuse, act=hear, settle=hear, seen=seen)


STORIES = (
    Story("refund a card", "refunding.refund", refunded, (PART_BACK, "Succeeded")),
    Story("refund a debit", "refunding.refund", partial(refunded, debit=True), (DEBIT_BACK, "Succeeded")),
    Story("a refund comes back", "refunding.ask_about", returned, CAME_BACK),
    Story("a dispute takes money", "disputing.look", disputed, OPEN),
    Story("a dispute gives money back", "disputing.look", partial(disputed, won=True), PAID),
    Story("a debit is charged back", "disputing.look", charged_back, OPEN),
    Story("a debit is charged back beside money left over", "disputing.look", partial(left_over, debit=True), PAID),
    Story(
        "a dispute takes what other invoices used",
        "disputing.look",
        used_elsewhere,
        (["0.00"], ["0.00", "60.00", "40.00"], ("100.00", "100.00")),
    ),
    Story("a transfer bounces beside money left over", "receiving.return_whole", partial(left_over, debit=False), PAID),
)
