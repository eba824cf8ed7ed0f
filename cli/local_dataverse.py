"""`w365 local dataverse`: only the local Dataverse, on a port, until Ctrl-C."""

from __future__ import annotations

import signal
import sqlite3
import sys
import threading
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from cli.local_directory import LocalDirectory
    from local.dataverse import DataverseApp
    from local.dataverse.security import Caller
    from local.http import Server

SHORTEST_WAIT_S = 0.2


def sub_app() -> typer.Typer:
    """The `local` group with its one command; `local up` may be added beside it."""
    app = typer.Typer(help="The local system: stand-ins for Azure, Dataverse and the vendors.", no_args_is_help=True)
    app.command("dataverse")(dataverse)
    return app


def register(app: typer.Typer) -> None:
    """Add `local dataverse` to the command line."""
    app.add_typer(sub_app(), name="local")


def dataverse(
    port: Annotated[int, typer.Option(help="Loopback port; 0 takes a free one.", min=0, max=65535)] = 0,
    data: Annotated[Path | None, typer.Option(help="SQLite file; without it everything is in memory.")] = None,
    tls_folder: Annotated[Path | None, typer.Option("--tls", help="Serve https; ca.pem is written here.")] = None,
    any_token: Annotated[bool, typer.Option("--any-token", help="Accept every bearer token (tests only).")] = False,
    with_solution: Annotated[bool, typer.Option("--with-solution", help="With our own tables.")] = False,
    directory: Annotated[bool, typer.Option("--directory", help="With a directory that issues tokens; needs --tls.")] = False,
) -> None:
    """Serve a Dataverse Web API below /api/data/v9.2 and its control surface below /_local."""
    from local.dataverse import tls  # the stand-ins: only this command pays for them
    from local.http import Server

    pair = tls.certificate(tls_folder) if tls_folder is not None else None
    beside = _directory(pair) if directory else None
    app = _app(data, any_token=any_token, with_solution=with_solution, authorize=beside.caller if beside else None)
    try:
        server = Server(app, port=port, tls=pair)
    except OSError as error:
        app.close()
        sys.stderr.write(f"w365: port {port} cannot be used: {error.strerror}; choose another with --port\n")
        raise typer.Exit(2) from error
    if beside is None:
        _serve(server)
    else:
        beside.serve_tokens_for(server.url)
        with beside.server:
            _serve(server, beside.lines)
    app.close()


def _directory(pair: tuple[Path, Path] | None) -> LocalDirectory:
    if pair is None:
        message = "the directory serves https only, because Microsoft's libraries refuse anything else; add --tls"
        raise BadInput(message, "--directory")
    from cli.local_directory import LocalDirectory

    return LocalDirectory(pair)


def _app(
    data: Path | None, *, any_token: bool, with_solution: bool, authorize: Callable[[str], Caller | None] | None
) -> DataverseApp:
    """The tenant over its file. Errors: BadInput when the file cannot be a database."""
    from local.dataverse import DataverseApp, platform

    tables = platform.ALL if with_solution else platform.WITHOUT_SOLUTION
    if data is None:
        return DataverseApp(":memory:", any_token=any_token, tables=tables, authorize=authorize)
    data.parent.mkdir(parents=True, exist_ok=True)
    try:
        return DataverseApp(data, any_token=any_token, tables=tables, authorize=authorize)
    except sqlite3.Error as error:
        message = f"this cannot be the tenant's database ({error}); choose another file, or one that this command made"
        raise BadInput(message, str(data)) from error


def _serve(server: Server, more: str = "") -> None:
    """Run until Ctrl-C or SIGTERM; the address goes to stdout, and what clients need to know besides."""
    done = threading.Event()

    def finish(_number: int, _frame: FrameType | None) -> None:
        done.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, finish)
    with server:
        sys.stdout.write(f"{server.url}\n{more}")
        sys.stdout.flush()
        while not done.wait(SHORTEST_WAIT_S):
            pass
