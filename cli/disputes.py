"""`w365 disputes`: what banks and card schemes hold against payments, with the day by which evidence is due, or the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import OK, Output, show_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.ports.disputing import DisputeBook, ListedDispute

COLUMNS = ("invoice", "customer", "disputed", "away", "currency", "reason", "state", "evidence due")


def real_book() -> DisputeBook:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    return wiring.application().disputing


def register(app: typer.Typer, book: Callable[[], DisputeBook] = real_book) -> None:
    """Add the command."""

    def disputes(
        ended: Annotated[bool, typer.Option("--ended", help="Those that are decided too, the newest first.")] = False,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Payments that banks dispute or took back; the one whose evidence is due first on top."""
        rows = [_row(one) for one in book().listed(ended=ended)]
        show_rows("disputes", COLUMNS, rows, output)
        raise typer.Exit(OK)

    app.command("disputes")(disputes)


def _row(one: ListedDispute) -> dict[str, str]:
    news = one.dispute.news
    return {
        "invoice": one.invoice,
        "customer": one.customer,
        "disputed": f"{news.amount.major:f}",
        "away": f"{news.away.major:f}",
        "currency": news.amount.currency,
        "reason": news.words,
        "state": news.state.value,
        "evidence due": news.due_by.date().isoformat() if news.due_by is not None else "",
    }
