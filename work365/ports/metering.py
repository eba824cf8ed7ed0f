"""Port to usage records: importing them, and looking at those of open cycles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from work365.usage.drilling import WHOLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from work365.errors import External
    from work365.findings import Finding
    from work365.usage.drilling import Part
    from work365.usage.importing import Decision, HeldUsage
    from work365.usage.records import Metered
    from work365.usage.watching import Watched


@dataclass(frozen=True, slots=True)
class Owner:
    """The subscription that usage belongs to. `contract` is None for one that is on no contract."""

    id: str
    contract: str | None


class MeteringBook(Protocol):
    """Usage records."""

    def owners(self, external_ids: Collection[str]) -> Mapping[str, Owner]:
        """Subscriptions by the provider's id, in lower case; those that are not known are left out."""

    def newest(self, line_ids: Collection[str]) -> Mapping[str, HeldUsage]:
        """The newest version of each line that is held."""

    def record(self, decisions: Sequence[tuple[Decision, Owner]]) -> Sequence[External | None]:
        """Write each decision wholly or not at all: None, or why it was not."""

    def watched(self, as_of: date) -> Iterable[Watched]:
        """Every active subscription with a threshold, with the cycle that contains a day."""

    def open_cycle(self, subscription: str, as_of: date) -> Watched | None:
        """A subscription, by the provider's id or its printed name, with that cycle; None when there is none.

        Errors: BadInput when there are several of the name.
        """

    def used(self, watched: Watched, part: Part = WHOLE) -> Iterator[Metered]:
        """The records of a part of the cycle that count, page by page as they are asked for."""

    def newest_day(self, watched: Watched) -> date | None:
        """The last day of the cycle that has a record; None when it has none."""

    def report(self, findings: Sequence[Finding], source: str, mended: Collection[str] = ()) -> None:
        """Keep findings; close open ones about unknown subscriptions whose subjects are in `mended`."""

    def report_once(self, findings: Sequence[Finding], source: str) -> int:
        """Keep findings that were never kept before, so that one that a person closed stays closed; how many are new."""
