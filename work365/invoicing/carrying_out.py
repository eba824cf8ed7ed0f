"""Decided cycles into documents: each as if the run of its own day had made it, all written in one change set."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from work365.commitments.truing import Counted
from work365.invoicing.drafting import draft
from work365.invoicing.outline import Drafted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.findings import Finding
    from work365.invoicing.choosing import Step
    from work365.invoicing.decision import Skipped
    from work365.invoicing.outline import Advance, Outline
    from work365.invoicing.work import ContractWork
    from work365.periods import Period


def carry_out(work: ContractWork, as_of: date, steps: Sequence[Step]) -> Drafted:
    """The documents of the steps, the last one with the others before it; only new dates when nothing stands on any.

    Errors: as those of `draft`.
    """
    outlines: list[Outline] = []
    advance: Advance | None = None
    unwritten: tuple[Skipped, ...] = ()
    findings: dict[str, Finding] = {}
    for step in steps:
        due = None if step is steps[-1] else _due(work, step.cycles[-1])
        made = draft(work, as_of, due=due, skipped=step.skipped)
        findings.update((finding.identity, finding) for finding in made.findings)
        if made.outline is not None:
            for one in made.outline.documents:
                outlines.append(one)
                work, advance = after(work, one), None
        elif made.advance is not None:
            unwritten = (*unwritten, *made.advance.skipped)
            work, advance = moved(work, made.advance), replace(made.advance, skipped=unwritten)
    found = tuple(findings.values())
    if not outlines:
        return Drafted(advance=advance, findings=found)
    last = together(outlines, work, advance)
    return Drafted(replace(last, skipped=(*last.skipped, *unwritten)), findings=found)


def _due(work: ContractWork, cycle: Period) -> date | None:
    contract = work.contract
    return contract.due_on(contract.cadence.number(cycle.start))


def together(outlines: Sequence[Outline], work: ContractWork, advance: Advance | None) -> Outline:
    """The last of some documents, which is written with those before it.

    Shape: `work` is the contract as it stands behind them, and `advance` what is settled behind them without a document.
    """
    *earlier, last = outlines
    return replace(
        last,
        earlier=tuple(earlier),
        settles=(*last.settles, *(advance.settles if advance else ())),
        grants=(*last.grants, *(advance.grants if advance else ())),
        next_invoice_date=work.next_invoice_date,
        billed_through=work.billed_through,
    )


def with_lines(work: ContractWork, made: Outline) -> ContractWork:
    """The contract once the lines of a document are posted; its version stays, because all are written together."""
    lines = [entry.line for entry in made.entries]
    counted = [Counted(line.key, line.period.start, line.amount) for line in lines]
    return replace(
        work,
        posted=(*work.posted, *(line for line in lines if line.subscription)),
        billed_to={**work.billed_to, **{line.key: made.work.account for line in lines}} if work.payers else work.billed_to,
        committed=work.committed and replace(work.committed, posted=(*work.committed.posted, *counted)),
    )


def after(work: ContractWork, made: Outline) -> ContractWork:
    """The contract as it stands once a document is written."""
    billed = {item.key for item in made.items}
    return replace(
        with_lines(work, made),
        reopened=None,
        items=tuple(item for item in work.items if item.key not in billed),
        settled=work.settled | set(made.settles),
        skipped=work.skipped.union(one.cycle.start for one in made.skipped),
        billed_through=made.billed_through,
        next_invoice_date=made.next_invoice_date,
    )


def moved(work: ContractWork, advance: Advance) -> ContractWork:
    """The contract as it stands once only its dates have moved."""
    return replace(
        work,
        billed_through=advance.billed_through,
        next_invoice_date=advance.next_invoice_date,
        skipped=work.skipped.union(one.cycle.start for one in advance.skipped),
        reopened=None,
    )
