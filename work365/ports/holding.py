"""Port to customers that are held, and to the log of what was held, lifted and overridden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from work365.holding.checklist import Entry
    from work365.holding.hold import Action, HoldKind
    from work365.jobs import Job


@dataclass(frozen=True, slots=True)
class Customer:
    """An account as far as holds matter.

    Attributes:
        on_hold: Dataverse's own column, which anybody may have ticked.
        kind: who holds; MANUAL where the column was ticked and nobody said, None where nothing is held.
        counts: the settings say that holds are looked at for it.
    """

    id: str
    number: str
    name: str
    on_hold: bool
    kind: HoldKind | None = None
    reason: str = ""
    counts: bool = False
    etag: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One row of the hold log, with who wrote it and when."""

    account: str
    name: str
    action: Action
    kind: HoldKind
    rule: str
    reason: str
    subscription: str
    by: str
    at: datetime


class HoldBook(Protocol):
    """Customers that are held, and the hold log, to which rows are only added."""

    def customer(self, number: str) -> Customer:
        """By its account number. Errors: BadInput when there is none."""

    def held(self) -> Sequence[Customer]:
        """All that are on hold, by name."""

    def log(self, number: str) -> Sequence[LogLine]:
        """What was placed, lifted and overridden, the newest first; of one account by its number, or of all for ""."""

    def documents(self, customer: Customer) -> Sequence[Entry]:
        """Its checklist."""

    def account(self, id_: str) -> Customer:
        """By its id. Errors: BadInput when there is none."""

    def move(self, customer: Customer, kind: HoldKind | None, reason: str, *, job: Job | None = None) -> None:
        """Put an account on hold, or with None take it off, with a row of the log, under the account's version.

        Shape:  for a job it is written as whoever created that, once, and `moved_by` finds it.
        Errors: Conflict; NotAuthorised for whoever may not add to the log.
        """

    def moved_by(self, job: Job) -> bool:
        """Whether the log has the row that a job writes."""
