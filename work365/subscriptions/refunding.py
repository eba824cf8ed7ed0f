"""Whether fewer seats give money back: the refund policy of the product's type, asked for each reduction that a person makes.

What the supplier reports is left as it is: it has decided already. So is what ends with a paid cycle, where nothing is left to
give back, and what has cycles of its own, whose paid days the contract's cycles do not tell.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from work365.contracts.contract import Policy
from work365.crediting.policy import refund
from work365.errors import Refused
from work365.periods import zone_named
from work365.subscriptions.ledger import Event, Source

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from work365.subscriptions.deciding import Decision, Wish
    from work365.subscriptions.held import Entry, Held

REDUCING = (Event.QUANTITY, Event.CANCEL)
BUYING = (Event.CREATE, Event.REACTIVATE)
_DAY = timedelta(days=1)


def refused(held: Held, wish: Wish, decision: Decision, now: datetime) -> str:
    """Who says that a change gives nothing back, why, and to which day what is paid is kept; "" where it gives back the rest."""
    zone = zone_named(held.place.zone)
    today = now.astimezone(zone).date()
    if held.refund is None or not _reduces(wish, decision) or not _has_paid(held, wish.on, today):
        return ""
    ended = datetime.combine(wish.on, time(), zone)
    paid = held.place.contract.period_of(wish.on)
    why = refund(held.refund, _bought(held, wish.on, zone), ended, paid, zone).refused
    kept = held.place.contract.period_of(max(wish.on, today))
    return why and f"{why} The seats are billed up to {kept.end - _DAY}."


def without_refund(held: Held, wish: Wish, why: str) -> Wish:
    """The same wish, which gives nothing back. Errors: Refused where somebody asked for money back all the same."""
    if wish.refund:
        message = f"{held.name}: {why} Ask for it without refund; what is given back out of goodwill is a credit of its line"
        raise Refused(message)
    return replace(wish, refund=False)


def _reduces(wish: Wish, decision: Decision) -> bool:
    """Whether a person takes seats away that there are on that day."""
    decided_elsewhere = wish.source in (Source.PROVIDER, Source.IMPORT)
    fewer = any(row.delta < 0 and row.effective == wish.on for row in decision.rows)
    return wish.event in REDUCING and fewer and not decided_elsewhere


def _has_paid(held: Held, on: date, today: date) -> bool:
    """Whether something is paid for the days from `on` to the end of a cycle that had begun, or been billed, before."""
    contract = held.place.contract
    in_advance = contract.policy is Policy.ADVANCE and not contract.by_item
    return in_advance and (contract.period_of(on).start < on or on < today)


def _bought(held: Held, on: date, zone: ZoneInfo) -> datetime:
    """The newest purchase, reactivation or addition of seats up to a day."""
    bought = (entry for entry in held.entries if entry.row.delta > 0 or entry.row.event in BUYING)
    moments = (_came(entry, zone) for entry in bought if entry.row.effective <= on)
    return max(moments, default=datetime.combine(held.start, time(), zone))


def _came(entry: Entry, zone: ZoneInfo) -> datetime:
    """When seats came: when they were asked for, but for a day to come on its first moment."""
    first = datetime.combine(entry.row.effective, time(), zone)
    return first if entry.asked is None else max(first, entry.asked)
