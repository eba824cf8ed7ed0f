"""`w365 import ecb-rates`: what the European Central Bank has published and the tenant does not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cli.importing_rates import show
from cli.output import Output, tell
from cli.planning import DryRun, PlanHash, only_as_planned
from work365.handlers.fetching_rates import fetch_rates
from work365.handlers.importing_rates import RatesReport

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from work365.handlers.fetching_rates import Fetched
    from work365.money import Currency
    from work365.ports.currencies import RateBook, RateSource

NONE = RatesReport(0, 0, 0, (), "")
NOTHING_DUE = "Everything that should be published is here; nobody was asked."


@dataclass(frozen=True, slots=True)
class Ports:
    """What the command works on. `codes` are the currencies of the tenant."""

    source: RateSource
    book: RateBook
    codes: Collection[Currency]
    now: datetime


def real_ports() -> Ports:
    """The bank, the partner's tenant and the present moment."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(application.ecb, application.rates, application.currencies.all(), application.clock.now())


def attach(group: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command to those that import."""

    def ecb_rates(
        whole: Annotated[bool, typer.Option("--history", help="Everything of the last 90 days, whatever is due.")] = False,
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Add the European Central Bank's rates that are out and not here, in the currencies of this environment.

        The same that the timer does where W365_RATES is ecb. A rate that is there already is never changed.
        """

        def bring_in(*, dry_run: bool) -> Fetched:
            own = ports()
            return fetch_rates(source=own.source, book=own.book, codes=own.codes, now=own.now, whole=whole, dry_run=dry_run)

        only_as_planned(plan, lambda: _plan(bring_in(dry_run=True)))
        found = bring_in(dry_run=dry_run)
        for day in found.waiting:
            tell(f"The rates of {day} are not published yet.")
        if found.report is None:
            tell(NOTHING_DUE)
        raise typer.Exit(show(found.report or NONE, "ECB", output, dry_run=dry_run))

    group.command("ecb-rates")(ecb_rates)


def _plan(found: Fetched) -> str:
    return found.report.plan if found.report else ""
