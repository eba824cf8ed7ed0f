"""Port to the change logs of all subscriptions, for looking whether each is a ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from work365.findings import Finding
    from work365.subscriptions.ledger import LogRow, Standing


@dataclass(frozen=True, slots=True)
class Book:
    """One subscription and its whole log.

    Attributes:
        shown: its seats and its price; no price where its list prices it.
        newest: what it should show by the row that its log ends with; None where it has none, or functions alone write it.
        last_sequence: None where its row does not say.
    """

    id: str
    name: str
    contract: str
    shown: Standing
    newest: Standing | None
    last_sequence: int | None
    rows: tuple[LogRow, ...]


class LedgerBooks(Protocol):
    """Every subscription with its log."""

    def all(self) -> Iterable[Book]:
        """Every subscription, also ended ones, some hundred at a time. Errors: External; a partial answer is none."""

    def keep(self, found: Sequence[Finding], mended: Sequence[str]) -> None:
        """Write findings, and close those with these keys."""

    def open_keys(self) -> Sequence[str]:
        """Keys of the open findings about broken ledgers."""
