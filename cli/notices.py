"""`w365 notices`: what people are told, what they were told, and sending once more."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.output import OK, PARTIAL, Output, data, tell
from cli.planning import DryRun, PlanHash, only_as_planned
from providers.catalogues.languages import Languages
from work365.errors import BadInput, NotFound
from work365.handlers import questions, telling, telling_approvals, telling_money
from work365.planning import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dataverse.stores.telling import Telling
    from work365.ports.mail import Mailer
    from work365.ports.platform import Clock
    from work365.ports.questions import QuestionNews
    from work365.ports.renewing import RenewalBook
    from work365.ports.telling_approvals import ApprovalNews
    from work365.ports.telling_money import CardNews, PaymentNews
    from work365.receivables.pay_links import Linking
    from work365.telling.notice import Notice


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on."""

    book: Telling
    renewals: RenewalBook
    payments: PaymentNews
    cards: CardNews
    questions: QuestionNews
    approvals: ApprovalNews
    mailer_for: Callable[[], Mailer]
    clock: Clock
    linking: Linking


def real_ports() -> Ports:
    """The partner's tenant and mailbox."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(
        book=application.telling,
        renewals=application.renewals,
        payments=application.payment_news,
        cards=application.card_news,
        questions=application.questions,
        approvals=application.approval_news,
        mailer_for=lambda: application.mailer,
        clock=application.clock,
        linking=application.linking,
    )


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="What customers and staff are told.", no_args_is_help=True)
    group.callback()(_group)
    group.command("list")(_list_command(ports))
    group.command("send")(_send_command(ports))
    group.command("retry")(_retry_command(ports))
    app.add_typer(group, name="notices")


def _group() -> None:
    """What customers and staff are told."""


def _list_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def listed(
        days: Annotated[int, typer.Option("--days", min=1, max=400, help="Written within so many days.")] = 30,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """List what was told, to whom, why, and what became of it; the newest first."""
        at = ports()
        found = [
            {
                "id": row["w365_noticeid"],
                "written": row["createdon"],
                "kind": row["kind"],
                "to": row["w365_recipient"] or row["audience"],
                "subject": row["w365_name"],
                "status": row["status"],
                "message": row["w365_message"] or "",
                "why": row["w365_why"] or "",
            }
            for row in at.book.listed(at.clock.now() - timedelta(days=days))
        ]
        _show(found, ("written", "kind", "to", "subject", "status", "message"), output)
        raise typer.Exit(OK)

    return listed


def _send_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def send(
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Do now what the timers do: write what is to be told of terms, seats, money and requests, then hand over what waits."""
        at = ports()
        occasions = [
            *telling.renewals_ahead(book=at.renewals, clock=at.clock),
            *telling.closing_windows(book=at.renewals, clock=at.clock),
            *telling_money.payments_received(book=at.payments, clock=at.clock),
            *telling_money.cards_expiring(book=at.cards, clock=at.clock),
            *questions.messages(book=at.questions, clock=at.clock),
        ]
        new = [
            *telling.decided(occasions, book=at.book, catalogues=Languages()),
            *telling_approvals.decided(news=at.approvals, book=at.book, catalogues=Languages(), clock=at.clock),
        ]
        planned = _plan(new)
        only_as_planned(plan, lambda: planned)
        _show([_said(one) for one in new], ("kind", "to", "subject", "why"), output)
        if dry_run:
            tell(f"plan {planned}; do exactly this with --plan {planned}")
            raise typer.Exit(OK)
        written = at.book.queue(new)
        done = telling.deliver(book=at.book, mailer_for=at.mailer_for, clock=at.clock, linking=at.linking, catalogues=Languages())
        tell(f"{written} new, {done.sent} sent, {done.failed} failed, {done.unknown} may have been sent")
        if done.waiting:
            tell(f"the rest waits: {done.waiting}")
        raise typer.Exit(PARTIAL if done.failed or done.unknown or done.waiting else OK)

    return send


def _plan(new: Sequence[Notice]) -> str:
    """The hash of what would be told, word for word."""
    plan = Plan("notices send")
    for one in new:
        plan.add(one.id, one.recipient, one.subject, one.body)
    return plan.hash


def _retry_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def retry(notice: Annotated[str, typer.Argument(help="Id of a notice, from `w365 notices list`.")]) -> None:
        """Queue a mail once more that failed or may have been sent; the next timer sends it."""
        try:
            subject = ports().book.again(notice)
        except (BadInput, NotFound) as error:
            message = f"there is no notice '{notice}'; look it up with `w365 notices list`"
            raise BadInput(message, "NOTICE") from error
        tell(f"queued: {subject}")

    return retry


def _said(one: Notice) -> dict[str, Any]:
    to = one.recipient or one.message or one.audience.value
    return {"kind": one.kind.value, "to": to, "subject": one.subject, "body": one.body, "why": one.why}


def _show(found: Sequence[dict[str, Any]], columns: Sequence[str], output: Output) -> None:
    if output is Output.JSON:
        data().print(json.dumps(found, ensure_ascii=False), soft_wrap=True)
        return
    table = Table(*columns)
    for one in found:
        table.add_row(*(str(one[name]) for name in columns))
    data().print(table)
