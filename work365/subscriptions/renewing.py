"""What the end of a term does to a subscription: a new term with its price, an extended one, or the end.

Renew                  a term of the same length, at the price of its rule, which the row of the log records; what its price list
                       priced has that price as its own from then on
Extended service term  a month, at the price with the uplift, which is added once
End                    0 seats and cancelled; nothing is billed from that day on
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.contracts.policy import Policy
from work365.errors import Refused
from work365.money import Money
from work365.periods import Period
from work365.subscriptions.deciding import Decision, settled
from work365.subscriptions.held import Status
from work365.subscriptions.ledger import Event, appended, standing
from work365.terms.renewal import AtEnd, PriceRule, lock, next_term, notice, price_after
from work365.terms.windows import OPEN, still_open

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from work365.subscriptions.held import Agreed, Held
    from work365.terms.renewal import Prices
    from work365.terms.windows import Window


_RULES = {
    PriceRule.KEEP: "the price before is kept",
    PriceRule.LIST: "the list's price of that day",
    PriceRule.PERCENT: "{:+f} %",
}


@dataclass(frozen=True, slots=True)
class Renewed:
    """A subscription after the end of its term."""

    decision: Decision
    agreed: Agreed


def due(held: Held, today: date) -> bool:
    """Its term is over, and somebody said what happens then."""
    agreed = held.agreed
    return agreed is not None and agreed.at_end is not None and agreed.end <= today and held.status is not Status.CANCELLED


def renewed(held: Held, agreed: Agreed, at_end: AtEnd, prices: Prices) -> Renewed:
    """The end of one term. Errors: Refused when the price of the next one is missing."""
    seats = standing(held.rows, agreed.end).quantity
    following = next_term(at_end, agreed.term, agreed.end)
    if following is None:
        rows = appended(held.rows, agreed.end, 0, prices.current, Event.CANCEL)
        over = settled(held, rows, Status.CANCELLED, f"The term ended on {agreed.end} and is not renewed.")
        return Renewed(over, agreed)
    owned = held.listed and not _stays_listed(held, agreed, at_end)
    price = prices.current if held.listed and not owned else price_next(agreed, at_end, prices)
    rows = appended(held.rows, agreed.end, seats, price, Event.RENEWAL)
    sentence = f"{at_end.value} from {following.start} to {following.end}, {_paid(held, agreed, at_end, price, owned=owned)}."
    decision = replace(settled(held, rows, held.status, sentence), owned=owned)
    extended = at_end is AtEnd.EXTEND
    return Renewed(decision, replace(agreed, start=following.start, end=following.end, said=None, extended=extended))


def _stays_listed(held: Held, agreed: Agreed, at_end: AtEnd) -> bool:
    """Whether its list goes on to price it, because it can have no price of its own.

    Errors: Refused when its rule would change the price.
    """
    if not held.bound_to_list:
        return False
    if at_end is AtEnd.EXTEND or agreed.rule is not PriceRule.KEEP:
        message = (
            f"{held.name} is priced by its price list and can have no price of its own: {held.bound_to_list}; let it keep its "
            "price, or end it and sell it anew"
        )
        raise Refused(message)
    return True


def _paid(held: Held, agreed: Agreed, at_end: AtEnd, price: Decimal, *, owned: bool) -> str:
    """What the next term costs, and by which rule."""
    if held.listed and not owned:
        return "at the price of its list"
    rule = "with the uplift" if at_end is AtEnd.EXTEND else _RULES[agreed.rule].format(agreed.percent.normalize())
    return f"at {price:f} per seat ({rule})"


def price_next(agreed: Agreed, at_end: AtEnd, prices: Prices) -> Decimal:
    """The price in the next term; an uplift is added once. Errors: Refused when it is missing."""
    if at_end is AtEnd.EXTEND and agreed.extended:
        return prices.current
    return price_after(at_end, agreed.rule, prices, percent=agreed.percent, uplifts=agreed.uplifts)


@dataclass(frozen=True, slots=True)
class Returnable:
    """A batch of seats that may go back now.

    Attributes:
        window: how many, and until when.
        refund: what the customer gets for all of them, without tax and before discounts.
        alert: 24 or 48 when at most so many hours are left.
    """

    window: Window
    refund: Money
    alert: int | None

    @property
    def seats(self) -> int:
        """How many may go back."""
        return self.window.seats

    @property
    def until(self) -> datetime:
        """Before this moment."""
        return self.window.until


@dataclass(frozen=True, slots=True)
class Outlook:
    """One line of the renewal list.

    Attributes:
        notice_days: 7, 30, 60 or 90: the next of these marks.
        locked_from: from then on nothing can be changed until the new term stands.
        windows: seats that may be given back now.
        price: now; `price_after` is None where it ends, or where it is missing and `missing` says why.
    """

    held: Held
    agreed: Agreed
    notice_days: int | None
    locked_from: datetime
    windows: tuple[Returnable, ...]
    price: Decimal
    price_after: Decimal | None
    missing: str = ""


def outlook(held: Held, agreed: Agreed, open_: list[Window], prices: Prices, now: datetime) -> Outlook:
    """What the renewal list says of a subscription."""
    after, missing = None, ""
    if agreed.at_end not in (None, AtEnd.END):
        try:
            after = price_next(agreed, agreed.at_end or AtEnd.RENEW, prices)
        except Refused as error:
            missing = str(error)
    left = notice(agreed.end, now.date())
    windows = tuple(_returnable(held, window, prices.current, now) for window in still_open(open_, now))
    return Outlook(held, agreed, left, lock(agreed.end)[0], windows, prices.current, after, missing)


def _returnable(held: Held, window: Window, price: Decimal, now: datetime) -> Returnable:
    """What these seats were billed in the running cycle comes back; in arrears nothing was billed yet.

    Shape: where all of the money comes back and the seats came in the cycle before, their days of that one come back as well.
    """
    contract = held.place.contract
    if contract.policy is Policy.ARREARS:
        return Returnable(window, Money(0, contract.currency), window.alert(now))
    came, cycle = (window.until - OPEN).date(), contract.cadence.containing(now.date())
    charge = Period(min(max(cycle.start, came), cycle.end), cycle.end)
    refund = window.refund(now, price, charge, cycle, contract.currency)
    if came < cycle.start and window.full_until is not None and now < window.full_until:
        before = contract.cadence.containing(came)
        refund += window.refund(now, price, Period(came, before.end), before, contract.currency)
    return Returnable(window, refund, window.alert(now))
