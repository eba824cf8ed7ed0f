"""Cycles that somebody's dates made due all at once: nothing is billed before a person has decided.

Downtime is caught up by itself; a surprise is not. What tells them apart is what the contract's dates say:

- A contract that was never billed asks when two cycles or more were due before the day on which its row was made: it starts more
  than a cycle in the past. What became due since then is downtime.
- A contract asks when two cycles or more are due and its next invoice date is later than the day on which its first unbilled
  cycle was due: a run leaves exactly that day there, so a person moved it.

The last cycle that is due is billed like any other; those before it are the missed ones, and the decision is about them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from work365.commitments.truing import Counted
from work365.findings import Finding
from work365.invoicing.decision import CatchUp
from work365.invoicing.drafting import MISSED_CYCLES, Advance, Drafted, Outline, draft
from work365.invoicing.rounds import first_unbilled
from work365.money import Money, total

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from work365.invoicing.decision import Decision
    from work365.invoicing.drafting import ContractWork
    from work365.periods import Period

_NAMED_MAX = 40
_SEVERAL = 2
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Missed:
    """One unbilled cycle that waits for a decision, and what it would be billed; whether the prices include the tax."""

    cycle: Period
    amount: Money
    with_tax: bool = False


def document(work: ContractWork, as_of: date) -> Drafted:
    """Bill one contract as of a day, its missed cycles as a person decided; without a decision only a finding.

    Errors: BadInput when the contract or a subscription contradicts itself.
    """
    if not asks(work, as_of):
        return draft(work, as_of)
    cycles, decision = unbilled(work, as_of), work.decision
    if decision is None or decision.choice is CatchUp.ASK or _is_old(decision, cycles[0]):
        found = missed(work, as_of)
        return Drafted(findings=(_ask(work, found),)) if found else draft(work, as_of)
    if decision.choice is CatchUp.BILL_EACH:
        return _one_by_one(work, as_of)
    if decision.choice is CatchUp.SKIP:
        skipped = tuple(cycle for cycle in cycles[:-1] if decision.until is None or cycle.start < decision.until)
        return draft(work, as_of, skipped=skipped)
    return draft(work, as_of)


def unbilled(work: ContractWork, as_of: date) -> tuple[Period, ...]:
    """The whole cycles that are due on a day and that no cycle invoice has billed."""
    contract = work.contract
    first = _first(work)
    return tuple(contract.cadence.cycle(number) for number in range(first, contract.due_limit(as_of)))


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


def _is_old(decision: Decision, first: Period) -> bool:
    return decision.until is not None and first.start >= decision.until


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


def _ask(work: ContractWork, found: list[Missed]) -> Finding:
    named = [f"{one.cycle.start} to {last_day(one.cycle)} {one.amount}" for one in found[:_NAMED_MAX]]
    tax = "with tax" if found[0].with_tax else "without tax"
    more = f"; and {len(found) - _NAMED_MAX} more" if len(found) > _NAMED_MAX else ""
    amounts = f"{'; '.join(named)}{more}; {tax}"
    message = (
        f"Contract {work.number} was not billed: its dates make {len(found)} cycles due at once ({amounts}). "
        f"Decide with `w365 contract catch-up {work.number}`, or on the contract's form, whether to bill each, to combine them "
        "in one document, or to skip all but the last; the next run does it."
    )
    return Finding(MISSED_CYCLES, work.number, message, contract=work.contract.id)


def last_day(period: Period) -> date:
    """The printed end of a period."""
    return period.end.fromordinal(period.end.toordinal() - 1)


def _one_by_one(work: ContractWork, as_of: date) -> Drafted:
    """One document per cycle, each as if the run of its own day had made it; all written together."""
    outlines: list[Outline] = []
    advance: Advance | None = None
    findings: dict[str, Finding] = {}
    for day in _days(work, as_of):
        made = draft(work, as_of, due=day)
        findings.update((finding.identity, finding) for finding in made.findings)
        if made.outline is not None:
            for one in made.outline.documents:
                outlines.append(one)
                work = _after(work, one)
        else:
            advance = made.advance
            work = _moved(work, advance)
    if not outlines:
        return Drafted(advance=advance, findings=tuple(findings.values()))
    last = replace(
        outlines[-1], earlier=tuple(outlines[:-1]), next_invoice_date=work.next_invoice_date, billed_through=work.billed_through
    )
    return Drafted(last, findings=tuple(findings.values()))


def _days(work: ContractWork, as_of: date) -> Iterator[date]:
    contract = work.contract
    for number in range(_first(work), contract.due_limit(as_of) - 1):
        day = contract.due_on(number)
        if day is not None:
            yield day
    yield as_of


def _after(work: ContractWork, made: Outline) -> ContractWork:
    """The contract as it stands once a document is written; its version stays, because all are written together."""
    billed = {item.key for item in made.items}
    lines = [entry.line for entry in made.entries]
    counted = [Counted(line.key, line.period.start, line.amount) for line in lines]
    return replace(
        work,
        posted=(*work.posted, *(line for line in lines if line.subscription)),
        billed_to={**work.billed_to, **{line.key: made.work.account for line in lines}} if work.payers else work.billed_to,
        committed=work.committed and replace(work.committed, posted=(*work.committed.posted, *counted)),
        reopened=None,
        items=tuple(item for item in work.items if item.key not in billed),
        settled=work.settled | set(made.settles),
        billed_through=made.billed_through,
        next_invoice_date=made.next_invoice_date,
    )


def _moved(work: ContractWork, advance: Advance | None) -> ContractWork:
    if advance is None:
        return work
    return replace(work, billed_through=advance.billed_through, next_invoice_date=advance.next_invoice_date, reopened=None)
