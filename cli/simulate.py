"""`w365 simulate`: the contract simulator on the command line. Pure: a file or stdin in, JSON out, no network."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from cli.output import FINDINGS, OK, PARTIAL, USAGE
from work365.errors import BadInput
from work365.scenario import read
from work365.simulation import answer, failure, simulate

if TYPE_CHECKING:
    from collections.abc import Iterator


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command("simulate")
    def _simulate(
        file: Annotated[str, typer.Argument(metavar="FILE", help="A scenario in JSON; - reads it from stdin.")],
        lines: Annotated[bool, typer.Option("--lines", help="One scenario per line in, one answer per line out.")] = False,
    ) -> None:
        """Bill a scenario and print its invoices: JSON in, JSON out, no network.

        Exit codes: 0 done, 1 done with findings, 2 bad input, 4 some lines were bad (--lines).
        """
        raise typer.Exit(_each_line(file) if lines else _one(file))


def answered(content: bytes) -> dict[str, Any]:
    """The answer to one scenario, or what is wrong with it."""
    try:
        return answer(simulate(read(content)))
    except BadInput as error:
        return failure(error)


def _one(file: str) -> int:
    try:
        with _opened(file) as stream:
            result = answered(stream.read())
    except OSError as error:
        result = failure(_unreadable(file, error))
    _print(result, indent=2)
    return _exit_code(result)


def _each_line(file: str) -> int:
    worst = OK
    try:
        with _opened(file) as stream:
            for line in _lines(stream):
                result = answered(line)
                _print(result)
                worst = max(worst, PARTIAL if "error" in result else _exit_code(result))
    except OSError as error:
        _print(failure(_unreadable(file, error)))
        return USAGE
    return worst


def _exit_code(result: dict[str, Any]) -> int:
    if "error" in result:
        return USAGE
    return FINDINGS if result["findings"] else OK


def _opened(file: str) -> BinaryIO:
    return sys.stdin.buffer if file == "-" else open(file, "rb")  # noqa: PTH123  "-" is no path; the caller closes


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    for line in stream:
        yield line.rstrip(b"\r\n")


def _print(result: dict[str, Any], indent: int | None = None) -> None:
    print(json.dumps(result, indent=indent), flush=True)


def _unreadable(file: str, error: OSError) -> BadInput:
    return BadInput(f"'{file}' cannot be read: {error.strerror or error}; check the name, or use - for stdin")
