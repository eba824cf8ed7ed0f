"""`w365 writeoff`: give up what an invoice still owes, claim it again, and what was given up by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.job_ports import Ports, real_ports
from cli.once import Key, answer_again, once
from cli.output import OK, Output, amount_option, show_rows
from cli.waiting import WAIT_S_DEFAULT, WaitS, wait_for
from dataverse.stores.wishes import Wishes
from dataverse.stores.writing_off import WritingOff
from work365.jobs import JobKind
from work365.receivables.writing_off import DISPUTED_TOO, worded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from work365.ports.writing_off import Logged
    from work365.repeating import Once

COLUMNS = ("on", "invoice", "kind", "amount", "currency", "reason", "who")

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the invoice.")]
Amount = Annotated[str, typer.Argument(help="As 40.00; all of it if left out.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the write-off.")]
Form = Annotated[Output, typer.Option("--output")]


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="What is given up of invoices, by whom and why.", no_args_is_help=True)
    for name, command in (("post", _post), ("take-back", _take_back), ("list", _list)):
        group.command(name)(command(ports))
    app.add_typer(group, name="writeoff")


def _post(ports: Callable[[], Ports]) -> Callable[..., None]:
    def post(
        context: typer.Context,
        number: Number,
        reason: Reason,
        amount: Amount = "",
        disputed: Annotated[bool, typer.Option("--disputed", help="Give up the part that the customer disputes, too.")] = False,
        key: Key = "",
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Form = Output.TABLE,
    ) -> None:
        """Give up what is still open of an invoice, or a part: it is not charged and not reminded of any more."""
        said = {"reason": worded(reason)} | ({DISPUTED_TOO: "yes"} if disputed else {})
        raise typer.Exit(_ask(ports(), JobKind.WRITE_OFF, number, amount, said, once(context, key), wait_s, output))

    return post


def _take_back(ports: Callable[[], Ports]) -> Callable[..., None]:
    def take_back(
        context: typer.Context,
        number: Number,
        reason: Reason,
        amount: Amount = "",
        key: Key = "",
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Form = Output.TABLE,
    ) -> None:
        """Claim again what was given up. Money that arrives late needs none of this: `w365 receipt` does it by itself."""
        said = {"reason": worded(reason)}
        raise typer.Exit(_ask(ports(), JobKind.TAKE_BACK_WRITE_OFF, number, amount, said, once(context, key), wait_s, output))

    return take_back


def _list(ports: Callable[[], Ports]) -> Callable[..., None]:
    def list_(
        account: Annotated[str, typer.Argument(help="The account's number; everybody's if left out.")] = "",
        output: Form = Output.TABLE,
    ) -> None:
        """What was given up and taken back, the newest first."""
        at = ports()
        rows = [_row(one) for one in WritingOff(at.api, at.currencies).movements(account)]
        show_rows("write-offs", COLUMNS, rows, output)
        raise typer.Exit(OK)

    return list_


def _ask(
    to: Ports, kind: JobKind, number: str, amount: str, said: Mapping[str, str], wish: Once | None, wait_s: int, output: Output
) -> int:
    """Write the job, and wait for what it says."""
    book, asked = WritingOff(to.api, to.currencies), Wishes(to.api)
    answer_again(wish, asked, to.queue, wait_s, output)
    invoice = book.invoice(number)
    more = None
    if amount:
        code = book.case(invoice).debt.balance.currency
        more = {"w365_amount": amount_option(amount, "AMOUNT"), **to.currencies.bind(code)}
    job = asked.ask(kind, invoice, number, said, moment=to.clock.now().isoformat(), more=more, once=wish)
    return wait_for(job, asked, to.queue, wait_s, output)


def _row(one: Logged) -> dict[str, str]:
    movement = one.movement
    return {
        "on": movement.on.isoformat(),
        "invoice": movement.number,
        "kind": movement.kind.value,
        "amount": f"{movement.amount.major:f}",
        "currency": movement.amount.currency,
        "reason": movement.reason,
        "who": one.who,
    }
