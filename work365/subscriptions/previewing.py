"""What a change does to the next invoice: computed by the code that will bill it, with and without the change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from work365.contracts.policy import ChangesBilled
from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from work365.invoicing.outline import Draft, DraftLine
    from work365.money import Money
    from work365.subscriptions.held import Place


@dataclass(frozen=True, slots=True)
class Effect:
    """The next invoice of a contract, without a change and with it.

    Attributes:
        lines: those that only the invoice with the change has.
        gone: those that only the invoice without it has.
        payers: who each line is for, by key and name, where the contract has several payers.
    """

    day: date
    before: Money
    after: Money
    lines: tuple[DraftLine, ...]
    gone: tuple[DraftLine, ...]
    payers: Mapping[str, str] = field(default_factory=dict)


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
    code = place.contract.currency
    return Effect(
        day,
        total((one.net for one in _each(without)), code),
        total((one.net for one in _each(with_it)), code),
        tuple(line for key, line in after.items() if key not in before),
        tuple(line for key, line in before.items() if key not in after),
        {line.line.key: payer for one in _each(with_it) if (payer := _payer(one)) for line in one.lines},
    )


def _payer(one: Draft) -> str:
    """Who a document is for, where the contract has several payers."""
    return one.work.payers[one.work.account].name if one.work.payers else ""


def _lines(drafts: Sequence[Draft]) -> dict[tuple[str, int], DraftLine]:
    return {(line.line.key, line.line.amount.minor): line for one in _each(drafts) for line in one.lines}


def _each(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Every document of a run, those of missed cycles and of other payers one by one."""
    return (one for draft in drafts for one in (*draft.earlier, draft))
