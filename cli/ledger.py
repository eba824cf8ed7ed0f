"""`w365 ledger check`: does every change log add up to its subscription, without gaps?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import FINDINGS, OK, Output, data
from dataverse.stores.ledgers import Ledgers
from work365.handlers.checking import check_ledgers

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.ports.ledgers import LedgerBooks


def real_ledgers() -> LedgerBooks:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    return Ledgers(wiring.tenant())


def register(app: typer.Typer, ledgers: Callable[[], LedgerBooks] = real_ledgers) -> None:
    """Add the command."""

    def check(output: Annotated[Output, typer.Option("--output")] = Output.TABLE) -> None:
        """Check every subscription's change log; what is wrong becomes a finding, what is mended is closed."""
        checked = check_ledgers(books=ledgers())
        out = data()
        if output is Output.JSON:
            found = [{"subject": one.subject, "message": one.message} for one in checked.findings]
            said = {"subscriptions": checked.subscriptions, "rows": checked.rows, "findings": found}
            out.print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        else:
            for one in checked.findings:
                out.print(one.message, soft_wrap=True)
            out.print(f"{checked.subscriptions} subscriptions, {checked.rows} rows, {len(checked.findings)} broken")
        raise typer.Exit(FINDINGS if checked.findings else OK)

    group = typer.Typer(help="The change log as a ledger.", no_args_is_help=True)
    group.callback()(_group)
    group.command("check")(check)
    app.add_typer(group, name="ledger")


def _group() -> None:
    """The change log as a ledger."""
