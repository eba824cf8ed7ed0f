"""`w365 contract amend` and `w365 contract history`: dated changes of a contract's terms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.asking import Asker, asker_of
from cli.changing import meant
from cli.effects import effect_json, show_effect
from cli.output import OK, Output, data, tell
from cli.waiting import WAIT_S_DEFAULT, WaitS
from work365.amending.wishes import SEPARATOR, wish_of
from work365.approving.amendments import of_amendment, whose_contract
from work365.handlers.amending import effect, found, prepare
from work365.handlers.assessing import assessor_of
from work365.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dataverse.stores.amending import AmendingStore
    from dataverse.stores.changing import Changing
    from work365.amending.listing import Relisted
    from work365.handlers.assessing import Engines
    from work365.ports.amending import Amending, Noted
    from work365.ports.changing import Recorded
    from work365.ports.platform import Clock
    from work365.subscriptions.previewing import Effect


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on. Without an `asker` nothing waits for an approver."""

    book: AmendingStore
    changing: Changing
    clock: Clock
    engines: Engines | None = None
    asker: Asker | None = None


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    asker = asker_of(application)
    return Ports(application.amending, application.changing, application.clock, application.tax_engines, asker)


def amend_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    """The command that amends."""

    def amend(
        number: Annotated[str, typer.Argument(help="Number of a billing contract.")],
        *,
        reason: Annotated[str, typer.Option("--reason", help="Why; it stands in the contract's history.")] = "",
        on: Annotated[str, typer.Option("--on", help="First day of the new terms; by default the first unbilled day.")] = "",
        frequency: Annotated[str, typer.Option("--frequency", help="monthly … triennial, '5 months', '2 weeks'.")] = "",
        bill_day: Annotated[int | None, typer.Option("--bill-day", min=1, max=31)] = None,
        anchor: Annotated[str, typer.Option("--anchor", help="A day from which the new cycles are counted.")] = "",
        policy: Annotated[str, typer.Option("--policy", help="advance or arrears.")] = "",
        prorate: Annotated[str, typer.Option("--prorate", help="days, months, days30 or none.")] = "",
        by: Annotated[str, typer.Option("--by", help="contract, or item for cycles of their own.")] = "",
        subscription: Annotated[str, typer.Option("--subscription", help="Change only its own cycles.")] = "",
        price: Annotated[list[str] | None, typer.Option("--price", help="SUBSCRIPTION=PRICE per seat and new cycle.")] = None,
        price_list: Annotated[str, typer.Option("--price-list", help="Code of the list for what has no own price.")] = "",
        payer: Annotated[str, typer.Option("--payer", help="Number or name of the account that its documents are for.")] = "",
        purchase_order: Annotated[str, typer.Option("--purchase-order", help="What the payer's documents name.")] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the next invoice; write nothing.")] = False,
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Show what the next invoice credits and charges by the new terms, then write the amendment.

        What is billed stays billed up to the day; from then on each day is billed once. An amendment is undone by another one.
        Where a threshold catches it, this asks for it by a job, and an approver has to agree first.
        """
        at = ports()
        arguments = {
            "contract": number,
            "reason": reason,
            "on": on,
            "frequency": frequency,
            "bill_day": "" if bill_day is None else str(bill_day),
            "anchor": anchor,
            "policy": policy,
            "prorate": prorate,
            "by": by,
            "subscription": meant(at.changing, subscription) if subscription else "",
            "prices": SEPARATOR.join(_priced(at.changing, text) for text in price or ()),
            "price_list": price_list,
            "payer": payer,
            "purchase_order": purchase_order,
        }
        change = prepare(number, wish_of(arguments), book=at.book, changing=at.changing, clock=at.clock)
        assessor = assessor_of(at.book.entity(change.place), at.engines, recorded=False)
        _show(change, effect(change, assessor, book=at.book), output, dry_run=dry_run)
        if not dry_run:
            _exit_when_asked(at, change, arguments, wait_s)
            at.book.record(change)
            tell(f"contract {number} is amended from {change.amended.on} on; the next run bills by it")
        raise typer.Exit(OK)

    return amend


def history_command(ports: Callable[[], Ports]) -> Callable[..., None]:
    """The command that prints a contract's history."""

    def history(
        number: Annotated[str, typer.Argument(help="Number of a billing contract.")],
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Every amendment of a contract: from when, what, why, and who recorded it when."""
        book = ports().book
        rows = [_noted(one) for one in book.history(found(number, book).contract.id)]
        if output is Output.JSON:
            data().print(json.dumps(rows, ensure_ascii=False), soft_wrap=True)
            raise typer.Exit(OK)
        table = Table("number", "from", "change", "reason", "recorded", "by")
        for row in rows:
            table.add_row(*(str(row[name]) for name in ("number", "from", "change", "reason", "recorded", "by")))
        data().print(table if rows else f"Contract {number} was never amended.", soft_wrap=True)
        raise typer.Exit(OK)

    return history


def _priced(changing: Changing, text: str) -> str:
    """A price as a job is told it: by the id of its subscription. What is no price is left for the rules to refuse."""
    name, _, amount = text.rpartition("=")
    return f"{meant(changing, name)}={amount}" if name else text


def _exit_when_asked(at: Ports, change: Amending, said: Mapping[str, str], wait_s: int) -> None:
    """End the command where a threshold catches what it asks for: a job does it, once somebody has approved it."""
    if at.asker is None:
        return
    arguments = {name: text for name, text in said.items() if text} | {"on": change.amended.on.isoformat()}
    whose = whose_contract(change)
    code = at.asker.asks(JobKind.AMEND, arguments, lambda: of_amendment(change), wait_s, Output.TABLE, whose=whose)
    if code is not None:
        raise typer.Exit(code)


def _show(change: Amending, shown: Effect, output: Output, *, dry_run: bool) -> None:
    amended, out = change.amended, data()
    prices = [*(_own_price(one) for one in change.prices), *(_listed_price(one) for one in change.relisted)]
    if output is Output.JSON:
        said: dict[str, Any] = {
            "contract": change.place.number,
            "from": amended.on.isoformat(),
            "change": amended.words,
            "prices": prices,
            "next_invoice_date": None if amended.next_invoice_date is None else amended.next_invoice_date.isoformat(),
            "dry_run": dry_run,
            "next_invoice": effect_json(shown),
        }
        out.print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        return
    out.print(f"contract {change.place.number} from {amended.on} on: {amended.words}", soft_wrap=True)
    for one in prices:
        what = "by the tiers of the list" if one["unit_price"] is None else f"{one['unit_price']} per seat and cycle"
        out.print(f"{one['subscription']}: {what} from {one['from']} on", soft_wrap=True)
    show_effect(shown)


def _own_price(one: Recorded) -> dict[str, str | None]:
    price = f"{one.decision.unit_price.normalize():f}"
    return {"subscription": one.held.name, "from": one.wish.on.isoformat(), "unit_price": price}


def _listed_price(one: Relisted) -> dict[str, str | None]:
    price = one.quote.unit_price
    said = None if price is None else f"{price.normalize():f}"
    return {"subscription": one.one.name, "from": one.on.isoformat(), "unit_price": said}


def _noted(one: Noted) -> dict[str, Any]:
    return {
        "number": one.sequence,
        "from": one.effective.isoformat(),
        "change": one.words,
        "reason": one.reason,
        "recorded": "" if one.recorded is None else one.recorded.date().isoformat(),
        "by": one.by,
    }
