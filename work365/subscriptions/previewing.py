"""What a change does to the next invoice: computed by the code that will bill it, with and without the change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.contracts.contract import ChangesBilled
from work365.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.invoicing.drafting import Draft, DraftLine
    from work365.subscriptions.held import Place


@dataclass(frozen=True, slots=True)
class Effect:
    """The next invoice of a contract, without a change and with it.

    Attributes:
        lines: those that only the invoice with the change has.
        gone: those that only the invoice without it has.
    """

    day: date
    before: Money
    after: Money
    lines: tuple[DraftLine, ...]
    gone: tuple[DraftLine, ...]


def billed_on(place: Place, on: date, today: date) -> date:
    """The day of the run that bills a change: the next invoice, or that of the cycle which the change lies in."""
    contract = place.contract
    soonest = max(today, on) if contract.changes_billed is ChangesBilled.NOW else max(place.next_invoice_date or today, today)
    if on < contract.cadence.boundary(contract.due_limit(soonest)):
        return soonest
    return max(contract.due_on(contract.cadence.number(on)) or on, soonest)


def compared(place: Place, day: date, without: Sequence[Draft], with_it: Sequence[Draft]) -> Effect:
    """What differs between two previews of one contract's run."""
    before, after = _lines(without), _lines(with_it)
    nothing = Money(0, place.contract.currency)
    return Effect(
        day,
        without[0].net if without else nothing,
        with_it[0].net if with_it else nothing,
        tuple(line for key, line in after.items() if key not in before),
        tuple(line for key, line in before.items() if key not in after),
    )


def _lines(drafts: Sequence[Draft]) -> dict[tuple[str, int], DraftLine]:
    return {(line.line.key, line.line.amount.minor): line for draft in drafts for line in draft.lines}
