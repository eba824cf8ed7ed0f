"""Port to the decisions about a contract's missed cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from work365.invoicing.decision import DecidedCycle, Decision


class Subject(NamedTuple):
    """The contract that is decided about: its id, what people call it, and the version that they were shown."""

    contract: str
    number: str
    version: str


class CatchUpBook(Protocol):
    """Where decisions are kept: on the contract and beside it, where people see them."""

    def decide(self, subject: Subject, decision: Decision | None, cycles: Sequence[DecidedCycle]) -> None:
        """Write decisions for all cycles, where there is one, and for single ones; all or none.

        Errors: Conflict when somebody wrote the contract since it was read.
        """
