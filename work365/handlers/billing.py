"""The monthly run: plan what is due, bill it chunk by chunk, number it, close the run.

Safe to run again from any point and in any number of workers. A contract's schedule, invoice, lines, settled changes and next
date are one change set whose keys make a second copy impossible; numbers are taken in the change set that gives them out. A
message on the queue only says which chunk to look at.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.errors import Conflict, External, NotFound, Retry
from work365.findings import Finding
from work365.handlers.assessing import assessor_of
from work365.handlers.reviewing import held_back
from work365.ids import derived
from work365.invoicing.catching_up import document
from work365.invoicing.consolidating import consolidated
from work365.invoicing.holding_back import not_billed
from work365.invoicing.numbering import at_once, give_numbers
from work365.invoicing.taxes import assessed
from work365.ports.billing import ALL, Chunk, Due, Entity, Posted, Reading, Run, Tally
from work365.ports.platform import CHUNKS
from work365.prepaid.paying import paid_ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date, datetime

    from work365.handlers.assessing import Engines
    from work365.handlers.reviewing import Reviewer
    from work365.invoicing.outline import Advance, Draft, Outline
    from work365.ports.billing import BillingBook
    from work365.ports.platform import Clock, Queue
    from work365.taxing.assessing import Assessor

log = logging.getLogger(__name__)

CHUNK_CONTRACTS = 100
ROUNDS_MAX = 5
NUMBERING_ATTEMPTS_MAX = 50
STALE_S = 15 * 60


def plan(*, book: BillingBook, queue: Queue, clock: Clock, as_of: date | None = None, scope: str = ALL) -> list[Run]:
    """Start the run of a day, or go on with it: one run per legal entity that has something due.

    Shape:  `as_of` None means today in each entity's zone; the runs that have work, whether it is new or was waiting.
    Errors: External when the tenant or the queue cannot be reached, after the other entities were tried.
    """
    runs: list[Run] = []
    failed: list[External] = []
    for entity in book.entities():
        try:
            run = _run_today(entity, as_of, scope, book=book, clock=clock)
            if run is not None and plan_run(run, entity, book=book, queue=queue):
                runs.append(run)
        except External as error:
            log.warning("the run of legal entity %s could not be planned: %s", entity.code, error)
            failed.append(error)
    if failed:
        raise failed[0]
    return runs


def _run_today(entity: Entity, as_of: date | None, scope: str, *, book: BillingBook, clock: Clock) -> Run | None:
    """The run of an entity's day; None, and a finding, when its time zone does not exist."""
    try:
        today = clock.today(entity.zone)
    except (KeyError, ValueError):
        book.report(run_of(entity, clock.today("UTC"), scope), [_no_such_zone(entity)])
        return None
    return run_of(entity, as_of or today, scope)


def _no_such_zone(entity: Entity) -> Finding:
    message = (
        f"Legal entity {entity.code} has the time zone '{entity.zone}', which does not exist; nothing of it is billed. "
        "Choose an IANA name such as Europe/Berlin on its form; the next run goes on."
    )
    return Finding("unknown-time-zone", entity.code, message)


def run_of(entity: Entity, as_of: date, scope: str = ALL) -> Run:
    """The one run of an entity, a day and a scope."""
    return Run(derived("billing run", entity.id, as_of.isoformat(), scope), entity.id, as_of, scope)


def plan_run(run: Run, entity: Entity, *, book: BillingBook, queue: Queue) -> int:
    """Cut what is due and in no open chunk yet into new chunks, and send a message for each open chunk; how many there are."""
    due = list(book.due(entity, run.as_of, run.scope))
    if not due:
        return 0
    existing = book.open_run(run)
    waiting = [chunk for chunk in existing if not chunk.state.final]
    taken = {contract for chunk in waiting for contract in chunk.contracts}
    first = max((chunk.ordinal for chunk in existing), default=-1) + 1
    fresh = cut(run, [one for one in due if one.contract not in taken], first)
    book.add_chunks(fresh)
    for chunk in (*waiting, *fresh):
        queue.send(CHUNKS, {"chunk": chunk.id})
    return len(waiting) + len(fresh)


def cut(run: Run, due: Iterable[Due], first: int) -> list[Chunk]:
    """Chunks of a run, numbered from `first`, that keep together what may stand on one document.

    Shape: their ids are derived, so a planner that died writes the same ones again.
    """
    return [
        Chunk(derived("billing chunk", run.id, str(ordinal)), run, ordinal, tuple(part))
        for ordinal, part in enumerate(_parts(due, CHUNK_CONTRACTS), start=first)
    ]


def _parts(due: Iterable[Due], size: int) -> Iterator[list[str]]:
    groups: dict[str, list[str]] = {}
    for one in due:
        groups.setdefault(one.group or one.contract, []).append(one.contract)
    part: list[str] = []
    for group in groups.values():
        for start in range(0, len(group), size):
            piece = group[start : start + size]
            if part and len(part) + len(piece) > size:
                yield part
                part = []
            part += piece
    if part:
        yield part


def work(
    chunk_id: str, *, book: BillingBook, now: datetime, engines: Engines | None = None, reviewer: Reviewer | None = None
) -> None:
    """Bill one chunk, number its invoices, and close the run after its last chunk.

    Shape:  `engines` are needed where a legal entity has its taxes computed elsewhere, `reviewer` where what people enter by
            hand may wait for an approver.
    Errors: External when the tenant cannot be reached: the queue delivers the message again.
    """
    try:
        chunk, entity = book.load_chunk(chunk_id)
    except NotFound:
        log.warning("chunk %s does not exist; its message is dropped", chunk_id)
        return
    if chunk.state.final:
        return
    try:
        reading = book.work(chunk, entity, now, claim=True)
    except Conflict:
        return
    taxes = assessor_of(entity, engines)

    def decided(found: Reading) -> Decided:
        return decide(held_back(found, reviewer), taxes, chunk.run.as_of)

    def again(changed: Chunk) -> Decided:
        return decided(book.work(changed, entity, now, claim=False))

    posted, problems = _post(chunk, decided(reading), book=book, again=again)
    open_chunks = _issue(chunk, problems, posted, book=book)
    if open_chunks == 0:
        book.complete(chunk.run, now)


@dataclass(frozen=True, slots=True)
class Decided:
    """What a chunk's contracts are billed, and what is wrong with those that are not."""

    drafts: tuple[Draft, ...] = ()
    advances: tuple[Advance, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def documents(self) -> tuple[Draft, ...]:
        """Every document, those of missed cycles one by one."""
        return tuple(one for draft in self.drafts for one in (*draft.earlier, draft))

    @property
    def numbers(self) -> dict[str, str]:
        """What people call the contracts that something is written for, by their ids."""
        drafted = {contract: number for draft in self.drafts for contract, number in draft.numbers.items()}
        return drafted | {advance.contract: advance.number for advance in self.advances}


def decide(reading: Reading, taxes: Assessor, as_of: date) -> Decided:
    """Compute every contract's document; one that cannot be billed becomes a finding and the others go on.

    It is pure where `taxes` is the legal entity's table. An engine is asked from here, once for each document: what it then
    keeps is not final, and asking again leaves the same there, so this may be repeated like everything else.
    """
    outlines: list[Outline] = []
    advances: list[Advance] = []
    findings: list[Finding] = list(reading.findings)
    for contract in reading.works:
        try:
            result = document(contract, as_of)
        except Exception as error:  # noqa: BLE001  whatever breaks on one contract parks it, and the others go on
            findings.append(not_billed(contract.contract.id, contract.number, error))
            continue
        findings.extend(result.findings)
        if result.outline is not None:
            outlines.append(result.outline)
        elif result.advance is not None:
            advances.append(result.advance)
    drafts: list[Draft] = []
    for outline in consolidated(outlines, as_of):
        made, held = assessed(outline, taxes, as_of)
        drafts += made
        findings += held
    return Decided(tuple(drafts), tuple(advances), tuple(findings))


def _post(
    chunk: Chunk, decided: Decided, *, book: BillingBook, again: Callable[[Chunk], Decided]
) -> tuple[Posted, tuple[Finding, ...]]:
    """Write the drafts; contracts that changed under us are read and decided again. What is wrong comes back with the rest.

    Shape:  `again` reads and decides a part of the chunk afresh.
    Errors: External when a contract could not be written for now: the queue delivers the chunk again.
    """
    problems: list[Finding] = []
    for _ in range(ROUNDS_MAX):
        posted = book.post(chunk, decided.drafts, decided.advances)
        changed = tuple(contract for contract, error in posted.refused.items() if isinstance(error, Conflict))
        problems += [finding for finding in decided.findings if finding.contract not in changed]
        problems += _rejected(decided, posted)
        if not changed:
            return posted, tuple(problems)
        decided = again(replace(chunk, contracts=changed))
    numbers = decided.numbers
    problems += decided.findings
    problems += [not_billed(contract, numbers[contract], posted.refused[contract]) for contract in changed if contract in numbers]
    return posted, tuple(problems)


def _rejected(decided: Decided, posted: Posted) -> list[Finding]:
    """Findings for change sets that will never be taken; one that may be taken later is raised instead."""
    for error in posted.refused.values():
        if error.retry is not Retry.NEVER:
            raise error
    return [
        not_billed(contract, decided.numbers[contract], error)
        for contract, error in posted.refused.items()
        if not isinstance(error, Conflict)
    ]


def _issue(chunk: Chunk, problems: tuple[Finding, ...], posted: Posted, *, book: BillingBook) -> int:
    """Say what is wrong and what is not wrong any more, give numbers, close the chunk; as often as somebody else was faster."""
    found = {finding.identity for finding in problems}
    mended = [finding.id for finding in posted.held_back if finding.key not in found]
    if problems or mended:
        book.report(chunk.run, problems, mended)
    issued = chunk.invoices
    for _ in range(NUMBERING_ATTEMPTS_MAX):
        now, later = at_once(posted)
        series, plain = give_numbers(now, posted.series, chunk.run.as_of)
        numbered, moved = paid_ahead(plain, posted.balances, chunk.run.as_of)
        total = issued + len(numbered)
        message = f"{total} documents issued, {len(problems)} findings"
        open_chunks = book.issue(chunk, series, numbered, Tally(total, len(problems), message, done=not later), moved)
        if open_chunks is not None:
            if not later:
                return open_chunks
            issued = total
        posted = book.waiting_drafts(chunk)
    message = f"the number series of {chunk.run.entity} is taken by others all the time; this chunk is tried again"
    raise Conflict(message, system="dataverse")


def give_up(chunk_id: str, why: str, *, book: BillingBook, now: datetime) -> None:
    """Mark a chunk that failed too often; the others of its run are not held up by it.

    Errors: Conflict when a worker has it just now: the queue delivers the message again.
    """
    try:
        chunk, _ = book.load_chunk(chunk_id)
    except NotFound:
        return
    if not chunk.state.final and book.fail_chunk(chunk, why) == 0:
        book.complete(chunk.run, now)


def sweep(*, book: BillingBook, queue: Queue, now: datetime, untouched_s: int = STALE_S) -> int:
    """Find what was lost: chunks that nobody works on, runs that nobody finished; how many were woken."""
    stale = book.stale(now, untouched_s=untouched_s)
    for chunk in stale:
        queue.send(CHUNKS, {"chunk": chunk})
    entities = {entity.id: entity for entity in book.entities()}
    for run, open_chunks in book.unfinished(now, untouched_s=untouched_s):
        entity = entities.get(run.entity)  # None: it was deactivated meanwhile, and has nothing due
        if open_chunks == 0 and not (entity and plan_run(run, entity, book=book, queue=queue)):
            book.complete(run, now)
    return len(stale)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do, from the same code that does it."""

    run: Run
    decided: Decided
    contracts: tuple[str, ...] = ()


def preview(
    *,
    book: BillingBook,
    clock: Clock,
    as_of: date | None = None,
    scope: str = ALL,
    engines: Engines | None = None,
    reviewer: Reviewer | None = None,
) -> list[Preview]:
    """Compute the run of a day without writing anything, here or at a tax engine; nobody is asked to approve what it meets."""
    result = []
    for entity in book.entities():
        try:
            run = run_of(entity, as_of or clock.today(entity.zone), scope)
        except (KeyError, ValueError):
            nowhere = Decided(findings=(_no_such_zone(entity),))
            result.append(Preview(run_of(entity, clock.today("UTC"), scope), nowhere))
            continue
        for chunk in cut(run, book.due(entity, run.as_of, scope), 0):
            reading = held_back(book.work(chunk, entity, clock.now(), claim=False), reviewer, asking=False)
            taxes = assessor_of(entity, engines, recorded=False)
            result.append(Preview(run, decide(reading, taxes, run.as_of), chunk.contracts))
    return result
