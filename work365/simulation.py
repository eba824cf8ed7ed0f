"""The contract simulator: a scenario in, the invoices of its runs out. The same `bill` as the monthly run, and no network.

Each run sees the invoices of the earlier ones as posted, and what was recorded by its day (a run that is dated before an earlier
one forgets nothing that that one knew). As in the monthly run, only the cycles are read that a run may still change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from work365.contracts.amendment import touched
from work365.contracts.policy import ChangesBilled
from work365.currencies.conversion import in_contract_currency
from work365.invoicing.billing import bill
from work365.invoicing.parting import payers_of
from work365.invoicing.rounds import open_from, still_billed_through, terms_of
from work365.money import Money, total
from work365.simulating.besides import Billed, besides, surcharged
from work365.simulating.bounds import refuse_endless
from work365.simulating.splits import divided, in_parts
from work365.simulating.standing import Standing, credited
from work365.simulating.surprises import billed_asking
from work365.splitting.wording import held_from, wrong
from work365.subscriptions.change_log import with_discounts_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from work365.contracts.contract import BillingContract
    from work365.errors import BadInput
    from work365.findings import Finding
    from work365.invoicing.lines import Line
    from work365.scenario import Scenario
    from work365.subscriptions.change_log import Subscription
    from work365.surprises import Surprises


@dataclass(frozen=True, slots=True)
class Invoice:
    """What one run bills one payer.

    Attributes:
        payer: "" for the contract's customer.
        items: of each line the id of the item that it bills; "" for none.
        taxes: of each line; empty where the scenario says nothing of tax.
    """

    run: date
    total: Money
    lines: tuple[Line, ...]
    items: tuple[str, ...] = ()
    taxes: tuple[Money, ...] = ()
    payer: str = ""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What all runs bill, and what a person should look at."""

    invoices: tuple[Invoice, ...]
    findings: tuple[Finding, ...]


def simulate(scenario: Scenario) -> Simulation:
    """Bill a scenario, run by run. Errors: BadInput when its runs cover more cycles than a person could mean."""
    contract = scenario.contract
    refuse_endless(scenario)
    if scenario.surprises is not None:
        return _asking(scenario, scenario.surprises)
    subscriptions = in_parts(scenario)
    standing = Standing(list(scenario.items))
    billed_to: dict[str, str] = {}
    findings: dict[str, Finding] = {finding.identity: finding for finding in scenario.findings}
    invoices: list[Invoice] = []
    learned_to = seen_to = date.min
    known = contract.known(seen_to)
    for place, run in enumerate(scenario.runs, 1):
        seen_to, day = max(seen_to, run), min(run, scenario.due.get(place, run))
        for one in (one for one in scenario.cancelled if one.before == place):
            standing.cancel(one.run, scenario.runs[one.run - 1])
        if scenario.splits:
            steps = list(divided(scenario, seen_to))
            findings |= {one.identity: one for name, found in steps for one in wrong(name, found, seen_to)}
            if any(held_from(found, seen_to) for _, found in steps):
                continue  # as in the monthly run, a contract that would be billed a guess waits for the next run
        before, known = known, contract.known(seen_to)
        standing.billed_through = still_billed_through(before, known, standing.billed_through)
        terms = [terms_of(known, one) for one in subscriptions] if known.by_item else ()
        edited = [*_learned_after(contract, subscriptions, learned_to), *([standing.reopened] if standing.reopened else ())]
        opening = open_from(known, standing.billed_through, edited, terms)
        result = bill(
            contract,
            _converted(scenario, with_discounts_known(subscriptions, seen_to), known, seen_to),
            standing.since(opening),
            as_of=day,
            seen_to=seen_to,
            billed_through=standing.billed_through,
            open_from=opening,
            skipped=scenario.skipped,
            reopened=standing.reopened,
            credited=credited(scenario.given_back, contract, place),
        )
        if result.cycles or result.next_invoice_date is None or contract.changes_billed is ChangesBilled.NOW:
            learned_to = seen_to
        findings |= {finding.identity: finding for finding in result.findings}
        added = besides(scenario, known, result, standing, day, edited)
        billed = [*(Billed(line, scenario.rates.get(line.subscription)) for line in result.lines), *added.lines]
        standing.post(place, [one.line for one in billed], added.items)
        standing.billed_through = result.billed_through
        invoices += _invoiced(scenario, run, billed, known, billed_to)
    return Simulation(tuple(invoices), tuple(findings.values()))


def _asking(scenario: Scenario, surprises: Surprises) -> Simulation:
    """As the monthly run does it: a surprise is asked about, and billed as a person decided."""
    invoices: list[Invoice] = []
    billed_to: dict[str, str] = {}
    findings = {finding.identity: finding for finding in scenario.findings}
    for run, asked in billed_asking(scenario, surprises):
        for lines in asked.documents:
            billed = [Billed(line, scenario.rates.get(line.subscription)) for line in lines]
            invoices += _invoiced(scenario, run, billed, scenario.contract.known(run), billed_to)
        findings |= {finding.identity: finding for finding in asked.findings}
    return Simulation(tuple(invoices), tuple(findings.values()))


def _invoiced(
    scenario: Scenario, run: date, billed: Sequence[Billed], known: BillingContract, billed_to: dict[str, str]
) -> Iterator[Invoice]:
    """An invoice for each payer over what a run bills it, with the surcharge for how it is paid."""
    lines = [one.line for one in billed]
    payers = payers_of(lines, known, billed_to) if len(known.payers) > 1 else {line.key: known.payer for line in lines}
    billed_to |= payers
    for payer in dict.fromkeys(payers.values()):
        yield _invoice_of(scenario, run, payer, surcharged(scenario, [one for one in billed if payers[one.line.key] == payer]))


def _invoice_of(scenario: Scenario, run: date, payer: str, billed: Sequence[Billed]) -> Invoice:
    """One invoice; lines whose prices include tax stand on it with their net."""
    code, lines = scenario.contract.currency, [one.line for one in billed]
    taxes = scenario.tax.on([(one.line, one.rate) for one in billed], code) if scenario.tax else ()
    if taxes:
        lines = [line._replace(amount=tax.net) for line, tax in zip(lines, taxes, strict=True)]
    net, items = total((line.amount for line in lines), code), tuple(one.item for one in billed)
    return Invoice(run, net, tuple(lines), items, tuple(tax.tax for tax in taxes), payer)


def _converted(
    scenario: Scenario, subscriptions: Sequence[Subscription], contract: BillingContract, seen_to: date
) -> Sequence[Subscription]:
    """The subscriptions with their prices in the contract's currency."""
    if not scenario.conversions:
        return subscriptions
    return [
        in_contract_currency(one, scenario.conversions[one.id], terms_of(contract, one).cadence, as_of=seen_to)
        if one.id in scenario.conversions
        else one
        for one in subscriptions
    ]


def answer(simulation: Simulation) -> dict[str, Any]:
    """The simulator's answer, as a JSON document: dates, money and prices are strings."""
    return {
        "invoices": [_invoice(invoice) for invoice in simulation.invoices],
        "findings": [_finding(finding) for finding in simulation.findings],
    }


def failure(error: BadInput) -> dict[str, Any]:
    """The answer to a scenario that cannot be read."""
    return {"error": {"path": error.path, "message": error.message}}


def _invoice(invoice: Invoice) -> dict[str, Any]:
    lines = [_line(line, item) for line, item in zip(invoice.lines, invoice.items, strict=True)]
    whose = {"payer": invoice.payer} if invoice.payer else {}
    said: dict[str, Any] = {"run": invoice.run.isoformat(), "total": f"{invoice.total.major:f}", **whose}
    if invoice.taxes:
        said |= _with_tax(invoice.total, total(invoice.taxes, invoice.total.currency))
        pairs = zip(lines, invoice.lines, invoice.taxes, strict=True)
        lines = [shown | _with_tax(line.amount, tax) for shown, line, tax in pairs]
    return {**said, "lines": lines}


def _with_tax(net: Money, tax: Money) -> dict[str, str]:
    return {"tax": f"{tax.major:f}", "gross": f"{(net + tax).major:f}"}


def _line(line: Line, item: str) -> dict[str, Any]:
    return {
        "subscription": line.subscription,
        **({"item": item} if item else {}),
        "kind": line.kind.value,
        "change": line.change,
        "start": line.period.start.isoformat(),
        "end": line.period.end.isoformat(),
        "quantity": line.quantity if isinstance(line.quantity, int) else f"{line.quantity:f}",
        "unit_price": None if line.unit_price is None else f"{line.unit_price:f}",
        "fraction": f"{line.fraction[0]}/{line.fraction[1]}",
        "amount": f"{line.amount.major:f}",
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "subject": finding.subject,
        "severity": finding.severity.value,
        "message": finding.message,
    }


def _learned_after(contract: BillingContract, subscriptions: Sequence[Subscription], day: date) -> Iterator[date]:
    """The days of what was learned after a day, and from which cycles may be other ones."""
    yield from (change.effective for one in subscriptions for change in one.changes if change.known_on > day)
    discounts = ((one, off) for one in subscriptions for off in one.discounts)
    yield from (off.start or one.start for one, off in discounts if off.recorded is not None and off.recorded > day)
    yield from (touched(one.effective) for one in contract.amendments if not one.known_by(day))
    schedules = ((one, schedule) for one in subscriptions for schedule in one.schedules)
    yield from (touched(schedule.since or one.start) for one, schedule in schedules if not schedule.known_by(day))
