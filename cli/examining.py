"""`w365 doctor`: one command checks everything, and says of each broken thing how to mend it."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.examining_shown import exit_code, show
from cli.output import Output
from cli.package_file import find_package, own_version
from dataverse.sign_in import SignIn
from work365.errors import BadInput
from work365.examining.verdicts import ailing
from work365.handlers.examining import examine

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.examining.verdicts import Verdict
    from work365.handlers.examining import Patient


def found_patient(how: SignIn, company: Path | None, package: Path | None) -> Patient:
    """What the settings and, if there is one, the company file lead to. Errors: BadInput."""
    from cli import equipping  # loads every vendor's library: only commands that need the tenant pay for it
    from cli.company_file import read_company

    wanted = None if company is None else read_company(company)
    chosen = own_version() if company is None else find_package(package)
    return equipping.patient(equipping.connected(how, wanted), chosen, wanted)


def register(app: typer.Typer, find: Callable[[SignIn, Path | None, Path | None], Patient] = found_patient) -> None:
    """Add the command; `find` is another for tests."""

    def doctor(
        company: Annotated[Path | None, typer.Argument(help="The company file: compare everything with it, too.")] = None,
        sign_in: Annotated[SignIn, typer.Option("--sign-in", help="Who looks.")] = SignIn.IDENTITY,
        package: Annotated[
            Path | None, typer.Option("--package", help="The solution zip; by default this version's own.")
        ] = None,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Check the installation; each check is green, or names what is broken and the next step.

        Exit code 0 when nothing is to be mended, 1 with findings, 3 when the sign-in fails.
        """
        raise typer.Exit(exit_code(show(_verdicts(lambda: find(sign_in, company, package)), output)))

    app.command("doctor")(doctor)


def _verdicts(find: Callable[[], Patient]) -> list[Verdict]:
    """Every verdict; settings that are no good are one, and nothing can be looked at without them."""
    try:
        patient = find()
    except BadInput as error:
        return [ailing("settings.invalid", str(error))]
    return list(examine(patient))
