"""`w365 windows`: the seats that may still be returned, batch by batch: how many, until when, and what comes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli import renewals
from cli.output import OK, Output, data
from work365.handlers.telling import open_windows
from work365.periods import zone_named
from work365.terms.windows import OPEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from work365.subscriptions.held import Held
    from work365.subscriptions.renewing import Returnable


def register(app: typer.Typer, ports: Callable[[], renewals.Ports] = renewals.real_ports) -> None:
    """Add the command."""

    def windows(
        contract: Annotated[str, typer.Option("--contract", help="Only this contract, by its number.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """List every purchase, increase and renewal whose seats may still be returned, the one that closes first on top."""
        at = ports()
        found = [
            (outlook.held, batch)
            for outlook in open_windows(book=at.book, clock=at.clock)
            for batch in outlook.windows
            if contract in ("", outlook.held.place.number)
        ]
        shown = [_json(held, batch, at.clock.now()) for held, batch in sorted(found, key=lambda pair: pair[1].until)]
        if output is Output.JSON:
            data().print(json.dumps(shown, ensure_ascii=False), soft_wrap=True)
            raise typer.Exit(OK)
        table = Table("contract", "subscription", "came (UTC)", "seats", "until", "until (UTC)", "hours left", "refund")
        for one in shown:
            seats = str(one["seats"]) if one["came"] is None else f"{one['seats']} of {one['came']}"
            until = f"{one['until_local'][:16].replace('T', ' ')} {one['zone']}"
            moments = (one["came_at"][:16].replace("T", " "), seats, until, one["until"][:16].replace("T", " "))
            refund = f"{one['refund']} {one['currency']}"
            table.add_row(one["contract"], one["subscription"], *moments, str(one["hours_left"]), refund)
        data().print(table)
        raise typer.Exit(OK)

    app.command("windows")(windows)


def _json(held: Held, batch: Returnable, now: datetime) -> dict[str, Any]:
    window, zone = batch.window, zone_named(held.place.zone)
    return {
        "contract": held.place.number,
        "subscription": held.name,
        "id": held.id,
        "came_at": (window.until - OPEN).isoformat(),
        "came": window.came,
        "seats": window.seats,
        "until": window.until.isoformat(),
        "until_local": window.until.astimezone(zone).isoformat(),
        "zone": zone.key,
        "full_until": None if window.full_until is None else window.full_until.isoformat(),
        "hours_left": int((window.until - now).total_seconds() // 3600),
        "alert": batch.alert,
        "refund": str(batch.refund.major),
        "currency": batch.refund.currency,
    }
