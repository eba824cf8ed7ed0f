"""What a supplier's charge lines mean for the lines that are kept of its bills: new ones, restated ones, corrections.

A line is known by its invoice and by what cannot change about it: subscription, transaction, charge, days, and whether it charges
or credits. So a file that is imported again adds nothing. A line that comes again with another amount changes the row that nobody
has billed yet; where the customer was billed, the difference becomes a row of its own, which the next invoice bills.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from work365.provisioning.holding import Provider
    from work365.provisioning.lines import ChargeLine

REFERENCE_MAX = 180
"""Characters of a reference that are kept as they are; a longer one is known by its hash."""


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """One charge line with its identity.

    Attributes:
        invoice: the supplier's number; where it gave none, the month of the charge.
        reference: unique within the invoice.
    """

    invoice: str
    reference: str
    charge: ChargeLine


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A row that is there. `part` counts the rows of one line from 1: the line itself, then its corrections.

    `left_out` says why it is excluded, `left_out_by` is the id of whoever said so.
    """

    id: str
    invoice: str
    reference: str
    part: int
    subtotal: Decimal
    state: str
    etag: str
    left_out: str = ""
    left_out_by: str | None = None


class Keeping(Enum):
    """What happens to a line."""

    ADD = "added"
    RESTATE = "restated"
    CORRECT = "corrected"


@dataclass(frozen=True, slots=True)
class LineToKeep:
    """A row to write.

    Attributes:
        subtotal: of this row alone; of a correction, the difference.
        state: its billing state; left_out, left_out_by: why it is excluded, and who said so of the line that it corrects.
        etag: of the row that is restated.
    """

    keeping: Keeping
    id: str
    line: SupplierLine
    part: int
    subtotal: Decimal
    state: str = "Unbilled"
    etag: str = ""
    left_out: str = ""
    left_out_by: str | None = None


def identified(lines: Iterable[ChargeLine]) -> list[SupplierLine]:
    """Lines with their identities. Shape: those that look the same on one invoice are told apart by their order in the file."""
    count: dict[tuple[str, str], int] = {}
    found: list[SupplierLine] = []
    for line in lines:
        invoice = line.invoice or f"~{line.start:%Y-%m}"
        sign = "-" if line.sign < 0 else "+"
        same = f"{line.reference or '~'}:{line.subscription}:{line.charge_text}:{line.start}:{line.end}:{sign}"
        same = same if len(same) <= REFERENCE_MAX else f"~{derived('supplier line', same)}"
        count[invoice, same] = count.get((invoice, same), 0) + 1
        times = count[invoice, same]
        found.append(SupplierLine(invoice, same if times == 1 else f"{same}#{times}", line))
    return found


def row_id(provider: Provider, invoice: str, reference: str, part: int) -> str:
    """The id of a row of a supplier's bill."""
    return derived("supplier line", provider.code, invoice, reference, str(part))


def to_keep(
    lines: Iterable[SupplierLine], held: Mapping[tuple[str, str], Sequence[KeptLine]], provider: Provider
) -> list[LineToKeep]:
    """The rows to write. Shape: `held` are the rows of each line by invoice and reference, in order of their parts."""
    decided = (_decide(line, held.get((line.invoice, line.reference), ()), provider) for line in lines)
    return [one for one in decided if one is not None]


def _decide(line: SupplierLine, held: Sequence[KeptLine], provider: Provider) -> LineToKeep | None:
    if not held:
        return LineToKeep(Keeping.ADD, row_id(provider, line.invoice, line.reference, 1), line, 1, line.charge.subtotal)
    difference = line.charge.subtotal - sum((one.subtotal for one in held), Decimal(0))
    last = held[-1]
    if not difference:
        return None
    if last.state == "Unbilled":
        return LineToKeep(Keeping.RESTATE, last.id, line, last.part, last.subtotal + difference, last.state, last.etag)
    part = last.part + 1
    key = row_id(provider, line.invoice, line.reference, part)
    correction = LineToKeep(Keeping.CORRECT, key, line, part, difference)
    if last.state != "Excluded":
        return correction
    return replace(correction, state="Excluded", left_out=last.left_out, left_out_by=last.left_out_by)
