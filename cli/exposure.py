"""`w365 exposure`: who has used how much of its credit limit, and what that is the sum of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.book_ports import ports_of
from cli.output import FINDINGS, OK, Output, data, show_rows, tell
from dataverse.stores.exposure import Exposures
from work365.handlers import exposing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cli.book_ports import Ports
    from work365.errors import BadInput
    from work365.exposure.figure import Figure, Summary, Valued
    from work365.money import Money
    from work365.ports.exposure import ExposureBook

AMOUNTS = ("limit", "exposure", "available", "open", "overdue", "unapplied", "usage", "committed", "waiting")
FIGURES = ("used %", *AMOUNTS, "currency", "unknown")
LISTED = ("account", "name", *FIGURES)
DAYS = ("day", *FIGURES)
ROWS = ("account", "kind", "source", "due", "amount", "worth")

real_ports = ports_of(lambda at: Exposures(at.api, at.currencies))


def register(app: typer.Typer, ports: Callable[[], Ports[ExposureBook]] = real_ports) -> None:
    """Add the command."""

    def exposure(
        account: Annotated[
            str, typer.Argument(help="Only the account with this number, with what its figures are sums of.")
        ] = "",
        *,
        history: Annotated[
            bool, typer.Option("--history", help="How the account stood on each day on which that changed.")
        ] = False,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Credit limits and how much of each is used, the most used first, drawn anew. Exit 1: something cannot be counted."""
        at = ports()
        if history:
            rows = [{"day": day.isoformat(), **_figures(one)} for day, one in at.book.history(account)]
            show_rows("history", DAYS, rows, output)
            raise typer.Exit(OK)
        raise typer.Exit(_show_one(at, account, output) if account else _show_all(at, output))

    app.command("exposure")(exposure)


def _show_all(at: Ports[ExposureBook], output: Output) -> int:
    drawn = exposing.refresh_all(book=at.book, clock=at.clock)
    found = at.book.listed()
    show_rows("exposures", LISTED, [{"account": one.number, "name": one.name, **_figures(one.summary)} for one in found], output)
    return _told([one.summary.unknown for one in found if one.summary.unknown], drawn.broken)


def _show_one(at: Ports[ExposureBook], account: str, output: Output) -> int:
    figure = exposing.look(account, book=at.book, clock=at.clock)
    heading = {"account": account, "name": figure.debtor.name, **_figures(figure.summary)}
    rows = [_row(one, figure) for one in sorted(figure.rows, key=_place)]
    if output is Output.JSON:
        data().print(json.dumps({**heading, "rows": rows}, ensure_ascii=False), soft_wrap=True)
    else:
        show_rows("exposure", LISTED, [heading], output)
        show_rows("rows", ROWS, rows, output)
    return _told(figure.unknown, ())


def _told(unknown: Sequence[str], broken: Sequence[BadInput]) -> int:
    """What could not be counted, on stderr; the exit code."""
    said = list(dict.fromkeys((*unknown, *map(str, broken))))
    for sentence in said:
        tell(f"not counted: {sentence}")
    return FINDINGS if said else OK


def _place(one: Valued) -> tuple[str, str, str]:
    return one.row.account, one.row.kind.value, one.row.source


def _row(one: Valued, figure: Figure) -> dict[str, Any]:
    row, name = one.row, figure.debtor.members[one.row.account]
    due = "" if row.due is None else row.due.isoformat()
    return dict(zip(ROWS, (name, row.kind.value, row.source, due, str(row.amount), _major(one.worth)), strict=True))


def _figures(one: Summary) -> dict[str, Any]:
    """Shape: nobody knows what is available as long as something could not be counted."""
    used = "" if one.used_percent is None or one.unknown else str(one.used_percent)
    amounts = {name: _major(getattr(one, name)) for name in AMOUNTS} | ({"available": ""} if one.unknown else {})
    return {"used %": used, **amounts, "currency": one.exposure.currency, "unknown": one.unknown}


def _major(amount: Money | None) -> str:
    return "" if amount is None else f"{amount.major:f}"
