"""`w365 tiers`: resellers of several tiers, what each is billed for and what each earns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import FINDINGS, OK, Output, data, day_option, tell
from cli.parts_shown import apply_kept, show_checked, tell_findings
from cli.planning import DryRun, PlanHash  # noqa: TC001  typer reads the annotations
from cli.revenue_shown import show_rows
from cli.tiers_shown import EARNED, LEVEL, earned_rows, earned_said, level_rows, totals
from dataverse.stores.margins import Margins
from work365.errors import BadInput
from work365.handlers.reselling import check_tiers, follow_tiers
from work365.money import currency as known_currency
from work365.periods import plus_months
from work365.reselling.margins import earned
from work365.revenue.months import month_of, typed_month

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.ports.platform import Clock
    from work365.ports.reselling import ResellingBook

Account = Annotated[str, typer.Option("--account", help="Only this customer, by its name.")]
Subscription = Annotated[str, typer.Argument(help="Its id, the supplier's id, or its name; empty: all of them.")]


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on."""

    book: ResellingBook
    margins: Margins
    clock: Clock


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(application.reselling, Margins(application.api, application.reselling), application.clock)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="Resellers of several tiers: who bills whom, and who earns what.", no_args_is_help=True)
    group.callback()(_group)
    group.command("show")(_show_command(ports))
    group.command("margins")(_margins_command(ports))
    group.command("check")(_check_command(ports))
    group.command("apply")(_apply_command(ports))
    app.add_typer(group, name="tiers")


def _group() -> None:
    """Resellers of several tiers: who bills whom, and who earns what."""


def _show_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def show(
        subscription: Subscription = "",
        account: Account = "",
        on: Annotated[str, typer.Option("--on", help="The day, as 2026-03-16; today by default.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Who bills whom for a subscription on a day: the customer's contract, and the tiers above it."""
        if not subscription and not account:
            message = "say which subscription, or which customer with --account"
            raise BadInput(message, "SUBSCRIPTION")
        found = ports()
        day = day_option(on, "--on") if on else found.clock.today("UTC")
        market = found.book.market(subscription)
        mine = [one for one in market.resold if account.casefold() in ("", one.customer.casefold())]
        if not mine and not market.broken:
            message = f"nothing of '{subscription or account}' is bought from a tier above; look under Reseller tiers"
            raise BadInput(message, "SUBSCRIPTION" if subscription else "--account")
        show_rows([row for one in mine for row in level_rows(one, market, day)], LEVEL, "tiers", output)
        tell_findings(market.broken)
        raise typer.Exit(FINDINGS if market.broken else OK)

    return show


def _margins_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def margins(
        subscription: Subscription = "",
        month: Annotated[str, typer.Option("--month", help="The month, as 2026-03; the last full one by default.")] = "",
        account: Account = "",
        currency: Annotated[str, typer.Option("--currency", help="All in this one; by default its customer's.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """What each tier buys and sells for in a month, and what it earns. Ends 1 when something of it is not known."""
        found = ports()
        of = typed_month(month, "--month") if month else month_of(plus_months(found.clock.today("UTC").replace(day=1), -1))
        code = known_currency(currency, "--currency") if currency else None
        sales, unvalued = found.margins.sales(subscription)
        mine = [one for one in sales if account.casefold() in ("", one.customer.casefold())]
        rates = found.margins.rates(of)
        shown = [one for sale in mine for one in earned(sale, of, rates.rate, code) if not one.nothing]
        if output is Output.JSON:
            said = {"sales": [earned_said(one) for one in shown], "totals": totals(shown), "unvalued": unvalued}
            data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        else:
            show_rows([row for one in shown for row in earned_rows(one)], EARNED, "margins", output)
            show_rows(totals(shown), ("seller", "currency", "margin", "unknown"), "totals", output)
        unknown = [charge.unknown for one in shown for charge in one.charges if charge.unknown]
        for sentence in dict.fromkeys((*unvalued, *unknown)):
            tell(sentence)
        raise typer.Exit(FINDINGS if unvalued or unknown else OK)

    return margins


def _check_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def check(
        on: Annotated[str, typer.Option("--on", help="The day, as 2026-03-16; today by default.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Whether every tier is billed for what its customers' customers have; writes nothing.

        Ends 0 when all is well, 1 when there is something to mend.
        """
        found = ports()
        findings = list(check_tiers(book=found.book, today=day_option(on, "--on") if on else found.clock.today("UTC")))
        raise typer.Exit(show_checked(findings, "Every tier is billed for what its customers have.", output))

    return check


def _apply_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    def apply(
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Follow every subscription in the tiers above it, as happens before each run. Doing it again changes nothing."""
        found = ports()
        keep = partial(follow_tiers, book=found.book, today=found.clock.today("UTC"))
        counted = ("resold", "parts", "rows", "held", "later")
        raise typer.Exit(apply_kept(keep, counted, plan, output, dry_run=dry_run))

    return apply
