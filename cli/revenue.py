"""`w365 revenue`: what of the invoices is earned in which month, and the journal of a month."""

from __future__ import annotations

import csv
import json
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table as Shown

from cli.output import FINDINGS, OK, Output, data, tell
from dataverse.stores.revenue import Revenue
from work365.errors import BadInput
from work365.periods import Period, plus_months
from work365.revenue.journalling import Book, Journal, journal, moving, summed
from work365.revenue.months import month_of, months, shown, typed_month

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from work365.revenue.recognising import Movement

YEAR = 12
MONTHS_MAX = 120
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


def register(app: typer.Typer, ports: Callable[[], tuple[Revenue, date]] = real_ports) -> None:
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
        span = _span(first, last, today)
        lines = list(revenue.lines(Period(span[0].start, span[-1].end), document=document, contract=contract))
        rows = [row for month in span for row in _totals(month, summed(moving(month, lines)))]
        _show(rows, ("month", "entity", "currency", "opening", "invoiced", "earned", "closing"), "months", output)

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
        _written(file, COLUMNS, _entries(made))
        _written(detail, LINE_COLUMNS, _lines(made))
        _journal(made, output)
        raise typer.Exit(FINDINGS if made.untied else OK)

    group = typer.Typer(help="Deferred revenue: what is earned when.", no_args_is_help=True)
    group.callback()(_group)
    group.command("schedule")(schedule)
    group.command("journal")(journalled)
    app.add_typer(group, name="revenue")


def _group() -> None:
    """Deferred revenue: what is earned when."""


def _span(first: str, last: str, today: date) -> list[Period]:
    start = typed_month(first, "--from") if first else month_of(today)
    end = typed_month(last, "--to") if last else month_of(plus_months(start.start, YEAR - 1))
    span = list(months(start, end))
    if not span or len(span) > MONTHS_MAX:
        message = f"{shown(start)} to {shown(end)} is no span of 1 to {MONTHS_MAX} months"
        raise BadInput(message, "--to")
    return span


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


def _written(file: Path | None, columns: Sequence[str], rows: list[dict[str, Any]]) -> None:
    if file is not None:
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, columns)
            writer.writeheader()
            writer.writerows(rows)
        tell(f"{len(rows)} rows are in {file}")


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
    _show(totals, ("month", "entity", "currency", "opening", "invoiced", "earned", "closing"), "months", output)
    _show(_entries(made), COLUMNS, "entries", output)
    for sentence in made.untied:
        data().print(sentence, soft_wrap=True)


def _show(rows: list[dict[str, Any]], columns: Sequence[str], name: str, output: Output) -> None:
    if output is Output.JSON:
        data().print(json.dumps({name: rows}, ensure_ascii=False), soft_wrap=True)
        return
    table = Shown(*(column.capitalize() for column in columns))
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    data().print(table)
