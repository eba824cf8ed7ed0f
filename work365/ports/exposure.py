"""Port to debtors: accounts with a credit limit, everything that counts of them, and how they stood when they were drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from work365.errors import BadInput
    from work365.exposure.drawing import Sources
    from work365.exposure.figure import Debtor, Figure, Summary


@dataclass(frozen=True, slots=True)
class Kept:
    """How a debtor stood when it was last drawn.

    Attributes:
        version: of its row, read before everything that is counted.
        ordered: an order was let in since.
    """

    summary: Summary
    version: str
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Some debtors with everything that counts of them.

    Attributes:
        kept: of those that were drawn before, by id.
        broken: settings that keep some of them from being drawn.
    """

    debtors: Sequence[Debtor]
    kept: Mapping[str, Kept]
    sources: Sources
    broken: Sequence[BadInput] = ()


class Listed(NamedTuple):
    """How a debtor stood when it was last drawn, with its number and name."""

    number: str
    name: str
    summary: Summary


class ExposureBook(Protocol):
    """Accounts with a credit limit."""

    def debtors(self) -> Iterable[Debtor | BadInput]:
        """All that have a limit, and those whose row still says one."""

    def moved(self, since: datetime) -> Iterable[Debtor | BadInput]:
        """Those of whom a balance was drawn since a moment, or an order let in since they were drawn; with a limit."""

    def named(self, number: str) -> Debtor:
        """One account, with a limit or without. Errors: BadInput."""

    def standing(self, debtors: Sequence[Debtor], today: date, now: datetime) -> Standing:
        """Everything that counts of some debtors; the versions of their rows first."""

    def keep(self, figures: Sequence[Figure], kept: Mapping[str, Kept]) -> Sequence[str]:
        """Write how debtors stand, now and on the day, under the versions that were read; each debtor all or nothing.

        Shape:  answers with the debtors whose row somebody else wrote meanwhile.
        """

    def listed(self) -> Sequence[Listed]:
        """Those that have a limit as they were last drawn, the most used first."""

    def history(self, account: str) -> Sequence[tuple[date, Summary]]:
        """How an account stood on each day on which that changed, the newest first."""
