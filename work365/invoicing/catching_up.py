"""Cycles that somebody's dates made due all at once: nothing is billed before a person has decided.

Downtime is caught up by itself; a surprise is not. What tells them apart is what the contract's dates say:

- A contract that was never billed asks when two cycles or more were due before the day on which its row was made: it starts more
  than a cycle in the past. What became due since then is downtime.
- A contract asks when two cycles or more are due and its next invoice date is later than the day on which its first unbilled
  cycle was due: a run leaves exactly that day there, so a person moved it.

The last cycle that is due is billed like any other; those before it are the missed ones. A person decides about each of them, or
about all at once (`choosing`); nothing is billed before the last of them has been decided.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from work365.invoicing.asking import ask_about_contract
from work365.invoicing.carrying_out import carry_out
from work365.invoicing.choosing import Chosen, Step, chosen, steps
from work365.invoicing.decision import CatchUp
from work365.invoicing.drafting import draft
from work365.invoicing.entering import enter
from work365.invoicing.missed import Missed
from work365.invoicing.outline import Drafted
from work365.invoicing.rounds import first_unbilled
from work365.money import total

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.invoicing.work import ContractWork
    from work365.periods import Period

_SEVERAL = 2
_DAY = timedelta(days=1)


def document(work: ContractWork, as_of: date) -> Drafted:
    """Bill one contract as of a day, its missed cycles as a person decided; until all are decided only a finding.

    Errors: BadInput when the contract or a subscription contradicts itself.
    """
    if not asks(work, as_of):
        return _beside_late(work, as_of, ()) if work.entered else draft(work, as_of)
    decided = decided_cycles(work, as_of)
    if any(one.choice is CatchUp.ASK for one in decided):
        found = missed(work, as_of)
        return Drafted(findings=(ask_about_contract(work, found, decided),)) if found else _beside_late(work, as_of, ())
    if work.billed_through is None:  # what was decided for all of a new contract was decided for what is on it
        return carry_out(work, as_of, steps(decided))
    return _beside_late(work, as_of, steps(decided))


def _beside_late(work: ContractWork, as_of: date, decided: Sequence[Step]) -> Drafted:
    """What a contract is billed beside the past of subscriptions that were entered late."""
    entered = enter(work, as_of)
    made = carry_out(entered.work, as_of, decided) if decided else draft(entered.work, as_of)
    return entered.with_documents(made)


def unbilled(work: ContractWork, as_of: date) -> tuple[Period, ...]:
    """The whole cycles that are due on a day and that no cycle invoice has billed."""
    contract = work.contract
    first = _first(work)
    return tuple(contract.cadence.cycle(number) for number in range(first, contract.due_limit(as_of)))


def decided_cycles(work: ContractWork, as_of: date) -> list[Chosen]:
    """The unbilled cycles of a contract that asks, with what was decided about each."""
    own = {start: decision for (subscription, start), decision in work.decided.items() if not subscription}
    return chosen(unbilled(work, as_of), work.decision, own)


def _first(work: ContractWork) -> int:
    return first_unbilled(work.contract, work.billed_through)


def asks(work: ContractWork, as_of: date) -> bool:
    """Whether the contract's dates, and not our downtime, made several cycles due at once."""
    contract, first = work.contract, _first(work)
    if contract.due_limit(as_of) - first < _SEVERAL:
        return False
    due, said = contract.due_on(first), work.next_invoice_date
    if due is not None and said is not None and said > due:
        return True
    if work.billed_through is not None or work.created is None:
        return False
    return contract.due_limit(work.created - _DAY) - first >= _SEVERAL


def missed(work: ContractWork, as_of: date) -> list[Missed]:
    """Every unbilled cycle with what it comes to; empty when nothing is missed, or nothing stands on those before the last."""
    if not asks(work, as_of):
        return []
    lines, cycles = work.bill(as_of).lines, unbilled(work, as_of)
    if not any(line.cycle_start < cycles[-1].start for line in lines):
        return []
    code = work.contract.currency
    sums = (total((line.amount for line in lines if line.cycle_start in cycle), code) for cycle in cycles)
    return [
        Missed(work.contract.billed_part(cycle), amount, work.prices_include_tax)
        for cycle, amount in zip(cycles, sums, strict=True)
    ]
