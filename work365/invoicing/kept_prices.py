"""What is billed keeps its price: only the change log moves the price of days that were billed.

A subscription without a price of its own takes it from the price list of its contract. Once that is another list, or the list
says something else about days in the past, the engine finds other amounts for what is billed already; nobody has agreed on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from work365.errors import BadInput
from work365.invoicing.lines import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from work365.invoicing.lines import Line, Posted
    from work365.subscriptions.change_log import Subscription


def keep_prices(lines: Sequence[Line], posted: Iterable[Posted | Line], subscriptions: Iterable[Subscription]) -> None:
    """Refuse a bill that replaces posted lines by the same seats and days at another price without a change that says so.

    Errors: BadInput, with the days and both amounts.
    """
    replacing = [line for line in lines if line.kind is Kind.CHARGE and line.origin is not None]
    if not replacing:
        return
    before, logs = {line.key: line for line in posted}, {one.id: one for one in subscriptions}
    for line in replacing:
        old = before.get(line.origin or "")
        if old is not None and _same_but_dearer_or_cheaper(old, line) and not _is_explained(line, logs.get(line.subscription)):
            message = (
                f"{line.quantity} seats from {line.period.start} on were billed at {old.amount}, and are now priced at "
                f"{line.amount}, though no change of the log says so. What is billed keeps its price: choose the price list by "
                "which it was billed again, or put its old price back; another list holds from a day on by `w365 contract amend`"
            )
            raise BadInput(message)


def _same_but_dearer_or_cheaper(old: Posted | Line, line: Line) -> bool:
    same = (old.period, old.quantity, old.fraction) == (line.period, line.quantity, line.fraction)
    return same and old.amount != line.amount


def _is_explained(line: Line, subscription: Subscription | None) -> bool:
    """Whether a change that no bill has settled yet may be what moved the price.

    It begins by the line's first day; or within its days and says a price, where a month counts whole and is not parted by it.
    """
    changes = () if subscription is None else (change for change in subscription.changes if not change.settled)
    return any(
        change.effective <= line.period.start or (change.unit_price is not None and change.effective < line.period.end)
        for change in changes
    )
