"""`w365 hold checklist`: what a new customer has to bring before its hold is released, and who has seen to what."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.book_ports import ports_of
from cli.output import FINDINGS, OK, Output, data, show_rows
from dataverse.stores.checklists import Checklists
from work365.handlers import checklists
from work365.holding.checklist import in_words, missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.book_ports import Ports
    from work365.holding.checklist import Entry
    from work365.ports.checklists import Checklist, ChecklistBook

COLUMNS = ("item", "name", "needed", "done", "note", "by", "at")
ITEMS = ("item", "name", "ticked by", "needed", "asked from")
Account = Annotated[str, typer.Argument(help="Number of the account.")]
Code = Annotated[str, typer.Argument(metavar="ITEM", help="Code of the item, as `show` lists it.")]
Form = Annotated[Output, typer.Option("--output")]

real_ports = ports_of(lambda at: Checklists(at.api))


def register(app: typer.Typer, ports: Callable[[], Ports[ChecklistBook]] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="What a new customer has to bring before its hold is released.", no_args_is_help=True)
    commands = (("items", _items), ("show", _show), ("start", _start), ("tick", _tick), ("untick", _untick))
    for name, command in commands:
        group.command(name)(command(ports))
    app.add_typer(group, name="checklist")


def _items(ports: Callable[[], Ports[ChecklistBook]]) -> Callable[..., None]:
    def items(output: Form = Output.TABLE) -> None:
        """What is asked of new customers; entered under Checklist items."""
        found = [
            (one.code, one.name, one.kind.value, "no" if one.optional else "yes", one.since.isoformat())
            for one in ports().book.items()
        ]
        show_rows("items", ITEMS, [dict(zip(ITEMS, row, strict=True)) for row in found], output)

    return items


def _show(ports: Callable[[], Ports[ChecklistBook]]) -> Callable[..., None]:
    def show(account: Account, output: Form = Output.TABLE) -> None:
        """A customer's checklist: who ticked what and when. Exit 1: something that is needed is missing."""
        at = ports()
        raise typer.Exit(_say(checklists.shown(account, book=at.book, now=at.clock.now()), output))

    return show


def _start(ports: Callable[[], Ports[ChecklistBook]]) -> Callable[..., None]:
    def start(account: Account, output: Form = Output.TABLE) -> None:
        """Ask a customer that is not new for everything on the list, and hold it until that is there."""
        _say(checklists.start(account, book=ports().book), output)

    return start


def _tick(ports: Callable[[], Ports[ChecklistBook]]) -> Callable[..., None]:
    def tick(
        account: Account,
        item: Code,
        note: Annotated[str, typer.Option("--note", help="What you have seen, or why it is not needed.")] = "",
        output: Form = Output.TABLE,
    ) -> None:
        """You have seen to an item; your name and the time are kept with it."""
        at = ports()
        _say(checklists.tick(account, item, note, book=at.book, now=at.clock.now()), output)

    return tick


def _untick(ports: Callable[[], Ports[ChecklistBook]]) -> Callable[..., None]:
    def untick(
        account: Account,
        item: Code,
        reason: Annotated[str, typer.Option("--reason", help="Why it is to be seen to again.")] = "",
        output: Form = Output.TABLE,
    ) -> None:
        """Open an item again; it no longer ticks itself."""
        at = ports()
        _say(checklists.untick(account, item, reason, book=at.book, now=at.clock.now()), output)

    return untick


def _say(found: Checklist, output: Output) -> int:
    customer, rows = found.customer, list(map(_row, found.entries))
    words = in_words(found.entries) if found.entries else "Nothing was asked for"
    held = "" if customer.kind is None else customer.kind.value
    if output is Output.JSON:
        said = {"account": customer.number, "held by": held, "says": words, "checklist": rows}
        data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
    else:
        show_rows("checklist", COLUMNS, rows, output)
        data().print(f"{customer.name}: {words}" + (f"; held by {held}" if held else "; not held"), soft_wrap=True)
    return FINDINGS if missing(found.entries) else OK


def _row(one: Entry) -> dict[str, str]:
    at = "" if one.at is None else one.at.isoformat()
    needed, done = ("no" if one.optional else "yes"), ("yes" if one.done else "no")
    return dict(zip(COLUMNS, (one.code, one.name, needed, done, one.note, one.by, at), strict=True))
