"""`w365 left-over`: what payments have left over, and which other invoices it pays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import OK, Output, data, show_rows
from cli.spreading import PAYS, For, Form, Oldest, Ports, figure, part_row, ports_of, read_wishes, refuse_no_wish
from dataverse.stores.applying_left_over import LeftOvers
from work365.handlers import applying_left_over

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from work365.ports.applying_left_over import LeftOverBook
    from work365.receivables.applying_left_over import LeftOver

COLUMNS = ("received on", "payment", "invoice", "left over", "currency")
Named = Annotated[str, typer.Argument(metavar="PAYMENT", help="The payment's id at the gateway.")]

real_ports = ports_of(lambda at: LeftOvers(at.api, at.currencies, lambda: at.clock.today("UTC")))


def register(app: typer.Typer, ports: Callable[[], Ports[LeftOverBook]] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="What payments have left over, and which other invoices it pays.", no_args_is_help=True)
    for name, command in (("apply", _apply), ("take-back", _take_back), ("list", _list), ("show", _show)):
        group.command(name)(command(ports))
    app.add_typer(group, name="left-over")


def _apply(ports: Callable[[], Ports[LeftOverBook]]) -> Callable[..., None]:
    def apply(payment: Named, for_: For = None, oldest_first: Oldest = False, output: Form = Output.TABLE) -> None:
        """Use what a payment has left over for open invoices of the same customer, company and currency."""
        at = ports()
        wishes = read_wishes(for_, at.book.left_over(payment).left.currency, oldest_first=oldest_first)
        refuse_no_wish(wishes)
        made = applying_left_over.apply(payment, wishes, book=at.book, now=at.clock.now(), close_page=at.close_page)
        at.drawn(made.left_over.own.account)
        words = [f"{one.debt.number}: {one.charge_status}" for one in made.payments]
        _say(made.left_over, "paid", [part_row(one) for one in made.payments], words, output)
        raise typer.Exit(OK)

    return apply


def _take_back(ports: Callable[[], Ports[LeftOverBook]]) -> Callable[..., None]:
    def take_back(
        payment: Named,
        invoice: Annotated[str, typer.Argument(help="Number of the invoice that it should not have paid.")],
        reason: Annotated[str, typer.Option("--reason", help="Why; kept with the payment.")],
        output: Form = Output.TABLE,
    ) -> None:
        """Undo what is paid of another invoice: that is open again, and as much is left over again."""
        at = ports()
        taken = applying_left_over.take_back(payment, invoice, reason, book=at.book)
        at.drawn(taken.left_over.own.account)
        again = taken.part.debt
        rows = [{"invoice": again.number, "balance": figure(again.balance)}]
        _say(taken.left_over, "open again", rows, [f"{again.number} is open again: {again.balance}"], output)
        raise typer.Exit(OK)

    return take_back


def _list(ports: Callable[[], Ports[LeftOverBook]]) -> Callable[..., None]:
    def list_(account: Annotated[str, typer.Argument(help="The account's number.")], output: Form = Output.TABLE) -> None:
        """The payments of a customer that have money left over, the oldest first."""
        show_rows("left over", COLUMNS, [_row(one) for one in ports().book.of_account(account)], output)
        raise typer.Exit(OK)

    return list_


def _show(ports: Callable[[], Ports[LeftOverBook]]) -> Callable[..., None]:
    def show(payment: Named, output: Form = Output.TABLE) -> None:
        """One payment: which other invoices it pays, and what is left over still."""
        book = ports().book
        left_over = book.left_over(payment)
        parts = [part_row(part) for part in book.parts(left_over)]
        if output is Output.JSON:
            data().print(json.dumps(_row(left_over) | {"pays": parts}, ensure_ascii=False), soft_wrap=True)
        else:
            data().print(_left(left_over), soft_wrap=True)
            show_rows("pays", PAYS, parts, output)
        raise typer.Exit(OK)

    return show


def _left(one: LeftOver) -> str:
    return f"{one.label}: {one.share.used} pays {one.own.number}, {one.left} is left over"


def _row(one: LeftOver) -> dict[str, Any]:
    return {
        "received on": one.received_on.isoformat(),
        "payment": one.reference,
        "invoice": one.own.number,
        "left over": figure(one.left),
        "currency": one.left.currency,
    }


def _say(one: LeftOver, what: str, rows: Sequence[dict[str, str]], words: Sequence[str], output: Output) -> None:
    if output is Output.JSON:
        data().print(json.dumps(_row(one) | {what: rows}, ensure_ascii=False), soft_wrap=True)
        return
    for line in (*words, _left(one)):
        data().print(line, soft_wrap=True)
