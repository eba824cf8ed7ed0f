"""Port to the decision about a contract's missed cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from work365.invoicing.decision import Decision


class CatchUpBook(Protocol):
    """Where decisions are kept: on the contract, where people see them."""

    def decide(self, contract: str, version: str, decision: Decision) -> None:
        """Write a decision on a contract. Errors: Conflict when somebody wrote the contract since it was read."""
