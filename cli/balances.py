"""`w365 balance`: what customers owe, how much of it is overdue, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.book_ports import ports_of
from cli.output import OK, Output, show_rows
from dataverse.stores.balances import Balances
from work365.handlers import balancing
from work365.periods import days_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.book_ports import Ports
    from work365.ports.balances import BalanceBook, NamedBalance

COLUMNS = (
    "account",
    "name",
    "balance",
    "open",
    "unapplied",
    "overdue",
    "1-30",
    "31-60",
    "61-90",
    "over 90",
    "oldest due",
    "currency",
)

real_ports = ports_of(lambda at: Balances(at.api, at.currencies))


def register(app: typer.Typer, ports: Callable[[], Ports[BalanceBook]] = real_ports) -> None:
    """Add the command."""

    def balance(
        account: Annotated[str, typer.Argument(help="Only the account with this number.")] = "",
        overdue: Annotated[bool, typer.Option("--overdue", help="Only customers with something overdue.")] = False,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """What customers owe per currency, the oldest debt first, drawn anew from invoices and receipts."""
        at = ports()
        balancing.refresh_all(book=at.book, day_in=days_at(at.clock.now()))
        rows = [_row(one) for one in at.book.kept(account) if not overdue or one.balance.overdue.minor]
        show_rows("balances", COLUMNS, rows, output)
        raise typer.Exit(OK)

    app.command("balance")(balance)


def _row(one: NamedBalance) -> dict[str, Any]:
    owed = one.balance
    figures = (owed.balance, owed.open, owed.unapplied, owed.overdue, *owed.ages)
    return dict(
        zip(
            COLUMNS,
            (
                one.number,
                one.name,
                *(f"{figure.major:f}" for figure in figures),
                "" if owed.oldest_due is None else owed.oldest_due.isoformat(),
                owed.open.currency,
            ),
            strict=True,
        )
    )
