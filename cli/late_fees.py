"""`w365 reminders fees`: late fees that were charged, where each stands, and waiving one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli.once import Key, answer_again, once
from cli.output import OK, USAGE, Output, data, show_rows, tell
from cli.waiting import WAIT_S_DEFAULT, WaitS, wait_for
from dataverse.stores.excluding import Exclusions
from dataverse.stores.late_fees import LateFees
from dataverse.stores.wishes import Wishes
from work365.crediting.excluding import Said
from work365.errors import BadInput
from work365.handlers.excluding import Wish, decide, record
from work365.jobs import JobKind
from work365.reminding.late_fee import Waiving, waiving

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.webapi import WebApi
    from work365.ports.platform import Clock, Queue
    from work365.reminding.late_fee import LateFee

COLUMNS = ("taken", "customer", "invoice", "step", "fee", "standing", "how")
Invoice = Annotated[str, typer.Argument(help="Number of the invoice that was paid late.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stays with the fee.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would become of it; write nothing.")]
Form = Annotated[Output, typer.Option("--output")]


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on."""

    api: WebApi
    queue: Queue
    clock: Clock


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    at = wiring.application()
    return Ports(at.api, at.queue, at.clock)


def group(ports: Callable[[], Ports] = real_ports) -> typer.Typer:
    """The commands."""
    fees = typer.Typer(help="Late fees that reminders have charged.", no_args_is_help=True)
    fees.command("list")(_list_command(ports))
    fees.command("waive")(_waive_command(ports))
    return fees


def _list_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def listed(
        days: Annotated[int, typer.Option("--days", min=1, max=3660, help="Charged within so many days.")] = 90,
        output: Form = Output.TABLE,
    ) -> None:
        """List late fees, how each was made, and whether it waits, is billed, credited or waived; the newest first."""
        at = ports()
        found = LateFees(at.api).since(at.clock.now() - timedelta(days=days))
        show_rows("fees", COLUMNS, [_row(one) for one in found], output)
        raise typer.Exit(OK)

    return listed


def _waive_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def waive(
        context: typer.Context,
        invoice: Invoice,
        reason: Reason,
        step: Annotated[int | None, typer.Option("--step", help="Day of the step, where several have cost something.")] = None,
        dry_run: DryRun = False,
        key: Key = "",
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Form = Output.TABLE,
    ) -> None:
        """Waive a late fee: one that is not billed yet is left out, one that is billed is credited."""
        at, said = ports(), once(context, key)
        asked = Wishes(at.api)
        if not dry_run:
            answer_again(said, asked, at.queue, wait_s, output)
        fee = _meant(LateFees(at.api).of(invoice), invoice, step)
        if fee.left_out_for(reason):
            raise typer.Exit(_say_left_out(fee))
        way = waiving(fee)
        if dry_run:
            tell(f"{fee.amount} for {invoice} would be {way.value}; nothing was written")
            raise typer.Exit(OK)
        if way is Waiving.LEAVE_OUT:
            raise typer.Exit(_leave_out(at, fee, reason))
        arguments, moment = {"lines": str(fee.line), "reason": reason}, at.clock.now().isoformat()
        job = asked.ask(JobKind.CREDIT, fee.document, fee.number, arguments, moment=moment, once=said)
        raise typer.Exit(wait_for(job, asked, at.queue, wait_s, output))

    return waive


def _meant(found: list[LateFee], invoice: str, step: int | None) -> LateFee:
    """The fee that was named. Errors: BadInput for none, and for several without a step."""
    named = [one for one in found if step is None or one.day == step]
    if len(named) == 1:
        return named[0]
    if not named:
        message = f"no late fee was charged for {invoice}" + ("" if step is None else f" by the step {step:+d}")
        raise BadInput(message, "INVOICE")
    message = f"{invoice} has fees of the steps {', '.join(f'{one.day:+d}' for one in named)}; say one with --step"
    raise BadInput(message, "--step")


def _leave_out(at: Ports, fee: LateFee, reason: str) -> int:
    book = Exclusions(at.api)
    said = Said(reason, *book.person(), at.clock.now())
    (outcome,) = record(decide([fee.item], said, Wish.EXCLUDE, book=book), book=book)
    if outcome.problem:
        tell(outcome.problem)
        return USAGE
    return _say_left_out(fee)


def _say_left_out(fee: LateFee) -> int:
    data().print(f"{fee.amount} for {fee.invoice} is waived and will not be billed.", soft_wrap=True)
    return OK


def _row(one: LateFee) -> dict[str, str]:
    said = (one.taken.isoformat(), one.customer, one.invoice, f"{one.day:+d}", str(one.amount), one.standing, one.words)
    return dict(zip(COLUMNS, said, strict=True))
