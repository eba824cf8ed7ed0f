"""`w365 credit` and `w365 cancel`: give back lines of a document, or all of it so that the next run bills it again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown

from cli.job_ports import Ports, real_ports
from cli.once import Key, answer_again, once
from cli.output import OK, Output, data, tell
from cli.waiting import WAIT_S_DEFAULT, WaitS, wait_for
from dataverse.query import Query, eq
from dataverse.stores.crediting import Crediting
from dataverse.stores.wishes import Wishes
from work365.crediting.asking import wishes
from work365.crediting.cancelling import cancel as cancelled
from work365.crediting.noting import note
from work365.errors import BadInput
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.crediting.noting import Note, NoteLine
    from work365.crediting.subject import Subject
    from work365.repeating import Once

Number = Annotated[str, typer.Argument(help="Number of the document.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the document.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what it would give back; write nothing.")]
Form = Annotated[Output, typer.Option("--output")]


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""

    def credit(
        context: typer.Context,
        number: Number,
        reason: Reason,
        line: Annotated[
            list[str] | None,
            typer.Option("--line", help="2 for all that is left of line 2, 2:3 for three units of it, 2=50.00 for an amount."),
        ] = None,
        dry_run: DryRun = False,
        key: Key = "",
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Form = Output.TABLE,
    ) -> None:
        """Write a credit note over lines of an invoice; without --line over all that is left of it."""
        text, to, said = " ".join(line or ()), ports(), once(context, key)
        wanted = wishes(text, "--line")
        subject = _subject(number, to)
        if dry_run:
            raise typer.Exit(_show(subject, note(subject, wanted), output))
        raise typer.Exit(_ask(to, JobKind.CREDIT, subject, {"lines": text, "reason": reason}, said, wait_s, output))

    def cancel(
        context: typer.Context,
        number: Number,
        reason: Reason,
        dry_run: DryRun = False,
        key: Key = "",
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Form = Output.TABLE,
    ) -> None:
        """Cancel a document: what is left of it is given back, and the next run bills again what it was about."""
        to, said = ports(), once(context, key)
        subject = _subject(number, to)
        if dry_run:
            raise typer.Exit(_show(subject, cancelled(subject).note, output))
        raise typer.Exit(_ask(to, JobKind.CANCEL, subject, {"reason": reason}, said, wait_s, output))

    app.command("credit")(credit)
    app.command("cancel")(cancel)


def _subject(number: str, to: Ports) -> Subject:
    row = to.api.first(Query("w365_invoice", ("w365_invoiceid",), filter=eq("w365_number", number))) if number else None
    if row is None:
        message = f"no document has the number '{number}'; look it up under Invoices"
        raise BadInput(message, "NUMBER")
    return Crediting(to.api, to.currencies).load(row["w365_invoiceid"])


def _ask(
    to: Ports, kind: JobKind, subject: Subject, arguments: dict[str, str], said: Once | None, wait_s: int, output: Output
) -> int:
    """Write the job, and wait for what it says."""
    asked = Wishes(to.api)
    answer_again(said, asked, to.queue, wait_s, output)
    job = asked.ask(kind, subject.id, subject.called, arguments, moment=to.clock.now().isoformat(), once=said)
    return wait_for(job, asked, to.queue, wait_s, output)


def _show(subject: Subject, made: Note | None, output: Output) -> int:
    rows = [_row(line) for line in made.lines] if made else []
    if output is Output.JSON:
        sums = {"net": f"{made.net.major:f}", "tax": f"{made.tax.major:f}", "total": f"{made.total.major:f}"} if made else {}
        left = (subject.rest + made.total if made else subject.rest).major
        said = {"document": subject.number, "lines": rows, **sums, "left": f"{left:f}"}
        data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        return OK
    if made is None:
        data().print(f"Nothing of {subject.called} is left to give back.", soft_wrap=True)
        return OK
    table = Shown("Line", "Description", "Billed", "Left before", "Net", "Tax")
    for row in rows:
        table.add_row(*(str(row[name]) for name in ("line", "description", "billed", "left_before", "net", "tax")))
    data().print(table)
    data().print(f"Total {made.total}; {subject.rest + made.total} is left of {subject.called}.", soft_wrap=True)
    tell("dry run: nothing was written")
    return OK


def _row(line: NoteLine) -> dict[str, object]:
    return {
        "line": line.of.ordinal,
        "description": line.of.description,
        "billed": f"{line.of.net.major:f}",
        "left_before": f"{line.of.rest_net.major:f}",
        "net": f"{line.net.major:f}",
        "tax": f"{line.tax.major:f}",
    }
