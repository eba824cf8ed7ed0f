"""`w365 local clock`: let time pass in a local system that runs, with everything that falls due on the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import FINDINGS, OK, Output, data, progress
from work365.errors import BadInput
from work365.periods import plus_months

if TYPE_CHECKING:
    from local.sandbox import Lived, Sandbox

Folder = Annotated[Path, typer.Option("--folder", help="The folder of the system, as given to `w365 local up`.")]
Form = Annotated[Output, typer.Option("--output")]


def add_clock(group: typer.Typer) -> None:
    """Add the commands to `w365 local`."""
    clock = typer.Typer(help="The clock of a local system that runs.", no_args_is_help=True)
    for name, command in (("show", show), ("set", jump), ("advance", advance)):
        clock.command(name)(command)
    group.add_typer(clock, name="clock")


def show(folder: Folder, output: Form = Output.TABLE) -> None:
    """Say what time it is there, and when each timer ticks next."""
    sandbox = _of(folder)
    now, timers = sandbox.clock.now(), sandbox.timers()
    if output is Output.JSON:
        said = {"now": now.isoformat(), "timers": {timer.name: timer.next.isoformat() for timer in timers}}
        data().print(json.dumps(said), soft_wrap=True)
    else:
        data().print(f"It is {_said(now)} UTC.", soft_wrap=True)
        for timer in timers:
            data().print(f"{timer.name:16} {_said(timer.next)}", soft_wrap=True)
    raise typer.Exit(OK)


def jump(
    to: Annotated[str, typer.Argument(metavar="MOMENT", help="A day or a moment in UTC, as 2027-01-01 or 2027-01-01T06:30.")],
    folder: Folder,
    output: Form = Output.TABLE,
) -> None:
    """Put the clock to a moment at once. Timers that were slept through run once, as in a system that was switched off."""
    moment = _moment(to)
    _show(_of(folder).jump(moment), output)


def advance(
    folder: Folder,
    to: Annotated[str, typer.Option("--to", help="Until this day or moment in UTC, as 2027-01-01.")] = "",
    days: Annotated[int, typer.Option("--days", min=0, help="Or so many days further.")] = 0,
    months: Annotated[int, typer.Option("--months", min=0, max=1200, help="Or so many months further.")] = 0,
    output: Form = Output.TABLE,
) -> None:
    """Let time pass, stopping at every tick of every daily timer, and wait for everything that this sets off.

    Ends 1 when something failed on the way.
    """
    sandbox = _of(folder)
    until = _until(sandbox.clock.now(), to, days, months)
    with progress() as bar:
        task = bar.add_task("", total=(until - sandbox.clock.now()).days + 1)
        lived = sandbox.advance(until, lambda stop: bar.update(task, description=_said(stop), advance=1))
    _show(lived, output)


def _of(folder: Path) -> Sandbox:
    from local.sandbox import Sandbox  # the stand-ins: only commands of the local system pay for them

    return Sandbox.of(folder)


def _until(now: datetime, to: str, days: int, months: int) -> datetime:
    """The end of the time that passes. Errors: BadInput when not exactly one way of saying it was used."""
    if sum(map(bool, (to, days, months))) != 1:
        message = "say how far: one of --to DAY, --days N and --months N"
        raise BadInput(message)
    if to:
        return _moment(to)
    later = plus_months(now.date(), months) if months else now.date() + timedelta(days=days)
    return datetime.combine(later, now.timetz())


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is no moment; write it as 2027-01-01 or 2027-01-01T06:30"
        raise BadInput(message, "MOMENT") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _show(lived: Lived, output: Output) -> None:
    if output is Output.JSON:
        said = {
            "since": lived.since.isoformat(),
            "until": lived.until.isoformat(),
            "stops": lived.stops,
            "succeeded": lived.succeeded,
            "failed": lived.failed,
        }
        data().print(json.dumps(said), soft_wrap=True)
    else:
        done = f"{lived.stops} stops, {lived.succeeded} functions ended well, {lived.failed} failed"
        data().print(f"From {_said(lived.since)} to {_said(lived.until)} UTC: {done}.", soft_wrap=True)
    raise typer.Exit(FINDINGS if lived.failed else OK)
