"""`w365 refundable`: whether seats that end now give money back, and who says no."""

from __future__ import annotations

import json
from datetime import datetime, time
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import OK, Output, data, day_option
from dataverse.stores.refunds import Refunds
from work365.crediting.policy import refund
from work365.money import rounded

if TYPE_CHECKING:
    from collections.abc import Callable


def real_refunds() -> Refunds:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    return Refunds(wiring.tenant())


def register(app: typer.Typer, refunds: Callable[[], Refunds] = real_refunds) -> None:
    """Add the command."""

    def refundable(
        subscription: Annotated[str, typer.Argument(help="Id of the subscription's row.")],
        on: Annotated[str, typer.Option("--on", help="The day on which its seats end, as 2026-03-04.")],
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Say what ending all seats of a subscription on a day would give back by the refund policy of its product's type."""
        case = refunds().case(subscription, day_option(on, "--on"))
        ended = datetime.combine(day_option(on, "--on"), time(), case.zone)
        answer = refund(case.policy, case.bought, ended, case.paid, case.zone)
        given = rounded(answer.share * Fraction(case.price.major), case.price.currency)
        if output is Output.JSON:
            said = {
                "refund": f"{given.major:f}",
                "share": str(answer.share),
                "of": f"{case.price.major:f}",
                "refused": answer.refused,
            }
            data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        else:
            data().print(answer.refused or f"{given} of {case.price} come back.", soft_wrap=True)
        raise typer.Exit(OK)

    app.command("refundable")(refundable)
