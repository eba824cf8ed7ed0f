"""`w365 import billing-lines`: charges of any outside party, from a CSV file or a workbook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.output import FINDINGS, OK, Output, data
from cli.outside_files import BILLING_LINES, file_records, read_outside, write_returned
from cli.planning import DryRun, PlanHash, only_as_planned, print_plan
from dataverse.stores.outside import Maps, OutsideItems
from providers.partner_center.column_map import map_file, map_of
from work365.errors import BadInput
from work365.handlers.importing_outside import import_outside
from work365.money import rounded, total

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from providers.partner_center.column_map import ColumnMap
    from work365.handlers.importing_outside import OutsideImport
    from work365.money import Money
    from work365.outside.deciding import NewItem
    from work365.ports.outside import MapBook, OutsideBook

NAME_MAX = 60
MAP_ENDINGS = (".json", ".toml")


@dataclass(frozen=True, slots=True)
class Ports:
    """What the command works on."""

    book: OutsideBook
    maps: MapBook


def real_ports() -> Ports:
    """The partner's tenant."""
    import wiring  # the whole application: only when a command needs it

    application = wiring.application()
    return Ports(OutsideItems(application.api, application.currencies), Maps(application.api))


def attach(group: typer.Typer, ports: Callable[[], Ports] = real_ports) -> None:
    """Add the command to those that import."""

    def billing_lines(
        file: Annotated[Path, typer.Argument(help="CSV file or Excel workbook with one charge a row.")],
        columns: Annotated[
            str, typer.Option("--map", help="A map's name, or a JSON or TOML file with one, kept under that file's name.")
        ],
        sheet: Annotated[str, typer.Option("--sheet", help="The sheet of a workbook, where several have rows.")] = "",
        dry_run: DryRun = False,
        plan: PlanHash = "",
        output: Annotated[Output, typer.Option("--output")] = Output.TABLE,
    ) -> None:
        """Make a one-time item of every row, to be billed with its contract's next invoice.

        A file that was imported adds nothing. Rows that cannot be billed are written beside the file with their reasons; put
        right, they are imported like any other file.
        """
        tools = ports()
        known, kept = _known(columns, tools.maps)
        found = list(file_records(file, sheet, known))

        def bring_in(*, dry_run: bool) -> OutsideImport:
            return import_outside(read_outside(found, file.name, known), file.name, book=tools.book, dry_run=dry_run)

        only_as_planned(plan, lambda: bring_in(dry_run=True).plan)
        done = bring_in(dry_run=dry_run)
        if kept and not dry_run:
            tools.maps.keep(Path(columns).stem[:NAME_MAX], kept)
        back = write_returned(file, found, done.returned) if done.returned and not dry_run else None
        _show(done, back, output)
        raise typer.Exit(FINDINGS if done.returned else OK)

    group.command("billing-lines")(billing_lines)


def _known(named: str, maps: MapBook) -> tuple[ColumnMap, str]:
    """The map of a name or of a file, with the text to keep of a file's. Errors: BadInput when there is none, or it is wrong."""
    path = Path(named)
    if path.suffix.lower() in MAP_ENDINGS:
        said = map_file(path)
        return map_of(said, path.name, BILLING_LINES), json.dumps(said, ensure_ascii=False, indent=2)
    text = maps.read(named)
    if text is None:
        message = f"there is no map '{named}'; look it up under Column maps, or give a file that ends in .json or .toml"
        raise BadInput(message, "--map")
    try:
        said = json.loads(text)
    except ValueError as error:
        message = f"The map is not valid JSON: {error}; correct its row under Column maps"
        raise BadInput(message, named) from error
    return map_of(said, named, BILLING_LINES), ""


def _amount(item: NewItem) -> Money:
    """What it comes to before its contract's discount. Shape: an item that is to be written has a contract with a currency."""
    assert item.contract.currency is not None  # noqa: S101  decided
    return rounded(item.line.exact, item.contract.currency)


def _totals(items: Sequence[NewItem]) -> list[tuple[str, int, Money]]:
    by_contract: dict[str, list[NewItem]] = {}
    for item in items:
        by_contract.setdefault(item.contract.number, []).append(item)
    return [
        (number, len(found), total(map(_amount, found), _amount(found[0]).currency))
        for number, found in sorted(by_contract.items())
    ]


def _show(done: OutsideImport, back: Path | None, output: Output) -> None:
    if output is Output.JSON:
        data().print(json.dumps(_as_json(done, back), ensure_ascii=False), soft_wrap=True)
        return
    console = data()
    console.print(done.file + (" (dry run: nothing was written)" if done.dry_run else ""), soft_wrap=True)
    counts = Table("what", "count", show_header=False)
    for what, rows in (("rows added", done.added), ("rows that were there", done.same), ("rows returned", done.returned)):
        counts.add_row(what, str(len(rows)))
    console.print(counts)
    if done.added:
        console.print(_lines(done.added) if done.dry_run else _sums(done.added))
    for same in done.same:
        console.print(f"row {same.row} is there already, from {same.before}", soft_wrap=True)
    for one in done.returned:
        console.print(f"row {one.row}: {one.reason}", soft_wrap=True)
    if done.dry_run:
        print_plan(done.plan)
    if back is not None:
        console.print(
            f"The rows that were not imported stand in {back}; put them right there and import that file.", soft_wrap=True
        )


def _lines(items: Sequence[NewItem]) -> Table:
    table = Table("row", "contract", "date", "description", "quantity", "price", "amount")
    for item in items:
        line, amount = item.line, _amount(item)
        price, quantity = f"{line.unit_price:f}", f"{line.quantity:f}"
        table.add_row(str(line.row), item.contract.number, line.day.isoformat(), line.description, quantity, price, str(amount))
    return table


def _sums(items: Sequence[NewItem]) -> Table:
    table = Table("contract", "lines", "amount")
    for number, lines, amount in _totals(items):
        table.add_row(number, str(lines), str(amount))
    return table


def _as_json(done: OutsideImport, back: Path | None) -> dict[str, Any]:
    return {
        "file": done.file,
        "dry_run": done.dry_run,
        "plan": done.plan,
        "rows": done.rows,
        "added": [
            {
                "row": item.line.row,
                "contract": item.contract.number,
                "date": item.line.day.isoformat(),
                "description": item.line.description,
                "quantity": f"{item.line.quantity:f}",
                "unit_price": f"{item.line.unit_price:f}",
                "amount": f"{_amount(item).major:f}",
                "currency": _amount(item).currency,
            }
            for item in done.added
        ],
        "same": [{"row": one.row, "before": one.before} for one in done.same],
        "returned": [{"row": one.row, "reason": one.reason} for one in done.returned],
        "returned_file": None if back is None else str(back),
        "totals": [
            {"contract": number, "lines": lines, "amount": f"{amount.major:f}", "currency": amount.currency}
            for number, lines, amount in _totals(done.added)
        ],
    }
