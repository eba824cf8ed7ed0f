"""`w365 contract`: what concerns one contract as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli import amending, catching_up, closing

if TYPE_CHECKING:
    from collections.abc import Callable


def register(app: typer.Typer, ports: Callable[[], amending.Ports] = amending.real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="Look at one contract, amend or close it, and decide about its missed cycles.", no_args_is_help=True)
    group.callback()(_group)
    group.command("catch-up")(catching_up.catch_up)
    group.command("amend")(amending.amend_command(ports))
    group.command("history")(amending.history_command(ports))
    closing.register(group)
    app.add_typer(group, name="contract")


def _group() -> None:
    """Look at one contract, amend or close it, and decide about its missed cycles."""
