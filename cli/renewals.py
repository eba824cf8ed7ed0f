"""`w365 renewals`: which terms end soon, what happens then and at which price; and say it for many at once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.output import OK, PARTIAL, Output, data, tell
from cli.planning import DryRun, PlanHash, only_as_planned
from dataverse.stores.renewing import Renewals
from work365.errors import BadInput, Conflict, Refused
from work365.planning import Plan
from work365.subscriptions.held import windows_of
from work365.subscriptions.renewing import outlook
from work365.terms.renewal import AtEnd, PriceRule, refuse_locked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from work365.ports.platform import Clock
    from work365.ports.renewing import RenewalBook
    from work365.subscriptions.held import Agreed
    from work365.subscriptions.renewing import Outlook, Returnable

ONE_DAY = timedelta(days=1)
WORDS = {"renew": AtEnd.RENEW, "extend": AtEnd.EXTEND, "end": AtEnd.END}
RULES = {"keep": PriceRule.KEEP, "list": PriceRule.LIST}


@dataclass(frozen=True, slots=True)
class Ports:
    """What the command works on."""

    book: RenewalBook
    clock: Clock


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(Renewals(application.api, application.currencies), application.clock)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command."""

    def renewals(
        days: Annotated[int, typer.Option("--days", min=0, max=1200, help="Terms that end within so many days.")] = 90,
        contract: Annotated[str, typer.Option("--contract", help="Only this contract, by its number.")] = "",
        at_end: Annotated[str, typer.Option("--at-end", help="Set what happens for all of these: renew, extend or end.")] = "",
        price: Annotated[str, typer.Option("--price", help="Set the price rule: keep, list, or a percentage as +5.")] = "",
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """List terms that end: lock, windows, what happens then, and the price afterwards; or set it in bulk.

        A renewal that has begun cannot be changed any more; the list says from when on that is.
        """
        at, change = ports(), _change(at_end, price)
        found = _outlooks(at, days, contract)
        planned = _plan(found, change)
        only_as_planned(plan, lambda: planned)
        refused = [] if dry_run else _set(at, found, change)
        found = [_with(one, change) for one in found] if dry_run else _outlooks(at, days, contract) if change else found
        _show(found, output)
        if change and dry_run:
            tell(f"plan {planned}; do exactly this with --plan {planned}")
        for sentence in refused:
            tell(sentence)
        raise typer.Exit(PARTIAL if refused else OK)

    app.command("renewals")(renewals)


def _change(at_end: str, price: str) -> dict[str, Any]:
    """The fields that the options set. Errors: BadInput."""
    change: dict[str, Any] = {}
    if at_end:
        if at_end not in WORDS:
            message = f"'{at_end}' is not possible; use renew, extend or end"
            raise BadInput(message, "--at-end")
        change["at_end"] = WORDS[at_end]
    if price in RULES:
        change |= {"rule": RULES[price], "percent": Decimal(0)}
    elif price:
        change |= {"rule": PriceRule.PERCENT, "percent": _percent(price)}
    return change


def _percent(text: str) -> Decimal:
    try:
        percent = Decimal(text.rstrip("%"))
    except InvalidOperation:
        percent = Decimal("NaN")
    if not percent.is_finite() or percent <= Decimal(-100):
        message = f"'{text}' is no price rule; use keep, list, or a percentage as +5"
        raise BadInput(message, "--price")
    return percent


def _outlooks(at: Ports, days: int, contract: str) -> list[Outlook]:
    now = at.clock.now()
    found = at.book.ending(now.date() + timedelta(days=days), contract=contract)
    return [outlook(held, held.agreed, windows_of(held), prices, now) for held, prices in found if held.agreed is not None]


def _plan(found: Sequence[Outlook], change: dict[str, Any]) -> str:
    """The hash of what would be set: each subscription with its term, as it is and as it would be."""
    plan = Plan("renewals")
    for one in found if change else ():
        plan.add(one.held.id, one.agreed.end, one.agreed, _with(one, change).agreed)
    return plan.hash


def _with(one: Outlook, change: dict[str, Any]) -> Outlook:
    return replace(one, agreed=replace(one.agreed, **change))


def _set(at: Ports, found: Sequence[Outlook], change: dict[str, Any]) -> list[str]:
    """Write the policy of each; sentences about those that could not be written."""
    refused = []
    for one in found if change else ():
        try:
            refuse_locked(one.agreed.end, at.clock.now())
            at.book.set_policy(one.held, _with(one, change).agreed)
        except (Refused, Conflict) as error:
            refused.append(f"{one.held.name} on {one.held.place.number}: {error}")
    return refused


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
