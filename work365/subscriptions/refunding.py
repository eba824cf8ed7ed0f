"""Whether fewer seats give money back: the refund policy of the product's type, asked for each reduction that a person makes.

What the supplier reports is left as it is: it has decided already. So is what ends with a paid cycle, where nothing is left to
give back, and what has cycles of its own, whose paid days the contract's cycles do not tell.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from work365.contracts.contract import Policy
from work365.crediting.policy import refund
from work365.periods import zone_named
from work365.subscriptions.ledger import Event, Source, standing

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from work365.subscriptions.deciding import Decision, Wish
    from work365.subscriptions.held import Held

REDUCING = (Event.QUANTITY, Event.CANCEL)
BUYING = (Event.CREATE, Event.REACTIVATE)
_DAY = timedelta(days=1)


def refused(held: Held, wish: Wish, decision: Decision, now: datetime) -> str:
    """Who says that a change gives nothing back, why, and to which day what is paid is kept; "" where it gives back the rest."""
    zone = zone_named(held.place.zone)
    today = now.astimezone(zone).date()
    if held.refund is None or not _reduces(held, wish, decision) or not _has_paid(held, wish.on, today):
        return ""
    ended = datetime.combine(wish.on, time(), zone)
    paid = held.place.contract.period_of(wish.on)
    why = refund(held.refund, _bought(held, wish.on, zone), ended, paid, zone).refused
    kept = held.place.contract.period_of(max(wish.on, today))
    return why and f"{why} What is paid is kept: the seats are billed up to {kept.end - _DAY}."


def _reduces(held: Held, wish: Wish, decision: Decision) -> bool:
    """Whether a person takes seats away that there are on that day."""
    decided_elsewhere = wish.source in (Source.PROVIDER, Source.IMPORT)
    fewer = decision.rows[0].quantity < standing(held.rows, wish.on).quantity
    return wish.event in REDUCING and fewer and not decided_elsewhere


def _has_paid(held: Held, on: date, today: date) -> bool:
    """Whether something is paid for the days from `on` to the end of a cycle that had begun, or been billed, before."""
    contract = held.place.contract
    in_advance = contract.policy is Policy.ADVANCE and not contract.by_item
    return in_advance and (contract.period_of(on).start < on or on < today)


def _bought(held: Held, on: date, zone: ZoneInfo) -> datetime:
    """The newest purchase, reactivation or addition of seats up to a day."""
    moments = [
        entry.recorded or datetime.combine(entry.row.effective, time(), zone)
        for entry in held.entries
        if entry.row.effective <= on and (entry.row.delta > 0 or entry.row.event in BUYING)
    ]
    return max(moments, default=datetime.combine(held.start, time(), zone))
