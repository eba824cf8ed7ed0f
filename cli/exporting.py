"""`w365 export`: everything that Work365 keeps in the tenant, in files that need no Work365 to be read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table as Shown

from cli.csv_files import write_table
from cli.output import OK, Output, data, day_option, progress
from dataverse.query import PAGE_LIMIT, Query, both, ge, lt
from dataverse.schema.tables import BY_NAME, CUSTOM
from work365 import VERSION
from work365.errors import BadInput
from work365.periods import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cli.csv_files import Written
    from dataverse.schema.model import Table
    from dataverse.webapi import WebApi

BESIDE_OURS = ("account", "contact", "transactioncurrency", "systemuser", "annotation")
"""Tables of Dataverse that ours point to, or that hold our documents."""
DOCUMENTS_PER_PAGE = 20
"""Notes carry whole PDFs: few at a time keep the memory small."""
CREATED = "createdon"
DATED = {
    "w365_invoice": "w365_invoicedate",
    "w365_invoiceline": "w365_Invoice/w365_invoicedate",
    "w365_payment": CREATED,
    "w365_allocation": CREATED,
    "w365_receipt": "w365_receivedon",
    "w365_refund": CREATED,
    "w365_dispute": CREATED,
    "w365_prepaidmovement": "w365_movedon",
}
"""What moves money, and the day that counts: a document's own, or for what comes from elsewhere when it was recorded, in UTC."""
UNFINISHED = ".unfinished"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Ports:
    """What the command works on: the tenant, its address, the clock."""

    api: WebApi
    address: str
    now: Callable[[], datetime]


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(application.api, application.settings.dataverse_url, application.clock.now)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command."""

    def export(
        folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
        table: Annotated[list[str] | None, typer.Option("--table", help="Only this table; may be given several times.")] = None,
        first: Annotated[str, typer.Option("--from", help="Only what moved money from this day on; goes with --to.")] = "",
        last: Annotated[str, typer.Option("--to", help="The last day of it.")] = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Write every row of Work365 as CSV, its documents as files, and a manifest with counts and hashes.

        With --from and --to: the documents, lines, payments, allocations, refunds and prepaid movements of those days.
        The folder appears when everything is in it. An interrupted export leaves FOLDER.unfinished, which may be deleted.
        """
        period = _period(first, last)
        tables = _chosen(table or ([] if period is None else list(DATED)))
        _must_be_new(folder)
        manifest = _export(ports(), [(one, _filter(one, period)) for one in tables], folder)
        raise typer.Exit(_show(manifest, folder, output))

    app.command("export")(export)


def _chosen(names: list[str]) -> tuple[Table, ...]:
    tables = {table.name: table for table in (*CUSTOM, *(BY_NAME[name] for name in BESIDE_OURS))}
    for name in names:
        if name not in tables:
            message = f"'{name}' is no table that is exported; docs/reference/tables.md lists them"
            raise BadInput(message, "--table")
    return tuple(tables[name] for name in dict.fromkeys(names)) if names else tuple(tables.values())


def _period(first: str, last: str) -> Period | None:
    if not first and not last:
        return None
    begins, ends = day_option(first, "--from"), day_option(last, "--to")
    if ends < begins:
        message = f"{ends} is before {begins}; give the first day to --from and the last to --to"
        raise BadInput(message, "--to")
    return Period(begins, ends + timedelta(days=1))


def _filter(table: Table, period: Period | None) -> str:
    """Which rows of a table are exported. Errors: BadInput for a table whose rows have no day."""
    if period is None:
        return ""
    if table.name not in DATED:
        message = f"rows of '{table.name}' have no day; leave out --from and --to, or choose one of {', '.join(DATED)}"
        raise BadInput(message, "--table")
    column = DATED[table.name]
    first, after = (datetime.combine(day, time(), UTC) if column == CREATED else day for day in (period.start, period.end))
    return both(ge(column, first), lt(column, after))


def _must_be_new(folder: Path) -> None:
    if folder.exists():
        message = f"{folder} exists already; name a new folder, so that two exports are never mixed"
        raise BadInput(message, "FOLDER")


def _export(ports: Ports, tables: Iterable[tuple[Table, str]], folder: Path) -> dict[str, Any]:
    unfinished = folder.with_name(folder.name + UNFINISHED)
    unfinished.mkdir(parents=True, exist_ok=True)
    begun = ports.now()
    written: list[tuple[Table, Written]] = []
    with progress() as bar:
        task = bar.add_task("tables exported", total=None)
        for table, of_days in tables:
            page = DOCUMENTS_PER_PAGE if table.name == "annotation" else PAGE_LIMIT
            rows = ports.api.find(Query(table.name, (), filter=of_days, order=table.primary_id, page_size=page))
            written.append((table, write_table(table, rows, unfinished)))
            bar.advance(task)
    manifest = {
        "product": "Work365",
        "version": VERSION,
        "environment": ports.address,
        "begun": begun.isoformat(),
        "finished": ports.now().isoformat(),
        "tables": [_described(table, one) for table, one in written],
    }
    (unfinished / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    unfinished.rename(folder)
    return manifest


def _described(table: Table, written: Written) -> dict[str, Any]:
    """A table of the manifest: what the file holds, and what each of its columns means."""
    by_property = {column.api_name: column for column in table.columns}
    meant = [
        {
            "name": name,
            "label": by_property[name].label,
            "type": by_property[name].kind.value,
            "meaning": by_property[name].description,
        }
        for name in written.columns
        if name in by_property
    ]
    return {"table": table.name, "label": table.label, **asdict(written), "columns": list(written.columns), "meanings": meant}


def _show(manifest: dict[str, Any], folder: Path, output: Output) -> int:
    if output is Output.JSON:
        data().print(json.dumps({"folder": str(folder), **manifest}), soft_wrap=True)
        return OK
    shown = Shown(title=f"Exported to {folder}", title_justify="left")
    shown.add_column("table")
    shown.add_column("file")
    shown.add_column("rows", justify="right")
    for one in manifest["tables"]:
        shown.add_row(one["label"], one["file"], f"{one['rows']:,}")
    data().print(shown)
    documents = sum(one["documents"] for one in manifest["tables"])
    data().print(
        f"{sum(one['rows'] for one in manifest['tables']):,} rows, {documents:,} documents; {MANIFEST} has their hashes."
    )
    return OK
