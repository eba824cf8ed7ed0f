"""Intake: a stream of lines and findings, sorted into what can be decided subscription by subscription.

Only licence lines are kept; usage (which may be millions of lines) is counted and let go, so memory grows with subscriptions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from work365.findings import Finding
from work365.provisioning import wording
from work365.provisioning.lines import Charge, ChargeLine, LineKind, kind_of
from work365.provisioning.notes import Notes

if TYPE_CHECKING:
    from collections.abc import Iterable

FINDINGS_LIMIT = 1000
"""Rows that cannot be read are listed up to here; more of them means that the file is wrong as a whole."""

_CODES = {
    LineKind.USAGE: "usage-not-billed",
    LineKind.RESERVATION: "reservation-not-billed",
    LineKind.ONE_TIME: "one-time-not-billed",
}


@dataclass(slots=True)
class _Sum:
    line: ChargeLine
    count: int = 0
    cost: Decimal = Decimal(0)


@dataclass(slots=True)
class Intake:
    """A sorted file.

    Attributes:
        read: rows seen, broken ones included.
        licences: licence lines by the supplier's subscription id.
        notes: everything that a person should know about the rows themselves.
    """

    file: str
    read: int = 0
    broken: int = 0
    licences: dict[str, list[ChargeLine]] = field(default_factory=lambda: defaultdict(list))
    notes: Notes = field(default_factory=Notes)
    _sums: dict[tuple[str, str, str, str], _Sum] = field(default_factory=dict)

    def take(self, item: ChargeLine | Finding) -> None:
        """Sort one row."""
        self.read += 1
        if isinstance(item, Finding):
            self.broken += 1
            if self.broken <= FINDINGS_LIMIT:
                self.notes.add(item)
        elif item.charge is Charge.CREDIT:
            self.notes.add(wording.credit(item))
        elif (kind := kind_of(item)) is not LineKind.LICENCE:
            self._count(_CODES[kind], item)
        elif item.charge is None:
            self.notes.add(wording.unknown_charge(item))
        else:
            self.licences[item.subscription].append(item)

    def _count(self, code: str, line: ChargeLine) -> None:
        total = self._sums.setdefault((code, line.tenant, line.subscription or line.product, line.invoice), _Sum(line))
        total.count += 1
        total.cost += line.subtotal

    def finish(self) -> None:
        """Count repeated rows once, and say what is not billed."""
        for name, lines in self.licences.items():
            self.licences[name] = self._unrepeated(lines)
        for (code, *_), total in self._sums.items():
            kind = next(kind for kind, known in _CODES.items() if known == code)
            self.notes.add(wording.not_billed(kind, code, total.line, total.count, total.cost))
        if self.broken > FINDINGS_LIMIT:
            message = (
                f"{self.broken} rows could not be read; the first {FINDINGS_LIMIT} are listed. Check that it is the right file."
            )
            self.notes.add(Finding("broken-row", f"{self.file} more rows", message))

    def _unrepeated(self, lines: list[ChargeLine]) -> list[ChargeLine]:
        seen: set[ChargeLine] = set()
        kept: list[ChargeLine] = []
        for line in lines:
            content = replace(line, line=0)
            if line.reference and content in seen:
                self.notes.add(wording.repeated_row(self.file, line))
            else:
                seen.add(content)
                kept.append(line)
        return kept

    @property
    def tenants(self) -> dict[str, ChargeLine]:
        """A line of every tenant that has licences: its id, name, domain and country."""
        return {line.tenant: line for lines in self.licences.values() for line in lines}

    @property
    def products(self) -> set[str]:
        """The numbers of all licence products."""
        return {line.product for lines in self.licences.values() for line in lines}


def sorted_in(file: str, items: Iterable[ChargeLine | Finding]) -> Intake:
    """Read everything and sort it. Errors: whatever the reader raises, before anything was written."""
    intake = Intake(file)
    for item in items:
        intake.take(item)
    intake.finish()
    return intake
