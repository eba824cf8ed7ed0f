"""Reconciliation files: Microsoft's new-commerce charge lines, read one at a time.

Source: Partner Center, "Use the reconciliation files"; Microsoft Graph partner billing export (gzipped JSON lines).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.partner_center.columns import check_layout
from providers.partner_center.records import records
from providers.partner_center.rows import Spelling, charge_line
from work365.errors import BadInput
from work365.provisioning.wording import broken_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from providers.partner_center.column_map import ColumnMap
    from providers.partner_center.records import Record
    from work365.findings import Finding
    from work365.provisioning.lines import ChargeLine


def read_lines(path: Path, columns: ColumnMap | None = None) -> Iterator[ChargeLine | Finding]:
    """The charge lines of a file in its order; a broken row is a finding in its place.

    Errors: BadInput for a file that is none, is empty, or is cut off; the last only after the lines before the cut.
    """
    spelling = columns.spelling if columns else Spelling()
    first = True
    read = 0
    for record in records(path):
        if first:
            first = False
            if columns:
                columns.check(record.cells, path.name)
            else:
                check_layout(record.cells, path.name, complete=record.header)
            if record.header:
                continue
        read += 1
        yield _translated(record, path.name, columns, spelling)
    if not read:
        message = "The file has a header but no charge lines; download it again"
        raise BadInput(message, path.name)


def _translated(record: Record, file: str, columns: ColumnMap | None, spelling: Spelling) -> ChargeLine | Finding:
    if record.problem:
        return broken_row(file, record.line, "", record.problem)
    return charge_line(columns.apply(record.cells) if columns else record.cells, record.line, file, spelling)
