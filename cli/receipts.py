"""`w365 receipt`: money that came in without a gateway, and which invoices it pays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import OK, Output, amount_option, data, day_option, show_rows, tell
from cli.spreading import PAYS, For, Form, Oldest, Ports, figure, part_row, ports_of, read_wishes, refuse_no_wish
from dataverse.stores.receipts import Receipts
from work365.errors import BadInput
from work365.handlers import receiving
from work365.money import currency, exactly
from work365.periods import FIRST_ZONE, days_at
from work365.receivables.receipts import Method, posted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from work365.ports.receipts import ReceiptBook
    from work365.receivables.receipts import Applied, Receipt, TakenBack
    from work365.receivables.spreading import Part

METHODS = {"bank": Method.BANK_TRANSFER, "cheque": Method.CHEQUE, "cash": Method.CASH, "other": Method.OTHER}
RECEIPTS = ("received on", "method", "reference", "amount", "unapplied", "currency", "state")

Account = Annotated[str, typer.Argument(help="The account's number.")]
Reference = Annotated[str, typer.Argument(help="What the bank statement or the cheque says; or the receipt's id.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the payment.")]

real_ports = ports_of(lambda at: Receipts(at.api, at.currencies, lambda: at.clock.today("UTC")))


def register(app: typer.Typer, ports: Callable[[], Ports[ReceiptBook]] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="Money that came in without a gateway, and which invoices it pays.", no_args_is_help=True)
    commands = (
        *(("post", _post), ("apply", _apply), ("take-back", _take_back), ("return", _return)),
        *(("list", _list), ("show", _show)),
    )
    for name, command in commands:
        group.command(name)(command(ports))
    app.add_typer(group, name="receipt")


def _post(ports: Callable[[], Ports[ReceiptBook]]) -> Callable[..., None]:
    def post(  # noqa: PLR0917  typer passes them by name
        account: Account,
        amount: Annotated[str, typer.Argument(help="As 500.00.")],
        code: Annotated[str, typer.Argument(metavar="CURRENCY", help="As EUR.")],
        reference: Annotated[str, typer.Option("--reference", help="What the bank statement or the cheque says.")],
        on: Annotated[str, typer.Option("--on", help="The day on which it came in, as 2026-03-02; today if left out.")] = "",
        method: Annotated[str, typer.Option("--method", help=f"One of {', '.join(METHODS)}.")] = "bank",
        entity: Annotated[str, typer.Option("--entity", help="Code of the legal entity whose account it came to.")] = "",
        for_: For = None,
        oldest_first: Oldest = False,
        output: Form = Output.TABLE,
    ) -> None:
        """Post money once; what is not used for invoices stays the customer's unapplied credit."""
        at = ports()
        now = at.clock.now()
        money = exactly(amount_option(amount, "AMOUNT"), currency(code, "CURRENCY"))
        wishes = read_wishes(for_, money.currency, oldest_first=oldest_first)
        payer = at.book.payer(account, entity)
        day = day_option(on, "--on") if on else now.date()
        receipt = posted(payer.account, payer.entity, _method(method), reference, day, money, today=days_at(now)(FIRST_ZONE))
        made = receiving.post(receipt, wishes, book=at.book, now=now, close_page=at.close_page)
        at.drawn(receipt.account)
        if made.before is None:
            _say_applied(made.applied, output)
        else:
            tell("this money was posted before: nothing was written")
            _say_pays(made.applied.receipt, made.before, output)
        raise typer.Exit(OK)

    return post


def _apply(ports: Callable[[], Ports[ReceiptBook]]) -> Callable[..., None]:
    def apply(
        account: Account, reference: Reference, for_: For = None, oldest_first: Oldest = False, output: Form = Output.TABLE
    ) -> None:
        """Use what is left of a receipt for invoices."""
        at = ports()
        receipt = at.book.find(account, reference)
        wishes = read_wishes(for_, receipt.amount.currency, oldest_first=oldest_first)
        refuse_no_wish(wishes)
        made = receiving.apply(receipt, wishes, book=at.book, now=at.clock.now(), close_page=at.close_page)
        at.drawn(receipt.account)
        _say_applied(made, output)
        raise typer.Exit(OK)

    return apply


def _take_back(ports: Callable[[], Ports[ReceiptBook]]) -> Callable[..., None]:
    def take_back(
        account: Account,
        reference: Reference,
        number: Annotated[str, typer.Argument(help="Number of the invoice that it should not have paid.")],
        reason: Reason,
        output: Form = Output.TABLE,
    ) -> None:
        """Undo what a receipt pays of an invoice: that is open again, and the money is unapplied."""
        at = ports()
        taken = receiving.take_back(at.book.find(account, reference), number, reason, book=at.book)
        at.drawn(taken.receipt.account)
        _say_taken_back(taken, output)
        raise typer.Exit(OK)

    return take_back


def _return(ports: Callable[[], Ports[ReceiptBook]]) -> Callable[..., None]:
    def return_(account: Account, reference: Reference, reason: Reason, output: Form = Output.TABLE) -> None:
        """The bank took the money back, as with a cheque that bounced: every invoice that it paid is open again."""
        at = ports()
        taken = receiving.return_whole(at.book.find(account, reference), reason, book=at.book)
        at.drawn(taken.receipt.account)
        _say_taken_back(taken, output)
        raise typer.Exit(OK)

    return return_


def _list(ports: Callable[[], Ports[ReceiptBook]]) -> Callable[..., None]:
    def list_(account: Account, output: Form = Output.TABLE) -> None:
        """The receipts of a customer, the newest first, with what is left of each."""
        rows = [_receipt(one) for one in ports().book.of_account(account)]
        show_rows("receipts", RECEIPTS, rows, output)
        raise typer.Exit(OK)

    return list_


def _show(ports: Callable[[], Ports[ReceiptBook]]) -> Callable[..., None]:
    def show(account: Account, reference: Reference, output: Form = Output.TABLE) -> None:
        """One receipt: what it pays, and what is left of it."""
        book = ports().book
        receipt = book.find(account, reference)
        _say_pays(receipt, book.parts(receipt), output)
        raise typer.Exit(OK)

    return show


def _method(text: str) -> Method:
    if text not in METHODS:
        message = f"'{text}' is no way in which money comes; use one of {', '.join(METHODS)}"
        raise BadInput(message, "--method")
    return METHODS[text]


def _receipt(one: Receipt) -> dict[str, Any]:
    return {
        "received on": one.received_on.isoformat(),
        "method": one.method.value,
        "reference": one.reference,
        "amount": figure(one.amount),
        "unapplied": figure(one.unapplied),
        "currency": one.amount.currency,
        "state": one.state.value,
        "id": one.id,
    }


def _say_pays(receipt: Receipt, found: Sequence[Part], output: Output) -> None:
    """One receipt as it stands."""
    parts = [part_row(part) for part in found]
    if output is Output.JSON:
        data().print(json.dumps(_receipt(receipt) | {"pays": parts}, ensure_ascii=False), soft_wrap=True)
        return
    left = f"{receipt.unapplied} of {receipt.amount} is unapplied"
    data().print(f"{receipt.label}, {receipt.received_on}, {receipt.state.value.lower()}: {left}", soft_wrap=True)
    show_rows("pays", PAYS, parts, output)


def _say_applied(made: Applied, output: Output) -> None:
    paid = [part_row(one) for one in made.payments]
    if output is Output.JSON:
        data().print(json.dumps(_receipt(made.receipt) | {"paid": paid}, ensure_ascii=False), soft_wrap=True)
        return
    for settlement in made.payments:
        data().print(f"{settlement.debt.number}: {settlement.charge_status}", soft_wrap=True)
    data().print(f"{made.receipt.label}: {made.receipt.unapplied} of {made.receipt.amount} is unapplied", soft_wrap=True)


def _say_taken_back(taken: TakenBack, output: Output) -> None:
    again = [{"invoice": one.debt.number, "balance": figure(one.debt.balance)} for one in taken.parts]
    if output is Output.JSON:
        data().print(json.dumps(_receipt(taken.receipt) | {"open again": again}, ensure_ascii=False), soft_wrap=True)
        return
    for one in taken.parts:
        data().print(f"{one.debt.number} is open again: {one.debt.balance}", soft_wrap=True)
    data().print(f"{taken.receipt.label}: {taken.receipt.unapplied} of {taken.receipt.amount} is unapplied", soft_wrap=True)
