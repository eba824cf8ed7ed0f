"""docs/reference/tables.md, made from the table model: `python -m tools.tables --write` or `--check`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dataverse.schema.model import Kind
from dataverse.schema.tables import CUSTOM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.schema.model import Column

FILE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "tables.md"
HEAD = """# Tables

What the solution adds to a tenant, made from `dataverse/schema/` by `python -m tools.tables --write`; do not edit. What Dataverse
adds by itself (owner, created on, currency, …) is left out. A key is a set of columns that at most one row has.
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


def written() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(f"- [{table.label}](#{table.name})" for table in CUSTOM), "", *_sections()])


def _sections() -> Iterator[str]:
    for table in CUSTOM:
        yield f'## <a id="{table.name}"></a>{table.label}\n'
        about = f" {table.description}" if table.description else ""
        yield f"`{table.name}`, set `{table.set_name}`.{about}\n"
        yield "| column | type | | meaning |\n|---|---|---|---|"
        yield from (_row(column) for column in table.columns if _ours(column))
        keys = "; ".join(" + ".join(f"`{name}`" for name in key.columns) for key in table.keys)
        yield f"\nKeys: {keys}.\n" if keys else ""


def _ours(column: Column) -> bool:
    return (column.name.startswith("w365_") and not column.read_only) or column.kind is Kind.STATUS


def _row(column: Column) -> str:
    needed = "needed" if column.required else ""
    return f"| `{column.name}` | {_type(column)} | {needed} | {column.description} |"


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
