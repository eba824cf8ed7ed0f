"""`w365 import prices` and `w365 prices …`: new prices for a list, their approval, and changes of many subscriptions' prices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.asking import Asker, asker_of
from cli.output import FINDINGS, OK, PARTIAL, Output, day_option, tell
from cli.planning import DryRun, PlanHash, only_as_planned
from cli.price_files import read_prices
from cli.pricing_shown import show_decided, show_list, show_plan, show_prices
from cli.waiting import WAIT_S_DEFAULT, WaitS
from dataverse.stores.pricing import Pricing
from work365.approving.prices import of_repricing
from work365.errors import BadInput
from work365.handlers import pricing
from work365.handlers.pricing import Wish
from work365.handlers.pricing_by_job import asked_of, list_arguments, repricing_arguments
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from work365.approving.request import Request
    from work365.ports.pricing import PricingBook

Products = Annotated[list[str] | None, typer.Option("--product", help="Only this product, by its number; may be repeated.")]
ListCode = Annotated[str, typer.Option("--list", help="Code of the price list.")]
Shape = Annotated[Output, typer.Option("--output")]


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on; `person` is the id of whoever runs them. Without an `asker` nothing waits for an approver."""

    book: PricingBook
    now: datetime
    today: date
    person: str
    asker: Asker | None = None


def real_ports() -> Ports:
    """The partner's tenant, the present moment, and who is signed in."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    now = application.clock.now()
    book = Pricing(application.api, application.currencies)
    person, asker = application.api.who_am_i()["UserId"], asker_of(application)
    return Ports(book, now, application.clock.today("UTC"), person, asker)


def add_import(group: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add `prices` to the group of imports."""

    def prices(
        file: Annotated[Path, typer.Argument(help="Microsoft's price sheet as CSV, or a CSV of your own.")],
        price_list: ListCode,
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Shape = Output.TABLE,
    ) -> None:
        """Compare a file with a price list, show what it changes, and let that wait for approval.

        Nothing is sold at a staged price: `w365 prices approve` makes it one. Importing a file again finds no changes.
        """
        items, suppliers_sheet = read_prices(file)
        found = ports()
        changes = pricing.plan_list(
            items, file.name, price_list, book=found.book, today=found.today, suppliers_sheet=suppliers_sheet
        )
        only_as_planned(plan, lambda: changes.hash[: len(plan)])
        if not dry_run:
            pricing.stage(changes, book=found.book, person=found.person)
        show_list(changes, output, staged=not dry_run)
        raise typer.Exit(FINDINGS if changes.findings else OK)

    group.command("prices")(prices)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""

    def approve(
        plan: Annotated[str, typer.Argument(help="The plan's hash, as the import showed it.")],
        product: Products = None,
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Shape = Output.TABLE,
    ) -> None:
        """Make staged prices prices of their list, all of them or those of some products.

        Where a threshold catches them, this asks for it by a job, and an approver has to agree first.
        """
        found = ports()
        only = tuple(product or ())
        request = partial(_list_request, plan, only, found.book)
        _exit_when_asked(found, JobKind.APPROVE_PRICES, list_arguments(plan, only), request, wait_s, output)
        done = pricing.approve(plan, only=only, book=found.book, person=found.person)
        show_decided(done, "approved", output)
        raise typer.Exit(PARTIAL if done.refused else OK)

    def reject(
        plan: Annotated[str, typer.Argument(help="The plan's hash, as the import showed it.")],
        product: Products = None,
        output: Shape = Output.TABLE,
    ) -> None:
        """Close staged prices; no price comes of them."""
        found = ports()
        done = pricing.reject(plan, only=product or (), book=found.book, person=found.person)
        show_decided(done, "rejected", output)
        raise typer.Exit(PARTIAL if done.refused else OK)

    def change(
        *,
        price_list: ListCode,
        product: Annotated[list[str], typer.Option("--product", help="Number of a product; may be repeated.")],
        wanted: Annotated[str, typer.Option("--from", help="The first day of the new price, as 2026-07-01.")],
        percent: Annotated[str, typer.Option("--percent", help="By how much, e.g. 5 or -2.5.")] = "",
        to_list: Annotated[
            bool, typer.Option("--to-list", help="To what the list says on that day, as `prices next` does.")
        ] = False,
        only: Annotated[
            list[str] | None, typer.Option("--only", help="A contract's number or a subscription's id; may be repeated.")
        ] = None,
        plan: Annotated[str, typer.Option("--plan", help="Hash of the plan that was shown: do it, or go on with it.")] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; write nothing, as without --plan.")] = False,
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Shape = Output.TABLE,
    ) -> None:
        """Change the prices of subscriptions by a percentage or to the list's, none of them before its commitment ends.

        Without --plan the plan is shown, with the hash to give. Each subscription is changed once, however often it is done.
        Where a threshold catches it, this asks for it by a job, and an approver has to agree first.
        """
        found = ports()
        if to_list == bool(percent):
            message = "say by how much, or that the list says it, one of the two"
            raise BadInput(message, "--percent or --to-list")
        by = None if to_list else _percent(percent)
        wish = Wish(tuple(product), price_list, by, day_option(wanted, "--from"), tuple(only or ()))
        if dry_run or not plan:
            shown = pricing.plan_prices(wish, book=found.book)
            show_plan(shown, output)
            if shown.prices:
                tell(f"nothing was written; to do it, add --plan {shown.hash}")
            raise typer.Exit(OK)
        request = partial(_repricing_request, wish, plan, found.book)
        _exit_when_asked(found, JobKind.REPRICE, repricing_arguments(wish, plan), request, wait_s, output)
        made, refused = pricing.change_prices(wish, plan, book=found.book, now=found.now, today=found.today)
        show_plan(made, output, refused=refused, written=True)
        raise typer.Exit(PARTIAL if refused else OK)

    def following(price_list: ListCode, output: Shape = Output.TABLE) -> None:
        """What each subscription pays, what the list says for it, and the day from which that may count."""
        found = ports()
        show_prices(pricing.next_prices(price_list, book=found.book, today=found.today), output)

    group = typer.Typer(help="Prices of lists and of subscriptions.", no_args_is_help=True)
    group.callback()(_group)
    for name, command in (("approve", approve), ("reject", reject), ("change", change), ("next", following)):
        group.command(name)(command)
    app.add_typer(group, name="prices")


def _list_request(plan: str, only: tuple[str, ...], book: PricingBook) -> Request:
    return asked_of(plan, only, pricing.chosen(plan, only, book)[1], book)


def _repricing_request(wish: Wish, plan: str, book: PricingBook) -> Request:
    return of_repricing(wish, pricing.plan_prices(wish, book=book, hashed=plan))


def _exit_when_asked(
    found: Ports, kind: JobKind, arguments: dict[str, str], request: Callable[[], Request], wait_s: int, output: Output
) -> None:
    """End the command where a threshold catches what it asks for: a job does it, once somebody has approved it."""
    code = None if found.asker is None else found.asker.asks(kind, arguments, request, wait_s, output)
    if code is not None:
        raise typer.Exit(code)


def _group() -> None:
    """Prices of lists and of subscriptions."""


def _percent(text: str) -> Decimal:
    try:
        percent = Decimal(text)
    except InvalidOperation:
        percent = Decimal("NaN")
    if not percent.is_finite():
        message = f"'{text}' is not a percentage; write it like 5 or -2.5"
        raise BadInput(message, "--percent")
    return percent
