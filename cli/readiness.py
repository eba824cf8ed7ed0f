"""`w365 run check`: what a run would stumble over, before it begins; and the sentence that a run says of it first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import FINDINGS, OK, Output, data, day_option
from dataverse.stores.readiness import ReadinessRows
from dataverse.stores.run_reports import RunReports, billable_contract
from work365.handlers.readiness import check
from work365.ports.billing import ALL

if TYPE_CHECKING:
    from datetime import date

    import wiring
    from work365.handlers.readiness import Readiness
    from work365.readiness.judging import Blocker


def run_check(
    as_of: Annotated[str, typer.Option("--as-of", help="The day of the run, as 2026-02-01.")],
    contract: Annotated[str | None, typer.Option("--contract", help="Only this contract, by its number.")] = None,
    output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
) -> None:
    """Say what would go wrong in the run of a day, and where to mend it; writes nothing.

    Ends 0 when the run is ready, 1 when there is something to mend.
    """
    day = day_option(as_of, "--as-of")
    import wiring  # loads every vendor's library: only commands that need the tenant pay for it

    application = wiring.application()
    reports = RunReports(application.api, application.currencies)
    scope = ALL if contract is None else billable_contract(reports, contract, day).number
    found = readiness_of(application, day, scope)
    if output is Output.JSON:
        data().print(_json(found, day, scope, application.settings.dataverse_url), soft_wrap=True)
    else:
        _print(found, day, application.settings.dataverse_url)
    raise typer.Exit(FINDINGS if found.blockers else OK)


def readiness_of(application: wiring.Application, day: date, scope: str) -> Readiness:
    """The check, with the application's ports."""
    rows = ReadinessRows(application.api, application.currencies)
    engines = application.tax_engines
    return check(
        book=application.billing,
        readiness=rows,
        clock=application.clock,
        as_of=day,
        scope=scope,
        engines=engines,
        splits=application.splits,
        tiers=application.reselling,
        reviewer=application.reviewer,
    )


def before_a_run(found: Readiness, day: date) -> str:
    """What a person reads before a run that they started begins."""
    if not found.blockers:
        return f"{found.contracts} contracts are looked at; nothing is in the way"
    return (
        f"to mend: {len(found.blockers)}; contracts held back: {found.held_back} of {found.contracts}, the others are billed; "
        f"`w365 run check --as-of {day}` lists them"
    )


def link_of(blocker: Blocker, address: str) -> str:
    """The form of the row to mend; empty where no single row is to blame.

    Source: Microsoft Learn, "Use a URL to open an app, form, view, dialog, or report": pagetype, etn and id.
    """
    if blocker.place is None:
        return ""
    return f"{address}/main.aspx?pagetype=entityrecord&etn={blocker.place.table}&id={blocker.place.id}"


def _print(found: Readiness, day: date, address: str) -> None:
    out = data()
    if not found.blockers:
        out.print(f"Ready: a run of {day} looks at {found.contracts} contracts, and nothing is in the way.", soft_wrap=True)
        return
    out.print(
        f"A run of {day} looks at {found.contracts} contracts: {found.held_back} held back, {len(found.blockers)} to mend.",
        soft_wrap=True,
    )
    for blocker in found.blockers:
        finding = blocker.finding
        out.print(f"{finding.severity.value}: {finding.code}: {finding.subject}", soft_wrap=True)
        out.print(f"    {finding.message}", soft_wrap=True)
        if link := link_of(blocker, address):
            out.print(f"    {link}", soft_wrap=True)


def _json(found: Readiness, day: date, scope: str, address: str) -> str:
    blockers = [
        {
            "code": one.finding.code,
            "severity": one.finding.severity.value,
            "holds_back": one.holds_back,
            "subject": one.finding.subject,
            "message": one.finding.message,
            "link": link_of(one, address) or None,
        }
        for one in found.blockers
    ]
    heading = {"as_of": day.isoformat(), "contract": None if scope == ALL else scope}
    return json.dumps(
        {**heading, "contracts": found.contracts, "held_back": found.held_back, "blockers": blockers}, ensure_ascii=False
    )
