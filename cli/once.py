"""`--key`: a command that is said again under its key is answered as the first time, and nothing is done twice."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.waiting import wait_for
from work365.repeating import Once

if TYPE_CHECKING:
    from cli.output import Output
    from dataverse.stores.wishes import Wishes
    from work365.ports.platform import Queue

Key = Annotated[
    str, typer.Option("--key", help="A name of your own for this wish: said again under it, it is answered as the first time.")
]
HOW = frozenset({"key", "output", "wait_s", "dry_run"})
"""Options that say how a command answers, and nothing of what it asks for."""
UNSAID: tuple[object, ...] = (None, "", (), [])


def once(context: typer.Context, key: str) -> Once | None:
    """What the command that runs in a context says, under a key; None without one. Errors: BadInput.

    Shape: the words stand in the order in which the command declares them, however they were typed; what is as it would be unsaid
    is left out.
    """
    asked = [(param, context.params.get(param.name)) for param in context.command.params if param.name and param.name not in HOW]
    said = [f"{param.name}={_text(value)}" for param, value in asked if value not in UNSAID and value != param.default]
    _, _, command = context.command_path.partition(" ")
    return Once(key, " ".join((command, *said))) if key else None


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "; ".join(map(str, value))
    return str(value.value if isinstance(value, Enum) else value)


def answer_again(said: Once | None, asked: Wishes, queue: Queue, wait_s: int, output: Output) -> None:
    """End the command with the first answer, if it was said before; else go on.

    Errors: Refused when the key was used for something else.
    """
    job = asked.first(said) if said else None
    if job is not None:
        raise typer.Exit(wait_for(job, asked, queue, wait_s, output))
