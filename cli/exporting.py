"""`w365 export`: everything that Work365 keeps in the tenant, in files that need no Work365 to be read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table as Shown

from cli.csv_files import write_table
from cli.output import OK, Output, data, progress
from dataverse.query import PAGE_LIMIT, Query
from dataverse.schema.tables import BY_NAME, CUSTOM
from work365 import VERSION
from work365.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from cli.csv_files import Written
    from dataverse.schema.model import Table
    from dataverse.webapi import WebApi

BESIDE_OURS = ("account", "contact", "transactioncurrency", "systemuser", "annotation")
"""Tables of Dataverse that ours point to, or that hold our documents."""
DOCUMENTS_PER_PAGE = 20
"""Notes carry whole PDFs: few at a time keep the memory small."""
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
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Write every row of Work365 as CSV, its documents as files, and a manifest with counts and hashes.

        The folder appears when everything is in it. An interrupted export leaves FOLDER.unfinished, which may be deleted.
        """
        tables = _chosen(table or [])
        _must_be_new(folder)
        manifest = _export(ports(), tables, folder)
        raise typer.Exit(_show(manifest, folder, output))

    app.command("export")(export)


def _chosen(names: list[str]) -> tuple[Table, ...]:
    tables = {table.name: table for table in (*CUSTOM, *(BY_NAME[name] for name in BESIDE_OURS))}
    for name in names:
        if name not in tables:
            message = f"'{name}' is no table that is exported; docs/reference/tables.md lists them"
            raise BadInput(message, "--table")
    return tuple(tables[name] for name in dict.fromkeys(names)) if names else tuple(tables.values())


def _must_be_new(folder: Path) -> None:
    if folder.exists():
        message = f"{folder} exists already; name a new folder, so that two exports are never mixed"
        raise BadInput(message, "FOLDER")


def _export(ports: Ports, tables: Iterable[Table], folder: Path) -> dict[str, Any]:
    unfinished = folder.with_name(folder.name + UNFINISHED)
    unfinished.mkdir(parents=True, exist_ok=True)
    begun = ports.now()
    written: list[tuple[Table, Written]] = []
    with progress() as bar:
        task = bar.add_task("tables exported", total=None)
        for table in tables:
            page = DOCUMENTS_PER_PAGE if table.name == "annotation" else PAGE_LIMIT
            rows = ports.api.find(Query(table.name, (), order=table.primary_id, page_size=page))
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
