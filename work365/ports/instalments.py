"""Port to the rows of instalment plans and their items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from work365.errors import External
    from work365.findings import Finding
    from work365.instalments.plan import Kept, Part, Plan


@dataclass(frozen=True, slots=True)
class PlanSeen:
    """A plan with the items that it has already. `status` is its status reason's word."""

    plan: Plan
    items: tuple[Kept, ...]
    contract: str
    product: str
    status: str = "Active"
    version: str = ""


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What is written for a plan in one change set: items to make, items to take out, and how it stands then."""

    seen: PlanSeen
    make: tuple[Part, ...] = ()
    take_out: tuple[Kept, ...] = ()
    status: str = "Active"

    @property
    def empty(self) -> bool:
        """Nothing is to be written."""
        return not self.make and not self.take_out and self.status == self.seen.status


class InstalmentBook(Protocol):
    """Plans and their items."""

    def running(self) -> tuple[Sequence[PlanSeen], Sequence[Finding]]:
        """Active plans with their items, and a finding for each one whose row contradicts itself."""

    def of(self, subscription: str) -> Iterable[PlanSeen]:
        """Every plan of a subscription, by its id or the provider's, whatever its state."""

    def write(self, changes: Sequence[PlanChange]) -> Sequence[External | None]:
        """Write each change wholly or not at all: None, or why it was not."""

    def report(self, findings: Sequence[Finding]) -> None:
        """Keep findings."""
