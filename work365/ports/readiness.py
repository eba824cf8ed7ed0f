"""Port to what a readiness check reads beside the run's own rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from work365.findings import Finding
    from work365.readiness.seen import ContractFacts, TenantFacts


class ReadinessBook(Protocol):
    """Reads; nothing is written."""

    def contracts(self, ids: Sequence[str]) -> Sequence[ContractFacts]:
        """What would follow the bills of at most a chunk of contracts, in one round trip."""

    def tenant(self, as_of: date) -> TenantFacts:
        """What no run would look at, in one round trip; of each kind a bounded number."""


class StrayBook(Protocol):
    """Findings about what no run looks at."""

    def keep_strays(self, findings: Sequence[Finding]) -> None:
        """These are the ones that hold now: keep them, close the others; what stands as it should is not written again."""
