"""Port to the checklists of new customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from work365.holding.checklist import Entry, Item, ItemKind
    from work365.jobs import Job
    from work365.ports.holding import Customer


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """An account that was never asked for anything. Shape: `entered` is the day on which its row was made."""

    customer: Customer
    entered: date


@dataclass(frozen=True, slots=True)
class Checklist:
    """An account with its entries in their order, and what there is in the tenant that ticks some of them."""

    customer: Customer
    entries: tuple[Entry, ...]
    evidence: Mapping[ItemKind, str]


class ChecklistBook(Protocol):
    """Items, and the entries of each account."""

    def items(self) -> Sequence[Item]:
        """What is asked for now."""

    def new(self, since: date) -> Sequence[NewCustomer]:
        """Accounts that were entered from a day on and never asked, some hundred at a time."""

    def customer(self, number: str) -> NewCustomer:
        """An account by its number, asked or not. Errors: BadInput when there is none."""

    def account(self, id_: str) -> NewCustomer:
        """An account by its id. Errors: BadInput when there is none."""

    def begin(self, customer: Customer, items: Sequence[Item], *, held: str) -> None:
        """Ask an account for items, all or nothing; `held` is why it is put on hold for them, "" where it is not.

        Errors: Conflict when the account changed or was asked meanwhile.
        """

    def checklist(self, customer: Customer) -> Checklist:
        """Its entries. Shape: none for an account that was never asked."""

    def waiting(self) -> Iterable[Checklist]:
        """Checklists with an open entry that may tick itself, of accounts of which there is something in the tenant."""

    def change(
        self, checklist: Checklist, changed: Sequence[Entry], *, now: datetime, by_person: bool, job: Job | None = None
    ) -> None:
        """Write ticked and opened entries and what the account says of them, all or nothing.

        Shape:  a person is whoever signed in, or for a job whoever created that, with whose rights it is written.
        Errors: Conflict when a row changed meanwhile; NotAuthorised for whoever may not write entries or the account.
        """
