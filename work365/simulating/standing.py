"""What the earlier runs of a scenario have left: lines that are posted, and documents that were cancelled since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from work365.commitments.truing import Committed, Counted, first_day
from work365.invoicing.keys import BASE, prefix
from work365.invoicing.lines import Posted
from work365.money import exactly
from work365.strict_json import day, members, needed, number, optional, refuse, text, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from work365.commitments.terms import Commitment
    from work365.contracts.contract import BillingContract
    from work365.invoicing.lines import Line
    from work365.simulating.items import Once

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The invoice of a run that a person cancelled before a later one. Both are places among the runs, from 1."""

    run: int
    before: int


def cancelled(value: object, path: str) -> Cancelled:
    """One cancelled invoice. Errors: BadInput, with the path of what is wrong."""
    row = members(value, path, "run before")
    run, before = (needed(row, path, name, whole(1, 1_000_000)) for name in ("run", "before"))
    if before <= run:
        refuse(f"{path}.before", f"run {run} comes after it; an invoice is cancelled before a later run")
    return Cancelled(run, before)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a person gave back of a posted line before a run.

    Attributes:
        cycle, slot: first day of the line's cycle, and the place in it that the line fills (docs/adr/0003-keys.md).
        amount: in major units, positive; with the tax where prices include it.
        before: the place of the first run that came later, from 1.
    """

    subscription: str
    cycle: date
    slot: str
    amount: Decimal
    before: int


def handed_back(value: object, path: str) -> GivenBack:
    """What a person gave back. Errors: BadInput, with the path of what is wrong."""
    row = members(value, path, "subscription cycle slot amount before")
    return GivenBack(
        needed(row, path, "subscription", text),
        needed(row, path, "cycle", day),
        optional(row, path, "slot", text) or BASE,
        needed(row, path, "amount", number),
        needed(row, path, "before", whole(1, 1_000_000)),
    )


def credited(given: Iterable[GivenBack], contract: BillingContract, place: int) -> dict[str, int]:
    """What was given back before a run, in minor units by slot. Errors: BadInput for more places than the currency has."""
    found: dict[str, int] = {}
    for one in given:
        if one.before <= place:
            slot = f"{prefix(contract.id, one.subscription)}{one.cycle.isoformat()}/{one.slot}"
            found[slot] = found.get(slot, 0) + exactly(one.amount, contract.currency, "given_back.amount").minor
    return found


def due(value: object, path: str) -> tuple[int, date]:
    """The place of a run, and the earlier day whose dues alone it bills. Errors: BadInput, with the path of what is wrong."""
    row = members(value, path, "run day")
    return needed(row, path, "run", whole(1, 1_000_000)), needed(row, path, "day", day)


@dataclass(slots=True)
class Standing:
    """The posted lines of the runs so far, and what waits to be billed once.

    Attributes:
        waiting: items that no standing invoice has billed.
        billed_through: as the bill of the run before left it; None before the first.
        reopened: first day of the earliest cycle whose invoice was cancelled since the last bill; None for none.
        generation: how many invoices were cancelled.
    """

    waiting: list[Once]
    billed_through: date | None = None
    reopened: date | None = None
    generation: int = 0
    _posted: dict[date, list[Posted | Line]] = field(default_factory=dict)
    _runs: dict[int, tuple[list[Line], list[Once]]] = field(default_factory=dict)

    def post(self, run: int, lines: list[Line], items: list[Once]) -> None:
        """Keep what a run has billed."""
        for line in lines:
            self._posted.setdefault(line.period.start, []).append(line)
        self._runs[run] = (lines, items)
        self.waiting = [one for one in self.waiting if one not in items]
        self.reopened = None

    def cancel(self, run: int, on: date) -> None:
        """Take back the invoice of a run: its lines count for nothing, their keys stay, its cycles (or `on`) are open again."""
        lines, items = self._runs.pop(run, ([], []))
        for line in lines:
            there = self._posted[line.period.start]
            there[there.index(line)] = _void(line)
        self.waiting += items
        self.generation += 1
        self.reopened = min([*(line.cycle_start for line in lines), *([self.reopened] if self.reopened else [])], default=on)

    def since(self, opening: date) -> list[Posted | Line]:
        """The posted lines of subscriptions from a day on."""
        return [line for start, lines in self._posted.items() if start >= opening for line in lines if line.subscription]

    def committed(
        self, terms: Commitment, contract: BillingContract, touched: Iterable[date], skipped: frozenset[date]
    ) -> Committed:
        """A commitment with what is posted since the first block that a bill may touch."""
        billed = contract.start if self.billed_through is None else max(contract.start, self.billed_through - _DAY)
        first = first_day(contract, terms.cycles, max(min((billed, *touched)), contract.start))
        return Committed(terms, first, tuple(self._counted(first)), skipped)

    def _counted(self, first: date) -> Iterator[Counted]:
        for start, lines in self._posted.items():
            if start >= first:
                yield from (Counted(line.key, start, line.amount, isinstance(line, Posted)) for line in lines)


def _void(line: Line) -> Posted:
    _, _, _, _, period, quantity, price, fraction, amount, origin, _ = line
    return Posted(line.key, line.subscription, period, quantity, price, amount, cancelled=True, fraction=fraction, origin=origin)
