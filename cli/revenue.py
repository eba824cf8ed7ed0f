"""`w365 revenue schedule` and `journal`: what of the invoices is earned in which month, and the journal of a month."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import revenue_bridge
from cli.output import FINDINGS, OK, Output, data
from cli.revenue_shown import month_span, show_rows, write_rows
from dataverse.stores.revenue import Revenue
from work365.periods import Period, plus_months
from work365.revenue.journalling import Book, Journal, journal, moving, summed
from work365.revenue.months import month_of, shown, typed_month

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from dataverse.stores.recurring import Recurring
    from work365.revenue.recognising import Movement

COLUMNS = ("entity", "currency", "account", "product", "debit", "credit")
LINE_COLUMNS = (
    *("document", "line", "issued", "product", "description", "start", "end", "currency"),
    *("amount", "opening", "invoiced", "earned", "closing"),
)


def real_ports() -> tuple[Revenue, date]:
    """The partner's tenant, today."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Revenue(application.api), application.clock.today("UTC")


def register(
    app: typer.Typer,
    ports: Callable[[], tuple[Revenue, date]] = real_ports,
    recurring: Callable[[], tuple[Recurring, date]] = revenue_bridge.real_ports,
) -> None:
    """Add the commands."""

    def schedule(
        first: Annotated[str, typer.Option("--from", help="First month, such as 2026-01; this month by default.")] = "",
        last: Annotated[str, typer.Option("--to", help="Last month; a year from the first one by default.")] = "",
        document: Annotated[str, typer.Option("--invoice", help="Only this invoice or credit note.")] = "",
        contract: Annotated[str, typer.Option("--contract", help="Only this contract.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Show month by month what is deferred, invoiced and earned."""
        revenue, today = ports()
        span = month_span(first, last, today)
        lines = list(revenue.lines(Period(span[0].start, span[-1].end), document=document, contract=contract))
        rows = [row for month in span for row in _totals(month, summed(moving(month, lines)))]
        show_rows(rows, ("month", "entity", "currency", "opening", "invoiced", "earned", "closing"), "months", output)

    def journalled(
        month: Annotated[str, typer.Option("--month", help="The month, such as 2026-01; the last full one by default.")] = "",
        file: Annotated[Path | None, typer.Option("--csv", help="Write the journal's entries there, for the books.")] = None,
        detail: Annotated[Path | None, typer.Option("--lines", help="Write every line behind them there.")] = None,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Show the journal of a month. Ends 1 when a document's lines do not come to the document."""
        revenue, today = ports()
        of = typed_month(month, "--month") if month else month_of(plus_months(today.replace(day=1), -1))
        made = journal(of, revenue.lines(of), revenue.nets(of))
        write_rows(file, COLUMNS, _entries(made))
        write_rows(detail, LINE_COLUMNS, _lines(made))
        _journal(made, output)
        raise typer.Exit(FINDINGS if made.untied else OK)

    group = typer.Typer(help="What is earned when, and how recurring revenue moves.", no_args_is_help=True)
    group.callback()(_group)
    group.command("schedule")(schedule)
    group.command("journal")(journalled)
    revenue_bridge.register(group, recurring)
    app.add_typer(group, name="revenue")


def _group() -> None:
    """What is earned when, and how recurring revenue moves."""


def _totals(month: Period, sums: dict[Book, Movement]) -> Iterable[dict[str, Any]]:
    for book in sorted(sums):
        yield {"month": shown(month), "entity": book.entity, "currency": str(book.currency), **_amounts(sums[book])}


def _amounts(moved: Movement) -> dict[str, str]:
    return {name: f"{getattr(moved, name).major}" for name in ("opening", "invoiced", "earned", "closing")}


def _entries(made: Journal) -> list[dict[str, Any]]:
    return [
        {
            "entity": one.book.entity,
            "currency": str(one.book.currency),
            "account": one.account,
            "product": one.product,
            "debit": f"{one.debit.major}",
            "credit": f"{one.credit.major}",
        }
        for one in made.entries
    ]


def _lines(made: Journal) -> list[dict[str, Any]]:
    return [
        {
            "document": line.document,
            "line": line.line,
            "issued": line.issued.isoformat(),
            "product": line.product,
            "description": line.description,
            "start": line.period.start.isoformat(),
            "end": line.period.end.isoformat(),
            "currency": str(line.amount.currency),
            "amount": f"{line.amount.major}",
            **_amounts(moved),
        }
        for line, moved in made.lines
    ]


def _journal(made: Journal, output: Output) -> None:
    totals = list(_totals(made.month, dict(made.totals)))
    if output is Output.JSON:
        said = {
            "month": shown(made.month),
            "totals": totals,
            "entries": _entries(made),
            "lines": _lines(made),
            "untied": made.untied,
        }
        data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        return
    show_rows(totals, ("month", "entity", "currency", "opening", "invoiced", "earned", "closing"), "months", output)
    show_rows(_entries(made), COLUMNS, "entries", output)
    for sentence in made.untied:
        data().print(sentence, soft_wrap=True)
