"""Another price list from a day on: which subscriptions it prices, from when, and at what.

It prices what has no price of its own. Inside a commitment the price stays (price protection), and the new list counts from
its end. A price that the list does not say is never guessed: the amendment is refused and names the subscription.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.catalogue.quoting import Question, quoted
from work365.errors import BadInput, Refused
from work365.invoicing.rounds import terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from work365.amending.amended import Amended
    from work365.catalogue.dated_lists import DatedLists
    from work365.catalogue.prices import Price
    from work365.catalogue.quoting import Offered, PriceList, Quote
    from work365.invoicing.work import ContractWork
    from work365.provisioning.terms import Terms


@dataclass(frozen=True, slots=True)
class ListPriced:
    """An active subscription without a price of its own.

    Attributes:
        priced: the days whose list prices it.
        commitment_end: first day after its commitment; None for none.
        seats: day, number in the log, and seats from then on, for each row of its log.
        divided: its seats are split over several payers, or it is one payer's or tier's part.
        opens: its log has no row yet and begins with these seats.
        etag: of the row as it was read.
    """

    id: str
    name: str
    offered: Offered
    terms: Terms | None
    priced: tuple[date, ...]
    commitment_end: date | None
    seats: tuple[tuple[date, int, int], ...]
    divided: bool = False
    opens: bool = False
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A price list with what it says for a contract.

    Attributes:
        priced: what it would price; `prices` are its rows for their products.
        same_rule: its payment rule says the same as that of the contract's list of today.
    """

    price_list: PriceList
    priced: tuple[ListPriced, ...]
    prices: Sequence[Price]
    same_rule: bool


@dataclass(frozen=True, slots=True)
class Relisted:
    """A subscription with what the new list says for it from a day on, and its seats on that day."""

    one: ListPriced
    on: date
    quantity: int
    quote: Quote

    @property
    def sequence(self) -> int:
        """The number of the row in the log that says so."""
        return max(number for _, number, _ in self.one.seats) + 1

    @property
    def priced_on(self) -> date:
        """The last day whose list prices it afterwards."""
        return max(self.on, *self.one.priced)


def bought_by(work: ContractWork, price_list: PriceList, on: date) -> DatedLists:
    """A contract's lists with another one from a day on. Errors: Refused when it is in another currency."""
    if price_list.currency != work.contract.currency:
        message = (
            f"price list {price_list.code} is in {price_list.currency or 'no currency'}, the contract is billed in "
            f"{work.contract.currency}; choose a list in {work.contract.currency}"
        )
        raise Refused(message)
    return work.lists.then(on, price_list)


def relist(amended: Amended, offer: Offer, today: date) -> Iterator[Relisted]:
    """What the new list prices, each from its day on. Errors: Refused, with what has to be decided or entered first."""
    on, own = amended.on, {one.id: one for one in amended.subscriptions}
    if on > today and not offer.same_rule:
        message = (
            f"the payment rule of price list {offer.price_list.code} is another one, and it holds from the day on which the list "
            f"is changed; amend the contract on {on} itself, or give both lists the same rule"
        )
        raise Refused(message)
    for one in offer.priced:
        subscription = own.get(one.id)
        if subscription is None:
            continue
        day = max(on, subscription.start, one.commitment_end or on)
        ends = [end for end in (subscription.end, amended.contract.end) if end is not None]
        if any(end <= day for end in ends):
            continue
        seats = _seats(one, amended, day)
        question = Question(
            one.offered,
            amended.lists.on(day),
            one.terms,
            amended.contract.currency,
            terms_of(amended.contract, subscription).on(day).frequency.months,
            day,
        )
        try:
            yield Relisted(one, day, seats, quoted(question, offer.prices))
        except BadInput as error:
            message = f"{one.name} has no price of its own, and {error.message}; then amend again"
            raise Refused(message) from None


def _seats(one: ListPriced, amended: Amended, day: date) -> int:
    """Its seats on the day of the new price. Errors: Refused when the list cannot change for it."""
    if one.divided:
        message = f"the seats of {one.name} are shared with other payers or tiers; give it its own price before the list changes"
        raise Refused(message)
    agreed = [priced for priced in one.priced if priced not in (day, *_alike(one, amended))]
    if agreed:
        message = (
            f"{one.name} is priced by the list of {max(agreed)}, which would be another one without a change of its price; "
            "let the new list begin on a later day"
        )
        raise Refused(message)
    before = [row for row in one.seats if row[0] <= day]
    if not before:
        message = f"the log of {one.name} does not say its seats on {day}; enter them there first"
        raise Refused(message)
    return max(before)[2]


def _alike(one: ListPriced, amended: Amended) -> Iterator[date]:
    """The days that price it by the same list as before."""
    return (priced for priced in one.priced if amended.lists.on(priced) == amended.work.lists.on(priced))
