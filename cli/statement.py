"""`w365 statement`: what a customer owed, what moved, what it owes now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  typer reads it at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.output import OK, Output, data, day_option
from work365.handlers.statements import draw_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from work365.handlers.drawing import Press
    from work365.handlers.statements import DrawnStatement, Statements
    from work365.ports.statements import StatementBook
    from work365.receivables.statement import Entry, OpenDocument

AGES = ("not due", "1-30", "31-60", "61-90", "over 90")


@dataclass(frozen=True, slots=True)
class Ports:
    """What the command works on."""

    book: StatementBook
    press: Press


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(application.statements, application.press)


def register(app: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command."""

    def statement(
        account: Annotated[str, typer.Argument(help="The account's number.")],
        first: Annotated[str, typer.Option("--from", help="First day, as 2026-01-01.")],
        last: Annotated[str, typer.Option("--to", help="Last day, included.")],
        children: Annotated[bool, typer.Option("--children", help="With the child accounts of this one.")] = False,
        pdf: Annotated[Path | None, typer.Option("--pdf", help="Write it here; several get company and currency.")] = None,
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Opening balance, movements, closing balance and ageing of one customer, per company and currency."""
        days = day_option(first, "--from"), day_option(last, "--to")
        tools = ports()
        made = draw_up(account, first=days[0], last=days[1], children=children, book=tools.book, press=tools.press)
        files = _write(made.drawn, pdf) if pdf is not None else []
        raise typer.Exit(_show(made, files, output))

    app.command("statement")(statement)


def _write(drawn: tuple[DrawnStatement, ...], pdf: Path) -> list[Path]:
    several = len(drawn) > 1
    files = []
    for one in drawn:
        path = pdf.with_name(f"{pdf.stem}-{one.company}-{one.statement.currency}.pdf") if several else pdf
        path.write_bytes(one.pdf)
        files.append(path)
    return files


def _show(made: Statements, files: list[Path], output: Output) -> int:
    if output is Output.JSON:
        said = {"account": made.customer.buyer.account_number, "statements": [_as_json(one) for one in made.drawn]}
        data().print(json.dumps({**said, "files": [str(path) for path in files]}, ensure_ascii=False), soft_wrap=True)
        return OK
    if not made.drawn:
        data().print(f"{made.customer.buyer.name} has no issued document up to that day.")
    for one in made.drawn:
        _table(one, made.customer.buyer.name)
    for path in files:
        data().print(f"written to {path}")
    return OK


def _table(one: DrawnStatement, name: str) -> None:
    said = one.statement
    shown = Table(title=f"{name}, {one.company}, {said.currency}, {said.first} to {said.last}", title_justify="left")
    for head in ("day", "entry", "amount", "balance"):
        shown.add_column(head, justify="right" if head in ("amount", "balance") else "left")
    shown.add_row(str(said.first), "opening balance", "", str(said.opening.major))
    for entry in said.entries:
        shown.add_row(str(entry.day), _called(entry), str(entry.amount.major), str(entry.balance.major))
    shown.add_row(str(said.last), "closing balance", "", str(said.closing.major))
    data().print(shown)
    ages = [f"{word}: {age.major}" for word, age in zip(AGES, said.ages, strict=True)]
    data().print(", ".join([*ages, f"credit not applied: {said.unapplied.major}"]), soft_wrap=True)


def _called(entry: Entry) -> str:
    return f"{entry.kind.value} {entry.number or ', '.join(number for number, _ in entry.applied)}".strip()


def _as_json(one: DrawnStatement) -> dict[str, Any]:
    said = one.statement
    return {
        "company": one.company,
        "currency": said.currency,
        "from": said.first.isoformat(),
        "to": said.last.isoformat(),
        "opening": str(said.opening.major),
        "entries": [_entry(entry) for entry in said.entries],
        "closing": str(said.closing.major),
        "open": [_open(document) for document in said.open],
        "ages": {word: str(age.major) for word, age in zip(AGES, said.ages, strict=True)},
        "unapplied": str(said.unapplied.major),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "day": entry.day.isoformat(),
        "kind": entry.kind.value,
        "account": entry.account,
        "number": entry.number,
        "due": entry.due.isoformat() if entry.due else None,
        "amount": str(entry.amount.major),
        "balance": str(entry.balance.major),
        "applied": [{"number": number, "amount": str(part.major)} for number, part in entry.applied],
    }


def _open(document: OpenDocument) -> dict[str, Any]:
    return {
        "number": document.number,
        "account": document.account,
        "issued": document.issued.isoformat(),
        "due": document.due.isoformat(),
        "total": str(document.total.major),
        "open": str(document.open.major),
        "days_overdue": max(document.overdue, 0),
    }
