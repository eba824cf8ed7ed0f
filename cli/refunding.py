"""`w365 refund`: give money of a payment back through the gateway that took it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.job_ports import Ports, real_ports
from cli.once import Key, answer_again, once
from cli.output import OK, Output, amount_option, data, tell
from cli.waiting import WAIT_S_DEFAULT, WaitS, wait_for
from dataverse.rows import bind
from dataverse.stores.payments import Payments
from dataverse.stores.refunding import Refunding
from dataverse.stores.wishes import Wishes
from work365.handlers import refunding
from work365.jobs import JobKind
from work365.receivables.refund_deciding import allowed, worded
from work365.receivables.refund_wording import where_from
from work365.receivables.refunding import goes_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from work365.money import Money
    from work365.receivables.payment_case import PaymentCase
    from work365.repeating import Once


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command."""

    def refund(
        context: typer.Context,
        named: Annotated[
            str, typer.Argument(metavar="NUMBER", help="Number of the invoice, or the payment's id at the gateway.")
        ],
        amount: Annotated[str, typer.Argument(help="As 40.00; all that is left if left out.")] = "",
        reason: Annotated[str, typer.Option("--reason", help="Why; kept with the refund.")] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would change; give nothing back.")] = False,
        key: Key = "",
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Give money of a payment back: what paid nothing first, then what was credited; else the invoice is open again."""
        to, said = ports(), once(context, key)
        if not dry_run:
            answer_again(said, Wishes(to.api), to.queue, wait_s, output)
        why, asked = worded(reason), amount_option(amount, "AMOUNT") if amount else None
        book = Refunding(to.api, to.currencies, Payments(to.api, to.currencies))
        case = book.case(refunding.only(book.payments(named), book))
        whole = allowed(case, asked)
        if dry_run:
            raise typer.Exit(_show(case, whole, output))
        raise typer.Exit(_ask(to, case, whole, why, said, wait_s, output))

    app.command("refund")(refund)


def _ask(to: Ports, case: PaymentCase, amount: Money, reason: str, said: Once | None, wait_s: int, output: Output) -> int:
    """Write the job, and wait for what it says."""
    more = {
        "w365_amount": amount.major,
        **to.currencies.bind(amount.currency),
        **bind("w365_Payment", "w365_payment", case.payment.id),
    }
    asked, debt = Wishes(to.api), case.uses.debt
    moment = to.clock.now().isoformat()
    job = asked.ask(JobKind.REFUND, debt.id, debt.number, {"reason": reason}, moment=moment, more=more, once=said)
    return wait_for(job, asked, to.queue, wait_s, output)


def _show(case: PaymentCase, amount: Money, output: Output) -> int:
    moved = goes_out(case.uses, amount)
    after = moved.uses.debt
    if output is Output.JSON:
        said = {
            "invoice": after.number,
            "payment": case.payment.reference or case.payment.id,
            "refund": _figure(amount.major),
            "currency": amount.currency,
            "spare": _figure(moved.spared.major),
            "credited": _figure(moved.freed.major),
            "open_again": _figure(moved.turned.major),
            "balance": _figure(after.balance.major),
            "left": _figure((case.refundable - amount).major),
        }
        data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        return OK
    data().print(f"{amount} would be given back of {case.payment.amount}. {where_from(case, moved)}.", soft_wrap=True)
    tell("dry run: nothing was given back")
    return OK


def _figure(amount: Decimal) -> str:
    return f"{amount:f}"
