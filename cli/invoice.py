"""`w365 invoice`: one issued document as files, the same bytes that were sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import OK, Output, data, tell
from work365.errors import BadInput, Refused
from work365.handlers.drawing import document_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.documents.printed import Drawn
    from work365.handlers.drawing import Press
    from work365.ports.documents import DocumentBook


@dataclass(frozen=True, slots=True)
class Ports:
    """What the command works on."""

    book: DocumentBook
    press: Press


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(application.sending, application.press)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command."""

    def invoice(
        number: Annotated[str, typer.Argument(help="The document's number.")],
        pdf: Annotated[Path | None, typer.Option("--pdf", help="Write the PDF here; the e-invoice is inside.")] = None,
        ubl: Annotated[Path | None, typer.Option("--ubl", help="Write the e-invoice as UBL 2.1 here.")] = None,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Write an issued invoice or credit note as PDF/A-3 and as UBL; one that was sent before is the file that was sent."""
        if pdf is None and ubl is None:
            message = "name what to write: --pdf FILE, --ubl FILE, or both"
            raise BadInput(message, "--pdf")
        tools = ports()
        drawn = document_files(number, book=tools.book, press=tools.press)
        raise typer.Exit(_write(number, drawn, pdf, ubl, output))

    app.command("invoice")(invoice)


def _write(number: str, drawn: Drawn, pdf: Path | None, ubl: Path | None, output: Output) -> int:
    """Write what was asked for. Errors: Refused when there is no e-invoice; then nothing is written."""
    files: dict[str, Any] = {}
    if ubl is not None:
        if drawn.ubl is None:
            message = f"{number} has no e-invoice. {drawn.without}".strip()
            raise Refused(message)
        ubl.write_bytes(drawn.ubl)
        files["ubl"] = str(ubl)
    if pdf is not None:
        pdf.write_bytes(drawn.pdf)
        files["pdf"] = str(pdf)
        if drawn.without:
            tell(f"the PDF carries no e-invoice. {drawn.without}")
    if output is Output.JSON:
        data().print(json.dumps({"number": number, **files}), soft_wrap=True)
        return OK
    for path in files.values():
        data().print(f"written to {path}", soft_wrap=True)
    return OK
