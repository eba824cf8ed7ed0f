"""`w365 suspensions`: what rules propose to suspend, what that goes on costing, and what people decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.book_ports import ports_of
from cli.output import FINDINGS, OK, Output, data, show_rows, tell
from dataverse.stores.suspending import Suspensions
from work365.handlers import suspending
from work365.periods import days_at
from work365.suspending.suspension import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.book_ports import Ports
    from work365.ports.suspending import Listed, Move, SuspensionBook

LISTED = ("subscription", "customer", "status", "reason", "goes on costing", "warnings", "decided", "id")
CHECKED = ("subscription", "customer", "cause", "becomes", "why")
Which = Annotated[str, typer.Argument(help="Its subscription, or its id in `w365 suspensions list`.", metavar="SUSPENSION")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stays with the suspension.")]
Form = Annotated[Output, typer.Option("--output")]

real_ports = ports_of(lambda at: Suspensions(at.api))


def register(app: typer.Typer, ports: Callable[[], Ports[SuspensionBook]] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="Suspensions that rules propose and people decide.", no_args_is_help=True)
    group.command("list")(_list_command(ports))
    group.command("check")(_check_command(ports))
    group.command("confirm")(_decide_command(ports, State.CONFIRMED, CONFIRM))
    group.command("decline")(_decide_command(ports, State.DECLINED, DECLINE))
    group.command("resume")(_decide_command(ports, State.RESUMED, RESUME))
    app.add_typer(group, name="suspensions")


CONFIRM = "Suspend it: a job pauses the subscription here, and you are told what to do at the supplier by hand."
DECLINE = "Do not suspend it; the rule proposes it no more for as long as the cause goes on."
RESUME = "Let it run again: a job resumes the subscription here, and you are told what to do at the supplier by hand."


def _list_command(ports: Callable[[], Ports[SuspensionBook]]) -> Callable[..., None]:
    def listed(
        everything: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
        output: Form = Output.TABLE,
    ) -> None:
        """List suspensions with their reasons, and what the supplier goes on charging; ends 1 where somebody has to decide."""
        found = ports().book.listed(everything=everything)
        rows = [_listed(one) for one in found]
        show_rows("suspensions", LISTED, rows, output)
        waits = any(row["status"] in (State.PROPOSED.value, State.RESUMABLE.value) for row in rows)
        raise typer.Exit(FINDINGS if waits else OK)

    return listed


def _check_command(ports: Callable[[], Ports[SuspensionBook]]) -> Callable[..., None]:
    def check(
        *,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
        output: Form = Output.TABLE,
    ) -> None:
        """Warn, propose and withdraw as the timer does every night; shows what and why. Exit 1: settings to mend."""
        at = ports()
        act = suspending.look if dry_run else suspending.follow
        done = act(days_at(at.clock.now()), book=at.book)
        for error in done.broken:
            tell(str(error))
        show_rows("checked", CHECKED, [_checked(one) for one in done.moves], output)
        raise typer.Exit(FINDINGS if done.broken else OK)

    return check


def _decide_command(ports: Callable[[], Ports[SuspensionBook]], state: State, about: str) -> Callable[..., None]:
    def decide(which: Which, reason: Reason = "") -> None:
        at = ports()
        one = suspending.named(list(at.book.listed(everything=False)), which)
        left = suspending.decide(one, state, reason, book=at.book, clock=at.clock)
        data().print(f"{one.subscription}: {state.value.lower()}. {left}".rstrip(), soft_wrap=True)
        if state is State.CONFIRMED and one.cost_words:
            data().print(f"What it goes on costing: {one.cost_words}", soft_wrap=True)

    decide.__doc__ = about
    return decide


def _listed(one: Listed) -> dict[str, str]:
    decided = f"{one.decided_by}: {one.decision}" if one.decided_by else ""
    said = (one.subscription, one.customer, one.state.value, one.reason, one.cost_words, str(one.warnings), decided, one.id)
    more = {"cause": one.cause, "cost": one.cost, "at supplier": one.at_supplier, "message": one.message}
    return dict(zip(LISTED, said, strict=True)) | more


def _checked(one: Move) -> dict[str, str]:
    case = one.case
    said = (case.subject.name, case.subject.customer, case.cause.value, one.change.state.value, one.change.message)
    return dict(zip(CHECKED, said, strict=True))
