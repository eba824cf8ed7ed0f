"""Amend a contract: read as a run would read, decide, show the next invoice with and without it, write all of it or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from work365.amending.deciding import amend
from work365.amending.listing import relist
from work365.errors import Refused
from work365.handlers.changing import decided
from work365.ids import derived
from work365.ports.amending import Amending, AmendingBook, NewPrice
from work365.subscriptions.deciding import Wish as PriceWish
from work365.subscriptions.held import Status
from work365.subscriptions.ledger import Event, standing
from work365.subscriptions.previewing import compared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from work365.amending.amended import Amended, Wish
    from work365.handlers.billing import Decided
    from work365.jobs import Job
    from work365.ports.billing import Entity
    from work365.ports.changing import ChangingBook
    from work365.ports.platform import Clock
    from work365.subscriptions.held import Place
    from work365.subscriptions.previewing import Effect
    from work365.taxing.assessing import Assessor


class PreviewingBook(AmendingBook, Protocol):
    """A book that can also say what a run would bill."""

    def effect(self, change: Amending, entity: Entity, taxes: Assessor, as_of: date) -> tuple[Decided, Decided]:
        """What a run of a day would bill the contract, without an amendment and with it; nothing is written."""


def prepare(
    number: str, wish: Wish, *, book: AmendingBook, changing: ChangingBook, clock: Clock, job: Job | None = None
) -> Amending:
    """What an amendment comes to, with what is read for it; nothing is written. Errors: Refused with what to do.

    Shape: with a `job` it has that job's id, and is written as whoever created it.
    """
    place = found(number, book)
    if place.ended:
        message = f"contract {number} has ended; there is nothing to amend"
        raise Refused(message)
    now, today = clock.now(), clock.today(place.zone)
    entity = book.entity(place)
    on = wish.on or book.read(place, entity, today, None, now).billed_through
    work = book.read(place, entity, today, on, now)
    sequence = max((one.sequence for one in book.history(place.contract.id)), default=0) + 1
    identity = derived("amendment", place.contract.id, str(sequence)) if job is None else amendment_id(job)
    offer = book.offer(place, wish.price_list) if wish.price_list else None
    payer = book.payer(place, wish.payer) if wish.payer else None
    amended = amend(work, wish, identity, today, price_list=None if offer is None else offer.price_list, payer=payer)
    _priced_themselves(amended, book)
    relisted = () if offer is None else tuple(relist(amended, offer, today))
    repriced = tuple(_repriced(identity, amended, changing=changing, now=now))
    person = None if job is None else job.on_behalf_of
    return Amending(identity, sequence, place, amended, repriced, now, relisted, offer, person)


def amendment_id(job: Job) -> str:
    """The id of the amendment that a job asks for."""
    return derived("amendment", job.key)


def found(number: str, book: AmendingBook) -> Place:
    """A contract by its number. Errors: Refused when there is none."""
    place = book.contract(number)
    if place is None:
        message = f"there is no contract {number}; give its number as its form shows it"
        raise Refused(message)
    return place


def _priced_themselves(amended: Amended, book: AmendingBook) -> None:
    """Errors: Refused for a subscription without a price: the list's is per cycle of the terms on the day that it was priced."""
    listed = book.priced_by_list([one.subscription for one in amended.prices])
    if listed:
        name = amended.work.articles[min(listed)].name
        message = (
            f"{name} is priced by the price list; give it a price of its own per seat and cycle with `w365 subscription change "
            "--price` before its cycles change"
        )
        raise Refused(message)


def _repriced(identity: str, amended: Amended, *, changing: ChangingBook, now: datetime) -> Iterator[NewPrice]:
    """The prices that go with it, and the rows of the change log that say so; prices in another currency stay in it."""
    for one in amended.prices:
        held = changing.load(one.subscription)
        if held.status is Status.CANCELLED:
            continue
        own = standing(held.rows, one.on).unit_price or held.unit_price
        before = own if one.subscription in amended.work.conversions or own else one.before
        price = one.after(before, held.name)
        wish = PriceWish(Event.PRICE, one.on, unit_price=price, note=f"Amendment: {amended.words}")
        recorded = None if price == before else decided(identity, held, wish, book=changing, now=now)
        yield NewPrice(held.id, held.name, one.on, before, price, recorded)


def effect(change: Amending, taxes: Assessor, *, book: PreviewingBook) -> Effect:
    """The first invoice by the new terms, without the amendment and with it."""
    day = change.amended.shown_on
    without, with_it = book.effect(change, book.entity(change.place), taxes, day)
    held_back = next((one.message for one in with_it.findings), None)
    if held_back and not with_it.drafts:
        raise Refused(held_back)
    return compared(change.place, day, without.drafts, with_it.drafts)
