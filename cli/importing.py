"""`w365 import`: a supplier's charge lines into the tenant; its usage stands in `usage`."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli import billing_lines, fetching_rates, importing_rates, importing_users, pricing, usage
from cli.output import FINDINGS, OK, PARTIAL, Output, data, progress
from cli.planning import DryRun, PlanHash, only_as_planned, print_plan
from dataverse.stores.supply import Supply
from providers.partner_center.column_map import read_map
from providers.partner_center.reconciliation import read_lines
from work365.errors import BadInput
from work365.handlers.importing import Import, ImportReport, import_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from rich.progress import Progress

    from work365.findings import Finding
    from work365.ports.supply import SupplyBook
    from work365.provisioning.lines import ChargeLine

ROWS_PER_STEP = 1000


@dataclass(frozen=True, slots=True)
class Ports:
    """What the command works on."""

    book: SupplyBook
    now: datetime


def real_ports() -> Ports:
    """The partner's tenant and the present moment."""
    import wiring  # the whole application: only when a command needs it

    return Ports(Supply(wiring.tenant()), wiring.clock().now())


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command."""

    def provider_lines(
        file: Annotated[Path, typer.Argument(help="Reconciliation file: CSV or JSON lines, gzipped or not.")],
        provider: Annotated[str, typer.Option("--provider", help="Code of the provider; needed if there are several.")] = "",
        columns: Annotated[Path | None, typer.Option("--map", help="JSON or TOML that maps another file's columns.")] = None,
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Bring a supplier's charge lines into provider accounts, subscriptions and their change logs.

        Importing a file again changes nothing; an import that was interrupted goes on when it is started again.
        """
        mapped = read_map(columns) if columns else None
        _readable(file)
        found = ports()

        def bring_in(*, dry_run: bool) -> ImportReport:
            with progress() as bar:
                run = Import(found.book, found.now, time.sleep, _progress(bar), dry_run)
                lines = _counting(read_lines(file, mapped), bar)
                return import_lines(lines, file.name, provider=provider or None, run=run)

        only_as_planned(plan, lambda: bring_in(dry_run=True).plan)
        raise typer.Exit(_show(bring_in(dry_run=dry_run), output))

    group = typer.Typer(help="Bring data from elsewhere into the tenant.", no_args_is_help=True)
    group.callback()(_group)
    group.command("provider-lines")(provider_lines)
    pricing.add_import(group)
    usage.add_import(group)
    importing_rates.attach(group)
    fetching_rates.attach(group)
    billing_lines.attach(group)
    importing_users.attach(group)
    app.add_typer(group, name="import")


def _group() -> None:
    """Bring data from elsewhere into the tenant."""


def _readable(file: Path) -> None:
    """A file that is not there is said before anything is asked of the tenant. Errors: BadInput."""
    try:
        file.open("rb").close()
    except OSError as error:
        message = f"The file cannot be read ({error.strerror}); check its name and its rights"
        raise BadInput(message, str(file)) from None


def _counting(lines: Iterable[ChargeLine | Finding], bar: Progress) -> Iterator[ChargeLine | Finding]:
    task = bar.add_task("reading", total=None)
    for number, line in enumerate(lines, start=1):
        if number % ROWS_PER_STEP == 0:
            bar.update(task, completed=number)
        yield line


def _progress(bar: Progress) -> Callable[[int, int], None]:
    task = bar.add_task("recording", total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)


COUNTS = (
    ("rows read", "rows"),
    ("rows that could not be read", "broken"),
    ("provider accounts created", "tenants_created"),
    ("subscriptions in the file", "subscriptions"),
    ("subscriptions created", "created"),
    ("subscriptions changed", "changed"),
    ("subscriptions unchanged", "unchanged"),
    ("subscriptions refused", "refused"),
    ("change-log rows added", "log_rows"),
    ("supplier's lines kept", "lines_added"),
    ("supplier's lines restated", "lines_corrected"),
)


def _show(report: ImportReport, output: Output) -> int:
    counts = {name: getattr(report, name) for _, name in COUNTS}
    if output is Output.JSON:
        shown = {
            "file": report.file,
            "provider": report.provider,
            "dry_run": report.dry_run,
            "plan": report.plan,
            **counts,
            "findings": [
                {"code": one.code, "severity": one.severity.value, "subject": one.subject, "message": one.message}
                for one in report.findings
            ],
        }
        sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
    else:
        _print(report)
    if report.refused:
        return PARTIAL
    return OK if report.clean else FINDINGS


def _print(report: ImportReport) -> None:
    title = f"{report.file} into provider {report.provider}" + (" (dry run: nothing was written)" if report.dry_run else "")
    table = Table(show_header=False)
    table.add_column("what")
    table.add_column("count", justify="right")
    for label, name in COUNTS:
        table.add_row(label, str(getattr(report, name)))
    console = data()
    console.print(title, soft_wrap=True)
    console.print(table)
    for finding in report.findings:
        console.print(f"{finding.severity.value}: {finding.code}: {finding.subject}", soft_wrap=True)
        console.print(f"    {finding.message}", soft_wrap=True)
    if not report.findings:
        console.print("No findings.")
    if report.dry_run:
        print_plan(report.plan)
