"""`w365 audit export` and `w365 audit verify`: who did what, on whose behalf, as a file whose completeness can be verified."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import FINDINGS, OK, Output, data, day_option, progress, tell
from dataverse.stores.audits import Audits
from work365.auditing.chaining import broken, chained, written
from work365.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class Ports:
    """What the command works on: the records, and the environment's address."""

    audits: Audits
    address: str


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(Audits(application.api), application.settings.dataverse_url)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the group."""

    def export(
        file: Annotated[Path, typer.Argument(help="A file that does not exist yet; JSON lines.")],
        begin: Annotated[str, typer.Option("--from", help="First day, as 2026-01-01; days are those of UTC.")],
        end: Annotated[str, typer.Option("--to", help="Last day, included.")],
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Write what was recorded in these days: who, through which application, what, before and after."""
        first, last = day_option(begin, "--from"), day_option(end, "--to")
        if last < first:
            message = f"the last day, {last}, is before the first, {first}"
            raise BadInput(message, "--to")
        if file.exists():
            message = f"{file} exists already; name a new file, so that no export is overwritten"
            raise BadInput(message, "FILE")
        raise typer.Exit(_export(ports(), file, first, last, output))

    def verify(
        file: Annotated[Path, typer.Argument(help="An audit export.")],
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Say whether an export is whole and unchanged. Its last hash must be the one that you were given."""
        raise typer.Exit(_verify(file, output))

    group = typer.Typer(help="Who did what, on whose behalf.", no_args_is_help=True)
    group.callback()(_group)
    group.command("export")(export)
    group.command("verify")(verify)
    app.add_typer(group, name="audit")


def _group() -> None:
    """Who did what, on whose behalf."""


def _export(ports: Ports, file: Path, first: date, last: date, output: Output) -> int:
    if not ports.audits.switched_on():
        message = "this environment records no audit history; an administrator starts it under Settings, Auditing"
        raise Refused(message)
    begin, end = _midnight(first), _midnight(last + timedelta(days=1))
    lines = chained(ports.audits.entries(begin, end), environment=ports.address, begin=begin, end=end)
    unfinished = file.with_name(file.name + UNFINISHED)
    with unfinished.open("w", encoding="utf-8") as out, progress() as bar:
        task = bar.add_task("entries exported", total=None)
        for line in lines:
            out.write(written(line) + "\n")
            bar.advance(task)
    unfinished.rename(file)
    count, seal = line["entries"], line["hash"]
    if output is Output.JSON:
        data().print(json.dumps({"file": str(file), "entries": count, "hash": seal}), soft_wrap=True)
    else:
        data().print(f"{count:,} entries in {file}. Keep this hash apart from the file: {seal}", soft_wrap=True)
    return OK


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _verify(file: Path, output: Output) -> int:
    seal, why = "", None
    with file.open(encoding="utf-8", errors="replace") as lines:
        why = broken(line.rstrip("\n") for line in lines)
    if why is None:
        seal = _seal(file)
    if output is Output.JSON:
        data().print(json.dumps({"file": str(file), "whole": why is None, "why": why, "hash": seal}), soft_wrap=True)
    elif why is None:
        data().print(f"{file} is whole and unchanged if its hash is the one that you were given: {seal}", soft_wrap=True)
    else:
        tell(f"{file} is not what was exported: {why}")
    return OK if why is None else FINDINGS


def _seal(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            last = line
    return str(json.loads(last)["hash"])
