"""`w365 money` and `w365 payouts`: whether payments, gateways and books say the same, and what gateways sent to the bank."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import FINDINGS, OK, PARTIAL, Output, data, day_option, show_rows, tell
from dataverse.stores.booked import BookedRows
from dataverse.stores.reconciling import MoneyRows
from work365.errors import BadInput
from work365.handlers import checking_books, checking_money
from work365.reconciling.difference import age_days

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from work365.handlers.checking_money import Checked
    from work365.ports.books import LedgerFor
    from work365.ports.platform import Clock
    from work365.ports.reconciling import BookedBook, GatewayMoneyFor, KeptPayout, MoneyBook
    from work365.reconciling.difference import Difference
    from work365.reconciling.standing import Standing
    from work365.reconciling.totals import Totals

DIFFERENCES = ("code", "subject", "amount", "currency", "days", "next step")
STANDING = ("code", "subject", "amount", "days", "state", "next step")
TOTALS = ("gateway", "currency", "here", "there", "differing", "young", "agree")
PAYOUTS = ("processor", "payout", "arrives on", "amount", "currency", "fees", "payments", "state")
RECENT = timedelta(days=90)
Form = Annotated[Output, typer.Option("--output")]
Since = Annotated[str, typer.Option("--since", help="From this day on, as 2026-03-02.")]


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on."""

    book: MoneyBook
    booked: BookedBook
    money_for: GatewayMoneyFor
    ledger_for: LedgerFor
    clock: Clock


def real_ports() -> Ports:
    """The partner's tenant and its gateways."""
    import wiring  # the whole application: only when a command needs it

    at = wiring.application()
    return Ports(MoneyRows(at.api, at.currencies), BookedRows(at.api), at.money_for, at.ledger_for, at.clock)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""
    money = typer.Typer(help="Whether payments, gateways and books say the same of the money.", no_args_is_help=True)
    money.command("check")(_check_command(ports))
    money.command("list")(_list_command(ports))
    money.command("explain")(_explain_command(ports))
    app.add_typer(money, name="money")
    app.command("payouts")(_payouts_command(ports))


def _check_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def check(
        *,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare what was read from gateways; write nothing.")] = False,
        since: Annotated[str, typer.Option("--since", help="With --dry-run: compare everything from this day on.")] = "",
        output: Form = Output.TABLE,
    ) -> None:
        """Compare as the night does: each difference with amount, age and next step; the totals per currency.

        Exit 1: something differs that nobody has explained; 4: a gateway or the books did not answer.
        """
        at, now = ports(), ports().clock.now()
        if since and not dry_run:
            message = "compares a longer period only with --dry-run; the check itself goes on where the last one stopped"
            raise BadInput(message, "--since")
        begin = _moment(since, "--since") if since else None
        if dry_run:
            found = [checking_money.look(one, book=at.book, now=now, since=begin) for one in at.book.positions()]
        else:
            found = list(checking_money.check_all(book=at.book, money_for=at.money_for, now=now))
            found += checking_books.check_all(book=at.booked, findings=at.book, ledger_for=at.ledger_for, now=now)
        _show(found, now.date(), output)

    return check


def _show(found: list[Checked], today: date, output: Output) -> None:
    differing = [one for each in found for one in each.differences if one.key not in each.explained]
    rows = [_difference(one, today) for one in differing]
    sums = [_totals(each.code, one) for each in found for one in each.totals]
    if output is Output.JSON:
        data().print(json.dumps({"differences": rows, "totals": sums}, ensure_ascii=False), soft_wrap=True)
    else:
        show_rows("differences", DIFFERENCES, rows, output)
        show_rows("totals", TOTALS, sums, output)
    for each in found:
        if each.silent:
            tell(f"{each.code} was not compared: {each.silent}")
    explained = sum(one.key in each.explained for each in found for one in each.differences)
    if explained:
        tell(f"{explained} more differ as somebody has explained; `w365 money list` shows them")
    agree = all(one.agree for each in found for one in each.totals)
    if not agree:
        tell("the totals do not agree by what differs: report this with the output of --dry-run --output json")
    raise typer.Exit(PARTIAL if any(each.silent for each in found) else FINDINGS if differing or not agree else OK)


def _list_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def listed(output: Form = Output.TABLE) -> None:
        """What the last checks found and nothing has mended, the oldest first; explained differences with their reason."""
        at = ports()
        today = at.clock.today("UTC")
        show_rows("differences", STANDING, [_standing(one, today) for one in at.book.standing()], output)

    return listed


def _explain_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def explain(
        reference: Annotated[str, typer.Argument(help="What differs: an id of ours, of the gateway's or of the books.")],
        reason: Annotated[str, typer.Option("--reason", help="Why; it stands on the finding.")] = "",
    ) -> None:
        """Set a difference aside with a reason; it stays so for as long as its figures stay the same."""
        if not reason.strip():
            message = "say why it differs"
            raise BadInput(message, "--reason")
        at = ports()
        found = [one for one in at.book.standing() if reference in (one.there, one.here, one.id)]
        if not found:
            message = f"nothing that differs has the id '{reference}'; `w365 money list` shows what does"
            raise BadInput(message, "REFERENCE")
        for one in found:
            at.book.explain(one, reason.strip())
            tell(f"explained: {one.subject}, {one.figure or one.code}")

    return explain


def _payouts_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def payouts(
        since: Since = "",
        processor: Annotated[list[str] | None, typer.Option("--processor", help="Its code; several times.")] = None,
        output: Form = Output.TABLE,
    ) -> None:
        """What gateways sent to the bank in the last 90 days, or since a day, the latest first, to match with its statement."""
        at = ports()
        begin = _moment(since, "--since") if since else at.clock.now() - RECENT
        rows = [_payout(one) for one in at.book.payouts(processor or [], since=begin)]
        show_rows("payouts", PAYOUTS, rows, output)

    return payouts


def _moment(text: str, option: str) -> datetime:
    return datetime.combine(day_option(text, option), time(0), UTC)


def _difference(one: Difference, today: date) -> dict[str, str]:
    amount, code = ("", "") if one.amount is None else (f"{one.amount.major:f}", one.amount.currency)
    said = (one.code.value, one.subject, amount, code, str(age_days(one.since, today)), one.next_step)
    return dict(zip(DIFFERENCES, said, strict=True)) | {"message": one.words, "here": one.here, "there": one.there}


def _standing(one: Standing, today: date) -> dict[str, str]:
    state = f"explained: {one.reason}" if one.explained else "open"
    said = (one.code, one.subject, one.figure, str(age_days(one.since, today)), state, one.next_step)
    return dict(zip(STANDING, said, strict=True)) | {"message": one.message, "here": one.here, "there": one.there}


def _totals(code: str, one: Totals) -> dict[str, str]:
    figures = (f"{each.major:f}" for each in (one.here, one.there, one.differing, one.young))
    return dict(zip(TOTALS, (code, one.here.currency, *figures, "yes" if one.agree else "no"), strict=True))


def _payout(one: KeptPayout) -> dict[str, str]:
    payout = one.payout
    arrives = payout.arrives_on.isoformat() if payout.arrives_on is not None else ""
    fees = "" if one.fees is None else f"{one.fees.major:f}"
    payments = "" if one.payments is None else str(one.payments)
    said = (one.processor, payout.id, arrives, f"{payout.amount.major:f}", payout.amount.currency, fees, payments)
    return dict(zip(PAYOUTS, (*said, payout.state.value), strict=True)) | {"reason": payout.reason}
