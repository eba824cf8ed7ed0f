"""docs/reference/tables.md, made from the table model: `python -m tools.tables --write` or `--check`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dataverse.schema.model import Kind, OnDelete, Ownership
from dataverse.schema.tables import CUSTOM, GROUPS, STANDARD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.schema.model import Column, Group, Table

FILE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "tables.md"
HEAD = """# Tables

What the solution adds to a tenant, made from `dataverse/schema/` by `python -m tools.tables --write`; do not edit. What Dataverse
adds by itself (owner, created on, currency, …) is left out. A key is a set of columns that at most one row has.

In the column "deleted", what becomes of a row when the one that it points to is deleted: **kept** means that the other cannot be
deleted while this row is there, **with it** that this row goes too, nothing that only the link is forgotten.

## How they hang together

Arrows are lookups that a row must have: from the row to what it belongs to.
"""
PLAIN = {
    Kind.STRING: "text",
    Kind.MEMO: "long text",
    Kind.INTEGER: "whole number",
    Kind.BIGINT: "whole number",
    Kind.DECIMAL: "decimal",
    Kind.MONEY: "money",
    Kind.BOOLEAN: "yes or no",
    Kind.DATE: "day",
    Kind.DATETIME: "moment",
    Kind.STATUS: "status",
    Kind.GUID: "id",
}
DELETED = {OnDelete.RESTRICT: "kept", OnDelete.CASCADE: "with it", OnDelete.REMOVE_LINK: ""}
EXTENDED = tuple(table for table in STANDARD if any(column.name.startswith("w365_") for column in table.columns))
"""Standard tables that get columns of ours."""


def written() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_diagram(), "", *_contents(), "", *_chapters(), *_extended()])


def _diagram() -> Iterator[str]:
    yield "```mermaid\nflowchart LR"
    for group in GROUPS:
        yield f'  subgraph {group.name}["{group.label}"]'
        yield from (f'    {table.name}["{table.label}"]' for table in group.tables)
        yield "  end"
    yield '  account(["Account"])\n  systemuser(["User"])'
    yield from sorted({f"  {table.name} --> {target}" for table in CUSTOM for target in _needed(table)})
    yield "```"


def _needed(table: Table) -> Iterator[str]:
    for column in table.columns:
        if column.kind is Kind.LOOKUP and column.required:
            yield from column.targets


def _contents() -> Iterator[str]:
    for group in GROUPS:
        tables = ", ".join(f"[{table.label}](#{table.name})" for table in group.tables)
        yield f"- **{group.label}**: {tables}"


def _chapters() -> Iterator[str]:
    for group in GROUPS:
        yield f"## {group.label}\n\n{group.about}\n"
        yield from _sections(group)


def _sections(group: Group) -> Iterator[str]:
    for table in group.tables:
        yield f'### <a id="{table.name}"></a>{table.label}\n'
        about = f" {table.description}" if table.description else ""
        yield f"`{table.name}`, set `{table.set_name}`, {_nature(table)}.{about}\n"
        yield "| column | type | | deleted | meaning |\n|---|---|---|---|---|"
        yield from (_row(column) for column in table.columns if _ours(column))
        keys = "; ".join(" + ".join(f"`{name}`" for name in key.columns) for key in table.keys)
        yield f"\nKeys: {keys}.\n" if keys else ""


def _nature(table: Table) -> str:
    owner = "rows have an owner" if table.ownership is Ownership.USER else "rows belong to the organisation"
    return f"{owner}, changes are audited" if table.audited else owner


def _extended() -> Iterator[str]:
    yield "## Columns on tables that are there already\n"
    for table in EXTENDED:
        yield f"### {table.label} (`{table.name}`)\n"
        yield "| column | type | | deleted | meaning |\n|---|---|---|---|---|"
        yield from (_row(column) for column in table.columns if column.name.startswith("w365_"))
        yield ""


def _ours(column: Column) -> bool:
    return (column.name.startswith("w365_") and not column.read_only) or column.kind is Kind.STATUS


def _row(column: Column) -> str:
    needed = "needed" if column.required else ""
    return f"| `{column.name}` | {_type(column)} | {needed} | {_deleted(column)} | {column.description} |"


def _deleted(column: Column) -> str:
    return DELETED[column.on_delete] if column.kind is Kind.LOOKUP else ""


def _type(column: Column) -> str:
    if column.kind is Kind.LOOKUP:
        return "→ " + ", ".join(f"`{target}`" for target in column.targets)
    if column.choice is not None:
        return "one of " + ", ".join(option.label for option in column.choice.options)
    if column.kind in (Kind.STRING, Kind.MEMO):
        return f"{PLAIN[column.kind]}, {column.max_length}"
    if column.kind is Kind.DECIMAL:
        return f"decimal, {column.precision} places"
    return PLAIN[column.kind]


def main() -> int:
    """Write the page, or say that it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--check", action="store_true")
    group.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        FILE.write_text(written())
    elif FILE.read_text() != written():
        sys.stderr.write(f"{FILE.name} was not made from today's tables; run `python -m tools.tables --write`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
