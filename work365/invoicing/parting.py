"""A bill of a contract whose payer changes, parted between its payers: each day belongs to whoever paid for it then.

A change of the payer ends the running cycle, so the days of a line have one payer, and the line is for whoever pays on its first
day. One that credits, replaces or corrects another line is for whoever that one was billed to.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from work365.errors import BadInput
from work365.invoicing.lines import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from work365.contracts.contract import BillingContract
    from work365.invoicing.billing import Bill
    from work365.invoicing.items import Item
    from work365.invoicing.lines import Line
    from work365.invoicing.outline import Entry
    from work365.invoicing.work import ContractWork
    from work365.periods import Period

_DAY = timedelta(days=1)


class Part(NamedTuple):
    """What one payer is billed: the contract with this payer, and its part of the bill, of its lines and of its items."""

    work: ContractWork
    bill: Bill
    entries: Sequence[Entry]
    items: tuple[Item, ...]


def payers_of(lines: Iterable[Line], contract: BillingContract, billed_to: Mapping[str, str]) -> dict[str, str]:
    """Who each line of a bill is for, by its key; a line comes after the one that it refers to.

    Shape: `billed_to` says it of the posted lines.
    """
    found: dict[str, str] = {}
    for line in lines:
        before = None if line.origin is None else found.get(line.origin, billed_to.get(line.origin))
        found[line.key] = contract.on(line.period.start).payer if before is None else before
    return found


def parted(work: ContractWork, bill: Bill, entries: Sequence[Entry], items: Sequence[Item]) -> list[Part]:
    """What each payer is billed, in the order of their days; nobody without a line has a part.

    Shape:  the cycles and changes of whoever has none go with the last part.
    Errors: BadInput for a line whose days have several payers.
    """
    _one_payer_each(work, entries)
    payers = payers_of((entry.line for entry in entries), work.contract, work.billed_to)
    own = {key: work.payers[payer].account for key, payer in payers.items()}
    firsts: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda one: one.line.period.start):
        firsts.setdefault(own[entry.line.key], entry)
    last = next(reversed(firsts))
    changes = {entry.line.change: own[entry.line.key] for entry in entries if entry.line.change is not None}

    def payer_of(cycle: Period) -> str:
        payer = work.payer_on(cycle.start)
        return payer if payer in firsts else last

    def part(account: str) -> Part:
        cycles = tuple(one for one in bill.cycles if payer_of(one) == account)
        settles = tuple(one for one in bill.settles if changes.get(one, last) == account)
        bought = tuple(one for one in items if work.payer_on(one.period.start) == account)
        its = [one for one in entries if own[one.line.key] == account]
        return Part(work.paid_by(account), replace(bill, cycles=cycles, settles=settles), its, bought)

    return [part(account) for account in firsts]


def _one_payer_each(work: ContractWork, entries: Iterable[Entry]) -> None:
    """A commitment is measured over several cycles, and nobody has said how its shortfall is divided."""
    for line in (entry.line for entry in entries if entry.line.kind is Kind.MINIMUM):
        first, last = line.period.start, line.period.end - _DAY
        if work.payer_on(first) != work.payer_on(last):
            message = (
                f"the minimum of {first} to {last} falls short, and its days have two payers; end it on the day on which that "
                "changes, and enter one for the days from then on"
            )
            raise BadInput(message)
