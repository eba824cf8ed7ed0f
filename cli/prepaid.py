"""`w365 prepaid`: what customers have paid before an invoice asks for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.once import Key  # noqa: TC001  typer reads the annotation
from cli.output import FINDINGS, OK, Output, amount_option, data, day_option
from dataverse.stores.prepaid import Prepaid
from work365.handlers import prepaid as handler

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from work365.ports.platform import Clock
    from work365.ports.prepaid import PrepaidBook
    from work365.prepaid.balance import Balance, Moved

Contract = Annotated[str, typer.Argument(help="Number of a billing contract: its customer, legal entity and currency.")]
Reason = Annotated[str, typer.Option("--reason", help="Where it came from; kept in the ledger.")]
Expires = Annotated[str, typer.Option("--expires", help="First day on which it can no longer be used, as 2027-01-01.")]
Form = Annotated[Output, typer.Option("--output")]


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on. `drawn` has a customer's balance brought up to date, by the account's id."""

    book: PrepaidBook
    clock: Clock
    drawn: Callable[[str], None]


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    at = wiring.application()
    return Ports(Prepaid(at.api, at.currencies), at.clock, at.ask_drawn)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="What customers have paid before an invoice asks for it.", no_args_is_help=True)
    group.callback()(_group)
    for name, command in (("show", _show), ("add", _add), ("credit", _credit), ("expire", _expire)):
        group.command(name)(command(ports))
    app.add_typer(group, name="prepaid")


def _group() -> None:
    """What customers have paid before an invoice asks for it."""


def _show(ports: Callable[[], Ports]) -> Callable[..., None]:
    def show(contract: Contract, output: Form = Output.TABLE) -> None:
        """The balance of a contract's customer, its open lots in the order of their use, and every movement.

        Ends 1 if the movements do not sum to the balance.
        """
        book = ports().book
        balance = book.of_contract(contract)
        _print(balance, book, output)
        raise typer.Exit(OK if handler.proven(balance, book) else FINDINGS)

    return show


def _add(ports: Callable[[], Ports]) -> Callable[..., None]:
    def add(
        contract: Contract,
        amount: Annotated[str, typer.Argument(help="In the contract's currency, as 500.00.")],
        reason: Reason,
        expires: Expires = "",
        key: Key = "",
        output: Form = Output.TABLE,
    ) -> None:
        """Book money that a customer has paid in advance; the next invoices take it by themselves."""
        at = ports()
        until = day_option(expires, "--expires") if expires else None
        now = at.clock.now()
        moved = handler.top_up(
            contract,
            amount_option(amount, "AMOUNT"),
            reason=reason,
            expires=until,
            today=now.date(),
            moment=now.isoformat(),
            book=at.book,
            key=key,
        )
        _said(moved, output)

    return add


def _credit(ports: Callable[[], Ports]) -> Callable[..., None]:
    def credit(
        number: Annotated[str, typer.Argument(help="Number of a credit note.")],
        reason: Reason,
        expires: Expires = "",
        output: Form = Output.TABLE,
    ) -> None:
        """Put what is still owed of a credit note on its customer's balance, instead of paying it out."""
        at = ports()
        until = day_option(expires, "--expires") if expires else None
        moved = handler.credit(number, reason=reason, expires=until, today=at.clock.now().date(), book=at.book)
        at.drawn(moved.balance.account)
        _said(moved, output)

    return credit


def _expire(ports: Callable[[], Ports]) -> Callable[..., None]:
    def expire(output: Form = Output.TABLE) -> None:
        """Take what has expired off every balance, as every night does. Doing it again changes nothing."""
        at = ports()
        done = handler.expire_due(today=at.clock.now().date(), book=at.book)
        if output is Output.JSON:
            data().print(json.dumps([_as_json(moved) for moved in done]), soft_wrap=True)
        else:
            data().print(f"{len(done)} balances: {', '.join(str(moved.moved) for moved in done) or 'nothing has expired'}")

    return expire


def _as_json(moved: Moved) -> dict[str, str]:
    one, left = moved.balance, moved.balance.total
    return {"account": one.account, "moved": f"{moved.moved.major:f}", "left": f"{left.major:f}", "currency": one.currency}


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _said(moved: Moved, output: Output) -> None:
    if output is Output.JSON:
        data().print(json.dumps(_as_json(moved)), soft_wrap=True)
    else:
        data().print(f"{moved.moved} added; {moved.balance.total} is on the balance.", soft_wrap=True)


def _print(balance: Balance, book: PrepaidBook, output: Output) -> None:
    lots = [(f"{lot.left.major:f}", _day(lot.since), _day(lot.expires)) for lot in balance.lots]
    moves = [
        (_day(move.on), move.kind.value, f"{move.amount.major:f}", _day(move.expires), move.reason)
        for move in book.movements(balance)
    ]
    if output is Output.JSON:
        named_lots = [dict(zip(("left", "since", "expires"), lot, strict=True)) for lot in lots]
        named_moves = [dict(zip(("on", "kind", "amount", "expires", "reason"), move, strict=True)) for move in moves]
        total = {"balance": f"{balance.total.major:f}", "currency": balance.currency}
        data().print(json.dumps({**total, "lots": named_lots, "movements": named_moves}, ensure_ascii=False), soft_wrap=True)
        return
    data().print(f"{balance.total} on the balance", soft_wrap=True)
    for title, columns, found in (
        ("used in this order", ("left", "since", "expires"), lots),
        ("movements", ("on", "kind", "amount", "expires", "reason"), moves),
    ):
        table = Table(*columns, title=title)
        for row in found:
            table.add_row(*row)
        data().print(table)
