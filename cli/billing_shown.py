"""A billing run and its preview as finance reads them: documents, sums by currency, and each finding as a sentence."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table

from cli.output import FINDINGS, OK, PARTIAL, Output, data
from cli.planning import print_plan
from dataverse.stores.run_reports import Sum, add_up
from work365.findings import Severity
from work365.ports.billing import ALL, AT_ONCE, PARKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from work365.findings import Finding
    from work365.handlers.billing import Preview
    from work365.invoicing.outline import Draft
    from work365.ports.billing import Progress


@dataclass(frozen=True, slots=True)
class Shown:
    """What was asked for. `reason` says why a single contract has nothing due, if that is known."""

    day: date
    scope: str
    reason: str = ""

    @property
    def title(self) -> str:
        """The run in words."""
        return f"Billing run of {self.day}" + {ALL: "", PARKED: ", parked contracts"}.get(self.scope, f", contract {self.scope}")

    def heading(self) -> dict[str, str | None]:
        """The same for a program."""
        only = None if self.scope in (ALL, PARKED) else self.scope.removesuffix(AT_ONCE)
        return {"as_of": self.day.isoformat(), "contract": only}

    def nothing(self) -> str:
        """Nothing is due."""
        which = {ALL: "", PARKED: " of the parked contracts"}.get(self.scope, f" of contract {self.scope}")
        return f"Nothing{which} is due on {self.day}. {self.reason}".rstrip()


@dataclass(frozen=True, slots=True)
class Ran:
    """One legal entity's run."""

    entity: str
    counted: Progress
    sums: Sequence[Sum]
    findings: Sequence[Finding]


def show_run(shown: Shown, runs: Sequence[Ran], output: Output) -> int:
    """Print the runs; the exit code."""
    findings = _distinct(finding for run in runs for finding in run.findings)
    if output is Output.JSON:
        _print_json({**shown.heading(), "runs": [_run_json(run) for run in runs], "findings": _findings_json(findings)})
    elif not runs:
        data().print(shown.nothing(), soft_wrap=True)
    else:
        _print_runs(shown, runs)
        _print_sums(add for run in runs for add in run.sums)
        _print_findings(findings)
    if any(run.counted.failed or run.counted.open for run in runs):
        return PARTIAL
    return FINDINGS if _grave(findings) else OK


def show_preview(shown: Shown, previews: Sequence[Preview], plan: str, output: Output) -> int:
    """Print what a run would issue, and the hash of that plan; the exit code."""
    drafts = [draft for preview in previews for draft in preview.decided.documents]
    findings = _distinct(finding for preview in previews for finding in preview.decided.findings)
    sums = add_up((draft.net.currency, draft.net, draft.tax, draft.gross) for draft in drafts)
    if output is Output.JSON:
        invoices = [_draft_json(draft) for draft in drafts]
        totals = [_sum_json(one) for one in sums]
        _print_json(
            {**shown.heading(), "plan": plan, "invoices": invoices, "totals": totals, "findings": _findings_json(findings)}
        )
    elif not drafts and not findings:
        data().print(shown.nothing(), soft_wrap=True)
    else:
        _print_drafts(shown, drafts)
        _print_sums(sums)
        _print_findings(findings)
        print_plan(plan)
    return FINDINGS if _grave(findings) else OK


def _grave(findings: Sequence[Finding]) -> bool:
    """Information alone is nothing to act on."""
    return any(finding.severity is not Severity.INFO for finding in findings)


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    return list({finding.identity: finding for finding in findings}.values())


def _print_runs(shown: Shown, runs: Sequence[Ran]) -> None:
    rows = [
        (run.entity, *(str(n) for n in (c.contracts, c.invoices, c.findings, c.open, c.failed)))
        for run, c in ((run, run.counted) for run in runs)
    ]
    _print_table(shown.title, ("legal entity", "contracts", "documents", "findings", "open chunks", "failed chunks"), rows)


def _print_drafts(shown: Shown, drafts: Sequence[Draft]) -> None:
    rows = [(", ".join(d.numbers.values()), str(len(d.lines)), str(d.net), str(d.tax), str(d.gross)) for d in drafts]
    title = f"{shown.title}: what it would issue (dry run: nothing was written)"
    _print_table(title, ("contract", "lines", "net", "tax", "total"), rows)


def _print_sums(sums: Iterable[Sum]) -> None:
    rows = [(one.currency, str(one.documents), str(one.net), str(one.tax), str(one.total)) for one in sums]
    if rows:
        _print_table("Sums by currency", ("currency", "documents", "net", "tax", "total"), rows)


def _print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table()
    console = data()
    console.print(title, soft_wrap=True)
    if not rows:
        return
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _print_findings(findings: Sequence[Finding]) -> None:
    console = data()
    for finding in findings:
        console.print(f"{finding.severity.value}: {finding.code}: {finding.subject}", soft_wrap=True)
        console.print(f"    {finding.message}", soft_wrap=True)
    if not findings:
        console.print("No open findings.")


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _run_json(run: Ran) -> dict[str, Any]:
    return {
        "entity": run.entity,
        "contracts": run.counted.contracts,
        "invoices": run.counted.invoices,
        "findings": run.counted.findings,
        "open_chunks": run.counted.open,
        "failed_chunks": run.counted.failed,
        "totals": [_sum_json(one) for one in run.sums],
    }


def _sum_json(one: Sum) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "invoices": one.documents,
        "net": str(one.net.major),
        "tax": str(one.tax.major),
        "total": str(one.total.major),
    }


def _draft_json(draft: Draft) -> dict[str, Any]:
    return {
        "contract": draft.work.number,
        "currency": draft.net.currency,
        "net": str(draft.net.major),
        "tax": str(draft.tax.major),
        "total": str(draft.gross.major),
        "lines": [
            {"description": line.description, "amount": str(line.line.amount.major), "tax": str(line.tax.major)}
            for line in draft.lines
        ],
    }


def _findings_json(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [
        {"code": one.code, "severity": one.severity.value, "subject": one.subject, "message": one.message} for one in findings
    ]
