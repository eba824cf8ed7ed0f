"""`w365 revenue bridge`: recurring revenue from month to month, the rows behind each bar, and what was invoiced of it."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import FINDINGS, OK, Output, data, tell
from cli.revenue_shown import month_span, show_rows, write_rows
from dataverse.stores.recurring import Recurring
from work365.money import currency as known_currency
from work365.periods import plus_months
from work365.revenue.bridging import Bar, Bridge, bridge
from work365.revenue.months import month_of, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from work365.money import Currency
    from work365.periods import Period
    from work365.revenue.recurring import Running

GAPS = ("part_months", "not_invoiced", "other_months", "invoiced")
BRIDGE = ("month", "currency", "opening", *(bar.value for bar in Bar), "closing")
GAP = ("month", "currency", "closing", *GAPS)
ROW = ("month", "currency", "bar", "day", "account", "contract", "subscription", "change", "amount")
GAP_ROW = ("month", "currency", "account", "contract", "subscription", "closing", *GAPS)


def real_ports() -> tuple[Recurring, date]:
    """The partner's tenant, today."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Recurring(application.api), application.clock.today("UTC")


def register(group: typer.Typer, ports: Callable[[], tuple[Recurring, date]]) -> None:
    """Add the command to the group."""

    def drawn(
        first: Annotated[str, typer.Option("--from", help="First month, such as 2026-01; last month by default.")] = "",
        last: Annotated[str, typer.Option("--to", help="Last month; the first one by default.")] = "",
        currency: Annotated[str, typer.Option("--currency", help="Everything in this one; each by itself by default.")] = "",
        bar: Annotated[Bar | None, typer.Option("--bar", help="Show the rows behind this bar.")] = None,
        rows: Annotated[Path | None, typer.Option("--rows", help="Write the rows behind the bars there, as CSV.")] = None,
        gaps: Annotated[Path | None, typer.Option("--gaps", help="Write what was invoiced of each subscription there.")] = None,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Opening + new + expansion - contraction - churn +/- price +/- exchange = closing, and what was invoiced of it."""
        book, today = ports()
        span = month_span(first, last or first, plus_months(today.replace(day=1), -1), length=1)
        running, unvalued = book.portfolio()
        bridges = list(_bridges(book, span, running, known_currency(currency, "--currency") if currency else None))
        moved, explained = [row for one in bridges for row in _rows(one)], [row for one in bridges for row in _gap_rows(one)]
        write_rows(rows, ROW, moved)
        write_rows(gaps, GAP_ROW, explained)
        months, invoiced = [_months(one) for one in bridges], [_invoiced(one) for one in bridges]
        if output is Output.JSON:
            said = {"months": months, "invoiced": invoiced, "rows": moved, "gaps": explained, "unvalued": unvalued}
            data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        else:
            show_rows(months, BRIDGE, "months", output)
            show_rows(invoiced, GAP, "invoiced", output)
            if bar:
                show_rows([row for row in moved if row["bar"] == bar.value], ROW, "rows", output)
        for sentence in unvalued:
            tell(sentence)
        raise typer.Exit(FINDINGS if unvalued else OK)

    group.command("bridge")(drawn)


def _bridges(book: Recurring, span: Sequence[Period], running: list[Running], only: Currency | None) -> Iterator[Bridge]:
    """Month by month in one currency, or in each that something is priced in."""
    said = book.invoiced(span)
    rates = book.rates(month_of(plus_months(span[0].start, -1)).start, span[-1].end)
    for target in [only] if only else sorted({one.currency for one in running}):
        mine = [one for one in running if only or one.currency == target]
        for month in span:
            yield bridge(month, mine, said[month], rates, target)


def _head(one: Bridge) -> dict[str, Any]:
    return {"month": shown(one.month), "currency": str(one.currency)}


def _months(one: Bridge) -> dict[str, Any]:
    bars = {bar.value: f"{one.bar(bar).major}" for bar in Bar}
    return {**_head(one), "opening": f"{one.opening.major}", **bars, "closing": f"{one.closing.major}"}


def _invoiced(one: Bridge) -> dict[str, Any]:
    return {**_head(one), "closing": f"{one.closing.major}", **{name: f"{one.gap(name).major}" for name in GAPS}}


def _rows(one: Bridge) -> Iterator[dict[str, Any]]:
    for row in one.rows:
        yield {
            **_head(one),
            "bar": row.bar.value,
            "day": row.day.isoformat(),
            **_whose(row.of),
            "change": row.change or "",
            "amount": f"{row.amount.major}",
        }


def _gap_rows(one: Bridge) -> Iterator[dict[str, Any]]:
    for gap in one.gaps:
        yield {**_head(one), **_whose(gap.of), **{name: f"{getattr(gap, name).major}" for name in ("closing", *GAPS)}}


def _whose(one: Running) -> dict[str, str]:
    return {"account": one.account, "contract": one.contract, "subscription": one.name}
