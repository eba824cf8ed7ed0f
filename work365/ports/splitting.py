"""Port to split subscriptions: everything that decides in two requests, and one change set for each that is divided anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from work365.subscriptions.held import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from work365.errors import External
    from work365.findings import Finding
    from work365.periods import Frequency
    from work365.ports.parts import PartChange, PartSeen, Payer, Sold
    from work365.splitting.terms import Split
    from work365.splitting.users import User
    from work365.subscriptions.change_log import Change
    from work365.subscriptions.ledger import LogRow


@dataclass(frozen=True, slots=True)
class SplitSeen:
    """A split subscription.

    Attributes:
        name: what people call it.
        rows: its log as the ledger that it is; `changes` the same as billing counts it, seats that are given up without refund
            until the end of what is paid.
        end: first day without service.
        listed: its price is that of a list, and so is that of its parts.
        price: its price where its log says none.
        frequency: how long the cycles are now that its price is for.
        split: None when the terms were taken away after parts had been made.
        payers: those of the split, by their ids.
        users: of its tenant; `tenant` is what people call that, "" for a subscription without one.
        split_from: the day from which it is billed by its parts, as its row says it.
        discounts: what its own discounts are called, each with the first day without it.
    """

    id: str
    name: str
    main: str
    rows: tuple[LogRow, ...]
    changes: tuple[Change, ...]
    price: Decimal
    frequency: Frequency
    listed: bool
    sold: Sold
    split: Split | None
    payers: dict[str, Payer]
    users: tuple[User, ...] = ()
    tenant: str = ""
    parts: tuple[PartSeen, ...] = ()
    split_from: date | None = None
    end: date | None = None
    status: Status = Status.ACTIVE
    held_back: str = ""
    version: str = ""
    discounts: tuple[tuple[str, date | None], ...] = ()


@dataclass(frozen=True, slots=True)
class SplitChange:
    """What is written for a split subscription, all or nothing.

    Attributes:
        rows: what its own log gains: no seats, but the day from which its contract is billed anew.
        held_back: why it and its parts cannot be billed; "" lets them be billed.
    """

    seen: SplitSeen
    split_from: date | None
    rows: tuple[LogRow, ...] = ()
    parts: tuple[PartChange, ...] = ()
    held_back: str = ""

    @property
    def empty(self) -> bool:
        """Nothing is to be written."""
        seen = self.seen
        as_it_was = self.split_from == seen.split_from and not self.rows and not self.parts
        return as_it_was and all(held == self.held_back for held in (seen.held_back, *(part.held_back for part in seen.parts)))

    @property
    def size(self) -> int:
        """How many rows are written."""
        return 1 + len(self.rows) + sum(1 + len(part.rows) for part in self.parts)


class SplittingBook(Protocol):
    """Split subscriptions with their terms, parts and users."""

    def splits(self, subscription: str = "") -> tuple[Sequence[SplitSeen], Sequence[Finding]]:
        """Every split subscription, or one by its id, the supplier's id or its name; a finding for each that says too little."""

    def write(self, changes: Sequence[SplitChange]) -> Sequence[External | None]:
        """Write each change wholly or not at all: None, or why it was not."""

    def report(self, findings: Sequence[Finding]) -> None:
        """Keep findings about splits, and close those of earlier days that are not among them."""
