"""Days: what the lines of one subscription say about its seats, day by day.

A change is *wipe and recreate*: one negative row with the old quantity, one positive row with the new one, under one reference.
Rows are not chronological, several changes may share a day, and a new cycle charges every seat again. So a day either states
all seats (`after`), usually with what it replaced (`before`), or only a difference (`net`).

Source: Microsoft's reconciliation file ("seats = sum of positive minus sum of negative quantities of a day").
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from work365.provisioning.lines import Charge, ChargeLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

_DIFFERENCES = (Charge.ADD, Charge.REMOVE, Charge.MOVE)
_REPLACING = (Charge.CONVERT, Charge.PLAN)


@dataclass(frozen=True, slots=True)
class SeatDay:
    """What one day says.

    Attributes:
        after: every seat from this day on; None when the rows give only a difference.
        before: the seats that the rows replaced; None when they say nothing about it.
        net: sum of charged minus sum of credited seats.
        references: the transactions of the day, in a stable order.
        cancels: if no seat is left, the subscription has ended.
    """

    day: date
    after: int | None
    before: int | None
    net: int
    references: tuple[str, ...]
    cancels: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    seats: int
    sign: int
    charge: Charge
    transaction: str
    product: str


def seat_days(lines: Iterable[ChargeLine]) -> list[SeatDay]:
    """The days of one subscription in order. Shape: licence lines with a known charge type, credits left out."""
    by_day: dict[date, list[ChargeLine]] = defaultdict(list)
    for line in lines:
        by_day[line.start].append(line)
    return [_day(day, by_day[day]) for day in sorted(by_day)]


def _rows(lines: Sequence[ChargeLine]) -> list[_Row]:
    """Rows with signs; parts of one sale (a SKU that is charged as two products, its telephony apart) count once."""
    groups: dict[_Row, list[ChargeLine]] = defaultdict(list)
    for line, sign in zip(lines, _signs(lines), strict=True):
        if line.charge is not None:
            groups[_Row(line.seats, sign, line.charge, line.reference or f"~{line.charge.value}", "")].append(line)
    rows: list[_Row] = []
    for row, same in groups.items():
        parts = Counter((line.product, line.product_name) for line in same)
        count = max(parts.values()) if same[0].reference else len(same)
        rows.extend([replace(row, product=min(line.product for line in same))] * count)
    return rows


def _signs(lines: Sequence[ChargeLine]) -> list[int]:
    """The sign of every line; lines without an amount (trials, free products) take it from their partner."""
    signs = [line.sign for line in lines]
    for index, line in enumerate(lines):
        if signs[index] == 0:
            partners = [other for other in range(len(lines)) if other != index and lines[other].transaction == line.transaction]
            signs[index] = _sign_beside(line, [lines[other] for other in partners], [signs[other] for other in partners])
    return signs


def _sign_beside(line: ChargeLine, partners: Sequence[ChargeLine], signs: Sequence[int]) -> int:
    if line.charge in _REPLACING:
        return -1 if 1 in signs else 1
    if line.charge is Charge.ADD:
        return -1 if any(line.seats < other.seats for other in partners) else 1
    if line.charge in (Charge.REMOVE, Charge.MOVE):
        return -1 if not partners or any(line.seats > other.seats for other in partners) else 1
    return 1


def _day(day: date, lines: Sequence[ChargeLine]) -> SeatDay:
    rows = _rows(lines)
    net = sum(row.sign * row.seats for row in rows)
    charged, wiped = _unmatched(rows)
    after, before = _stated(rows, charged, wiped)
    cancels = any(row.charge is Charge.CANCEL for row in rows)
    return SeatDay(day, after, before, net, tuple(sorted({line.transaction for line in lines})), cancels)


def _unmatched(rows: Sequence[_Row]) -> tuple[list[_Row], list[_Row]]:
    """Charges that stand at the end of the day, and credits for charges of earlier days."""
    charged = [row for row in rows if row.sign > 0]
    wiped: list[_Row] = []
    for credit in (row for row in rows if row.sign < 0):
        match = next((charge for charge in charged if _wipes(credit, charge)), None)
        if match is None:
            wiped.append(credit)
        else:
            charged.remove(match)
    return charged, wiped


def _wipes(credit: _Row, charge: _Row) -> bool:
    """A credit takes back a charge of the same day made by another transaction, never the one that it came with."""
    if credit.seats != charge.seats or credit.product != charge.product:
        return False
    unnamed = credit.transaction.startswith("~") and credit.charge in _DIFFERENCES
    return credit.transaction != charge.transaction or unnamed


def _stated(rows: Sequence[_Row], charged: Sequence[_Row], wiped: Sequence[_Row]) -> tuple[int | None, int | None]:
    total, gone = sum(row.seats for row in charged), sum(row.seats for row in wiped)
    if any(row.charge.states_all and row.sign > 0 for row in rows):
        replaced = [row for row in wiped if row.charge in _REPLACING]
        if replaced:
            return total - (gone - sum(row.seats for row in replaced)), sum(row.seats for row in replaced)
        return max(total - gone, 0), None
    if all(row.charge is Charge.CANCEL for row in wiped) and not charged:
        return 0, gone or None
    paired = {row.transaction for row in charged} <= {row.transaction for row in rows if row.sign < 0}
    return (total, gone) if wiped and charged and paired else (None, None)
