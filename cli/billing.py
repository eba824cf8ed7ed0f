"""`w365 run billing`: the same run that the timer starts, and its preview."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.billing_shown import Ran, Shown, show_preview, show_run
from cli.output import Output, day_option, progress, tell
from cli.parked import run_parked
from cli.planning import DryRun, PlanHash, only_as_planned
from cli.readiness import before_a_run, readiness_of, run_check
from dataverse.stores.run_reports import RunReports, billable_contract
from work365.errors import BadInput
from work365.handlers import billing
from work365.handlers.reselling import follow_tiers
from work365.handlers.run_plan import plan_of
from work365.handlers.splitting import divide_seats
from work365.ports.billing import ALL, AT_ONCE, PARKED

if TYPE_CHECKING:
    from datetime import date

    import wiring
    from dataverse.stores.run_reports import ContractSeen
    from work365.handlers.billing import Preview
    from work365.handlers.readiness import Readiness
    from work365.ports.billing import Run

POLL_S = 0.5
WAIT_S_DEFAULT = 3600


def register(app: typer.Typer) -> None:
    """Add the command."""
    run = typer.Typer(help="Start a run now.", no_args_is_help=True)
    run.callback()(_group)
    run.command("billing")(billing_run)
    run.command("check")(run_check)
    run.command("parked")(run_parked)
    app.add_typer(run, name="run")


def _group() -> None:
    """Start a run now."""


def billing_run(
    as_of: Annotated[str, typer.Option("--as-of", help="The day of the run, as 2026-02-01.")],
    contract: Annotated[str | None, typer.Option("--contract", help="Only this contract, by its number.")] = None,
    *,
    at_once: Annotated[
        bool,
        typer.Option("--at-once", help="With --contract: bill its changes by themselves; a credit becomes a note of its own."),
    ] = False,
    parked: Annotated[bool, typer.Option("--parked", help="Only contracts that earlier runs held back.")] = False,
    dry_run: DryRun = False,
    plan: PlanHash = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, whatever the check counts.")] = False,
    wait_s: Annotated[
        int, typer.Option("--wait-s", min=0, help="Wait at most so many seconds for the workers; 0 does not wait.")
    ] = WAIT_S_DEFAULT,
    output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
) -> None:
    """Bill everything that is due on a day and not billed yet.

    A run that was interrupted goes on when it is started again; what is billed is never billed twice.
    """
    day = day_option(as_of, "--as-of")
    if parked and contract is not None:
        message = "a run is for the parked contracts or for one contract; leave one of --parked and --contract out"
        raise BadInput(message, "--parked")
    if at_once and contract is None:
        message = "say which contract is billed at once; add --contract"
        raise BadInput(message, "--at-once")
    import wiring  # loads every vendor's library: only commands that need the tenant pay for it

    application = wiring.application()
    reports = RunReports(application.api, application.currencies)
    only = None if contract is None else billable_contract(reports, contract, day)
    scope = (PARKED if parked else ALL) if only is None else only.number + AT_ONCE * at_once
    shown = Shown(day, scope, "" if only is None or at_once else _why_not(only, day))
    if dry_run:
        previews = _previews(application, day, scope)
        raise typer.Exit(show_preview(shown, previews, plan_of(previews, day, scope).hash, output))
    divide_seats(book=application.splits, today=day)
    follow_tiers(book=application.reselling, today=day)
    only_as_planned(plan, lambda: plan_of(_previews(application, day, scope), day, scope).hash)
    if not plan and sys.stderr.isatty():
        _let_it_be_seen(readiness_of(application, day, scope), day, yes=yes)
    runs = billing.plan(book=application.billing, queue=application.queue, clock=application.clock, as_of=day, scope=scope)
    raise typer.Exit(show_run(shown, _wait(application, reports, runs, wait_s), output))


def _previews(application: wiring.Application, day: date, scope: str) -> list[Preview]:
    engines, reviewer = application.tax_engines, application.reviewer
    return billing.preview(
        book=application.billing, clock=application.clock, as_of=day, scope=scope, engines=engines, reviewer=reviewer
    )


def _let_it_be_seen(found: Readiness, day: date, *, yes: bool) -> None:
    """How many contracts would be held back, before a person's run begins. Errors: BadInput when they then rather not."""
    tell(before_a_run(found, day))
    if found.blockers and not yes and sys.stdin.isatty() and not typer.confirm("Run it all the same?", err=True):
        message = "nothing was billed"
        raise BadInput(message)


def _why_not(seen: ContractSeen, day: date) -> str:
    if seen.next_invoice is None or seen.next_invoice <= day:
        return ""
    return f"Contract {seen.number} is billed next on {seen.next_invoice}."


def _wait(application: wiring.Application, reports: RunReports, runs: list[Run], wait_s: int) -> list[Ran]:
    """Watch the chunks until all are done or failed, or the patience ends."""
    names = {entity.id: entity.code for entity in application.billing.entities()}
    deadline = time.monotonic() + wait_s
    if runs and wait_s:
        tell("the workers are billing; Ctrl-C stops only the watching")
    with progress() as bar:
        task = bar.add_task("chunks billed", total=None)
        while True:
            seen = [(run, application.billing.progress(run)) for run in runs]
            chunks = sum(counted.chunks for _, counted in seen)
            waiting = sum(counted.open for _, counted in seen)
            bar.update(task, total=chunks, completed=chunks - waiting)
            if waiting == 0 or time.monotonic() >= deadline:
                break
            time.sleep(min(POLL_S, max(0.0, deadline - time.monotonic())))
    if waiting:
        tell(f"{waiting} of {chunks} chunks are not billed yet; the workers go on, and the same command shows how far they are")
    return [Ran(names[run.entity], counted, reports.sums(run), reports.open_findings(run)) for run, counted in seen]
