"""`w365 one-off`: an invoice outside the cycle, with lines that are written in or taken from the catalogue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.job_ports import Ports, real_ports
from cli.once import Key, answer_again, once
from cli.output import OK, Output, data, tell
from cli.waiting import WAIT_S_DEFAULT, wait_for
from dataverse.stores.one_off import OneOffs
from dataverse.stores.wishes import Wishes
from work365.handlers.one_off import drafted
from work365.jobs import JobKind
from work365.oneoff.asking import CONTRACT, LINES, PURCHASE_ORDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.invoicing.outline import Draft, DraftLine


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command."""

    def one_off(
        context: typer.Context,
        contract: Annotated[str, typer.Argument(help="Number of the billing contract whose customer pays.")],
        line: Annotated[
            list[str],
            typer.Option(
                "--line", help="'2 x GEN-1' at the list's price, or '2 x GEN-1 at 120.00 less 10 % - Workshop'; once per line."
            ),
        ],
        order: Annotated[str, typer.Option("--purchase-order", help="Instead of the contract's.")] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Show lines, tax and total; write nothing.")] = False,
        key: Key = "",
        wait_s: Annotated[
            int, typer.Option("--wait-s", min=0, help="Wait at most so many seconds for the worker; 0 does not wait.")
        ] = WAIT_S_DEFAULT,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Bill a customer now, outside the cycle: approval, tax, number, books and payment are those of any invoice.

        What the dry run refuses, the job refuses with the same sentence.
        """
        at, said = ports(), once(context, key)
        asked = Wishes(at.api)
        if not dry_run:
            answer_again(said, asked, at.queue, wait_s, output)
        arguments = {CONTRACT: contract, LINES: "\n".join(line), **({PURCHASE_ORDER: order} if order else {})}
        book = OneOffs(at.api, at.currencies)
        _, draft = drafted(arguments, "preview", book=book, clock=at.clock, engines=at.engines, recorded=False)
        if dry_run:
            _show(draft, output)
            raise typer.Exit(OK)
        job = asked.ask(JobKind.ONE_OFF, None, contract, arguments, moment=at.clock.now().isoformat(), once=said)
        raise typer.Exit(wait_for(job, asked, at.queue, wait_s, output))

    app.command("one-off")(one_off)


def _show(draft: Draft, output: Output) -> None:
    rows = [_row(line) for line in draft.lines]
    sums = {"net": draft.net, "tax": draft.tax, "total": draft.gross}
    if output is Output.JSON:
        said = {"contract": draft.work.number, "currency": draft.net.currency, "lines": rows}
        totals = {name: f"{amount.major:f}" for name, amount in sums.items()}
        data().print(json.dumps({**said, **totals}, ensure_ascii=False), soft_wrap=True)
        return
    table = Table("Description", "Quantity", "Price", "Net", "Tax %", "Tax")
    for row in rows:
        table.add_row(*row.values())
    data().print(table)
    data().print(", ".join(f"{name} {amount}" for name, amount in sums.items()), soft_wrap=True)
    tell("dry run: nothing was written")


def _row(line: DraftLine) -> dict[str, str]:
    price = line.line.unit_price
    return {
        "description": line.description,
        "quantity": f"{line.line.quantity:f}",
        "unit_price": "" if price is None else f"{price:f}",
        "net": f"{line.line.amount.major:f}",
        "tax_percent": f"{line.rate.percent.normalize():f}",
        "tax": f"{line.tax.major:f}",
    }
