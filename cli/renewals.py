"""`w365 renewals`: which terms end soon, what happens then and at which price; and say it for many at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.asking import Asker, asker_of
from cli.output import OK, PARTIAL, Output, data, tell
from cli.planning import DryRun, PlanHash, only_as_planned
from cli.waiting import WAIT_S_DEFAULT, WaitS
from dataverse.stores.renewing import Renewals
from work365.errors import BadInput
from work365.handlers.renewal_policies import Policy, arguments_of, endings, requested, set_policies
from work365.jobs import JobKind
from work365.planning import Plan
from work365.terms.renewal import AtEnd, PriceRule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from work365.handlers.renewal_policies import Ending
    from work365.ports.platform import Clock
    from work365.ports.renewing import RenewalBook
    from work365.subscriptions.held import Agreed
    from work365.subscriptions.renewing import Outlook, Returnable

ONE_DAY = timedelta(days=1)
WORDS = {"renew": AtEnd.RENEW, "extend": AtEnd.EXTEND, "end": AtEnd.END}
RULES = {"keep": PriceRule.KEEP, "list": PriceRule.LIST}


@dataclass(frozen=True, slots=True)
class Ports:
    """What the command works on. Without an `asker` nothing waits for an approver."""

    book: RenewalBook
    clock: Clock
    asker: Asker | None = None


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(Renewals(application.api, application.currencies), application.clock, asker_of(application))


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command."""

    def renewals(
        days: Annotated[int, typer.Option("--days", min=0, max=1200, help="Terms that end within so many days.")] = 90,
        contract: Annotated[str, typer.Option("--contract", help="Only this contract, by its number.")] = "",
        at_end: Annotated[str, typer.Option("--at-end", help="Set what happens for all of these: renew, extend or end.")] = "",
        price: Annotated[str, typer.Option("--price", help="Set the price rule: keep, list, or a percentage as +5.")] = "",
        dry_run: DryRun = False,
        plan: PlanHash = "",
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """List terms that end: lock, windows, what happens then, and the price afterwards; or set it in bulk.

        A renewal that has begun cannot be changed any more; the list says from when on that is. Where a threshold catches what is
        set, this asks for it by a job, and an approver has to agree first.
        """
        at, policy = ports(), _policy(at_end, price)
        until = at.clock.now().date() + timedelta(days=days)
        found = endings(until, contract, at.book)
        planned = _plan(found, policy)
        only_as_planned(plan, lambda: planned)
        refused: list[str] = []
        if policy is not None and not dry_run:
            _exit_when_asked(at, found, policy, until, contract, wait_s)
            refused = set_policies(found, policy, book=at.book, clock=at.clock)
            found = endings(until, contract, at.book)
        _show([one.seen(at.clock.now(), policy if dry_run else None) for one in found], output)
        if policy is not None and dry_run:
            tell(f"plan {planned}; do exactly this with --plan {planned}")
        for sentence in refused:
            tell(sentence)
        raise typer.Exit(PARTIAL if refused else OK)

    app.command("renewals")(renewals)


def _policy(at_end: str, price: str) -> Policy | None:
    """What the options say; None for nothing. Errors: BadInput."""
    if at_end and at_end not in WORDS:
        message = f"'{at_end}' is not possible; use renew, extend or end"
        raise BadInput(message, "--at-end")
    then = WORDS.get(at_end)
    if price in RULES:
        return Policy(then, RULES[price])
    if price:
        return Policy(then, PriceRule.PERCENT, _percent(price))
    return Policy(then) if then else None


def _percent(text: str) -> Decimal:
    try:
        percent = Decimal(text.rstrip("%"))
    except InvalidOperation:
        percent = Decimal("NaN")
    if not percent.is_finite() or percent <= Decimal(-100):
        message = f"'{text}' is no price rule; use keep, list, or a percentage as +5"
        raise BadInput(message, "--price")
    return percent


def _plan(found: Sequence[Ending], policy: Policy | None) -> str:
    """The hash of what would be set: each subscription with its term, as it is and as it would be."""
    plan = Plan("renewals")
    for one in found if policy else ():
        plan.add(one.held.id, one.agreed.end, one.agreed, policy.of(one.agreed) if policy else one.agreed)
    return plan.hash


def _exit_when_asked(at: Ports, found: Sequence[Ending], policy: Policy, until: date, contract: str, wait_s: int) -> None:
    """End the command where a threshold catches what it asks for: a job does it, once somebody has approved it."""
    if at.asker is None:
        return
    request = partial(requested, found, policy, until, at.clock.now())
    code = at.asker.asks(JobKind.SET_RENEWALS, arguments_of(policy, until, contract), request, wait_s, Output.TABLE)
    if code is not None:
        raise typer.Exit(code)


def _show(found: Sequence[Outlook], output: Output) -> None:
    if output is Output.JSON:
        data().print(json.dumps([_json(one) for one in found], ensure_ascii=False), soft_wrap=True)
        return
    table = Table(
        "contract", "subscription", "seats", "last day", "within", "locked from (UTC)", "returnable", "then", "price", "after"
    )
    for one in found:
        said = _json(one)
        seats = ", ".join(f"{window['seats']} until {window['until'][:16]} for {window['refund']}" for window in said["windows"])
        within = "" if one.notice_days is None else f"{one.notice_days} days"
        after = said["price_after"] or said["missing"] or "-"
        cells = (said["contract"], said["subscription"], str(said["seats"]), said["last_day"], within, said["locked_from"][:16])
        table.add_row(*cells, seats or "-", said["then"], said["price"], after)
    data().print(table)


def _window(one: Returnable) -> dict[str, Any]:
    return {"seats": one.seats, "until": one.until.isoformat(), "refund": str(one.refund.major), "hours_left": one.alert}


def _json(one: Outlook) -> dict[str, Any]:
    agreed: Agreed = one.agreed
    return {
        "contract": one.held.place.number,
        "subscription": one.held.name,
        "id": one.held.id,
        "seats": one.held.quantity,
        "term": agreed.term.value,
        "last_day": (agreed.end - ONE_DAY).isoformat(),
        "notice_days": one.notice_days,
        "locked_from": one.locked_from.isoformat(),
        "windows": [_window(window) for window in one.windows],
        "then": "left to the supplier" if agreed.at_end is None else agreed.at_end.value,
        "price_rule": agreed.rule.value,
        "price": f"{one.price.normalize():f}",
        "price_after": None if one.price_after is None else f"{one.price_after.normalize():f}",
        "missing": one.missing,
    }
