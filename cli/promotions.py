"""`w365 promotions`: which there are and who has them; give one to a sale, or say why it does not apply."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.changing import meant
from cli.output import OK, Output, data, tell
from dataverse.stores.giving import Giving
from work365.catalogue.giving import promotion_sentence
from work365.handlers import giving

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from dataverse.stores.changing import Changing
    from work365.catalogue.promotions import Promotion
    from work365.handlers.giving import Given
    from work365.ports.giving import Running, Use

Shape = Annotated[Output, typer.Option("--output")]
COLUMNS = ("code", "name", "product", "term", "plan", "gives", "from", "until", "status", "used by")
USED = ("code", "contract", "customer", "subscription", "from", "until")


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on."""

    book: Giving
    named: Changing
    now: datetime


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    book = Giving(application.api, application.currencies)
    return Ports(book, application.changing, application.clock.now())


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""

    def listed(
        code: Annotated[str, typer.Option("--code", help="Only the promotions with this code.")] = "",
        output: Shape = Output.TABLE,
    ) -> None:
        """List promotions, who has each, and on which day it ends for them."""
        found = [one for one in ports().book.running() if not code or one.promotion.code.lower() == code.lower()]
        if output is Output.JSON:
            data().print(json.dumps([_running(one) for one in found], ensure_ascii=False), soft_wrap=True)
        else:
            _show(found)
        raise typer.Exit(OK)

    def give(
        subscription: Annotated[str, typer.Argument(help="Its id, the supplier's id, or its name.")],
        code: Annotated[str, typer.Option("--code", help="What the customer was offered; without it the best one.")] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would get; write nothing.")] = False,
        output: Shape = Output.TABLE,
    ) -> None:
        """Give a promotion to a sale, from its first day on; one that does not apply is refused with the reason.

        A sale gets the best one by itself with its first bill: this is for the offered one, and for what was billed already.
        """
        at = ports()
        given = giving.offered(meant(at.named, subscription), code, book=at.book)
        if not dry_run:
            giving.give(given, book=at.book, now=at.now)
        _say(given, output, written=not dry_run)
        raise typer.Exit(OK)

    group = typer.Typer(help="Promotions and the sales that have them.", no_args_is_help=True)
    group.callback()(_group)
    group.command("list")(listed)
    group.command("give")(give)
    app.add_typer(group, name="promotions")


def _group() -> None:
    """Promotions and the sales that have them."""


def _say(given: Given, output: Output, *, written: bool) -> None:
    held, discount = given.sold.held, given.discount
    if output is Output.JSON:
        shown = {
            "subscription": held.id,
            "code": given.promotion.code,
            "name": discount.name,
            "percent": None if discount.percent is None else f"{discount.percent.normalize():f}",
            "amount": None if discount.amount is None else f"{discount.amount.normalize():f}",
            "from": _day(discount.start),
            "until": _day(discount.end),
            "written": written,
        }
        data().print(json.dumps(shown, ensure_ascii=False), soft_wrap=True)
        return
    data().print(f"{held.name} on contract {held.place.number}: {promotion_sentence(discount)}", soft_wrap=True)
    tell("it is given; the next invoice has it for every day since then" if written else "nothing was written")


def _show(found: list[Running]) -> None:
    promotions, uses = Table(*COLUMNS), Table(*USED)
    for one in found:
        own = _running(one)
        promotions.add_row(*(str(own[name]) if own[name] is not None else "" for name in COLUMNS[:-1]), str(len(one.uses)))
        for use in own["uses"]:
            uses.add_row(one.promotion.code, *(use[name] or "" for name in USED[1:]))
    data().print(promotions)
    if uses.row_count:
        data().print(uses)


def _running(one: Running) -> dict[str, Any]:
    own = one.promotion
    return {
        "code": own.code,
        "name": own.name,
        "product": one.product,
        "term": own.term,
        "plan": None if own.plan is None else own.plan.value,
        "gives": _gives(own),
        "from": _day(own.start),
        "until": _day(own.end),
        "status": one.state,
        "uses": [_use(use) for use in one.uses],
    }


def _use(use: Use) -> dict[str, str | None]:
    return {
        "contract": use.contract,
        "customer": use.customer,
        "subscription": use.name,
        "id": use.subscription,
        "from": _day(use.start),
        "until": _day(use.end),
    }


def _gives(promotion: Promotion) -> str:
    return f"{promotion.benefit.value} {promotion.value.normalize():f}"


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
