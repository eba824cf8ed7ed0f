"""`w365 local`: the local system, or only its Dataverse."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Output, tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from local.system import LocalSystem

LOADED = "sample-loaded"
"""A file in the folder: the sample partner is there, and a later start goes on from it."""


def register(app: typer.Typer) -> None:
    """Add the group."""
    from cli.local_clock import add_clock
    from cli.local_dataverse import sub_app

    group = sub_app()
    group.command("up")(up)
    add_clock(group)
    app.add_typer(group, name="local")


def up(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Keep the system's databases here, and go on with them at the next start.")
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Start without the sample partner.")] = False,
    output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
) -> None:
    """Run the whole system on loopback ports, with the sample partner, until Ctrl-C."""
    from local.demo import months
    from local.system import LocalSystem

    with _told_to_stop(), tempfile.TemporaryDirectory(prefix="w365-") as made:
        place = folder or Path(made)
        fresh = not empty and not (place / LOADED).exists()
        if fresh:
            months.begin(place)
        tell("starting the local system ...")
        with LocalSystem(place) as system:
            _show(system, output)
            if fresh:
                months.load_and_bill(system, tell)
                months.catch_up(system, tell)
                (place / LOADED).touch()
            tell("running; Ctrl-C stops it")
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                tell("stopping ...")


def _show(system: LocalSystem, output: Output) -> None:
    shown = {name: at for name, at in sorted(system.addresses.items()) if at.startswith("http")}
    lines = [json.dumps(shown)] if output is Output.JSON else [f"{name:18} {address}" for name, address in shown.items()]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
    tell(f"other commands reach this system with:  set -a; . {system.folder / 'environment'}; set +a")


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """SIGTERM ends the command as Ctrl-C does; so does SIGINT where a shell started it in the background, which ignores it."""

    def finish(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, finish) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
