"""`w365 contract catch-up`: what of a contract is unbilled because of its dates, and what is to become of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.output import FINDINGS, OK, Output, data, day_option, tell
from dataverse.stores.catching_up import CatchUps
from dataverse.stores.run_reports import RunReports, billable_contract
from work365.errors import BadInput
from work365.handlers.catching_up import Wish, decide, look, told
from work365.invoicing.asking import BECOMES, last_day
from work365.invoicing.decision import CatchUp, CycleDecision
from work365.surprises import WORDS

if TYPE_CHECKING:
    from datetime import date

    from work365.handlers.catching_up import Question, Waiting


def catch_up(
    number: Annotated[str, typer.Argument(help="Number of a billing contract.")],
    *,
    bill: Annotated[bool, typer.Option("--bill", help="Bill each missed cycle in a document of its own.")] = False,
    combine: Annotated[bool, typer.Option("--combine", help="Bill all of them in one document.")] = False,
    skip: Annotated[bool, typer.Option("--skip", help="Never bill them; the last cycle is billed.")] = False,
    cycle: Annotated[
        list[str] | None,
        typer.Option(
            "--cycle", help="One cycle, by its first day: 2025-10-01=bill, =combine, or '=skip: why'. As often as needed."
        ),
    ] = None,
    subscription: Annotated[
        str, typer.Option("--subscription", help="Only the past of this one that was entered late: its id, or its name.")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands on the contract.")] = "",
    as_of: Annotated[str | None, typer.Option("--as-of", help="Instead of today, as 2026-02-01.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show only; write nothing.")] = False,
    output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
) -> None:
    """Show every unbilled cycle of a contract with its amount, and decide what becomes of each, or of all at once.

    Nothing is billed here: once all are decided, the next run does it. Ends 1 while a cycle waits for a decision.
    """
    wish = Wish(_choice(bill=bill, combine=combine, skip=skip), _cycles(cycle or []), reason, subscription)
    import wiring  # loads every vendor's library: only commands that need the tenant pay for it

    application = wiring.application()
    day = None if as_of is None else day_option(as_of, "--as-of")
    today = day or application.clock.now().date()
    seen = billable_contract(RunReports(application.api, application.currencies), number, today)
    waiting = look(seen.number, book=application.billing, clock=application.clock, as_of=day)
    says = wish.for_all is not None or bool(wish.cycles)
    if says and dry_run:
        waiting = told(waiting, wish)
    elif says:
        waiting = decide(waiting, wish, book=CatchUps(application.api))
        tell(f"decided for contract {seen.number}; {_then(waiting)}")
    written = says and not dry_run
    _show(seen.number, waiting, output, written=written)
    raise typer.Exit(FINDINGS if waiting.open or (says and dry_run) else OK)


def _then(waiting: Waiting) -> str:
    return "others still wait" if waiting.open else "the next run does it"


def _choice(*, bill: bool, combine: bool, skip: bool) -> CatchUp | None:
    pairs = ((bill, CatchUp.BILL_EACH), (combine, CatchUp.COMBINE), (skip, CatchUp.SKIP))
    chosen = [choice for given, choice in pairs if given]
    if len(chosen) > 1:
        message = "choose one of --bill, --combine and --skip"
        raise BadInput(message, "--bill")
    return chosen[0] if chosen else None


def _cycles(said: list[str]) -> dict[date, CycleDecision]:
    """Decisions about single cycles, by first day. Errors: BadInput."""
    found: dict[date, CycleDecision] = {}
    for one in said:
        start, _, what = one.partition("=")
        word, _, why = what.partition(":")
        choice, first = WORDS.get(word.strip()), day_option(start.strip(), "--cycle")
        if choice is None:
            message = f"'{one}' says nothing about a cycle; write {start}=bill, {start}=combine or '{start}=skip: why'"
            raise BadInput(message, "--cycle")
        if first in found:
            message = f"the cycle of {first} was decided twice; say it once"
            raise BadInput(message, "--cycle")
        found[first] = CycleDecision(choice, why.strip())
    return found


def _show(number: str, waiting: Waiting, output: Output, *, written: bool) -> None:
    out = data()
    if output is Output.JSON:
        cycles = [row for question in waiting.questions for row in _rows(question)]
        said = {"contract": number, "written": written, "open": waiting.open, "cycles": cycles}
        out.print(json.dumps(said), soft_wrap=True)
        return
    if not waiting.questions:
        out.print(f"No cycle of contract {number} waits for a decision.", soft_wrap=True)
    for question in waiting.questions:
        out.print(_heading(number, question), soft_wrap=True)
        out.print(_table(_rows(question)))


def _heading(number: str, question: Question) -> str:
    if question.subscription:
        count = len(question.cycles)
        return f"{question.name} ({question.subscription}) on contract {number}: {count} cycles were over when it was entered"
    return f"Contract {number}: {len(question.cycles)} cycles are due and not billed"


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table()
    for heading in ("from", "to", "with tax" if rows[0]["with_tax"] else "without tax", "becomes", "why"):
        table.add_column(heading, no_wrap=heading != "why")
    for row in rows:
        table.add_row(row["start"], row["end"], f"{row['amount']} {row['currency']}", row["becomes"], row["reason"])
    return table


def _rows(question: Question) -> list[dict[str, Any]]:
    return [
        {
            "subscription": question.subscription or None,
            "start": one.cycle.start.isoformat(),
            "end": last_day(one.cycle).isoformat(),
            "amount": str(one.amount.major),
            "with_tax": one.with_tax,
            "currency": one.amount.currency,
            "becomes": BECOMES[chosen.choice],
            "reason": chosen.decision.reason if chosen.decision else "",
        }
        for one, chosen in zip(question.cycles, question.decided, strict=True)
    ]
