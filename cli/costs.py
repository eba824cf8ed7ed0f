"""`w365 costs unmatched`: what cost something in a month and was not billed, and what was billed and cost nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import FINDINGS, OK, Output, data
from cli.revenue_shown import show_rows
from dataverse.stores.unmatched import Named, UnmatchedLines
from work365.periods import plus_months
from work365.revenue.months import month_of, shown, typed_month

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from work365.supplied.unmatched import Unmatched

COLUMNS = ("what", "customer", "subscription", "days", "amount", "currency", "lines")
NOBODY = Named("", "")


def real_ports() -> tuple[UnmatchedLines, date]:
    """The partner's tenant, today."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return UnmatchedLines(application.api, application.currencies), application.clock.today("UTC")


def register(app: typer.Typer, ports: Callable[[], tuple[UnmatchedLines, date]] = real_ports) -> None:
    """Add the group."""

    def unmatched(
        month: Annotated[str, typer.Option("--month", help="The month, such as 2026-01; the last full one by default.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """List the subscriptions whose days a supplier charged and no invoice bills, then those the other way round.

        Ends 1 when there are any.
        """
        lines, today = ports()
        of = typed_month(month, "--month") if month else month_of(plus_months(today.replace(day=1), -1))
        compared = lines.of(of)
        if compared.found or output is Output.JSON:
            show_rows([_row(one, compared.names) for one in compared.found], COLUMNS, "unmatched", output)
        else:
            data().print(f"In {shown(of)} every day that a supplier charged is billed, and every day that is billed was charged.")
        raise typer.Exit(FINDINGS if compared.found else OK)

    group = typer.Typer(help="What suppliers charged, beside what was billed for it.", no_args_is_help=True)
    group.callback()(_group)
    group.command("unmatched")(unmatched)
    app.add_typer(group, name="costs")


def _group() -> None:
    """What suppliers charged, beside what was billed for it."""


def _row(one: Unmatched, names: Mapping[str, Named]) -> dict[str, str | int]:
    named = names.get(one.subscription, NOBODY)
    return {
        "what": one.side.value,
        "customer": named.customer,
        "subscription": named.name,
        "days": one.days,
        "amount": f"{one.amount.major:f}",
        "currency": one.amount.currency,
        "lines": ", ".join(one.lines),
    }
