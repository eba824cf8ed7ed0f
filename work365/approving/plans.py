"""A planned change as an approver is shown it, when it is planned and again on its day, and what has changed between the two.

Most of what happens in between is no change. Its day moves on while it waits for a payment, for the end of a hold or for an
answer; what was not known when it was approved is known on its day; and less over the credit limit than was agreed to is fine.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.approving.changes import OVER_THE_LIMIT, UNKNOWN, of_change, with_limit
from work365.approving.entries import Entry
from work365.approving.request import Whose, differences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from work365.approving.request import Request
    from work365.exposure.limiting import Exceeded
    from work365.ports.changing import Price, Recorded
    from work365.subscriptions.deciding import Wish
    from work365.subscriptions.scheduling import Scheduled

TABLE = "w365_scheduledchange"
WHY = "asked because"
"""The fact that says why an approver is asked on its day; what it says asks nobody again."""
UNWATCHED = ("seats now", WHY)
"""Its seats are watched as they are before it, on its own day."""
ASKED_FOR = "asked for"
WISHED = ("subscription", "change", ASKED_FOR, "to product", "to contract", "into")
"""What somebody wants, whether or not it was possible when they said so."""
POSSIBLE = "seats before"
"""Known of every change that was possible when it was approved."""
FROM = "from"


def of_plan(request: Request, wish: Wish, planned: str) -> Request:
    """The request about a change that is planned, by the id of the plan; with what it says itself, whatever that comes to."""
    said = [] if wish.quantity is None else [f"{wish.quantity} seats"]
    said += [] if wish.unit_price is None else [f"a price of {wish.unit_price.normalize():f}"]
    said += [] if wish.refund is None else [f"refund {wish.refund.value.lower()}"]
    facts = {**request.facts, **({ASKED_FOR: ", ".join(said)} if said else {})}
    return replace(request, facts=facts, subject=f"{TABLE}:{planned}", changes=changes_since)


def entry_of(planned: Scheduled, change: Recorded, price: Price, over: Exceeded | None) -> Entry:
    """What a planned change is on its day; `over` is the credit limit that it exceeds and that an approver may let it exceed."""
    held = change.held
    request = of_plan(of_change(held, planned.wish, change, price), planned.wish, planned.id)
    whose = Whose(held.place.account, held.place.entity)
    request = request if over is None else with_limit(request, over)
    return Entry(whose, request, held.place.contract.id, always=True, at_once=True)


def because(request: Request, why: str) -> Request:
    """A request with what an approver is told about why it is asked on its day."""
    return replace(request, facts={**request.facts, WHY: why})


def changes_since(approved: Mapping[str, str], now: Mapping[str, str]) -> str:
    """What would make an approver think again, in words; "" for nothing."""
    moved = {name for name in {**approved, **now} if _moved(name, approved, now)}
    return differences(*({name: said for name, said in facts.items() if name in moved} for facts in (approved, now)))


def _moved(name: str, approved: Mapping[str, str], now: Mapping[str, str]) -> bool:
    before, after = approved.get(name, ""), now.get(name, "")
    if name in UNWATCHED or before in (after, UNKNOWN):
        return False
    if name == FROM:
        return after < before
    if name == OVER_THE_LIMIT:
        return not _at_most(after, before)
    return POSSIBLE in approved or name in WISHED or bool(before and name != "state")


def _at_most(amount: str, limit: str) -> bool:
    """Whether an amount, as facts say it (`17.45 EUR`), is at most another one of its currency; nothing is at most anything."""
    (figure, _, code), (most, _, its_code) = amount.partition(" "), limit.partition(" ")
    return not amount or (amount != UNKNOWN and code == its_code and Decimal(figure) <= Decimal(most))
