"""`w365 approval`: which documents wait for their number and for whom, and the two steps of their approval.

The commands about requests and delegates stand in files of their own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli import delegating, requests
from cli.approvers import real_ports
from cli.once import Key, answer_again, once
from cli.output import FINDINGS, OK, Output, data
from cli.waiting import WAIT_S_DEFAULT, WaitS, wait_for
from dataverse.sign_in import SignIn
from dataverse.stores.issuing import Issuing
from dataverse.stores.wishes import Wishes
from work365.approving.turns import turn
from work365.errors import BadInput
from work365.jobs import JobKind

if TYPE_CHECKING:
    from cli.approvers import Ports, PortsFor
    from work365.approving.turns import Unnumbered
    from work365.repeating import Once

COLUMNS = ("document", "kind", "customer", "contract", "total", "state", "turn")
Document = Annotated[str, typer.Argument(help="The document's id, as `w365 approval queue` shows it; it has no number yet.")]
Form = Annotated[Output, typer.Option("--output")]


def register(app: typer.Typer, ports: PortsFor = real_ports) -> None:
    """Add the commands."""

    def queue(output: Form = Output.TABLE) -> None:
        """List every document without a number, and who has to act; ends 1 when a person has to."""
        found = Issuing(ports(SignIn.IDENTITY).api).unnumbered()
        _show([_row(one) for one in found], output)
        raise typer.Exit(FINDINGS if any(turn(one).person for one in found) else OK)

    def verify(
        context: typer.Context, document: Document, key: Key = "", wait_s: WaitS = WAIT_S_DEFAULT, output: Form = Output.TABLE
    ) -> None:
        """Say that you have looked at a draft and that it is right."""
        raise typer.Exit(_ask(ports(SignIn.IDENTITY), JobKind.VERIFY, document, once(context, key), wait_s, output))

    def issue(
        context: typer.Context, document: Document, key: Key = "", wait_s: WaitS = WAIT_S_DEFAULT, output: Form = Output.TABLE
    ) -> None:
        """Give a document its number; where two people are asked for, by somebody who has not verified it."""
        raise typer.Exit(_ask(ports(SignIn.IDENTITY), JobKind.ISSUE, document, once(context, key), wait_s, output))

    group = typer.Typer(help="Documents and requests that wait for a person.", no_args_is_help=True)
    group.callback()(_group)
    for command in (queue, verify, issue):
        group.command(command.__name__)(command)
    requests.add(group, ports)
    delegating.add(group, ports)
    app.add_typer(group, name="approval")


def _group() -> None:
    """Documents and requests that wait for a person."""


def _ask(to: Ports, kind: JobKind, document: str, said: Once | None, wait_s: int, output: Output) -> int:
    """Write the job, and wait for what it says."""
    asked = Wishes(to.api)
    answer_again(said, asked, to.queue, wait_s, output)
    waiting = {one.id: one for one in Issuing(to.api).unnumbered()}
    if document not in waiting:
        message = f"no document without a number has the id '{document}'; `w365 approval queue` lists them"
        raise BadInput(message, "DOCUMENT")
    one = waiting[document]
    label = f"a document of {one.contract or one.customer}"
    job = asked.ask(kind, document, label, {}, moment=to.clock.now().isoformat(), once=said)
    return wait_for(job, asked, to.queue, wait_s, output)


def _row(one: Unnumbered) -> dict[str, str]:
    document = one.candidate
    total, state = str(document.total), document.state.value
    values = (one.id, one.kind, one.customer, one.contract, total, state, turn(one).words)
    return dict(zip(COLUMNS, values, strict=True))


def _show(rows: list[dict[str, str]], output: Output) -> None:
    if output is Output.JSON:
        data().print(json.dumps({"waiting": rows}, ensure_ascii=False), soft_wrap=True)
    elif rows:
        table = Table(*(name.capitalize() for name in COLUMNS))
        for row in rows:
            table.add_row(*row.values())
        data().print(table)
    else:
        data().print("Every document has its number.")
