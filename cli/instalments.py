"""`w365 instalments keep` and `w365 instalments show`: sums that are billed in parts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.output import FINDINGS, OK, Output, data
from cli.planning import DryRun, PlanHash, only_as_planned, print_plan
from dataverse.stores.instalments import Instalments
from work365.errors import BadInput
from work365.handlers.instalments import keep_plans
from work365.instalments.plan import standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.ports.instalments import InstalmentBook, PlanSeen


def real_book() -> Instalments:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Instalments(application.api, application.currencies)


def register(app: typer.Typer, book: Callable[[], InstalmentBook] = real_book) -> None:
    """Add the commands."""

    def keep(
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Make the items of active plans and carry out early ends, as every night does. Doing it again changes nothing."""
        plans = book()
        only_as_planned(plan, lambda: keep_plans(book=plans, dry_run=True).plan)
        kept = keep_plans(book=plans, dry_run=dry_run)
        counts = {name: getattr(kept, name) for name in ("plans", "made", "taken_out", "ended", "findings", "later")}
        if output is Output.JSON:
            data().print(json.dumps({"dry_run": dry_run, "plan": kept.plan, **counts}), soft_wrap=True)
        else:
            data().print(", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items()))
            if dry_run:
                print_plan(kept.plan)
        raise typer.Exit(FINDINGS if kept.findings else OK)

    def show(
        subscription: Annotated[str, typer.Argument(help="The provider's id of a subscription, or its printed name.")],
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """What a subscription's plans come to, what is billed, and what is left."""
        plans = [_row(seen) for seen in book().of(subscription)]
        if not plans:
            message = f"no subscription '{subscription}' has an instalment plan; look it up under Instalment plans"
            raise BadInput(message, "SUBSCRIPTION")
        if output is Output.JSON:
            data().print(json.dumps(plans, ensure_ascii=False), soft_wrap=True)
        else:
            _print(plans)
        raise typer.Exit(OK)

    group = typer.Typer(help="Sums that are billed in parts.", no_args_is_help=True)
    group.callback()(_group)
    group.command("keep")(keep)
    group.command("show")(show)
    app.add_typer(group, name="instalments")


AMOUNTS = ("commitment", "billed", "left", "written_off")


def _group() -> None:
    """Sums that are billed in parts."""


def _row(seen: PlanSeen) -> dict[str, Any]:
    found = standing(seen.plan, seen.items)
    return {
        "plan": seen.plan.name,
        "description": seen.plan.description,
        "status": seen.status,
        "currency": seen.plan.currency,
        "commitment": f"{found.commitment.major:f}",
        "billed": f"{found.billed.major:f}",
        "left": f"{found.left.major:f}",
        "written_off": f"{found.written_off.major:f}",
    }


def _print(plans: list[dict[str, Any]]) -> None:
    table = Table()
    for name in plans[0]:
        table.add_column(name.replace("_", " "), justify="right" if name in AMOUNTS else "left")
    for plan in plans:
        table.add_row(*plan.values())
    data().print(table)
