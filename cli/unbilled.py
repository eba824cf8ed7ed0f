"""`w365 unbilled`: changes and items that no document has billed, how old they are, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown

from cli.excluding import add_decisions
from cli.output import FINDINGS, OK, Output, data
from dataverse.stores.excluding import Exclusions
from dataverse.stores.unbilled import UnbilledRows
from work365.crediting.unbilled import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from dataverse.webapi import WebApi
    from work365.crediting.unbilled import Waiting
    from work365.ports.platform import Clock

COLUMNS = ("contract", "what", "which", "from", "days", "why", "id")


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on."""

    api: WebApi
    clock: Clock


def real_ports() -> Ports:
    """The partner's tenant, today."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(application.api, application.clock)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""

    def unbilled(
        context: typer.Context,
        *,
        everything: Annotated[bool, typer.Option("--all", help="Also what has waited for one cycle or less.")] = False,
        older_than: Annotated[
            int | None,
            typer.Option("--older-than", min=0, help="What has waited for more than so many days instead."),
        ] = None,
        excluded: Annotated[
            bool, typer.Option("--excluded", help="What is left out for a reason instead: why, and by whom.")
        ] = False,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """List what has waited for its bill for longer than one cycle of its contract, and why.

        Ends 1 when a person has to do something about one of them.
        """
        if context.invoked_subcommand is not None:
            return
        at = ports()
        rows, today = UnbilledRows(at.api), at.clock.today("UTC")
        if excluded:
            raise typer.Exit(_show(rows.left_out(), today, "Nothing is left out.", output))
        waiting = rows.waiting()
        if everything:
            raise typer.Exit(_show(waiting, today, "Everything is billed.", output))
        if older_than is not None:
            late = [row for row in waiting if row.age_days(today) > older_than]
            raise typer.Exit(_show(late, today, f"Nothing has waited for more than {older_than} days.", output))
        late = [row for row in waiting if row.overdue(today)]
        raise typer.Exit(_show(late, today, "Nothing has waited for longer than one cycle of its contract.", output))

    group = typer.Typer(invoke_without_command=True)
    group.callback()(unbilled)
    add_decisions(group, lambda: (Exclusions(ports().api), ports().clock.now()))
    app.add_typer(group, name="unbilled")


def _show(found: Sequence[Waiting], today: date, nothing: str, output: Output) -> int:
    said = [_row(row, today) for row in found]
    if output is Output.JSON:
        data().print(json.dumps({"unbilled": said}, ensure_ascii=False), soft_wrap=True)
    elif said:
        table = Shown(*(name.capitalize() for name in COLUMNS))
        for row in said:
            table.add_row(*(str(row[name]) for name in COLUMNS))
        data().print(table)
    else:
        data().print(nothing)
    return FINDINGS if any(reason(row, today).person for row in found) else OK


def _row(row: Waiting, today: date) -> dict[str, str | int]:
    return {
        "contract": row.container.number if row.container else "",
        "what": row.what,
        "which": row.named,
        "from": row.day.isoformat(),
        "days": row.age_days(today),
        "why": reason(row, today).words,
        "id": row.id,
    }
