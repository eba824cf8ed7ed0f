"""`w365 contract close`: what closing a contract would do, and the wish that it is done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.changing import yes_or_no
from cli.once import Key, answer_again, once
from cli.output import FINDINGS, OK, Output, data, day_option
from cli.planning import DryRun, PlanHash, print_plan
from cli.waiting import WAIT_S_DEFAULT, WaitS, wait_for
from dataverse.stores.wishes import Wishes
from work365.closing.planning import Bound, plan
from work365.jobs import JobKind
from work365.subscriptions.wishes import refund_said

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataverse.webapi import WebApi
    from work365.closing.planning import Plan
    from work365.ports.closing import ClosingBook
    from work365.ports.platform import Clock, Queue


@dataclass(frozen=True, slots=True)
class Ports:
    """What the command works on."""

    book: ClosingBook
    api: WebApi
    queue: Queue
    clock: Clock


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(application.closing, application.api, application.queue, application.clock)


def register(group: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command."""

    def close(
        context: typer.Context,
        number: Annotated[str, typer.Argument(help="Number of a billing contract.")],
        *,
        on: Annotated[str, typer.Option("--on", help="The first day on which nothing on it is used, as 2026-03-16.")],
        terms: Annotated[
            Bound,
            typer.Option(
                "--terms", help="Of subscriptions that are bound longer: stop, or keep billing them to their term's end."
            ),
        ] = Bound.STOP,
        refund: Annotated[
            bool | None,
            typer.Option(
                "--refund/--no-refund", help="Ask for what is paid back, or keep it; without, as the refund policies say."
            ),
        ] = None,
        hash_: PlanHash = "",
        reason: Annotated[str, typer.Option("--reason", help="Kept with the changes.")] = "",
        dry_run: DryRun = False,
        key: Key = "",
        wait_s: WaitS = WAIT_S_DEFAULT,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Show everything on a contract and what becomes of it, then close the contract.

        Everything ends on the day, the next run makes the last invoice, and the contract ends when nothing is left. Ends 1 when
        the plan shows what stops it.
        """
        day, to, said = day_option(on, "--on"), ports(), once(context, key)
        asked, acts = Wishes(to.api), bool(hash_) and not dry_run
        if acts:
            answer_again(said, asked, to.queue, wait_s, output)
        subject = to.book.load(number)
        chosen = yes_or_no(refund)
        today = to.clock.today(subject.place.zone)
        made = plan(subject, day, terms, to.clock.now(), today, refund=refund_said(chosen))
        if not acts:
            raise typer.Exit(_show(made, output))
        made.check(hash_)
        arguments = {"contract": number, "on": day.isoformat(), "terms": terms.value, "plan": hash_, "reason": reason}
        arguments |= {"refund": chosen} if chosen else {}
        job = asked.ask(JobKind.CLOSE, None, number, arguments, moment=to.clock.now().isoformat(), once=said)
        raise typer.Exit(wait_for(job, asked, to.queue, wait_s, output))

    group.command("close")(close)


def _show(made: Plan, output: Output) -> int:
    if output is Output.JSON:
        said = {
            "contract": made.subject.number,
            "on": made.on.isoformat(),
            "billed_until": made.end.isoformat(),
            "plan": made.hash,
            "lines": [line._asdict() for line in made.lines],
            "stops": list(made.stops),
        }
        data().print(json.dumps(said, ensure_ascii=False), soft_wrap=True)
        return FINDINGS if made.stops else OK
    table = Table("what", "which", "becomes")
    for line in made.lines:
        table.add_row(*line)
    data().print(f"Contract {made.subject.number}, closed on {made.on}, billed until {made.end}", soft_wrap=True)
    data().print(table)
    for stop in made.stops:
        data().print(f"stops: {stop}", soft_wrap=True)
    if made.stops:
        return FINDINGS
    print_plan(made.hash)
    return OK
