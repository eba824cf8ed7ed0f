"""`w365 payment-rule`: how a contract is paid, in which ways it may be, what a way adds, and who says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.output import FINDINGS, OK, Output, data, tell
from dataverse.stores.payment_rules import PaymentRules

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.paying.rules import Paying


def real_rules() -> PaymentRules:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    return PaymentRules(wiring.tenant())


def register(app: typer.Typer, rules: Callable[[], PaymentRules] = real_rules) -> None:
    """Add the command."""

    def payment_rule(
        number: Annotated[str, typer.Argument(help="Number of a billing contract.")],
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Show how a contract is paid, and what is agreed on: by its customer's payment rule, else by its price list's.

        Ends 1 when the contract is paid in a way that is not agreed on.
        """
        found = rules().paying(number)
        _show(found, output)
        if found.refusal:
            tell(f"contract {found.number}: {found.refusal}")
        raise typer.Exit(FINDINGS if found.refusal else OK)

    app.command("payment-rule")(payment_rule)


def _show(found: Paying, output: Output) -> None:
    if output is Output.JSON:
        rows = [{"about": about, "says": says, "from": who} for about, says, who in found.told()]
        data().print(json.dumps({"contract": found.number, "rule": rows}, ensure_ascii=False), soft_wrap=True)
        return
    table = Table()
    for heading in (f"contract {found.number}", "", "said by"):
        table.add_column(heading)
    for row in found.told():
        table.add_row(*row)
    data().print(table)
