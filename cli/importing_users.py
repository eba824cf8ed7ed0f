"""`w365 import users`: a list of a tenant's users, by whom the seats of split subscriptions are divided."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import FINDINGS, OK, Output, data, day_option
from cli.planning import DryRun, PlanHash, only_as_planned, print_plan
from cli.user_files import read_users
from dataverse.stores.tenant_users import TenantUsers
from work365.handlers.importing_users import import_users

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.handlers.importing_users import UsersReport
    from work365.ports.tenant_users import UserBook


def real_book() -> UserBook:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    return TenantUsers(wiring.tenant())


def attach(group: typer.Typer, book: Callable[[], UserBook] = real_book) -> None:
    """Add the command to those that import."""

    def users(
        file: Annotated[Path, typer.Argument(help="CSV or JSON lines with a column 'User principal name', 'User id' or 'Id'.")],
        tenant: Annotated[str, typer.Option("--tenant", help="The tenant's domain, or its id at the provider.")],
        as_of: Annotated[str, typer.Option("--as-of", help="The first day on which the list holds, as 2026-03-01.")],
        attributes: Annotated[str, typer.Option("--attributes", help="What is kept of each user, with commas.")] = "department",
        part: Annotated[bool, typer.Option("--part", help="The list is not of all users: nobody is taken for gone.")] = False,
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Say who the users of a tenant are, from a day on.

        Who is not on the list has left by that day. Importing a list again changes nothing; a late one mends the days between.
        """
        day = day_option(as_of, "--as-of")
        asked = [name.strip() for name in attributes.split(",") if name.strip()]
        users = book()

        def bring_in(*, dry_run: bool) -> UsersReport:
            return import_users(read_users(file, day, asked), tenant, day, book=users, whole=not part, dry_run=dry_run)

        only_as_planned(plan, lambda: bring_in(dry_run=True).plan)
        raise typer.Exit(_show(bring_in(dry_run=dry_run), file.name, output, dry_run=dry_run))

    group.command("users")(users)


def _show(report: UsersReport, file: str, output: Output, *, dry_run: bool) -> int:
    counts = {name: getattr(report, name) for name in ("listed", "came", "left", "changed")}
    findings = [{"code": one.code, "subject": one.subject, "message": one.message} for one in report.findings]
    if output is Output.JSON:
        told = {"file": file, "tenant": report.tenant, "dry_run": dry_run, "plan": report.plan, **counts, "findings": findings}
        data().print(json.dumps(told, ensure_ascii=False), soft_wrap=True)
    else:
        said = ", ".join(f"{name} {count}" for name, count in counts.items())
        data().print(f"{report.tenant}: {said}" + (" (dry run: nothing was written)" if dry_run else ""), soft_wrap=True)
        for one in report.findings:
            data().print(f"{one.code}: {one.subject}: {one.message}", soft_wrap=True)
        if dry_run:
            print_plan(report.plan)
    return FINDINGS if findings else OK
