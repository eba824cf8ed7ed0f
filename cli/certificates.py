"""`w365 certificate`: exemption certificates, and the documents that are kept with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.output import FINDINGS, OK, Output, data, tell
from dataverse.stores.certificates import Certificates
from work365.errors import BadInput
from work365.handlers.certificates import meant
from work365.taxing.certificates import Document, watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from work365.taxing.certificates import Certificate

Number = Annotated[str, typer.Argument(metavar="CERTIFICATE", help="Its number; its id where several have that number.")]


@dataclass(frozen=True, slots=True)
class Ports:
    """What the commands work on."""

    book: Certificates
    today: date


def real_ports() -> Ports:
    """The partner's tenant, today."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(Certificates(application.api), application.clock.today("UTC"))


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the commands."""
    group = typer.Typer(help="Exemption certificates and their documents.", no_args_is_help=True)

    def listed(output: Annotated[Output, typer.Option("--output")] = Output.TABLE) -> None:
        """List active certificates with their documents. Ends 1 when one ends soon, or has no document."""
        to = ports()
        certificates = to.book.all()
        _show(certificates, output)
        found = watched(certificates, to.today)
        for finding in found:
            tell(finding.message)
        raise typer.Exit(FINDINGS if found else OK)

    def attach(number: Number, file: Annotated[Path, typer.Argument(help="PDF, PNG, JPEG or TIFF, at most 5 MB.")]) -> None:
        """Keep a document with a certificate; the same document is kept once."""
        document = Document(file.name, _read(file))
        document.check()
        book = ports().book
        one = meant(book.all(), number)
        kept = book.attach(one, document)
        tell(f"{file.name} is kept with certificate {one.named}{'' if kept else ' already'}")

    def fetch(
        number: Number, to: Annotated[Path, typer.Option("--to", help="A folder; files that are there stay.")] = Path()
    ) -> None:
        """Write the documents of a certificate into a folder. Ends 1 when there is none."""
        book = ports().book
        one = meant(book.all(), number)
        found = book.documents(one)
        for document in found:
            data().print(str(_written(to, document)), soft_wrap=True)
        if not found:
            tell(f"no document is kept with certificate {one.named}")
        raise typer.Exit(OK if found else FINDINGS)

    group.command("list")(listed)
    group.command("attach")(attach)
    group.command("fetch")(fetch)
    app.add_typer(group, name="certificate")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}"
        raise BadInput(message, "FILE") from error


def _written(folder: Path, document: Document) -> Path:
    """Where the document stands now: its own name without any folder in it, numbered where that is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(document.name.replace("\\", "/")).name
    place, count = folder / name, 1
    while place.exists():
        count += 1
        place = folder / f"{Path(name).stem} ({count}){Path(name).suffix}"
    place.write_bytes(document.content)
    return place


def _show(certificates: list[Certificate], output: Output) -> None:
    rows = [
        {
            "certificate": one.number,
            "customer": one.customer,
            "category": one.category,
            "valid_from": one.valid_from.isoformat(),
            "valid_to": one.valid_to.isoformat() if one.valid_to else "",
            "documents": list(one.documents),
            "id": one.id,
        }
        for one in certificates
    ]
    if output is Output.JSON:
        data().print(json.dumps({"certificates": rows}, ensure_ascii=False), soft_wrap=True)
        return
    table = Table("certificate", "customer", "category", "from", "to", "documents")
    for one in certificates:
        last = one.valid_to.isoformat() if one.valid_to else ""
        table.add_row(one.number, one.customer, one.category, one.valid_from.isoformat(), last, ", ".join(one.documents))
    data().print(table)
