"""Deciding about missed cycles: read as a run would read, show what is unbilled, write the decision on the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from work365.errors import Refused
from work365.handlers.billing import cut, run_of
from work365.invoicing.catching_up import Missed, missed, unbilled
from work365.invoicing.decision import CatchUp, Decision

if TYPE_CHECKING:
    from datetime import date

    from work365.invoicing.drafting import ContractWork
    from work365.ports.billing import BillingBook
    from work365.ports.catching_up import CatchUpBook
    from work365.ports.platform import Clock


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contract's unbilled cycles on a day; none when its dates surprise nobody. `work` is None when it is not due."""

    as_of: date | None
    work: ContractWork | None
    cycles: tuple[Missed, ...] = ()


def look(number: str, *, book: BillingBook, clock: Clock, as_of: date | None = None) -> Waiting:
    """What of a contract waits for a decision.

    Errors: Refused, in the words of the finding, when its rows say too little to be billed.
    """
    for entity in book.entities():
        day = as_of or clock.today(entity.zone)
        for chunk in cut(run_of(entity, day, number), book.due(entity, day, number), 0):
            reading = book.work(chunk, entity, clock.now(), claim=False)
            for finding in reading.findings:
                raise Refused(finding.message)
            for work in reading.works:
                return Waiting(day, work, tuple(missed(work, day)))
    return Waiting(as_of, None)


def decide(waiting: Waiting, choice: CatchUp, reason: str, *, book: CatchUpBook) -> Decision:
    """Write what a person decided about the cycles that they were shown; the next run does it.

    Shape:  the decision is about these cycles alone: not about the last of them, which is billed in any case, nor later ones.
    Errors: Refused when nothing waits or no reason is given; Conflict when the contract was written meanwhile.
    """
    if waiting.work is None or waiting.as_of is None or not waiting.cycles:
        message = "no cycle of this contract waits for a decision; a run bills what is due"
        raise Refused(message)
    if not reason.strip():
        message = "say why, with --reason: it stands on the contract for whoever asks later"
        raise Refused(message)
    decision = Decision(choice, reason.strip(), unbilled(waiting.work, waiting.as_of)[-1].start)
    book.decide(waiting.work.contract.id, waiting.work.etag, decision)
    return decision
