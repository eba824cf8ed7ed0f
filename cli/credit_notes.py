"""`w365 credit-note`: what is open of credit notes, and which invoices they pay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import OK, Output, data, show_rows
from cli.spreading import PAYS, For, Form, Oldest, Ports, figure, part_row, ports_of, read_wishes, refuse_no_wish
from dataverse.stores.applying_credit import Credits
from work365.handlers import applying_credit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from work365.ports.applying_credit import CreditBook
    from work365.receivables.applying_credit import Credit
    from work365.receivables.payments import Debt

NOTES = ("credit note", "total", "open", "currency", "status")
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the credit note.")]

real_ports = ports_of(lambda at: Credits(at.api, at.currencies, lambda: at.clock.today("UTC")))


def register(app: typer.Typer, ports: Callable[[], Ports[CreditBook]] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="What is open of credit notes, and which invoices they pay.", no_args_is_help=True)
    for name, command in (("apply", _apply), ("take-back", _take_back), ("list", _list), ("show", _show)):
        group.command(name)(command(ports))
    app.add_typer(group, name="credit-note")


def _apply(ports: Callable[[], Ports[CreditBook]]) -> Callable[..., None]:
    def apply(number: Number, for_: For = None, oldest_first: Oldest = False, output: Form = Output.TABLE) -> None:
        """Use what is left of a credit note for open invoices of the same customer, company and currency."""
        at = ports()
        wishes = read_wishes(for_, at.book.credit(number).left.currency, oldest_first=oldest_first)
        refuse_no_wish(wishes)
        made = applying_credit.apply(number, wishes, book=at.book, now=at.clock.now(), close_page=at.close_page)
        at.drawn(made.note.account)
        paid = [part_row(one) for one in made.payments]
        words = [f"{one.debt.number}: {one.charge_status}" for one in made.payments]
        _say(made.note, "paid", paid, words, output)
        raise typer.Exit(OK)

    return apply


def _take_back(ports: Callable[[], Ports[CreditBook]]) -> Callable[..., None]:
    def take_back(
        number: Number,
        invoice: Annotated[str, typer.Argument(help="Number of the invoice that it should not have paid.")],
        reason: Annotated[str, typer.Option("--reason", help="Why; kept with the payment.")],
        output: Form = Output.TABLE,
    ) -> None:
        """Undo what a credit note pays of an invoice: that is open again, and so is as much of the note."""
        at = ports()
        taken = applying_credit.take_back(number, invoice, reason, book=at.book)
        at.drawn(taken.note.account)
        again = taken.part.debt
        rows = [{"invoice": again.number, "balance": figure(again.balance)}]
        _say(taken.note, "open again", rows, [f"{again.number} is open again: {again.balance}"], output)
        raise typer.Exit(OK)

    return take_back


def _list(ports: Callable[[], Ports[CreditBook]]) -> Callable[..., None]:
    def list_(account: Annotated[str, typer.Argument(help="The account's number.")], output: Form = Output.TABLE) -> None:
        """The credit notes of a customer of which something is open, the oldest first."""
        show_rows("credit notes", NOTES, [_row(one.note) for one in ports().book.of_account(account)], output)
        raise typer.Exit(OK)

    return list_


def _show(ports: Callable[[], Ports[CreditBook]]) -> Callable[..., None]:
    def show(number: Number, output: Form = Output.TABLE) -> None:
        """One credit note: what it pays, and what is left of it."""
        book = ports().book
        credit = book.credit(number)
        parts = [part_row(part) for part in book.parts(credit)]
        if output is Output.JSON:
            data().print(json.dumps(_row(credit.note) | {"pays": parts}, ensure_ascii=False), soft_wrap=True)
        else:
            data().print(_left(credit), soft_wrap=True)
            show_rows("pays", PAYS, parts, output)
        raise typer.Exit(OK)

    return show


def _left(credit: Credit) -> str:
    return f"{credit.label}: {credit.left} of {-credit.note.total} is open"


def _row(note: Debt) -> dict[str, Any]:
    return {
        "credit note": note.number,
        "total": figure(-note.total),
        "open": figure(-note.balance),
        "currency": note.balance.currency,
        "status": note.status.value,
    }


def _say(note: Debt, what: str, rows: Sequence[dict[str, str]], words: Sequence[str], output: Output) -> None:
    if output is Output.JSON:
        data().print(json.dumps(_row(note) | {what: rows}, ensure_ascii=False), soft_wrap=True)
        return
    for line in (*words, f"Credit note {note.number}: {-note.balance} of {-note.total} is open"):
        data().print(line, soft_wrap=True)
