"""`w365 retries`: charges that were declined or could not be sent, and what becomes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.book_ports import ports_of
from cli.output import OK, Output, show_rows
from dataverse.stores.retrying import Retries
from work365.handlers import retrying
from work365.receivables.retrying import charges

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.book_ports import Ports
    from work365.handlers.retrying import Listed
    from work365.ports.retrying import RetryBook

COLUMNS = ("invoice", "customer", "open", "currency", "attempts", "declined on", "decline", "next try", "why")

real_ports = ports_of(lambda at: Retries(at.api, at.currencies))


def register(app: typer.Typer, ports: Callable[[], Ports[RetryBook]] = real_ports) -> None:
    """Add the command."""

    def retries(output: Annotated[Output, typer.Option("--output")] = Output.TABLE) -> None:
        """Open invoices whose last charge was declined or not sent, the largest first: when each is tried again by itself."""
        at = ports()
        rows = [_row(one) for one in retrying.overview(book=at.book, now=at.clock.now())]
        show_rows("declined", COLUMNS, rows, output)
        raise typer.Exit(OK)

    app.command("retries")(retries)


def _row(one: Listed) -> dict[str, str]:
    case, following = one.declined.case, one.declined.next
    tried, (on, said) = charges(case), one.declined.last
    by_itself = following.on is not None and one.declined.by_itself
    why = following.why if one.declined.by_itself or following.on is None else "it is not charged by itself; press Charge"
    return {
        "invoice": case.debt.number,
        "customer": one.customer,
        "open": f"{case.debt.balance.major:f}",
        "currency": case.debt.balance.currency,
        "attempts": str(len(tried)),
        "declined on": on.isoformat(),
        "decline": said,
        "next try": following.on.isoformat() if following.on is not None and by_itself else "",
        "why": why,
    }
