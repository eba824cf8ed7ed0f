"""The command line: stdout carries data, stderr carries progress and sentences.

Exit codes: 0 ok, 1 findings, 2 usage or bad input, 3 not authorised, 4 partial; 130 when interrupted. Each command stands in
a file of its own.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.main import get_group

from cli.commands import FILES
from cli.failures import as_json, explained, wants_json
from cli.output import INTERRUPTED, tell
from doors.logs import keep_secrets
from work365.errors import BadInput
from work365.masking import has_card

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def build(word: str = "") -> typer.Typer:
    """What stands below a first word; for any other word, and for none, the whole command line."""
    app = typer.Typer(
        name="w365",
        help="Billing for Microsoft cloud resellers.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for file in dict.fromkeys(FILES.values()) if word not in FILES else (FILES[word],):
        import_module(f"cli.{file}").register(app)
    return app


@cache
def _command(word: str) -> Callable[..., Any]:
    """The command line, to be called with arguments. All of it has hundreds of options, which take a second to be made ready."""
    return get_group(build(word))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command, by default the typed one; what goes wrong becomes a sentence and an exit code, never a traceback."""
    keep_secrets()
    logging.basicConfig(level=logging.ERROR, format="%(message)s")  # libraries warn of what we say in our own words
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    code = _run(sys.argv[1:] if arguments is None else arguments)
    _flush()
    sys.exit(code)


def _run(arguments: Sequence[str]) -> int:
    try:
        _refuse_card(arguments)
        _command(arguments[0] if arguments and arguments[0] in FILES else "")(list(arguments), prog_name="w365")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            tell("interrupted; what was done is kept, and the command can be run again")
        return end.code if isinstance(end.code, int) else 0
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001  the last door before a person: everything becomes a sentence
        sentence, code = explained(error)
        tell(sentence)
        if wants_json(arguments):
            sys.stdout.write(json.dumps(as_json(error, sentence)) + "\n")
        return code
    return 0


def _refuse_card(arguments: Sequence[str]) -> None:
    """A reference, a reason or a question would be kept as it was typed. Errors: BadInput."""
    if any(map(has_card, arguments)):
        message = (
            "what was typed holds a card number, which is kept nowhere here; nothing was done. Say its last four digits at most"
        )
        raise BadInput(message)


def _flush() -> None:
    """Whoever read our output may have gone (`| head`): no complaint is due then."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
