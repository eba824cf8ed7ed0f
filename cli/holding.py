"""`w365 hold`: customers on credit hold, what was placed, lifted and overridden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cli import checklists
from cli.output import FINDINGS, OK, Output, show_rows, tell
from dataverse.stores.changing import Changing
from dataverse.stores.hold_rule import HoldRules
from dataverse.stores.holding import Holds
from work365.errors import BadInput
from work365.handlers import holding, holding_by_rule
from work365.periods import days_at
from work365.subscriptions.scheduling import STOPPED

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.handlers.reviewing_plans import PlanReviewer
    from work365.ports.changing import ChangingBook
    from work365.ports.hold_rule import HoldRuleBook, Move
    from work365.ports.holding import Customer, HoldBook, LogLine
    from work365.ports.platform import Clock

HELD = ("account", "name", "held by", "reason", "counts")
CHECKED = ("account", "name", "action", "reason", "counts")
LOGGED = ("account", "name", "action", "kind", "rule", "reason", "subscription", "by", "at")
Account = Annotated[str, typer.Argument(help="Number of the account.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the hold log.")]


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on. Without a `reviewer` nothing waits for an approver."""

    book: HoldBook
    rules: HoldRuleBook
    changes: ChangingBook
    clock: Clock
    reviewer: PlanReviewer | None = None


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    at = wiring.application()
    return Ports(Holds(at.api), HoldRules(at.api), Changing(at.api, at.currencies), at.clock, at.plan_reviewer)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""
    hold = typer.Typer(help="Customers on credit hold.", no_args_is_help=True)
    hold.command("list")(_list_command(ports))
    hold.command("log")(_log_command(ports))
    hold.command("check")(_check_command(ports))
    hold.command("place")(_place_command(ports))
    hold.command("lift")(_lift_command(ports))
    hold.command("override")(_override_command(ports))
    checklists.register(hold)
    app.add_typer(hold, name="hold")


def _list_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def listed(output: Annotated[Output, typer.Option("--output")] = Output.TABLE) -> None:
        """Who is on hold, by whom and why; `counts` says no where the setting `credit-hold` is off."""
        show_rows("held", HELD, [_held(one) for one in ports().book.held()], output)

    return listed


def _log_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def log(
        account: Annotated[str, typer.Argument(help="Only the account with this number.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """What was placed, lifted and overridden, the newest first: who, when, why, and by which rule."""
        show_rows("log", LOGGED, [_logged(one) for one in ports().book.log(account)], output)

    return log


def _check_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def check(
        *,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Hold who is over a limit and release who has paid, as the timers do; shows whom and why. Exit 1: settings to mend."""
        at = ports()
        act = holding_by_rule.look if dry_run else holding_by_rule.follow
        done = act(days_at(at.clock.now()), book=at.rules)
        if done.released and not dry_run:
            holding.look_at_waiting(book=at.changes, clock=at.clock, reviewer=at.reviewer)
        for error in done.broken:
            tell(str(error))
        show_rows("checked", CHECKED, list(map(_checked, done.told)), output)
        raise typer.Exit(FINDINGS if done.broken else OK)

    return check


def _place_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def place(account: Account, reason: Reason = "") -> None:
        """Put an account on hold; no rule lifts it."""
        customer = holding.place(account, reason, book=ports().book)
        tell(f"{customer.name} is on hold")
        if not customer.counts:
            tell("nothing is blocked by it while the setting credit-hold is off for this customer")

    return place


def _lift_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def lift(account: Account, reason: Reason = "") -> None:
        """Take an account off hold; what waited happens at once, in the order in which it was asked for."""
        at = ports()
        released = holding.lift(account, reason, book=at.book, changes=at.changes, clock=at.clock, reviewer=at.reviewer)
        tell(f"lifted; {released} waiting changes were released")

    return lift


def _override_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def override(
        change: Annotated[str, typer.Argument(help="Id of a change that waits, from `w365 scheduled list`.")], reason: Reason = ""
    ) -> None:
        """Let one change happen that waits for a hold or for credit; your name, the time and the reason are logged."""
        at = ports()
        waiting = at.changes.planned(states=[state.value for state in STOPPED])
        one = next((one for one in waiting if one.id == change.lower()), None)
        if one is None:
            message = f"no change with the id '{change}' waits for a credit hold or a credit limit"
            raise BadInput(message, "CHANGE")
        tell(f"done: {one.name}. {holding.override(one, reason, book=at.changes, clock=at.clock, reviewer=at.reviewer)}")

    return override


def _held(one: Customer) -> dict[str, str]:
    kind = "" if one.kind is None else one.kind.value
    return dict(zip(HELD, (one.number, one.name, kind, one.reason, "yes" if one.counts else "no"), strict=True))


def _checked(one: Move) -> dict[str, str]:
    action, reason = ("", "") if one.verdict is None else (one.verdict.action.value, one.verdict.reason)
    counts = "yes" if one.customer.counts else "no"
    return dict(zip(CHECKED, (one.customer.number, one.customer.name, action, reason, counts), strict=True))


def _logged(one: LogLine) -> dict[str, str]:
    said = (one.account, one.name, one.action.value, one.kind.value, one.rule, one.reason, one.subscription, one.by)
    return dict(zip(LOGGED, (*said, one.at.isoformat()), strict=True))
