"""`w365 split`: subscriptions that several contracts pay for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.output import FINDINGS, OK, Output, data, day_option, tell
from cli.parts_shown import apply_kept, show_checked, tell_findings
from cli.planning import DryRun, PlanHash  # noqa: TC001  typer reads the annotations
from dataverse.stores.tenant_users import TenantUsers
from work365.errors import BadInput
from work365.handlers.splitting import check_splits, divide_seats
from work365.parts.dated import in_force
from work365.splitting.applying import divided
from work365.splitting.history import named
from work365.splitting.wording import why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from work365.ports.platform import Clock
    from work365.ports.splitting import SplitSeen, SplittingBook
    from work365.ports.tenant_users import UserBook
    from work365.splitting.users import User


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on."""

    book: SplittingBook
    users: UserBook
    clock: Clock


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(application.splits, TenantUsers(application.api), application.clock)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="Subscriptions that several contracts pay for.", no_args_is_help=True)
    group.callback()(_group)
    group.command("show")(_show_command(ports))
    group.command("check")(_check_command(ports))
    group.command("apply")(_apply_command(ports))
    group.command("forget")(_forget_command(ports))
    app.add_typer(group, name="split")


def _group() -> None:
    """Subscriptions that several contracts pay for."""


def _show_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def show(
        subscription: Annotated[str, typer.Argument(help="Its id, the supplier's id, or its name.")],
        on: Annotated[str, typer.Option("--on", help="The day, as 2026-03-16; today by default.")] = "",
        users: Annotated[bool, typer.Option("--users", help="Name the users of each payer.")] = False,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Who pays for how many seats on a day, and why."""
        found = ports()
        day = day_option(on, "--on") if on else found.clock.today("UTC")
        seen, broken = found.book.splits(subscription)
        rows = [row for one in seen for row in _rows(one, day, users=users)]
        if not rows and not broken:
            message = f"no subscription '{subscription}' is split on {day}; look it up under Seat splits"
            raise BadInput(message, "SUBSCRIPTION")
        if output is Output.JSON:
            data().print(json.dumps(rows, ensure_ascii=False), soft_wrap=True)
        else:
            _print(rows)
        tell_findings(broken)
        raise typer.Exit(FINDINGS if broken else OK)

    return show


def _check_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def check(
        on: Annotated[str, typer.Option("--on", help="The day, as 2026-03-16; today by default.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Whether the parts of every split sum to the seats bought, and what a person must look at; writes nothing.

        Ends 0 when all is well, 1 when there is something to mend.
        """
        found = ports()
        findings = list(check_splits(book=found.book, today=day_option(on, "--on") if on else found.clock.today("UTC")))
        raise typer.Exit(show_checked(findings, "The parts of every split sum to the seats bought.", output))

    return check


def _apply_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def apply(
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Divide the seats of every split, as happens before each run. Doing it again changes nothing."""
        found = ports()
        keep = partial(divide_seats, book=found.book, today=found.clock.today("UTC"))
        counted = ("splits", "parts", "rows", "held", "later")
        raise typer.Exit(apply_kept(keep, counted, plan, output, dry_run=dry_run))

    return apply


def _forget_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def forget(user: Annotated[str, typer.Argument(help="The user's id, as the lists say it.")]) -> None:
        """Take the name and the id of a user away. The seats stay counted, so nothing is billed anew."""
        count = ports().users.forget(user)
        if not count:
            message = f"no list names a user '{user}'; look the id up under Tenant users"
            raise BadInput(message, "USER")
        tell(f"the name is taken away in {count} rows; documents that were sent with it stay as they are")

    return forget


def _rows(seen: SplitSeen, day: date, *, users: bool) -> Iterable[dict[str, Any]]:
    """A payer each; users that hold a seat and are nobody's stand at the end."""
    steps = divided(seen, seen.split) if seen.split else []
    step = in_force(steps, day)
    if step is None or seen.split is None:
        return
    division = step.division
    theirs = named(seen.split, seen.users, day) if users else {}
    for part in division.parts:
        row: dict[str, Any] = {
            "subscription": seen.name,
            "day": day.isoformat(),
            "payer": seen.payers[part.payer].number,
            "seats": part.seats,
            "why": division.held or why(part),
        }
        yield row | ({"users": _called(theirs.get(part.payer, ()))} if users else {})
    strangers = theirs.get("", ())
    if strangers:
        said = {"payer": "", "seats": 0, "why": "in no share", "users": _called(strangers)}
        yield {"subscription": seen.name, "day": day.isoformat(), **said}


def _called(users: Iterable[User]) -> list[str]:
    return [one.called or "(forgotten)" for one in users]


def _print(rows: Sequence[dict[str, Any]]) -> None:
    table = Table()
    for name in rows[0] if rows else ():
        table.add_column(name, justify="right" if name == "seats" else "left")
    for row in rows:
        table.add_row(*(", ".join(value) if isinstance(value, list) else str(value) for value in row.values()))
    data().print(table)
