"""`w365 run billing`: the same run that the timer starts, and its preview."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from cli.output import FINDINGS, OK, PARTIAL, Output, day_option
from work365.handlers import billing
from work365.ports.billing import ALL

if TYPE_CHECKING:
    from datetime import date

    import wiring
    from work365.findings import Finding
    from work365.handlers.billing import Preview
    from work365.ports.billing import Run

POLL_S = 0.5
WAIT_S_DEFAULT = 3600


def register(app: typer.Typer) -> None:
    """Add the command."""
    run = typer.Typer(help="Start a run now.", no_args_is_help=True)
    run.command("billing")(billing_run)
    app.add_typer(run, name="run")


def billing_run(
    as_of: Annotated[str, typer.Option("--as-of", help="The day of the run, as 2026-02-01.")],
    contract: Annotated[str, typer.Option("--contract", help="Only this contract, by its number.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compute and show the run; write nothing.")] = False,
    wait_s: Annotated[
        int, typer.Option("--wait-s", help="Wait at most so many seconds for the workers; 0 does not wait.")
    ] = WAIT_S_DEFAULT,
    output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
) -> None:
    """Bill everything that is due on a day and not billed yet."""
    day = day_option(as_of, "--as-of")
    scope = contract or ALL
    import wiring  # loads every vendor's library: only commands that need the tenant pay for it

    application = wiring.application()
    if dry_run:
        raise typer.Exit(
            _show_preview(billing.preview(book=application.billing, clock=application.clock, as_of=day, scope=scope), output)
        )
    runs = billing.plan(book=application.billing, queue=application.queue, clock=application.clock, as_of=day, scope=scope)
    raise typer.Exit(_show(day, _wait(application, runs, wait_s), output))


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run as it is shown."""

    entity: str
    contracts: int
    invoices: int
    findings: int
    open_chunks: int
    failed_chunks: int


def _wait(application: wiring.Application, runs: list[Run], wait_s: int) -> list[RunLine]:
    """Watch the chunks until all are done or failed, or the patience ends."""
    names = {entity.id: entity.code for entity in application.billing.entities()}
    deadline = time.monotonic() + wait_s
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("billing", total=None)
        while True:
            seen = [(run, application.billing.progress(run)) for run in runs]
            chunks = sum(progress.chunks for _, progress in seen)
            open_chunks = sum(progress.open for _, progress in seen)
            bar.update(task, total=chunks, completed=chunks - open_chunks)
            if open_chunks == 0 or time.monotonic() >= deadline:
                break
            time.sleep(POLL_S)
    return [RunLine(names[run.entity], p.contracts, p.invoices, p.findings, p.open, p.failed) for run, p in seen]


def _show(day: date, lines: list[RunLine], output: Output) -> int:
    if output is Output.JSON:
        sys.stdout.write(json.dumps({"as_of": day.isoformat(), "runs": [asdict(line) for line in lines]}) + "\n")
    elif not lines:
        sys.stdout.write(f"Nothing is due on {day}.\n")
    else:
        table = Table(title=f"Billing run of {day}")
        for heading in ("legal entity", "contracts", "invoices", "findings", "open chunks", "failed chunks"):
            table.add_column(heading, justify="left" if heading == "legal entity" else "right")
        for line in lines:
            table.add_row(*(str(value) for value in asdict(line).values()))
        Console().print(table)
    if any(line.failed_chunks or line.open_chunks for line in lines):
        return PARTIAL
    return FINDINGS if any(line.findings for line in lines) else OK


def _show_preview(previews: list[Preview], output: Output) -> int:
    drafts = [draft for preview in previews for draft in preview.decided.drafts]
    findings = [finding for preview in previews for finding in preview.decided.findings]
    if output is Output.JSON:
        shown = {
            "invoices": [
                {
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
                for draft in drafts
            ],
            "findings": [asdict(finding) | {"severity": finding.severity.value} for finding in findings],
        }
        sys.stdout.write(json.dumps(shown) + "\n")
    else:
        table = Table(title="What this run would issue")
        for heading in ("contract", "lines", "net", "tax", "total"):
            table.add_column(heading, justify="left" if heading == "contract" else "right")
        for draft in drafts:
            table.add_row(draft.work.number, str(len(draft.lines)), str(draft.net), str(draft.tax), str(draft.gross))
        Console().print(table)
        show_findings(findings)
    return FINDINGS if findings else OK


def show_findings(findings: list[Finding]) -> None:
    """One sentence per finding."""
    for finding in findings:
        Console().print(f"{finding.severity.value}: {finding.message}", markup=False)
