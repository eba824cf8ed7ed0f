"""`w365 scheduled`: look after changes that are planned for a later day."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.changing import real_ports
from cli.output import OK, Output, data, tell
from work365.approving.request import Whose
from work365.crediting.policy import RefundRule
from work365.errors import BadInput, Refused
from work365.handlers.changing import load, requested
from work365.subscriptions.scheduling import STOPPED, ScheduleState, edited
from work365.subscriptions.wishes import wish_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.changing import Ports
    from dataverse.stores.changing import Changing
    from work365.subscriptions.deciding import Wish
    from work365.subscriptions.scheduling import Scheduled

_OPEN = (ScheduleState.SCHEDULED, ScheduleState.WAITING, ScheduleState.AWAITING, *STOPPED, ScheduleState.FAILED)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""
    scheduled = typer.Typer(help="Changes that are planned for a later day.", no_args_is_help=True)
    scheduled.callback()(_planned)
    scheduled.command("list")(_list_command(ports))
    scheduled.command("edit")(_edit_command(ports))
    scheduled.command("cancel")(_cancel_command(ports))
    scheduled.command("retry")(_retry_command(ports))
    app.add_typer(scheduled, name="scheduled")


def _planned() -> None:
    """Changes that are planned for a later day."""


def _list_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def listed(output: Annotated[Output, typer.Option("--output")] = Output.TABLE) -> None:
        """What is planned or failed, by its day."""
        found = ports().book.planned(states=[state.value for state in _OPEN])
        if output is Output.JSON:
            data().print(json.dumps([_planned_json(one) for one in found], ensure_ascii=False), soft_wrap=True)
            raise typer.Exit(OK)
        table = Table("id", "day", "change", "subscription", "seats", "price", "status", "pay by", "invoice", "message")
        for one in found:
            table.add_row(*_planned_json(one).values())
        data().print(table)
        raise typer.Exit(OK)

    return listed


def _planned_json(one: Scheduled) -> dict[str, str]:
    wish = one.wish
    return {
        "id": one.id,
        "day": wish.on.isoformat(),
        "change": wish.event.value,
        "subscription": one.name,
        "quantity": "" if wish.quantity is None else str(wish.quantity),
        "unit_price": "" if wish.unit_price is None else f"{wish.unit_price.normalize():f}",
        "status": one.state.value,
        "pay_by": "" if one.pay_by is None else one.pay_by.isoformat(),
        "invoice": "" if one.prepayment is None else one.prepayment.number,
        "message": one.message,
    }


def _edit_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def edit(
        change: Annotated[str, typer.Argument(help="Id of a planned change, from `w365 scheduled list`.")],
        *,
        on: Annotated[str, typer.Option("--on", help="Another day, as 2026-03-16.")] = "",
        quantity: Annotated[str, typer.Option("--quantity", help="Seats afterwards.")] = "",
        price: Annotated[str, typer.Option("--price", help="Price per seat and billing cycle afterwards.")] = "",
        refund: Annotated[bool | None, typer.Option("--refund/--no-refund", help="Give back what is paid, or keep it.")] = None,
    ) -> None:
        """Change what is planned: its day, its seats, its price, or what it gives back."""
        at = ports()
        one = _chosen(at.book, change, _OPEN)
        said = wish_of({"event": one.wish.event.value, "on": on or one.wish.on.isoformat(), "quantity": quantity, "price": price})
        given = None if refund is None else RefundRule.DAYS if refund else RefundRule.NONE
        today = at.clock.today("UTC" if one.place is None else one.place.zone)
        wish = edited(one, replace(said, refund=given), today)
        _refuse_unapproved(at, one, wish)
        at.book.edit(one, wish)
        tell(f"planned: {wish.event.value} of {one.name} on {wish.on}")

    return edit


def _refuse_unapproved(at: Ports, one: Scheduled, wish: Wish) -> None:
    """Errors: Refused for what would wait for an approver: that is asked for by a job, which an edited plan has not."""
    held = load(at.book, one.subscription)
    whose = Whose(held.place.account, held.place.entity)
    now = at.clock.now()
    why = at.gate.catches(whose, lambda: requested("", held, wish, at.book, now)) if at.gate is not None else ""
    if why:
        message = f"{why} Cancel this change, and ask for the other one with `w365 subscription change`."
        raise Refused(message)


def _cancel_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def cancel(change: Annotated[str, typer.Argument(help="Id of a planned change, from `w365 scheduled list`.")]) -> None:
        """Cancel a planned change; its day is free for another."""
        book = ports().book
        one = _chosen(book, change, _OPEN)
        book.withdraw(one, ScheduleState.CANCELLED, "Cancelled.")
        tell(f"cancelled: {one.wish.event.value} of {one.name} on {one.wish.on}")

    return cancel


def _retry_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def retry(change: Annotated[str, typer.Argument(help="Id of a failed change, from `w365 scheduled list`.")]) -> None:
        """Plan a failed change again; the next timer tries it."""
        book = ports().book
        one = _chosen(book, change, (ScheduleState.FAILED,))
        book.retry(one)
        tell(f"planned again: {one.wish.event.value} of {one.name} on {one.wish.on}")

    return retry


def _chosen(book: Changing, identity: str, states: tuple[ScheduleState, ...]) -> Scheduled:
    for one in book.planned(states=[state.value for state in states]):
        if one.id == identity.lower():
            return one
    message = f"no change with the id '{identity}' is {' or '.join(state.value.lower() for state in states)}"
    raise BadInput(message, "CHANGE")
