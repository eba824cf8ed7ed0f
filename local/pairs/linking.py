"""Stories of links by which customers store a card, and pay an invoice."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from local.desks.charge import Bill
from local.desks.links import LinkDesk, Shown
from local.desks.pay_links import PayLinkDesk
from local.pairs.charging import sweeps
from local.pairs.story import Scene, Story
from work365.ports.profiles import ProfileHint

if TYPE_CHECKING:
    from work365.receivables.profile_links import Request

VISA = Shown("Active", "Visa", "4242", default=True)
PAID = Bill("150.00", "0.00", "Paid", ("Succeeded",), ("150.00",), 1)
CHARGED = Bill("150.00", "0.00", "Paid", ("Failed", "Succeeded"), ("150.00",), 1)


def opened() -> Scene:
    """A customer opens a link; later the card is entered on the page that it leads to then."""
    desk = LinkDesk()
    token, asked = desk.request()

    def finish() -> None:
        desk.finish(desk.open(token))
        desk.told(ProfileHint(profile=asked.id))

    return Scene(desk.fuse, act=partial(desk.open, token), settle=finish, seen=partial(_shown, desk, asked))


def learned() -> Scene:
    """A card was entered, and the gateway's event is worked on; if that fails, the sweep finds it."""
    desk = LinkDesk()
    token, asked = desk.request()
    desk.finish(desk.open(token))
    hint = ProfileHint(profile=asked.id)
    return Scene(desk.fuse, act=partial(desk.told, hint), settle=desk.sweep_links, seen=partial(_shown, desk, asked))


def paid() -> Scene:
    """A customer presses Pay; later the page that is there then is paid, and the sweep learns of it."""
    desk = PayLinkDesk()
    linked = desk.linked()

    def finish() -> None:
        desk.pay(desk.open(linked.token))
        desk.sweep_pages(linked.invoice)

    return Scene(desk.fuse, act=partial(desk.open, linked.token), settle=finish, seen=partial(desk.bill, linked.invoice))


def charged() -> Scene:
    """A person presses Charge while the customer has the page open, and does not pay there."""
    desk = PayLinkDesk()
    linked = desk.linked()
    desk.open(linked.token)
    job = desk.job(linked.invoice)
    return Scene(
        desk.fuse,
        act=partial(desk.run, job),
        settle=partial(sweeps, desk, linked.invoice, job),
        seen=partial(desk.bill, linked.invoice),
    )


def requested() -> Scene:
    """A person has a link mailed to a customer, and asks again if the job says so: one link that works, never two."""
    desk = LinkDesk()
    desk.run(desk.asks(desk.owed_by(desk.reachable())))
    before, invoice = len(desk.mailed()), desk.owed_by(desk.reachable())
    job = desk.asks(invoice)

    def later() -> None:
        for minutes in (2, 20, 1):
            desk.later(minutes=minutes)
            desk.run(job)
        if desk.state_of(job)[0] != "Succeeded":
            desk.run(desk.asks(invoice))

    def seen() -> object:
        return sum(1 for link in desk.mailed()[before:] if desk.opens(link))

    return Scene(desk.fuse, act=partial(desk.run, job), settle=later, seen=seen)


def _shown(desk: LinkDesk, asked: Request) -> Shown:
    return desk.shown(asked.id)


STORIES = (
    Story("open a link", "profile_links.open_link", opened, VISA),
    Story("learn of a stored card", "profile_links.look", learned, VISA),
    Story("open a payment page", "pay_links.open_page", paid, PAID),
    Story("charge beside an open page", "charging.charge", charged, CHARGED),
    Story("mail a request link", "requesting_profiles.request_profile", requested, 1),
)
