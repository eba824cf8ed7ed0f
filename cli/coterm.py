"""`w365 coterm`: the days on which a first term may end, and what the stub until then costs."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.output import OK, Output, data, day_option
from work365.errors import BadInput
from work365.terms.coterm import chosen_end, legal_ends, stub
from work365.terms.term import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dataverse.stores.changing import Changing
    from work365.terms.coterm import LegalEnd, Stub

ONE_DAY = timedelta(days=1)


def real_book() -> Changing:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    return wiring.application().changing


def register(app: typer.Typer, book: Callable[[], Changing] = real_book) -> None:
    """Add the command."""

    def coterm(
        contract: Annotated[str, typer.Argument(help="Number of the contract that it will be billed on.")],
        start: Annotated[str, typer.Option("--start", help="First day of the term, as 2026-03-16.")],
        quantity: Annotated[int, typer.Option("--quantity", min=1, help="Seats.")],
        price: Annotated[str, typer.Option("--price", help="Price per seat and billing cycle of the contract.")],
        term: Annotated[str, typer.Option("--term", help="P1M, P1Y or P3Y.")] = Term.YEAR.value,
        last_day: Annotated[str, typer.Option("--last-day", help="Only this last day; refused when it is not legal.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """List the legal last days of a first term, each with the stub's days, fraction and price. Nothing is written."""
        at, first, known = book(), day_option(start, "--start"), Term.named(term)
        if known is None:
            message = f"'{term}' is no term; use P1M, P1Y or P3Y"
            raise BadInput(message, "--term")
        place = at.contract(contract)
        if place is None:
            message = f"no billing contract has the number '{contract}'; look it up under Billing Contracts"
            raise BadInput(message, "CONTRACT")
        legal: Sequence[LegalEnd] = legal_ends(first, known, at.neighbours(place.account))
        if last_day:
            legal = [chosen_end(legal, day_option(last_day, "--last-day") + ONE_DAY)]
        each = _price(price)
        _show([(one, stub(place.contract, first, one.end, known, seats=quantity, unit_price=each)) for one in legal], output)
        raise typer.Exit(OK)

    app.command("coterm")(coterm)


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or price < 0:
        message = f"'{text}' is not a price; write it as 31.00"
        raise BadInput(message, "--price")
    return price


def _show(found: Sequence[tuple[LegalEnd, Stub]], output: Output) -> None:
    shown = [_json(end, priced) for end, priced in found]
    if output is Output.JSON:
        data().print(json.dumps(shown, ensure_ascii=False), soft_wrap=True)
        return
    table = Table("last day", "days", "of the full term", "price of the stub", "why it is legal")
    for one in shown:
        table.add_row(one["last_day"], str(one["days"]), one["fraction"], f"{one['price']} {one['currency']}", one["why"])
    data().print(table)


def _json(end: LegalEnd, priced: Stub) -> dict[str, Any]:
    days, full = priced.fraction
    return {
        "last_day": end.last_day.isoformat(),
        "why": ", ".join(end.why),
        "days": days,
        "fraction": f"{days}/{full}",
        "price": str(priced.price.major),
        "currency": priced.price.currency,
        "lines": [
            {
                "start": line.period.start.isoformat(),
                "end": line.period.end.isoformat(),
                "fraction": f"{line.fraction[0]}/{line.fraction[1]}",
                "amount": str(line.amount.major),
            }
            for line in priced.lines
        ],
    }
