"""What no document has billed, and why: changes and items that wait for a run, for a day, for a person, or that are left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_NIGHT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Container:
    """The contract of an unbilled row, as far as the reason depends on it.

    Attributes:
        next_invoice: None for a contract that was never billed.
        held_back: why its last run did not bill it; "" when it did.
    """

    number: str
    active: bool
    next_invoice: date | None
    held_back: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row whose billing state is Excluded.

    Attributes:
        reason: "" where somebody set the state and did not say why. Such a row is not billed, but it is not settled either.
        by: what the directory calls whoever left it out; "" where nobody is known.
    """

    reason: str
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row that is not billed.

    Attributes:
        what: "Change" or what its table is called; `named` says which one.
        day: from which it counts.
        rides: it waits for the invoice of a cycle.
        approved: False while somebody has to approve it.
        estimate: what the provider has not confirmed; no document bills it.
        kept_until: of a reduction without refund, the day up to which what is paid is kept; it counts from then on.
        one_cycle_on: the same day one cycle of its contract later; None where it is on no contract whose cycles can be told.
    """

    id: str
    what: str
    named: str
    day: date
    container: Container | None
    rides: bool = False
    approved: bool = True
    estimate: bool = False
    kept_until: date | None = None
    one_cycle_on: date | None = None
    left_out: LeftOut | None = None

    def age_days(self, today: date) -> int:
        """How long it has waited; negative for a day to come."""
        return (today - self.day).days

    def overdue(self, today: date) -> bool:
        """Whether it has waited for longer than one cycle of its contract; where nobody knows that cycle, it has."""
        return self.one_cycle_on is None or self.one_cycle_on < today


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row waits. `person` says that nothing happens until somebody does something."""

    words: str
    person: bool


def reason(row: Waiting, today: date) -> Reason:
    """Why a row is not billed, the weightiest reason first."""
    if row.left_out is not None and row.left_out.reason:
        return Reason(_excluded(row.left_out), person=False)
    if stuck := _stuck(row):
        return Reason(stuck, person=True)
    return Reason(_timed(row, today), person=False)


def _timed(row: Waiting, today: date) -> str:
    """Why a row waits that nobody has to touch, with the day on which that ends as far as it is known."""
    contract = row.container
    if row.estimate:
        return "It is an estimate: the provider's confirmed record takes its place."
    if row.day > today:
        return f"It counts from {row.day}."
    if row.kept_until is not None and row.kept_until > today:
        return f"It was chosen without refund: what is paid is kept, and it counts from {row.kept_until}."
    if contract and row.rides and contract.next_invoice is not None and contract.next_invoice > today:
        return f"It rides on the invoice of {contract.next_invoice}."
    return f"The next run bills it, on {today + _NIGHT} at the latest."


def _excluded(left_out: LeftOut) -> str:
    by = f" by {left_out.by}" if left_out.by else ""
    on = f" on {left_out.on}" if left_out.on else ""
    return f"Excluded{by}{on}: {left_out.reason}"


def _stuck(row: Waiting) -> str:
    """Why nothing happens by itself; "" where it does."""
    contract = row.container
    if row.left_out is not None:
        said = f"`w365 unbilled exclude {row.id}`"
        return f"It was set to Excluded without a reason, so it waits. Say why with {said}, or take it back."
    if contract is None:
        return "It is on no contract. Choose one, or exclude it with a reason."
    if not contract.active:
        return f"Contract {contract.number} is not active, so no run bills it. Activate it, or exclude the row."
    return contract.held_back or ("" if row.approved else "It is not approved yet.")
