"""docs/reference/roles.md, made from the matrix of roles: `python -m tools.roles --write` or `--check`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dataverse.schema.tables import BY_NAME
from dataverse.security.model import Depth, Right
from dataverse.security.roles import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dataverse.security.model import Role

FILE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "roles.md"
HEAD = """# Roles

Who may do what, made from `dataverse/security/roles.py` by `python -m tools.roles --write`; do not edit. A test holds every cell
against the local tenant. **O**: rows of the whole organisation; **B+**: of the person's business unit and those below it; **B**:
of the person's business unit; **U**: the person's own; empty: none.

Whoever may create payments may charge ([why](../adr/0006-who-may-charge.md)).
"""
MARKS = {None: "", Depth.USER: "U", Depth.UNIT: "B", Depth.UNITS_BELOW: "B+", Depth.ORGANIZATION: "O"}
COLUMNS = {
    Right.CREATE: "create",
    Right.READ: "read",
    Right.WRITE: "write",
    Right.DELETE: "delete",
    Right.APPEND: "append",
    Right.APPEND_TO: "append to",
    Right.ASSIGN: "assign",
    Right.SHARE: "share",
}


def written() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for role in ROLES for line in _section(role))])


def _section(role: Role) -> Iterator[str]:
    yield f"## {role.name}\n\n{role.description}\n"
    yield f"| table | {' | '.join(COLUMNS.values())} |"
    yield f"|---|{'---|' * len(COLUMNS)}"
    for table in dict.fromkeys(name for name, _ in role.grants):
        marks = " | ".join(MARKS[role.depth(table, right)] for right in COLUMNS)
        yield f"| {BY_NAME[table].label} | {marks} |"
    yield f"\nAlso: {', '.join(f'`{name}`' for name in role.more)}.\n" if role.more else ""


def main() -> int:
    """Write the page, or say that it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--check", action="store_true")
    group.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        FILE.write_text(written())
        return 0
    if FILE.exists() and FILE.read_text() == written():
        return 0
    sys.stderr.write(f"{FILE.name} is stale; run python -m tools.roles --write\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
