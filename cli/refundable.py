"""`w365 refundable`: whether seats that end now give money back, and who says no."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from cli.book_ports import ports_of
from cli.output import OK, Output, data, day_option
from work365.handlers.changing import load
from work365.money import rounded
from work365.subscriptions.ledger import standing
from work365.subscriptions.refunding import policy_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.book_ports import Ports
    from work365.ports.changing import ChangingBook

real_ports = ports_of(lambda at: at.changing)


def register(app: typer.Typer, ports: Callable[[], Ports[ChangingBook]] = real_ports) -> None:
    """Add the command."""

    def refundable(
        subscription: Annotated[str, typer.Argument(help="Id of the subscription's row.")],
        on: Annotated[str, typer.Option("--on", help="The day on which its seats end, as 2026-03-04.")],
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Say what ending all seats of a subscription on a day would give back by the refund policy of its product's type."""
        day, to = day_option(on, "--on"), ports()
        held = load(to.book, subscription)
        answer, there = policy_on(held, day, to.clock.now()), standing(held.rows, day)
        price = rounded(there.quantity * Fraction(there.unit_price or 0), held.place.contract.currency)
        given = rounded(answer.share * Fraction(price.major), price.currency)
        if output is Output.JSON:
            said = {
                "refund": f"{given.major:f}",
                "share": str(answer.share),
                "of": f"{price.major:f}",
                "rule": answer.rule.value,
                "refused": answer.refused,
            }
            data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        else:
            data().print(answer.refused or f"{given} of {price} come back.", soft_wrap=True)
        raise typer.Exit(OK)

    app.command("refundable")(refundable)
