"""`w365 install`: the plan, a yes, and the deed; run again it goes on from wherever it was."""

from __future__ import annotations

import json
import sys
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.examining_shown import exit_code, show
from cli.output import OK, WIDTH_OF_A_FILE, Output, data, tell
from cli.package_file import find_package
from dataverse.sign_in import SignIn
from work365.errors import BadInput
from work365.handlers import installing
from work365.handlers.examining import examine

if TYPE_CHECKING:
    from collections.abc import Callable

    import wiring
    from dataverse.install.package import Package
    from work365.handlers.examining import Patient
    from work365.handlers.installing import Prepared, Site
    from work365.installing.wanted import Wanted


class Equipment:
    """What the command works on, made when it is known what for."""

    def __init__(self, how: SignIn, wanted: Wanted, package: Package) -> None:
        from cli import equipping  # loads every vendor's library: only commands that need the tenant pay for it

        self._equipping, self._wanted, self._package = equipping, wanted, package
        self._application: wiring.Application = equipping.connected(how, wanted)

    def site(self) -> Site:
        """For the installation."""
        return self._equipping.site(self._application, self._package)

    def patient(self) -> Patient:
        """For the examination afterwards."""
        return self._equipping.patient(self._application, self._package, self._wanted)


def register(app: typer.Typer, equip: Callable[[SignIn, Wanted, Package], Equipment] = Equipment) -> None:
    """Add the command; `equip` is another for tests."""

    def install(
        company: Annotated[Path, typer.Argument(help="The company file; infra/company.example.toml shows its form.")],
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the exact plan and its hash; write nothing.")] = False,
        plan: Annotated[str | None, typer.Option("--plan", help="Apply only if the plan still has this hash.")] = None,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        sign_in: Annotated[SignIn, typer.Option("--sign-in", help="Who does it.")] = SignIn.IDENTITY,
        package: Annotated[
            Path | None, typer.Option("--package", help="The solution zip; by default this version's own.")
        ] = None,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Set up an environment: solution, application user and role, groups, webhook, variables, legal entities, numbers.

        Every step looks before it acts and can be repeated; interrupted anywhere, the same command goes on from there.
        """
        from cli.company_file import read_company  # pydantic: only this command pays for it

        wanted = read_company(company)
        equipment = equip(sign_in, wanted, find_package(package))
        site = equipment.site()
        prepared = installing.prepare(wanted, site)
        _show(prepared, output, dry_run=dry_run)
        if dry_run:
            raise typer.Exit(OK)
        if plan is not None:
            prepared.plan.check_hash(plan)
        elif prepared.plan.lines and not yes:
            _ask()
        done = installing.apply(wanted, prepared.plan, site)
        tell(f"{done} things done" if done else "nothing to do")
        verdicts = show(examine(equipment.patient()), output)
        raise typer.Exit(exit_code(verdicts))

    app.command("install")(install)


def _show(prepared: Prepared, output: Output, *, dry_run: bool) -> None:
    """The plan is data when it is all that was asked for, else something to read on the way."""
    for note in prepared.notes:
        tell(note)
    plan = prepared.plan
    if dry_run and output is Output.JSON:
        lines = [{"step": line.step.value, "what": line.what, "found": line.found, "will": line.will} for line in plan.lines]
        sys.stdout.write(json.dumps({"plan": plan.hash, "lines": lines}, ensure_ascii=False) + "\n")
        return
    words = [str(line) for line in plan.lines] or ["nothing to do"]
    if not dry_run:
        for word in words:
            tell(word)
        return
    console = data()
    console.width = max(console.width, WIDTH_OF_A_FILE)
    for word in words:
        console.print(word, soft_wrap=True)
    console.print(f"plan {plan.hash}; apply exactly this with --plan {plan.hash}", soft_wrap=True)


def _ask() -> None:
    """Errors: BadInput when nobody can be asked, or the answer is no."""
    if not sys.stdin.isatty():
        message = "nobody can be asked here: look at the plan with --dry-run, then give --plan HASH or --yes"
        raise BadInput(message, "--yes")
    if not typer.confirm("Do all this?", err=True):
        message = "nothing was changed"
        raise BadInput(message)
