"""`w365 import usage`, `w365 usage show` and `w365 usage check`; what `show` prints stands in `usage_shown`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.output import FINDINGS, OK, Output, data, day_option, progress
from cli.planning import DryRun, PlanHash, only_as_planned, print_plan
from cli.usage_shown import Shown, show_usage
from dataverse.stores.metering import Metering
from providers.partner_center.usage import read_usage
from work365.errors import BadInput
from work365.findings import Severity
from work365.handlers.metering import check_usage, import_usage
from work365.usage.drilling import dimension, drilled, part_of
from work365.usage.importing import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from work365.findings import Finding
    from work365.handlers.metering import UsageImport
    from work365.ports.metering import MeteringBook
    from work365.usage.records import Metered

RECORDS_PER_STEP = 1000


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on. `today` is the day in UTC, as providers count."""

    book: MeteringBook
    today: date


def real_ports() -> Ports:
    """The partner's tenant and the present day."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(Metering(application.api, application.currencies), application.clock.today("UTC"))


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands that look at usage."""

    def show(
        subscription: Annotated[str, typer.Argument(help="The provider's id of a subscription, or its printed name.")],
        by: Annotated[
            str, typer.Option("--by", help="resource-group, resource, category, meter, day, or tag:NAME.")
        ] = "resource-group",
        only: Annotated[
            list[str] | None, typer.Option("--only", help="A part, as resource-group=web or tag:env=prod; several hold together.")
        ] = None,
        top: Annotated[int, typer.Option("--top", min=0, help="So many of the largest, the rest as one; 0 for all.")] = 20,
        as_of: Annotated[str, typer.Option("--as-of", help="A day of the cycle, as 2026-02-01; today without it.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """The running total of a subscription's cycle, as its customer would pay it, with its trend.

        Go down by asking for a part and telling it apart by something else: --only resource-group=web --by resource.
        """
        dimension(by)
        told, part = ports(), part_of(only or ())
        watched = told.book.open_cycle(subscription, day_option(as_of, "--as-of") if as_of else told.today)
        if watched is None:
            message = f"no subscription '{subscription}' is on a contract; look it up under Subscriptions"
            raise BadInput(message, "SUBSCRIPTION")
        newest = told.book.newest_day(watched)
        found = drilled(_counted(told.book.used(watched, part)), watched.terms, by, watched.cycle, newest)
        show_usage(watched, found, Shown(by, part, top), output)
        raise typer.Exit(OK)

    def check(
        as_of: Annotated[str, typer.Option("--as-of", help="A day of the cycles to look at; today without it.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Say which subscriptions have used 80 and 100 percent of their threshold; each becomes a finding once per cycle."""
        told = ports()
        found = check_usage(book=told.book, as_of=day_option(as_of, "--as-of") if as_of else told.today).findings
        _print_findings(found, output)
        raise typer.Exit(FINDINGS if found else OK)

    group = typer.Typer(help="What was metered in open cycles.", no_args_is_help=True)
    group.callback()(_group)
    group.command("show")(show)
    group.command("check")(check)
    app.add_typer(group, name="usage")


def _group() -> None:
    """What was metered in open cycles."""


def add_import(group: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add `usage` to the commands that import."""

    def usage(
        file: Annotated[Path, typer.Argument(help="Daily rated usage file: CSV or JSON lines, gzipped or not.")],
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Bring a provider's metered usage into the tenant.

        Importing a file again changes nothing; a revised line becomes a new version of its record.
        """
        book = ports().book

        def bring_in(*, dry_run: bool) -> UsageImport:
            return import_usage(read_usage(file), file.name, book=book, dry_run=dry_run)

        only_as_planned(plan, lambda: bring_in(dry_run=True).plan.hash)
        done = bring_in(dry_run=dry_run)
        _print_import(done, output)
        raise typer.Exit(FINDINGS if any(finding.severity is not Severity.INFO for finding in done.findings) else OK)

    group.command("usage")(usage)


def _counted(records: Iterable[Metered]) -> Iterator[Metered]:
    with progress() as bar:
        task = bar.add_task("records read", total=None)
        for number, record in enumerate(records, start=1):
            if number % RECORDS_PER_STEP == 0:
                bar.update(task, completed=number)
            yield record


def _print_import(done: UsageImport, output: Output) -> None:
    costs = {code: f"{cost.normalize():f}" for code, cost in sorted(done.costs.items())}
    unknown = sum(done.unknown.values())
    counts = {"rows": done.rows, "broken": done.broken, "not imported": unknown, **{s.value: done.steps[s] for s in Step}}
    if output is Output.JSON:
        findings = [_finding(one) for one in done.findings]
        about = {"file": done.file, "dry_run": done.dry_run, "plan": done.plan.hash}
        shown = {**about, "counts": counts, "costs": costs, "findings": findings}
        data().print(json.dumps(shown, ensure_ascii=False), soft_wrap=True)
        return
    data().print(f"{done.file}{' (dry run: nothing was written)' if done.dry_run else ''}", soft_wrap=True)
    table = Table("what", "count", show_header=False)
    for what, count in counts.items():
        table.add_row(what, str(count))
    for code, cost in costs.items():
        table.add_row(f"cost in {code}", cost)
    data().print(table)
    _print_findings(done.findings, output)
    if done.dry_run:
        print_plan(done.plan.hash)


def _finding(finding: Finding) -> dict[str, str]:
    severity = finding.severity.value
    return {"code": finding.code, "severity": severity, "subject": finding.subject, "message": finding.message}


def _print_findings(found: Sequence[Finding], output: Output) -> None:
    if output is Output.JSON:
        data().print(json.dumps([_finding(one) for one in found], ensure_ascii=False), soft_wrap=True)
        return
    for one in found:
        data().print(f"{one.severity.value}: {one.code}: {one.subject}\n    {one.message}", soft_wrap=True)
    if not found:
        data().print("No findings.")
