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
from typing import TYPE_CHECKING, Any

import typer
from typer.main import get_command

from cli import (
    approving,
    auditing,
    balances,
    billing,
    certificates,
    changing,
    contracts,
    costs,
    coterm,
    credit_notes,
    crediting,
    disputes,
    examining,
    explaining,
    exporting,
    exposure,
    holding,
    importing,
    installing,
    instalments,
    invoice,
    ledger,
    left_over,
    local_system,
    money,
    notices,
    one_off,
    payment_rules,
    prepaid,
    pricing,
    profiles,
    promotions,
    questions,
    receipts,
    refundable,
    refunding,
    reminders,
    renewals,
    retries,
    revenue,
    scheduled,
    settings,
    simulate,
    splitting,
    statement,
    statement_mail,
    suspensions,
    tiers,
    unbilled,
    usage,
    windows,
    writing_off,
)
from cli.failures import as_json, explained, wants_json
from cli.output import INTERRUPTED, tell
from doors.logs import keep_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="w365",
        help="Billing for Microsoft cloud resellers.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for command in (
        simulate,
        billing,
        contracts,
        explaining,
        importing,
        exporting,
        auditing,
        invoice,
        statement,
        statement_mail,
        local_system,
        installing,
        examining,
        instalments,
        usage,
        crediting,
        unbilled,
        costs,
        approving,
        refundable,
        certificates,
        changing,
        scheduled,
        coterm,
        ledger,
        revenue,
        renewals,
        windows,
        notices,
        pricing,
        profiles,
        promotions,
        payment_rules,
        settings,
        one_off,
        prepaid,
        receipts,
        refunding,
        writing_off,
        credit_notes,
        left_over,
        disputes,
        balances,
        retries,
        reminders,
        exposure,
        suspensions,
        holding,
        questions,
        splitting,
        tiers,
        money,
    ):
        command.register(app)
    return app


@cache
def _command() -> Callable[..., Any]:
    """The whole command line, to be called with arguments: hundreds of options, which are made ready once in a process."""
    return get_command(build())


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
        _command()(list(arguments), prog_name="w365")
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


def _flush() -> None:
    """Whoever read our output may have gone (`| head`): no complaint is due then."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
