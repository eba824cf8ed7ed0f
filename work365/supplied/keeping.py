"""What a supplier's charge lines mean for the lines that are kept of its bills: new ones, restated ones, corrections.

Every licence line is kept: as the cost behind the customer's lines, and where a contract says so as what the customer is billed.
A line is known by its invoice and by what cannot change about it: subscription, transaction, charge, days, and whether it charges
or credits. So a file that is imported again adds nothing. A line that comes again with another amount changes the row that nobody
has billed; where the customer was billed, the difference becomes a row of its own, which the next invoice bills.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import TYPE_CHECKING

from work365.ids import derived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from work365.provisioning.holding import Provider
    from work365.provisioning.lines import ChargeLine

REFERENCE_MAX = 180
"""Characters of a reference that are kept as they are; a longer one is known by its hash."""
KEPT_TO = Decimal("0.0001")
"""What an amount is kept to: a supplier's further decimals would look like a correction each time that its file came again."""
NOBODY, UNBILLED, EXCLUDED = "", "Unbilled", "Excluded"
"""Billing states: no contract bills it; a contract's next invoice does; a person or the contract's day says that none does."""
BILLED_BY_DAYS = "It is from before the first day on which its contract is billed by suppliers' lines: seats and days bill it"


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
class SupplierBill:
    """A bill, as far as its licence lines in a file say it: the days that they are about, and their sum."""

    invoice: str
    last_start: date
    start: date
    end: date
    total: Decimal


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
        state: its billing state from now on.
        left_out, left_out_by: why it is excluded, and who said so of the line that it corrects.
        etag: of the row that is restated.
    """

    keeping: Keeping
    id: str
    line: SupplierLine
    part: int
    subtotal: Decimal
    state: str
    etag: str = ""
    left_out: str = ""
    left_out_by: str | None = None


def bill_of(line: ChargeLine) -> str:
    """The number of the bill that a line stands on; where the supplier gave none, the month of the charge."""
    return line.invoice or f"~{line.start:%Y-%m}"


def bills_of(lines: Iterable[ChargeLine]) -> dict[str, SupplierBill]:
    """The bills of a whole file, by their numbers."""
    found: dict[str, SupplierBill] = {}
    for line in lines:
        number = bill_of(line)
        said = found.get(number) or SupplierBill(number, line.start, line.start, line.end, Decimal(0))
        found[number] = SupplierBill(
            number,
            max(said.last_start, line.start),
            min(said.start, line.start),
            max(said.end, line.end),
            said.total + line.subtotal,
        )
    return found


def identified(lines: Iterable[ChargeLine]) -> list[SupplierLine]:
    """Lines with their identities. Shape: those that look the same on one invoice are told apart by their order in the file."""
    count: dict[tuple[str, str], int] = {}
    found: list[SupplierLine] = []
    for line in lines:
        invoice = bill_of(line)
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
    lines: Iterable[SupplierLine],
    held: Mapping[tuple[str, str], Sequence[KeptLine]],
    provider: Provider,
    state_of: Callable[[ChargeLine], str],
) -> list[LineToKeep]:
    """The rows to write.

    Shape: `held` are the rows of each line by invoice and reference, in order of their parts; `state_of` is the billing state
           that a line's contract gives it.
    """
    decided = (_decide(one, held.get((one.invoice, one.reference), ()), provider, state_of(one.charge)) for one in lines)
    return [one for one in decided if one is not None]


def _decide(line: SupplierLine, held: Sequence[KeptLine], provider: Provider, state: str) -> LineToKeep | None:
    said = line.charge.subtotal.quantize(KEPT_TO, ROUND_HALF_UP)
    if not held:
        key = row_id(provider, line.invoice, line.reference, 1)
        return LineToKeep(Keeping.ADD, key, line, 1, said, state, left_out=_why(state))
    difference = said - sum((one.subtotal for one in held), Decimal(0))
    last = held[-1]
    begins = last.state == NOBODY and state == UNBILLED
    if not difference and not begins:
        return None
    if last.state in (NOBODY, UNBILLED):
        now = state if begins else last.state
        return LineToKeep(Keeping.RESTATE, last.id, line, last.part, last.subtotal + difference, now, last.etag)
    part = last.part + 1
    now = EXCLUDED if EXCLUDED in (last.state, state) else state
    key = row_id(provider, line.invoice, line.reference, part)
    correction = LineToKeep(Keeping.CORRECT, key, line, part, difference, now, left_out=_why(now))
    if last.state != EXCLUDED:
        return correction
    return replace(correction, left_out=last.left_out, left_out_by=last.left_out_by)


def _why(state: str) -> str:
    """Why a line is left out that no person has left out."""
    return BILLED_BY_DAYS if state == EXCLUDED else ""
