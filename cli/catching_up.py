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
from work365.handlers.catching_up import decide, look
from work365.invoicing.catching_up import last_day
from work365.invoicing.decision import CatchUp

if TYPE_CHECKING:
    from work365.handlers.catching_up import Waiting


def catch_up(
    number: Annotated[str, typer.Argument(help="Number of a billing contract.")],
    bill: Annotated[bool, typer.Option("--bill", help="Bill each missed cycle in a document of its own.")] = False,
    combine: Annotated[bool, typer.Option("--combine", help="Bill all of them in one document.")] = False,
    skip: Annotated[bool, typer.Option("--skip", help="Never bill them; the last cycle is billed.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands on the contract.")] = "",
    as_of: Annotated[str | None, typer.Option("--as-of", help="Instead of today, as 2026-02-01.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show only; write nothing.")] = False,
    output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
) -> None:
    """Show every unbilled cycle of a contract with its amount, and decide what becomes of those before the last.

    Nothing is billed here: the next run does what was decided. Ends 1 while cycles wait for a decision.
    """
    choice = _choice(bill=bill, combine=combine, skip=skip)
    import wiring  # loads every vendor's library: only commands that need the tenant pay for it

    application = wiring.application()
    day = None if as_of is None else day_option(as_of, "--as-of")
    today = day or application.clock.now().date()
    seen = billable_contract(RunReports(application.api, application.currencies), number, today)
    waiting = look(seen.number, book=application.billing, clock=application.clock, as_of=day)
    decided = choice is not None and not dry_run
    if choice is not None and not dry_run:
        decide(waiting, choice, reason, book=CatchUps(application.api))
        tell(f"decided for contract {seen.number}: {choice.value.lower()}; the next run does it")
    _show(seen.number, waiting, choice, output, decided=decided)
    raise typer.Exit(OK if decided or not waiting.cycles else FINDINGS)


def _choice(*, bill: bool, combine: bool, skip: bool) -> CatchUp | None:
    pairs = ((bill, CatchUp.BILL_EACH), (combine, CatchUp.COMBINE), (skip, CatchUp.SKIP))
    chosen = [choice for given, choice in pairs if given]
    if len(chosen) > 1:
        message = "choose one of --bill, --combine and --skip"
        raise BadInput(message, "--bill")
    return chosen[0] if chosen else None


def _show(number: str, waiting: Waiting, choice: CatchUp | None, output: Output, *, decided: bool) -> None:
    rows = _rows(waiting, choice)
    out = data()
    if output is Output.JSON:
        said = {"contract": number, "choice": choice.value if choice else None, "written": decided, "cycles": rows}
        out.print(json.dumps(said), soft_wrap=True)
        return
    if not rows:
        out.print(f"No cycle of contract {number} waits for a decision.", soft_wrap=True)
        return
    out.print(f"Contract {number}: {len(rows)} cycles are due and not billed", soft_wrap=True)
    table = Table()
    for heading in ("from", "to", "with tax" if rows[0]["with_tax"] else "without tax", "becomes"):
        table.add_column(heading, no_wrap=True)
    for row in rows:
        table.add_row(row["start"], row["end"], f"{row['amount']} {row['currency']}", row["becomes"])
    out.print(table)


def _rows(waiting: Waiting, choice: CatchUp | None) -> list[dict[str, Any]]:
    last = len(waiting.cycles) - 1
    return [
        {
            "start": one.cycle.start.isoformat(),
            "end": last_day(one.cycle).isoformat(),
            "amount": str(one.amount.major),
            "with_tax": one.with_tax,
            "currency": one.amount.currency,
            "becomes": _becomes(choice, last=index == last),
        }
        for index, one in enumerate(waiting.cycles)
    ]


def _becomes(choice: CatchUp | None, *, last: bool) -> str:
    if choice is CatchUp.COMBINE:
        return "one document"
    if choice is CatchUp.SKIP:
        return "billed" if last else "never billed"
    return "?" if choice is None else "a document of its own"
