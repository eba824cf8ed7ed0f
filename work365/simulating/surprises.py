"""The simulator where people are asked about missed cycles: the documents of the monthly run, and its questions as findings.

What a run of a day knows is what was recorded by then. Each run reads the whole history, for a question may be old.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.invoicing.carrying_out import after, moved
from work365.invoicing.catching_up import document
from work365.invoicing.rounds import first_unbilled, still_billed_through, terms_of
from work365.invoicing.work import Article, ContractWork
from work365.strict_json import refuse
from work365.subscriptions.change_log import with_discounts_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from work365.contracts.contract import BillingContract
    from work365.findings import Finding
    from work365.invoicing.decision import CycleDecision
    from work365.invoicing.lines import Line
    from work365.invoicing.outline import Advance, Outline
    from work365.scenario import Scenario
    from work365.surprises import Surprises


@dataclass(frozen=True, slots=True)
class Billed:
    """What a run makes: the lines of each document, and what a person should look at."""

    documents: tuple[tuple[Line, ...], ...]
    findings: tuple[Finding, ...]


def billed_asking(scenario: Scenario, surprises: Surprises) -> Iterator[tuple[date, Billed]]:
    """Every run of a scenario, in order. Errors: BadInput for what cannot be asked or decided."""
    _refuse_unknown(scenario, surprises)
    contract = scenario.contract
    known = contract.known(min(scenario.runs, default=contract.start))
    articles = {one.id: Article(None, one.id, "standard") for one in scenario.subscriptions}
    entered = surprises.entered or contract.start
    work = ContractWork(known, contract.id, "", "", scenario.subscriptions, articles, created=entered)
    for run in scenario.runs:
        before, known, decided = known, contract.known(run), surprises.known(run)
        work = replace(
            work,
            contract=known,
            subscriptions=tuple(with_discounts_known(scenario.subscriptions, run)),
            billed_through=still_billed_through(before, known, work.billed_through),
            decided=decided,
            entered=_entered(scenario, surprises, work.settled),
            next_invoice_date=_moved(work, known, decided, run),
        )
        made = document(work, run)
        documents = () if made.outline is None else (*made.outline.earlier, made.outline)
        yield run, Billed(tuple(tuple(entry.line for entry in one.entries) for one in documents), made.findings)
        work = _after(work, documents, made.advance)


def _moved(
    work: ContractWork, known: BillingContract, decided: Mapping[tuple[str, date], CycleDecision], run: date
) -> date | None:
    """The next invoice date: somebody moved it to this day where the first unbilled cycle has been decided about."""
    first = known.cadence.cycle(first_unbilled(known, work.billed_through)).start
    return run if ("", first) in decided else work.next_invoice_date


def _after(work: ContractWork, documents: Iterable[Outline], advance: Advance | None) -> ContractWork:
    for one in documents:
        work = after(work, one)
    return work if advance is None else replace(moved(work, advance), settled=work.settled | set(advance.settles))


def _entered(scenario: Scenario, surprises: Surprises, settled: frozenset[str]) -> dict[str, date]:
    """When the subscriptions that no bill has seen were entered, where that was late."""
    first = ((one, one.changes[0]) for one in scenario.subscriptions if one.changes)
    days = ((one, surprises.subscriptions.get(one.id, change.known_on)) for one, change in first if change.id not in settled)
    return {one.id: on for one, on in days if one.start < on}


def _refuse_unknown(scenario: Scenario, surprises: Surprises) -> None:
    if list(scenario.runs) != sorted(scenario.runs):
        refuse("runs", "with 'catch_up' the runs must stand in the order of their days")
    if scenario.splits:
        refuse("catch_up", "a payer's part of a split is never asked about; leave this out")
    terms = {one.id: terms_of(scenario.contract, one) for one in scenario.subscriptions} | {"": scenario.contract}
    for name in surprises.subscriptions.keys() - terms.keys():
        refuse(f"catch_up.subscriptions.{name}", "no subscription has this id")
    for index, one in enumerate(surprises.decisions):
        path = f"catch_up.decisions[{index}]"
        if one.subscription not in terms:
            refuse(f"{path}.subscription", f"no subscription has the id '{one.subscription}'")
        cycle = terms[one.subscription].cadence.containing(one.cycle)
        if cycle.start != one.cycle:
            refuse(f"{path}.cycle", f"no cycle begins on {one.cycle}; the one around it begins on {cycle.start}")
