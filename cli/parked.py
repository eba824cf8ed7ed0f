"""`w365 run parked`: the contracts that runs hold back, since when and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import FINDINGS, OK, Output, data
from dataverse.stores.run_reports import RunReports

if TYPE_CHECKING:
    from dataverse.stores.run_reports import Parked


def run_parked(output: Annotated[Output, typer.Option("--output")] = Output.TABLE) -> None:
    """List the contracts that no run could bill, each with its reason; ends 1 when there is one.

    Every run tries them again; `w365 run billing --parked` tries only them.
    """
    import wiring  # loads every vendor's library: only commands that need the tenant pay for it

    application = wiring.application()
    found = RunReports(application.api, application.currencies).parked()
    out = data()
    if output is Output.JSON:
        out.print(json.dumps([_said(one) for one in found], ensure_ascii=False), soft_wrap=True)
    else:
        for one in found:
            out.print(f"{one.number} since {one.since}: {one.finding.code}", soft_wrap=True)
            out.print(f"    {one.finding.message}", soft_wrap=True)
        if not found:
            out.print("No contract is parked.")
    raise typer.Exit(FINDINGS if found else OK)


def _said(one: Parked) -> dict[str, str]:
    return {
        "contract": one.number,
        "since": one.since.isoformat(),
        "code": one.finding.code,
        "subject": one.finding.subject,
        "message": one.finding.message,
    }
