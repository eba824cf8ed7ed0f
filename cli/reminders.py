"""`w365 reminders`: what is due on a day, what was sent to whom, and invoices of which nobody is reminded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli import late_fees
from cli.book_ports import ports_of
from cli.output import FINDINGS, OK, Output, amount_option, day_option, show_rows, tell
from dataverse.stores.reminding import Reminders
from work365.errors import BadInput
from work365.handlers import reminding
from work365.periods import days_at
from work365.reminding.plan import Channel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.book_ports import Ports
    from work365.handlers.reminding import Prepared
    from work365.ports.reminding import Logged, ReminderBook
    from work365.reminding.bundling import Bundle
    from work365.reminding.chasing import Due
    from work365.reminding.plan import Step

Invoice = Annotated[str, typer.Argument(help="Number of an open invoice.")]
REASON_MAX = 300
Why = Annotated[str, typer.Option("--reason", help="Why; it stays with the invoice.")]
Form = Annotated[Output, typer.Option("--output")]
DUE = ("customer", "invoice", "step", "plan", "asked", "fee", "also", "to", "held back")
LOG = ("taken", "customer", "invoice", "step", "plan", "asked", "fee", "to", "status", "message")

real_ports = ports_of(lambda at: Reminders(at.api, at.currencies))


def register(app: typer.Typer, ports: Callable[[], Ports[ReminderBook]] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="Reminders of open invoices.", no_args_is_help=True)
    group.command("due")(_due_command(ports))
    group.command("list")(_list_command(ports))
    group.command("pause")(_pause_command(ports))
    group.command("dispute")(_dispute_command(ports))
    group.command("opt-out")(_opt_out_command(ports))
    group.add_typer(late_fees.group(), name="fees")
    app.add_typer(group, name="reminders")


def _due_command(ports: Callable[[], Ports[ReminderBook]]) -> Callable[..., None]:
    def due(
        as_of: Annotated[str, typer.Option("--as-of", help="A day, as 2026-03-13; empty: today.")] = "",
        output: Form = Output.TABLE,
    ) -> None:
        """Show what a day would send and what is held back, if nothing changed until then; writes nothing."""
        at = ports()
        day = day_option(as_of, "--as-of") if as_of else None
        prepared = reminding.prepare(days_at(at.clock.now()) if day is None else lambda _: day, book=at.book)
        show_rows("due", DUE, _due_rows(prepared), output)
        for error in prepared.broken:
            tell(str(error))
        raise typer.Exit(FINDINGS if prepared.broken else OK)

    return due


def _list_command(ports: Callable[[], Ports[ReminderBook]]) -> Callable[..., None]:
    def listed(
        days: Annotated[int, typer.Option("--days", min=1, max=400, help="Taken within so many days.")] = 30,
        output: Form = Output.TABLE,
    ) -> None:
        """List the steps that were taken, who was told of each, and what became of it; the newest first."""
        at = ports()
        found = at.book.log(at.clock.now() - timedelta(days=days))
        show_rows("reminders", LOG, [_log_row(one) for one in found], output)
        raise typer.Exit(OK)

    return listed


def _pause_command(ports: Callable[[], Ports[ReminderBook]]) -> Callable[..., None]:
    def pause(
        invoice: Invoice,
        reason: Why,
        until: Annotated[str, typer.Option("--until", help="Last day without a reminder; empty: lift the pause.")] = "",
    ) -> None:
        """Send no reminder of an invoice up to a day, e.g. because the customer has promised to pay until then."""
        last: date | None = day_option(until, "--until") if until else None
        at = ports()
        if last is not None and last < at.clock.today(reminding.ZONE):
            message = f"{last} is over, so nothing would be paused; name a day to come, or leave --until out to lift a pause"
            raise BadInput(message, "--until")
        at.book.pause(invoice, last, _said(reason))
        tell(f"{invoice} is paused until {last}" if last else f"{invoice} is not paused any more")

    return pause


def _dispute_command(ports: Callable[[], Ports[ReminderBook]]) -> Callable[..., None]:
    def dispute(
        invoice: Invoice,
        reason: Why,
        amount: Annotated[str, typer.Option("--amount", help="How much; empty: all that is open; 0: nothing any more.")] = "",
    ) -> None:
        """Send no reminder of the part of an invoice that the customer does not accept, or has asked about."""
        ports().book.dispute(invoice, amount_option(amount, "--amount") if amount else None, _said(reason))
        tell(f"{invoice}: noted")

    return dispute


def _opt_out_command(ports: Callable[[], Ports[ReminderBook]]) -> Callable[..., None]:
    def opt_out(
        invoice: Invoice, reason: Why, back: Annotated[bool, typer.Option("--back", help="Remind of it again.")] = False
    ) -> None:
        """Never send a reminder of an invoice; for a whole customer, set `reminder-plan` to none."""
        ports().book.opt_out(invoice, _said(reason), out=not back)
        tell(f"{invoice} is reminded of again" if back else f"nobody is reminded of {invoice}")

    return opt_out


def _said(reason: str) -> str:
    """Why, as it is kept. Errors: BadInput."""
    if not reason.strip() or len(reason) > REASON_MAX:
        message = f"say why, in at most {REASON_MAX} characters; it stays with the invoice for whoever asks later"
        raise BadInput(message, "--reason")
    return reason.strip()


def _due_rows(prepared: Prepared) -> list[dict[str, str]]:
    sent = [_due_row(one, bundle.debtor.customer, to=_to(bundle)) for bundle in prepared.bundles for one in bundle.dues]
    return sent + [_due_row(one.due, one.customer, held_back=one.why) for one in prepared.held]


def _to(bundle: Bundle) -> str:
    return bundle.problem or (", ".join(bundle.debtor.addresses) if bundle.mails else "staff")


def _due_row(one: Due, customer: str, *, to: str = "", held_back: str = "") -> dict[str, str]:
    return {
        "customer": customer,
        "invoice": one.owed.number,
        "step": one.step.named,
        "plan": one.plan,
        "asked": str(one.owed.asked),
        "fee": "" if one.fee is None or held_back else str(one.fee.amount),
        "also": "" if held_back else ", ".join(_besides(one.step)),
        "to": to,
        "held back": held_back,
    }


def _besides(step: Step) -> Iterator[str]:
    """What a step does besides a mail and a fee."""
    if step.channel is not Channel.MAIL:
        yield "task for staff"
    if step.credit_hold:
        yield "credit hold"
    if step.suspend:
        yield "asks for suspension"


def _log_row(one: Logged) -> dict[str, str]:
    return {
        "taken": one.taken.date().isoformat(),
        "customer": one.customer,
        "invoice": one.invoice,
        "step": f"{one.day:+d}",
        "plan": one.plan,
        "asked": one.amount,
        "fee": one.fee,
        "to": one.to,
        "status": one.status,
        "message": one.message,
    }
