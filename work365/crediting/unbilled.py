"""What no document has billed yet, and why: changes and items that wait for a run, for a day, or for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Container:
    """The contract of an unbilled row, as far as the reason depends on it.

    Attributes:
        next_invoice: None for a contract that was never billed.
        held_back: why its last run did not bill it; "" when it did.
        rides: its changes are billed with its next cycle.
    """

    number: str
    active: bool
    next_invoice: date | None
    rides: bool
    held_back: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row that is not billed.

    Attributes:
        what: "Change" or what its table is called; `named` says which one.
        day: from which it counts.
        approved: False while somebody has to approve it.
        kept_until: of a reduction without refund, the day up to which what is paid is kept; it counts from then on.
    """

    what: str
    named: str
    day: date
    container: Container | None
    approved: bool = True
    kept_until: date | None = None

    def age_days(self, today: date) -> int:
        """How long it has waited; negative for a day to come."""
        return (today - self.day).days


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row waits. `person` says that nothing happens until somebody does something."""

    words: str
    person: bool


def reason(row: Waiting, today: date) -> Reason:
    """Why a row is not billed yet, the weightiest reason first."""
    if stuck := _stuck(row):
        return Reason(stuck, person=True)
    contract = row.container
    if row.day > today:
        return Reason(f"It counts from {row.day}.", person=False)
    if row.kept_until is not None and row.kept_until > today:
        return Reason(f"It was chosen without refund: what is paid is kept, and it counts from {row.kept_until}.", person=False)
    if contract and contract.rides and contract.next_invoice is not None and contract.next_invoice > today:
        return Reason(f"It rides on the invoice of {contract.next_invoice}.", person=False)
    return Reason("The next run bills it.", person=False)


def _stuck(row: Waiting) -> str:
    """Why nothing happens by itself; "" where it does."""
    contract = row.container
    if contract is None:
        return "It is on no contract. Choose one, or exclude it with a note."
    if not contract.active:
        return f"Contract {contract.number} is not active, so no run bills it. Activate it, or exclude the row."
    return contract.held_back or ("" if row.approved else "It is not approved yet.")
