"""`w365 import rates`: exchange rates of a day or of years into the tenant."""

from __future__ import annotations

import json
import sys
from datetime import datetime  # noqa: TC003  typer reads it at run time
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.output import FINDINGS, OK, Output, data
from cli.planning import DryRun, PlanHash, only_as_planned, print_plan
from dataverse.stores.exchange_rates import ExchangeRateRows
from providers.exchange_rates.files import read_rates
from work365.handlers.importing_rates import import_rates

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.handlers.importing_rates import RatesReport
    from work365.ports.currencies import RateBook


def real_book() -> RateBook:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    return ExchangeRateRows(wiring.tenant())


def attach(group: typer.Typer, book: Callable[[], RateBook] = real_book) -> None:
    """Add the command to those that import."""

    def rates(
        file: Annotated[Path, typer.Argument(help="The European Central Bank's XML, CSV or zip, or a CSV of your own.")],
        since: Annotated[datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only from this day on.")] = None,
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Add the exchange rates of a file.

        A CSV of your own has the columns from, to, date, rate, source, and reason for a rate whose source is 'manual'. Importing
        a file again adds nothing; a rate that is there already is never changed.
        """

        def bring_in(*, dry_run: bool) -> RatesReport:
            first = since.date() if since else None
            return import_rates(read_rates(file), file.name, book=book(), since=first, dry_run=dry_run)

        only_as_planned(plan, lambda: bring_in(dry_run=True).plan)
        raise typer.Exit(show(bring_in(dry_run=dry_run), file.name, output, dry_run=dry_run))

    group.command("rates")(rates)


def show(report: RatesReport, file: str, output: Output, *, dry_run: bool) -> int:
    """What an import did, and the command's exit code."""
    if output is Output.JSON:
        findings = [{"code": one.code, "subject": one.subject, "message": one.message} for one in report.findings]
        counts = {"rows": report.rows, "new": report.new, "same": report.same}
        sys.stdout.write(
            json.dumps(
                {"file": file, "dry_run": dry_run, "plan": report.plan, **counts, "findings": findings}, ensure_ascii=False
            )
            + "\n"
        )
    else:
        _print(report, file, dry_run=dry_run)
    return FINDINGS if report.findings else OK


def _print(report: RatesReport, file: str, *, dry_run: bool) -> None:
    table = Table(show_header=False)
    table.add_column("what")
    table.add_column("count", justify="right")
    for label, count in (("rates read", report.rows), ("rates added", report.new), ("rates that were there", report.same)):
        table.add_row(label, str(count))
    console = data()
    console.print(file + (" (dry run: nothing was written)" if dry_run else ""), soft_wrap=True)
    console.print(table)
    for finding in report.findings:
        console.print(f"{finding.code}: {finding.message}", soft_wrap=True)
    if not report.findings:
        console.print("No findings.")
    if dry_run:
        print_plan(report.plan)
