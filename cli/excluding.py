"""`w365 unbilled exclude` and `take-back`: leave rows out of billing for a reason, and let them be billed again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.output import FINDINGS, OK, PARTIAL, Output, data, tell
from work365.crediting.excluding import Said
from work365.handlers.excluding import Wish, decide, record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dataverse.stores.excluding import Exclusions
    from work365.handlers.excluding import Outcome

Rows = Annotated[list[str], typer.Argument(help="Ids of rows, as `w365 unbilled` shows them.", metavar="ID...")]
Why = Annotated[str, typer.Option("--reason", help="Why; it stays with the row.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would become of each; write nothing.")]
Form = Annotated[Output, typer.Option("--output")]


def add_decisions(group: typer.Typer, ports: Callable[[], tuple[Exclusions, datetime]]) -> None:
    """Add the two commands to the group."""

    def exclude(rows: Rows, reason: Why, dry_run: DryRun = False, output: Form = Output.TABLE) -> None:
        """Leave changes or items out of billing, with a reason; a change's seats count from its contract's next cycle."""
        raise typer.Exit(_decide(ports(), rows, reason, Wish.EXCLUDE, output, dry_run=dry_run))

    def take_back(rows: Rows, reason: Why, dry_run: DryRun = False, output: Form = Output.TABLE) -> None:
        """Let what was left out be billed: it waits for its bill again."""
        raise typer.Exit(_decide(ports(), rows, reason, Wish.TAKE_BACK, output, dry_run=dry_run))

    group.command("exclude")(exclude)
    group.command("take-back")(take_back)


def _decide(
    at: tuple[Exclusions, datetime], rows: Sequence[str], reason: str, wish: Wish, output: Output, *, dry_run: bool
) -> int:
    book, now = at
    said = Said(reason, *book.person(), now)
    found = decide(rows, said, wish, book=book)
    if dry_run:
        tell("nothing was written")
    else:
        found = record(found, book=book)
    _show(found, output)
    problems = sum(1 for one in found if one.problem)
    return OK if not problems else FINDINGS if problems == len(found) else PARTIAL


def _show(found: Sequence[Outcome], output: Output) -> None:
    said = [{"id": one.id, "which": one.named, "outcome": one.words, "done": not one.problem} for one in found]
    if output is Output.JSON:
        data().print(json.dumps({"rows": said}, ensure_ascii=False), soft_wrap=True)
        return
    table = Table("Which", "Outcome", "Id")
    for one in found:
        table.add_row(one.named, one.words, one.id)
    data().print(table)
