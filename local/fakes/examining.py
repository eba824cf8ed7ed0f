"""What an examination looks at beside the tenant, in memory: queues, a mailbox, gateways and books, each ready to be broken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from work365.examining.seen import GatewaySeen

if TYPE_CHECKING:
    from datetime import datetime

    from work365.errors import Work365Error


@dataclass
class MemoryQueues:
    """Messages by queue; `failing` is what looking at them ends in."""

    lying: dict[str, int]
    failing: Work365Error | None = None

    def counts(self) -> dict[str, int]:
        """As they lie."""
        _fail(self.failing)
        return dict(self.lying)


@dataclass
class MemoryMailbox:
    """Opens, or fails."""

    failing: Work365Error | None = None

    def open(self) -> None:
        """Look at it."""
        _fail(self.failing)


@dataclass
class MemoryGateways:
    """Gateways by name, with the addresses that each reports to."""

    known: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    failing: Work365Error | None = None

    def names(self) -> list[str]:
        """Theirs."""
        return list(self.known)

    def look(self, name: str) -> GatewaySeen:
        """One of them."""
        _fail(self.failing)
        return GatewaySeen("Stripe", name, self.known[name])


@dataclass
class MemoryBooks:
    """Books by name, with the moment when the key to each was renewed."""

    known: dict[str, datetime | None] = field(default_factory=dict)
    failing: Work365Error | None = None

    def names(self) -> list[str]:
        """Theirs."""
        return list(self.known)

    def rotating(self) -> list[str]:
        """All of them."""
        return list(self.known)

    def open(self, name: str) -> None:
        """One of them."""
        assert name in self.known  # noqa: S101  a fake for tests
        _fail(self.failing)

    def renewed(self, name: str) -> datetime | None:
        """As it was told."""
        return self.known[name]


def _fail(error: Work365Error | None) -> None:
    if error is not None:
        raise error
