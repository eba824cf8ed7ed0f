"""`w365 unbilled`: changes and items that no document has billed, how old they are, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown

from cli.output import FINDINGS, OK, Output, data
from dataverse.stores.unbilled import UnbilledRows
from work365.crediting.unbilled import reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from work365.crediting.unbilled import Waiting


def real_ports() -> tuple[UnbilledRows, date]:
    """The partner's tenant, today."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return UnbilledRows(application.api), application.clock.today("UTC")


def register(app: typer.Typer, ports: Callable[[], tuple[UnbilledRows, date]] = real_ports) -> None:
    """Add the command."""

    def unbilled(
        older_than: Annotated[
            int, typer.Option("--older-than", min=0, help="Only what has waited for more than so many days.")
        ] = 0,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """List what no document has billed yet, and why. Ends 1 when a person has to do something about one of them."""
        rows, today = ports()
        found = [row for row in rows.waiting() if not older_than or row.age_days(today) > older_than]
        raise typer.Exit(_show(found, today, output))

    app.command("unbilled")(unbilled)


def _show(found: list[Waiting], today: date, output: Output) -> int:
    said = [_row(row, today) for row in found]
    if output is Output.JSON:
        data().print(json.dumps({"unbilled": said}, ensure_ascii=False), soft_wrap=True)
    elif said:
        table = Shown("Contract", "What", "Which", "From", "Days", "Why")
        for row in said:
            table.add_row(*(str(row[name]) for name in ("contract", "what", "which", "from", "days", "why")))
        data().print(table)
    else:
        data().print("Everything is billed.")
    return FINDINGS if any(reason(row, today).person for row in found) else OK


def _row(row: Waiting, today: date) -> dict[str, str | int]:
    return {
        "contract": row.container.number if row.container else "",
        "what": row.what,
        "which": row.named,
        "from": row.day.isoformat(),
        "days": row.age_days(today),
        "why": reason(row, today).words,
    }
