"""`w365 contract`: what concerns one contract as a whole."""

from __future__ import annotations

import typer

from cli import catching_up, closing


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Look at and decide about one contract.", no_args_is_help=True)
    group.callback()(_group)
    group.command("catch-up")(catching_up.catch_up)
    closing.register(group)
    app.add_typer(group, name="contract")


def _group() -> None:
    """Look at and decide about one contract."""
