"""`w365 local`: the local system, or only its Dataverse."""

from __future__ import annotations

import sys
import tempfile
import threading
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the group."""
    from cli.local_dataverse import sub_app

    group = sub_app()
    group.command("up")(up)
    app.add_typer(group, name="local")


def up(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Keep the system's databases here; a new folder by default.")
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Start without the sample partner.")] = False,
) -> None:
    """Run the whole system on loopback ports, with the sample partner, until Ctrl-C."""
    from local.demo.months import load_and_bill
    from local.system import LocalSystem

    with tempfile.TemporaryDirectory() as made, LocalSystem(folder or Path(made)) as system:
        if not empty:
            load_and_bill(system)
        shown = {name: at for name, at in system.addresses.items() if at.startswith("http")}
        sys.stdout.write("".join(f"{name:18} {address}\n" for name, address in sorted(shown.items())))
        sys.stdout.write(f"\nOther commands reach this system with:  set -a; . {system.folder / 'environment'}; set +a\n")
        sys.stdout.write("Ctrl-C stops it.\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stderr.write("\nstopping ...\n")
