"""`w365 statements`: statements of account by mail, to one customer or to everyone with a balance."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.output import FINDINGS, OK, PARTIAL, Output, data, day_option, tell
from cli.planning import DryRun, PlanHash, only_as_planned
from work365.errors import BadInput
from work365.handlers import mailing_statements, telling
from work365.handlers.mailing_statements import ZONE, month_before
from work365.periods import Period
from work365.planning import Plan
from work365.telling.statements import Asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.handlers.drawing import Press
    from work365.handlers.mailing_statements import Prepared
    from work365.ports.mail import Mailer
    from work365.ports.platform import Clock
    from work365.ports.statement_mail import StatementMailBook
    from work365.ports.telling import NoticeBook
    from work365.receivables.pay_links import Linking
    from work365.telling.statements import Draft


FIGURES = ("currency", "opening", "closing", "entries")


@dataclass(frozen=True, slots=True)
class Ports:
    """What the command works on."""

    book: StatementMailBook
    notices: NoticeBook
    press: Press
    mailer_for: Callable[[], Mailer]
    clock: Clock
    linking: Linking


def real_ports() -> Ports:
    """The partner's tenant and mailbox."""
    import wiring  # the whole application: only when a command needs it

    own = wiring.application()
    return Ports(own.statement_mail, own.telling, own.press, lambda: own.mailer, own.clock, own.linking)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command."""
    group = typer.Typer(help="Statements of account by mail.", no_args_is_help=True)
    group.callback()(_group)
    group.command("send")(_send_command(ports))
    app.add_typer(group, name="statements")


def _group() -> None:
    """Statements of account by mail."""


def _send_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def send(
        account: Annotated[str, typer.Argument(help="The account's number.")] = "",
        everyone: Annotated[bool, typer.Option("--all", help="Everyone with a balance, instead of one.")] = False,
        children: Annotated[bool, typer.Option("--children", help="With the child accounts of this one.")] = False,
        first: Annotated[str, typer.Option("--from", help="First day, as 2026-01-01; empty: of last month.")] = "",
        last: Annotated[str, typer.Option("--to", help="Last day, included, which is over; empty: of last month.")] = "",
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Mail statements for a period that is over, each once, and hand over every mail that waits."""
        at = ports()
        asked = _asked(account, everyone=everyone, children=children)
        found = mailing_statements.prepare(_period(first, last, at.clock), asked, book=at.book, clock=at.clock)
        planned = _plan(found)
        only_as_planned(plan, lambda: planned)
        _show(found, output)
        for error in found.broken:
            tell(f"not drawn up: {error}")
        if dry_run:
            tell(f"plan {planned}; do exactly this with --plan {planned}")
            raise typer.Exit(FINDINGS if found.broken or _nowhere(found) else OK)
        raise typer.Exit(_do(found, at))

    return send


def _asked(account: str, *, everyone: bool, children: bool) -> Asked:
    if bool(account) == everyone:
        message = "name one account, or say --all"
        raise BadInput(message, "ACCOUNT")
    if children and everyone:
        message = "--children goes with one account; for the others the setting 'statement' says it"
        raise BadInput(message, "--children")
    return Asked(account, children, everyone)


def _period(first: str, last: str, clock: Clock) -> Period:
    if not first and not last:
        return month_before(clock.today(ZONE))
    if not first or not last:
        message = "say both the first and the last day, or neither for last month"
        raise BadInput(message, "--to" if first else "--from")
    begins, ends = day_option(first, "--from"), day_option(last, "--to")
    if ends < begins:
        message = f"the period ends on {ends}, before it begins on {begins}"
        raise BadInput(message, "--to")
    return Period(begins, ends + timedelta(days=1))


def _do(found: Prepared, at: Ports) -> int:
    written = mailing_statements.queue(found.drafts, book=at.book, press=at.press, clock=at.clock)
    done = telling.deliver(
        book=at.notices, mailer_for=at.mailer_for, clock=at.clock, linking=at.linking, catalogues=at.press.catalogues
    )
    tell(f"{written} new statements; {done.sent} mails sent, {done.failed} failed, {done.unknown} may have been sent")
    if done.waiting:
        tell(f"the rest waits: {done.waiting}")
    return PARTIAL if _nowhere(found) or found.broken or done.failed or done.unknown or done.waiting else OK


def _nowhere(found: Prepared) -> bool:
    """Some have no address to go to."""
    return any(not one.to[0] for one in found.drafts)


def _plan(found: Prepared) -> str:
    """The hash of what would be sent, figure for figure."""
    plan = Plan("statements send")
    for one in found.drafts:
        said = one.statement
        plan.add(one.key, said.opening, said.closing, len(said.entries), *one.to[0])
    return plan.hash


def _show(found: Prepared, output: Output) -> None:
    if output is Output.JSON:
        left = [{"customer": one.name, "company": one.company, "why": one.why} for one in found.left]
        shown = {"statements": [_said(one) for one in found.drafts], "left_out": left, "sent_before": found.told}
        data().print(json.dumps(shown, ensure_ascii=False), soft_wrap=True)
        return
    table = Table("customer", "company", "to", *FIGURES)
    for one in map(_said, found.drafts):
        to = ", ".join(one["recipients"]) or one["problem"]
        table.add_row(one["customer"], one["company"], to, *(str(one[name]) for name in FIGURES))
    data().print(table)
    for out in found.left:
        data().print(f"left out: {out.name}, {out.company}: {out.why}", soft_wrap=True)
    if found.told:
        data().print(f"sent before: {found.told}")


def _said(one: Draft) -> dict[str, Any]:
    addresses, problem = one.to
    said = one.statement
    return {
        "account": one.reading.to.number,
        "customer": one.reading.to.name,
        "accounts": len(one.reading.accounts),
        "company": one.parties.seller.code,
        "currency": said.currency,
        "from": said.first.isoformat(),
        "to": said.last.isoformat(),
        "opening": str(said.opening.major),
        "closing": str(said.closing.major),
        "entries": len(said.entries),
        "recipients": list(addresses),
        "problem": problem,
    }
