"""Notes: what an import finds on its way, and which earlier findings it saw settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from work365.findings import Finding


@dataclass(slots=True)
class Notes:
    """Findings by identity, so that a hundred lines of one unknown product are one; and keys that were looked at and are fine."""

    found: dict[str, Finding] = field(default_factory=dict)
    fine: set[str] = field(default_factory=set)

    def add(self, finding: Finding) -> None:
        """Note a finding once."""
        self.found.setdefault(finding.identity, finding)

    def settle(self, key: str) -> None:
        """Note that what a finding of this key would say is not so."""
        self.fine.add(key)

    @property
    def settled(self) -> set[str]:
        """Keys that were only ever fine."""
        return self.fine - set(self.found)
