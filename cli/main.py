"""The command line: stdout carries data, stderr carries progress.

Exit codes: 0 ok, 1 findings, 2 usage or bad input, 3 not authorised, 4 partial. Each command stands in a file of its own.
"""

from __future__ import annotations

import sys

import typer

from cli import billing, importing, local_system, simulate
from cli.output import NOT_AUTHORISED, PARTIAL, USAGE
from work365.errors import BadInput, External, NotAuthorised, Refused


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="w365",
        help="Billing for Microsoft cloud resellers.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for command in (simulate, billing, importing, local_system):
        command.register(app)
    return app


def main() -> None:
    """Run one command; what went wrong becomes a sentence on stderr and an exit code, never a traceback."""
    try:
        build()()
    except NotAuthorised as error:
        sys.exit(_say(error, NOT_AUTHORISED))
    except (BadInput, Refused) as error:
        sys.exit(_say(error, USAGE))
    except External as error:
        sys.exit(_say(f"{error.system or 'another system'} did not do what we asked: {error}", PARTIAL))
    except KeyboardInterrupt:
        sys.exit(_say("interrupted; what was done is kept, and the command can be run again", 130))


def _say(sentence: object, code: int) -> int:
    sys.stderr.write(f"w365: {sentence}\n")
    return code


if __name__ == "__main__":
    main()
